"""Chainlit's data layer over the RunStore.

Turns and their events are what is stored; Chainlit's own writes of steps and elements store nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from chainlit.data.base import BaseDataLayer
from chainlit.types import (
    Feedback,
    PageInfo,
    PaginatedResponse,
    Pagination,
    ThreadDict,
    ThreadFilter,
)
from chainlit.user import PersistedUser, User

from flows.words import iso, shorten
from storage import RunStore
from storage.errors import StorageError
from storage.records import Session
from storage.records import User as StoredUser

from .live import Followers
from .settings import KEY
from .threads import render_thread, thread_header
from .titles import title_of

if TYPE_CHECKING:
    from chainlit.element import Element, ElementDict
    from chainlit.step import StepDict

    from flows import WorkflowAgent


class DataLayer(BaseDataLayer):
    """Users, conversations and their pages, for Chainlit."""

    def __init__(self, agent: WorkflowAgent, followers: Followers) -> None:
        self._agent = agent
        self._followers = followers
        self._store: RunStore = agent.store

    async def get_user(self, identifier: str) -> PersistedUser | None:
        user = await self._store.get_user(identifier)
        return _persisted(user) if user else None

    async def create_user(self, user: User) -> PersistedUser | None:
        return _persisted(await self._store.ensure_user(user.identifier))

    async def get_thread_author(self, thread_id: str) -> str:
        session = await self._store.get_session(thread_id)
        return session.user_id if session else ""

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        session = await self._store.get_session(thread_id)
        if session is None:
            return None
        return cast(ThreadDict, await render_thread(self._store, session))

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        sessions = []
        if filters.userId:
            sessions = await self._store.sessions(
                filters.userId, limit=pagination.first + 1, before=pagination.cursor, search=filters.search
            )
        page = sessions[: pagination.first]
        return PaginatedResponse(
            pageInfo=PageInfo(
                hasNextPage=len(sessions) > len(page),
                startCursor=page[0].id if page else None,
                endCursor=page[-1].id if page else None,
            ),
            data=[cast(ThreadDict, thread_header(session)) for session in page],
        )

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        if user_id is not None:  # the first message of a conversation
            title = title_of(name, list(self._agent.workflows)) if name else None
            await self._store.ensure_session(thread_id, user_id, title=title)
            return
        session = await self._store.get_session(thread_id)
        if session is None:
            return  # deleted while a page still showed it
        if name is not None:
            await self.rename(session, name)
        # A page that closes would give back what it once got; what is set is kept when it is set.
        metadata = {key: value for key, value in (metadata or {}).items() if key not in ("chat_profile", KEY)}
        if metadata:
            await self._store.set_session_metadata(thread_id, session.user_id, metadata)

    async def delete_thread(self, thread_id: str) -> None:
        session = await self._store.get_session(thread_id)
        if session is not None:
            await self.end(session)

    async def rename(self, session: Session, name: str) -> None:
        """Give the conversation another name."""
        await self._store.rename_session(session.id, session.user_id, shorten(name, 200))

    async def end(self, session: Session) -> None:
        """Stop what works in the conversation and delete it, on every page that shows it too."""
        for turn in await self._store.turns(session.id, user_id=session.user_id):
            if self._agent.runner.is_live(turn.id):
                await self._agent.runner.cancel(turn.id)
        await self._store.delete_session(session.id, session.user_id)
        self._followers.dismiss(session.id, session.user_id)

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        thread = await self.get_thread(thread_id)
        elements = (thread["elements"] or []) if thread else []
        return next((element for element in elements if element["id"] == element_id), None)

    # Chainlit's page gives its verdicts to our own routes (chat/feedback.py), which know who asks.
    async def upsert_feedback(self, feedback: Feedback) -> str:
        raise StorageError("Feedback is given on the page.")

    async def delete_feedback(self, feedback_id: str) -> bool:
        raise StorageError("Feedback is taken back on the page.")

    async def create_element(self, element: Element) -> None:
        return None

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        return None

    async def create_step(self, step_dict: StepDict) -> None:
        return None

    async def update_step(self, step_dict: StepDict) -> None:
        return None

    async def delete_step(self, step_id: str) -> None:
        return None

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        await self._store.close()


def _persisted(user: StoredUser) -> PersistedUser:
    return PersistedUser(id=user.id, identifier=user.id, createdAt=iso(user.created_at), metadata=user.metadata)
