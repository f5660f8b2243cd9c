"""A store in memory, for workflows that were given none: the same journal, gone with the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol

from storage.attachments import Shelf
from storage.errors import AlreadyCompleted, Busy, NotFound
from storage.records import (
    EventRecord,
    JournalEntry,
    Question,
    Run,
    RunRequest,
    RunStatus,
    StepOutput,
    Usage,
    now,
)

REMEMBERED_RUNS = 1000


class RunKeeper(Protocol):
    """What a workflow needs of a store. `storage.RunStore` is one, `MemoryStore` another."""

    async def create_run(self, request: RunRequest) -> None: ...
    async def claim_run(
        self, run_id: str, *, question_id: str | None = None, turn_id: str | None = None
    ) -> RunRequest: ...
    async def run_request(self, run_id: str) -> RunRequest: ...
    async def journal(self, run_id: str) -> list[JournalEntry]: ...
    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None: ...
    async def append_events(self, events: Sequence[EventRecord]) -> None: ...
    async def last_seq(self, stream: str) -> int: ...
    async def end_run(
        self,
        run_id: str,
        *,
        status: RunStatus,
        content: Any = None,
        error: str | None = None,
        question: Question | None = None,
        session_state: dict[str, Any] | None = None,
        state_changes: dict[str, Any] | None = None,
        usage: Usage = ...,
        steps: Sequence[StepOutput] = (),
        events: Sequence[EventRecord] = (),
    ) -> None: ...
    async def get_run(self, run_id: str) -> Run: ...
    async def get_runs(self, run_ids: Sequence[str]) -> list[Run]: ...
    async def completed_run_ids(self, session_id: str, user_id: str, limit: int) -> list[str]: ...
    async def starting_state(self, session_id: str, user_id: str, defaults: dict[str, Any]) -> dict[str, Any]: ...
    def shelf(self, session_id: str, user_id: str) -> Shelf | None: ...


@dataclass(slots=True)
class _Kept:
    request: RunRequest
    run: Run
    entries: dict[str, JournalEntry] = field(default_factory=dict)


class MemoryStore:
    """The runs that have not ended, the last REMEMBERED_RUNS that have, and the sessions' states, in this process."""

    def __init__(self) -> None:
        self._runs: dict[str, _Kept] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()  # the last to end last
        self._states: dict[tuple[str, str], tuple[dict[str, Any], frozenset[str]]] = {}  # and the names removed

    async def create_run(self, request: RunRequest) -> None:
        run = Run(
            id=request.id,
            workflow=request.workflow,
            status="running",
            input=request.input,
            forked_from=request.forked_from,
            started_at=request.started_at,
            user_id=request.user_id,
            session_id=request.session_id,
            files=request.files,
        )
        self._runs[request.id] = _Kept(request, run)

    async def claim_run(self, run_id: str, *, question_id: str | None = None, turn_id: str | None = None) -> RunRequest:
        kept = self._kept(run_id)
        if kept.run.status == "completed":
            raise AlreadyCompleted(f"Run {run_id} is completed.")
        waits_for = kept.run.question.id if kept.run.question else None
        if kept.run.status == "running" or (question_id is not None and question_id != waits_for):
            raise Busy(f"Run {run_id} is being worked on right now.")
        kept.run = replace(kept.run, status="running", error=None, question=None, finished_at=None)
        self._ended.pop(run_id, None)
        return kept.request

    async def run_request(self, run_id: str) -> RunRequest:
        return self._kept(run_id).request

    async def journal(self, run_id: str) -> list[JournalEntry]:
        return list(self._kept(run_id).entries.values())

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None:
        self._kept(run_id).entries[entry.path] = entry

    async def append_events(self, events: Sequence[EventRecord]) -> None:
        """Nothing outlives the process, and who watches has the live stream."""

    async def last_seq(self, stream: str) -> int:
        return 0

    async def end_run(
        self,
        run_id: str,
        *,
        status: RunStatus,
        content: Any = None,
        error: str | None = None,
        question: Question | None = None,
        session_state: dict[str, Any] | None = None,
        state_changes: dict[str, Any] | None = None,
        usage: Usage = Usage(),
        steps: Sequence[StepOutput] = (),
        events: Sequence[EventRecord] = (),
    ) -> None:
        kept = self._kept(run_id)
        kept.run = replace(
            kept.run,
            status=status,
            content=content,
            error=error,
            question=question,
            session_state=session_state or {},
            usage=usage,
            steps=tuple(steps),
            finished_at=None if status == "paused" else now(),
        )
        if status == "completed" and state_changes:
            key = (kept.request.user_id, kept.request.session_id)
            state, removed = self._states.get(key, ({}, frozenset()))
            state = {name: value for name, value in state.items() if name not in state_changes["removed"]}
            removed = (removed | set(state_changes["removed"])) - set(state_changes["set"])
            self._states[key] = {**state, **state_changes["set"]}, removed
        if status in ("completed", "failed", "cancelled"):
            self._note_end(run_id)

    async def get_run(self, run_id: str) -> Run:
        return self._kept(run_id).run

    async def get_runs(self, run_ids: Sequence[str]) -> list[Run]:
        return [self._runs[run_id].run for run_id in run_ids if run_id in self._runs]

    async def completed_run_ids(self, session_id: str, user_id: str, limit: int) -> list[str]:
        of_session = (
            run_id
            for run_id in reversed(self._ended)
            if (run := self._runs[run_id].run).status == "completed"
            and (run.session_id, run.user_id) == (session_id, user_id)
        )
        return list(islice(of_session, limit))[::-1]

    async def starting_state(self, session_id: str, user_id: str, defaults: dict[str, Any]) -> dict[str, Any]:
        state, removed = self._states.get((user_id, session_id), ({}, frozenset()))
        return {key: value for key, value in defaults.items() if key not in removed} | state

    def shelf(self, session_id: str, user_id: str) -> Shelf | None:
        return None

    def _note_end(self, run_id: str) -> None:
        self._ended[run_id] = None
        if len(self._ended) > REMEMBERED_RUNS:
            oldest, _ = self._ended.popitem(last=False)
            del self._runs[oldest]

    def _kept(self, run_id: str) -> _Kept:
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"There is no run {run_id}.") from None
