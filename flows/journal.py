"""The journal of a run: every answer that could come out differently a second time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from storage.records import EventRecord, JournalEntry


class EntrySink(Protocol):
    """Where journal entries are kept."""

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None: ...


class Journal:
    """The known answers of one run by path. A new one is on disk before anyone sees it."""

    def __init__(self, run_id: str, sink: EntrySink, known: Iterable[JournalEntry] = ()) -> None:
        self._run_id = run_id
        self._sink = sink
        self._known = {entry.path: entry for entry in known}

    def known(self, path: str) -> JournalEntry | None:
        return self._known.get(path)

    async def record(self, entry: JournalEntry, events: Sequence[EventRecord]) -> None:
        try:
            await self._sink.record(self._run_id, entry, events)
        except asyncio.CancelledError:
            self._known[entry.path] = entry  # what was handed in is written, whoever waits for it
            raise
        self._known[entry.path] = entry
