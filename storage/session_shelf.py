"""The part of the store that keeps whose it all is: users, their conversations, and what they think of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import sessions, users
from .indexing import Indexing
from .readers import Readers
from .records import Feedback, Session, Usage, User
from .writer import Writer


class SessionShelf:
    """What `RunStore` has of it."""

    _readers: Readers
    _writer: Writer
    _indexing: Indexing

    async def ensure_session(
        self,
        session_id: str,
        user_id: str,
        *,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Session:
        """The session, made if there is none; `title` is only for one without, `metadata` is merged."""
        return await self._writer.run(sessions.ensure_session, session_id, user_id, title=title, metadata=metadata)

    async def get_session(self, session_id: str, *, user_id: str | None = None) -> Session | None:
        """The session, or None; without a user the one of that id that was used last."""
        return await self._readers.run(sessions.get_session, session_id, user_id)

    async def sessions(
        self, user_id: str, *, limit: int = 20, before: str | None = None, search: str | None = None
    ) -> list[Session]:
        """The user's sessions, last used first, from after the session `before`.

        `search` keeps those with all its words in their title, in a message with its answer, or in what a step gave.
        """
        if search:
            await self._indexing.finished(user_id)
        return await self._readers.run(sessions.list_sessions, user_id, limit=limit, before=before, search=search)

    async def rename_session(self, session_id: str, user_id: str, title: str) -> None:
        """Give the session another title. Raises NotFound."""
        await self._writer.run(sessions.rename, session_id, user_id, title)

    async def set_session_metadata(self, session_id: str, user_id: str, metadata: dict[str, Any]) -> None:
        """Merge into the session's metadata; a key whose value is None goes. Raises NotFound."""
        await self._writer.run(sessions.set_metadata, session_id, user_id, metadata)

    async def ensure_user(self, user_id: str, metadata: dict[str, Any] | None = None) -> User:
        """The user, made if there is none; `metadata` is merged."""
        return await self._writer.run(users.ensure_user, user_id, metadata)

    async def get_user(self, user_id: str) -> User | None:
        """The user, or None."""
        return await self._readers.run(users.get_user, user_id)

    async def upsert_feedback(self, feedback: Feedback, user_id: str) -> None:
        """Keep the user's verdict on a turn of theirs, in place of an earlier one. Raises NotFound for others'."""
        await self._writer.run(users.upsert_feedback, feedback, user_id)

    async def delete_feedback(self, feedback_id: str, user_id: str) -> bool:
        """Whether there was such a verdict of this user; it is gone now."""
        return await self._writer.run(users.delete_feedback, feedback_id, user_id)

    async def feedback_of(self, turn_ids: Sequence[str]) -> dict[str, Feedback]:
        """The verdicts on these turns, by turn."""
        return await self._readers.run(users.feedback_of, turn_ids)

    async def session_state(self, session_id: str, user_id: str) -> dict[str, Any]:
        """What the session's completed runs left; empty for a new session."""
        return await self._readers.run(sessions.session_state, session_id, user_id)

    async def starting_state(self, session_id: str, user_id: str, defaults: dict[str, Any]) -> dict[str, Any]:
        """The session's state over `defaults`, without those of them that its completed runs removed."""
        return await self._readers.run(sessions.starting_state, session_id, user_id, defaults)

    async def session_usage(self, session_id: str, *, user_id: str | None = None) -> Usage:
        """What all runs of the session have used: tokens, and seconds of work, waiting for people left out."""
        return await self._readers.run(sessions.session_usage, session_id, user_id)
