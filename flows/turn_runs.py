"""The runs of one turn: begun together, worked on one after the other, told as its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from storage import RunStore
from storage.errors import NotFound
from storage.records import Run, RunRequest, Turn, TurnStatus

from .events import StepDelta, StepRetried, StepStarted
from .node import as_text
from .past import input_text
from .stream import EventStream
from .workflow import Workflow


@dataclass(frozen=True, slots=True)
class Call:
    """A workflow that is to run, and a sentence why."""

    workflow: str
    input: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What runs come to as an answer: `untold` is what of it no step has streamed."""

    status: TurnStatus
    answer: str
    untold: str
    error: str | None = None


class TurnRuns:
    """Works on runs in the stream of their turn."""

    def __init__(self, store: RunStore, workflows: Mapping[str, Workflow], stream: EventStream) -> None:
        self._store = store
        self._workflows = workflows
        self._stream = stream

    async def begin(self, calls: Sequence[Call], turn: Turn) -> list[RunRequest]:
        """Put the runs on disk. Raises InvalidInput."""
        requests = []
        for call in calls:
            request = await self._workflows[call.workflow].request(
                call.input,
                session_id=turn.session_id,
                user_id=turn.user_id,
                turn_id=turn.id,
                store=self._store,
            )
            requests.append(request)
        try:
            for request in requests:
                await self._store.create_run(request)
        except asyncio.CancelledError:
            for request in requests:
                with suppress(NotFound):  # what was handed in is written, whoever waits for it
                    await self._store.end_run(request.id, status="cancelled")
            raise
        return requests

    async def work(self, requests: Sequence[RunRequest]) -> Outcome:
        """Work on runs that were begun."""
        runs: list[Run] = []
        try:
            for request in requests:
                runs.append(await self._execute(request))
        finally:
            for request in requests[len(runs) + 1 :]:  # the turn was cancelled before their turn came
                await self._store.end_run(request.id, status="cancelled")
        return await self._outcome(runs)

    async def go_on(self, claimed: RunRequest, run_ids: Sequence[str]) -> Outcome:
        """Go on with a claimed run of a turn, and with those of its runs that have not ended well."""
        runs = []
        for run_id in run_ids:
            run = await self._store.get_run(run_id)
            if run_id == claimed.id:
                run = await self._execute(claimed, resumed=True)
            elif run.status in ("interrupted", "failed", "cancelled"):
                request, _ = await self._workflows[run.workflow].claim(run_id, self._store)
                run = await self._execute(request, resumed=True)
            runs.append(run)
        return await self._outcome(runs)

    async def answer(self, run: Run, turn: Turn, answer: dict[str, Any]) -> RunRequest:
        """Claim a paused run for `turn`, with the answer to its question. Raises InvalidAnswer and Busy."""
        request, _ = await self._workflows[run.workflow].claim(run.id, self._store, turn_id=turn.id, **answer)
        return request

    async def _execute(self, request: RunRequest, *, resumed: bool = False) -> Run:
        workflow = self._workflows[request.workflow]
        return await workflow.execute(request, stream=self._stream, store=self._store, resumed=resumed)

    async def _outcome(self, runs: Sequence[Run]) -> Outcome:
        parts, untold = [], []
        ended_early = [run for run in runs if run.status != "completed"]
        for run in runs:
            if run.status == "completed":
                content = as_text(run.content)
                parts.append(content if len(runs) == 1 else f"## {input_text(run.input)}\n\n{content}")
                if (await self._streamed(run)).strip() != content.strip():
                    untold.append(content)
            elif run.question is not None:
                untold.append(f"{run.question.prompt}\n\n{as_text(run.question.draft)}".strip())
        answer = "\n\n".join(parts)
        if not ended_early:
            return Outcome("completed", answer, "\n\n".join(untold))
        first = ended_early[0]
        status: TurnStatus = first.status if first.status in ("paused", "cancelled") else "failed"
        return Outcome(status, answer, "\n\n".join(untold), first.error)

    async def _streamed(self, run: Run) -> str:
        """The text that the run's last top-level step has streamed."""
        last, text = self._workflows[run.workflow].steps.names[-1], ""
        for record in await self._store.events(self._stream.id, run_id=run.id):
            if record.path != last:
                continue
            if record.type in (StepStarted.type, StepRetried.type):
                text = ""
            elif record.type == StepDelta.type:
                text += record.data["text"]
        return text
