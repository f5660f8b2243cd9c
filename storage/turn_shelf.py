"""The part of the store that keeps the talk: turns, and the events that tell of them and their runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from . import events, turns
from .events import append_events
from .processes import Owner
from .readers import Readers
from .records import EventRecord, Override, Turn
from .writer import Writer


class TurnShelf:
    """What `RunStore` has of it."""

    _readers: Readers
    _writer: Writer
    _owner: Owner

    async def create_turn(self, turn: Turn) -> Turn:
        """Keep a new turn; its session and user are made if there are none.

        The turn as it is kept: it begins after the session's others, even if the clock was set back since.
        """
        return await self._writer.run(turns.create_turn, turn, self._owner.id)

    async def update_turn(self, turn: Turn, events: Sequence[EventRecord] = ()) -> None:
        """Write the whole turn anew, with events; its user, session, beginning and override stay. Raises NotFound."""
        await self._writer.run(turns.update_turn, turn, events, self._owner.id)

    async def get_turn(self, turn_id: str, *, user_id: str | None = None) -> Turn:
        """The turn. Raises NotFound, also for another user's when a user is given."""
        return await self._readers.run(turns.get_turn, turn_id, user_id)

    async def turns(self, session_id: str, *, user_id: str | None = None, limit: int | None = None) -> list[Turn]:
        """The session's turns, oldest first; with a limit the newest so many."""
        return await self._readers.run(turns.list_turns, session_id, user_id, limit)

    async def newest_turns(self, user_id: str, *, beginning: str = "", limit: int = 50) -> list[Turn]:
        """The user's turns whose id begins so, newest first."""
        return await self._readers.run(turns.newest_turns, user_id, beginning, limit)

    async def overridden_turns(self, user_id: str) -> list[Turn]:
        """The user's turns that have an override, oldest first."""
        return await self._readers.run(turns.overridden_turns, user_id)

    async def override_turn(self, turn_id: str, action: Override, *, user_id: str) -> None:
        """Keep what the user had done instead of what the turn decided. Raises NotFound, also for another user's."""
        await self._writer.run(turns.override_turn, turn_id, action, user_id)

    async def show_steps(self, session_id: str, user_id: str, steps: Literal["all", "answer"]) -> None:
        """Keep whether the page shows all steps of the session's runs so far, or the answers only."""
        await self._writer.run(turns.show_steps, session_id, user_id, steps)

    async def append_events(self, events: Sequence[EventRecord]) -> None:
        """Keep the events, all or none. Raises NotFound for those of a deleted turn or run."""
        await self._writer.run(append_events, events)

    async def events(self, stream: str, *, after_seq: int = 0, run_id: str | None = None) -> list[EventRecord]:
        """The stream's events after that number, or those of one run in it, in order."""
        return await self._readers.run(events.list_events, stream, after_seq, run_id)

    async def last_seq(self, stream: str) -> int:
        """The number of the stream's last event; 0 when it has none."""
        return await self._readers.run(events.last_seq, stream)
