"""The journal of a run: every answer that could come out differently a second time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from storage.records import Edited, EventRecord, JournalEntry

from .node import Child
from .paths import at_the_same_time, step_path


class EntrySink(Protocol):
    """Where journal entries are kept."""

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None: ...


class Journal:
    """The known answers of one run by path. A new one is on disk before anyone sees it.

    With the run's `tree`, what is worked out after a step that a person edited, and not beside it, is marked.
    """

    def __init__(
        self, run_id: str, sink: EntrySink, known: Iterable[JournalEntry] = (), tree: Child | None = None
    ) -> None:
        self._run_id = run_id
        self._sink = sink
        self._tree = tree
        self._known = {entry.path: entry for entry in known}

    def known(self, path: str) -> JournalEntry | None:
        return self._known.get(path)

    async def record(self, entry: JournalEntry, events: Sequence[EventRecord]) -> None:
        if entry.output is not None and not entry.edited:
            entry = replace(entry, edited=self._edited(step_path(entry.path)))
        try:
            await self._sink.record(self._run_id, entry, events)
        except asyncio.CancelledError:
            self._known[entry.path] = entry  # what was handed in is written, whoever waits for it
            raise
        self._known[entry.path] = entry

    def _edited(self, step: str) -> Edited:
        """Whether a person's text stands for what the step gave, as its reviewer handed it in, or came before it."""
        edits = [step_path(entry.path) for entry in self._known.values() if entry.edited == "here"]
        if step in edits:
            return "here"
        return "before" if any(not at_the_same_time(step, edit, self._tree) for edit in edits) else ""
