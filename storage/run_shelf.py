"""The part of the store that lists a user's runs and deletes single ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import deletion, run_lists
from .processes import Owner
from .readers import Readers
from .records import EventRecord
from .run_lists import ALL, RunFilter, RunLine, RunPage, RunTotals
from .writer import Writer


class RunShelf:
    """What `RunStore` has of it. Everything is the named user's alone."""

    _readers: Readers
    _writer: Writer
    _owner: Owner

    async def run_page(
        self, user_id: str, wanted: RunFilter = ALL, *, before: str | None = None, limit: int = 50
    ) -> RunPage:
        """A page of the user's runs, newest first; `before` is the `following` of the page before.

        Raises ValueError for a `before` that is none.
        """
        return await self._readers.run(run_lists.run_page, user_id, wanted, before, limit)

    async def run_totals(self, user_id: str, wanted: RunFilter = ALL) -> RunTotals:
        """How many of the user's runs fit, and what they have used: tokens, and seconds of work."""
        return await self._readers.run(run_lists.run_totals, user_id, wanted)

    async def run_workflows(self, user_id: str) -> list[str]:
        """The names of the workflows that the user's runs are of."""
        return await self._readers.run(run_lists.run_workflows, user_id)

    async def run_versions(self, user_id: str, workflow: str, run_input: Any, *, limit: int = 20) -> list[RunLine]:
        """The user's runs of the workflow on that input, whatever its case and spacing, newest first."""
        return await self._readers.run(run_lists.run_versions, user_id, workflow, run_input, limit)

    async def run_before(self, run_id: str) -> str | None:
        """The newest completed run of the same user, workflow and input that began before this one."""
        return await self._readers.run(run_lists.run_before, run_id)

    async def run_lines(self, user_id: str, run_ids: Sequence[str]) -> list[RunLine]:
        """The user's runs of these ids, in that order, without those that are gone."""
        return await self._readers.run(run_lists.run_lines, user_id, run_ids)

    async def run_events(self, run_id: str) -> list[EventRecord]:
        """The stored events of a run, in order, whichever turns it was worked on in."""
        return await self._readers.run(run_lists.run_events, run_id)

    async def delete_run(self, run_id: str, *, user_id: str) -> None:
        """Take a run away with all that came of it; the turn that ran it says so, and stays.

        Raises NotFound, also for another user's, and Busy while it or its turn is at work.
        """
        await self._writer.run(deletion.delete_run, run_id, user_id, self._owner)
