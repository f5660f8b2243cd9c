"""Where a node stands in its run: its path, its state, the journal and the events, in one handle."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from agents.context import UsageMeter
from storage.errors import StorageError
from storage.records import JournalEntry, StepOutput, Usage

from .errors import WorkflowError
from .events import BaseEvent, StepFailed, StepFinished, StepStarted
from .journal import Journal
from .state import apply_changes
from .stream import EventStream
from .work import Work

MAX_DEPTH = 10

E = TypeVar("E", bound=BaseEvent)


@dataclass(slots=True)
class RunContext:
    """What all scopes of one run share. `before` is what the run had used when this work on it began."""

    run_id: str
    journal: Journal
    stream: EventStream
    user_id: str = "local"
    session_id: str = ""
    workflow: str = ""
    before: Usage = field(default_factory=Usage)
    meter: UsageMeter = field(default_factory=UsageMeter)
    max_tokens: int | None = None
    max_seconds: float | None = None
    started: float = field(default_factory=time.perf_counter)
    resumed: bool = False
    unannounced: dict[str, tuple[type[BaseEvent], dict[str, Any]]] = field(default_factory=dict)

    @property
    def usage(self) -> Usage:
        """What the run has used so far, waiting for people left out of its seconds."""
        now = self.meter.usage
        seconds = self.before.seconds + time.perf_counter() - self.started
        return Usage(
            self.before.input_tokens + now.input_tokens, self.before.output_tokens + now.output_tokens, seconds
        )

    @property
    def is_bounded(self) -> bool:
        """Whether there is something it may not use more of."""
        return self.max_tokens is not None or self.max_seconds is not None

    def is_spent(self, granted_at: Usage) -> bool:
        """Whether the run has used what it may since it had used `granted_at`."""
        used = self.usage
        if self.max_tokens is not None and used.total_tokens - granted_at.total_tokens >= self.max_tokens:
            return True
        return self.max_seconds is not None and used.seconds - granted_at.seconds >= self.max_seconds

    def spent(self) -> str:
        """What the run has used, in words."""
        return f"{self.usage.total_tokens:,} tokens and {self.usage.seconds:.0f} seconds"


@dataclass(slots=True)
class Scope:
    """A node's handle on its run: `path` is "" for the run itself, `state` what it may change."""

    context: RunContext
    path: str = ""
    name: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    work: Work = field(default_factory=Work)

    def child(self, name: str, state: dict[str, Any] | None = None) -> Scope:
        """The scope of a child: one part longer, the same state unless it gets its own."""
        path = f"{self.path}/{name}" if self.path else name
        return Scope(self.context, path, name, self.state if state is None else state, self.depth, self.work)

    def nested(self) -> Scope:
        """The scope a nested workflow runs its steps in; refused beyond MAX_DEPTH."""
        if self.depth >= MAX_DEPTH:
            raise WorkflowError(f"workflows are nested more than {MAX_DEPTH} deep. Does one contain itself?")
        return Scope(self.context, self.path, self.name, self.state, self.depth + 1, self.work)

    def emit(self, event: type[E], /, **fields: Any) -> None:
        """Tell whoever watches."""
        if self.context.stream.active and not self.work.dropped:
            if self.context.unannounced:
                self._announce_around()
            self.context.stream.emit(event, self.context.run_id, self.path, self.name, **fields)

    def announce(self, event: type[E], /, **fields: Any) -> None:
        """Tell that what has steps in it begins; in a resumed run, as soon as there is something new in it to tell."""
        if self.context.resumed:
            self.context.unannounced[self.path] = event, fields
        else:
            self.emit(event, **fields)

    def _announce_around(self) -> None:
        context, parts = self.context, self.path.split("/")
        for depth, name in enumerate(parts, start=1):
            path = "/".join(parts[:depth])
            if path in context.unannounced:
                event, fields = context.unannounced.pop(path)
                context.stream.emit(event, context.run_id, path, name, **fields)

    def known(self) -> JournalEntry | None:
        """What the journal knows of this path, unless it is a failure, which is tried anew."""
        entry = self.context.journal.known(self.path)
        return entry if entry is not None and entry.status != "failed" else None

    async def known_output(self) -> StepOutput | None:
        """What is known that this path gave, or what a fork says instead; its changes of the state are made."""
        known = self.known()
        if known is None or known.output is None:
            return None
        await apply_changes(self.state, known.changes)
        return known.output

    async def keep(self, entry: JournalEntry) -> None:
        """Put `entry` in the journal, with the events so far. Raises CancelledError if nobody waits for it any more."""
        self.stop_if_dropped()
        with self.context.stream.storing() as events:
            await self.context.journal.record(self._with_spent(entry), events)

    async def record(self, entry: JournalEntry, event: type[E], /, **fields: Any) -> None:
        """Like `keep`, and then tell of it, with an event of class `event`."""
        self.stop_if_dropped()
        stream = self.context.stream
        if not stream.stores:
            await self.context.journal.record(entry, ())
            self.emit(event, **fields)
            return
        seq = stream.prepare(event, self.context.run_id, self.path, self.name, **fields)
        try:
            with stream.storing() as events:
                await self.context.journal.record(self._with_spent(entry), events)
        except StorageError:
            stream.withdraw(seq)  # nobody is told of what is not on disk
            raise
        finally:
            stream.release(seq)

    def _with_spent(self, entry: JournalEntry) -> JournalEntry:
        """With what the run has used by now, for a store that outlives the process."""
        return replace(entry, spent=self.context.usage) if self.context.stream.stores else entry

    def stop_if_dropped(self) -> None:
        """Raises CancelledError if nobody waits for what is done here any more."""
        if self.work.dropped:
            raise asyncio.CancelledError

    def container_started(self, kind: str) -> None:
        self.announce(StepStarted, kind=kind)

    def container_finished(self, kind: str, output: StepOutput) -> None:
        """A container's end. What it gave follows from its children, so it is told but not journalled."""
        if not output.success:
            self.emit(StepFailed, error=output.error or "a step in it failed")
        elif self.path not in self.context.unannounced:
            self.emit(StepFinished, output=output, kind=kind)
