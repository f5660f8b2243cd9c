"""The runs of one turn: begun together, worked on one after the other, told as its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from storage import RunStore
from storage.encoding import content_text, input_key
from storage.errors import NotFound, StorageError
from storage.files import Attached
from storage.records import Decision, Evidence, KnownPart, Preferences, Run, RunRequest, Turn, TurnStatus, now

from .again import Again, checked_again
from .age import is_stale
from .events import StepDelta, StepRetried, StepStarted
from .excerpt import excerpt
from .past import input_text
from .starting import let_go
from .stream import EventStream
from .words import beginning
from .workflow import Workflow

MOST_KNOWN = 3  # passages that a run is given of what earlier ones hold
KNOWN_CHARACTERS = 1200  # of each
LEAST_COVERAGE = 0.25  # of the message, by a passage that is given


@dataclass(frozen=True, slots=True)
class Call:
    """A workflow that is to run, and a sentence why."""

    workflow: str
    input: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What runs come to as an answer: `untold` is what of it no step has streamed, `asked` what runs ask, by run id."""

    status: TurnStatus
    answer: str
    untold: str
    error: str | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


class TurnRuns:
    """Works on runs in the stream of their turn."""

    def __init__(
        self, store: RunStore, workflows: Mapping[str, Workflow], stream: EventStream, preferences: Preferences
    ) -> None:
        self._store = store
        self._preferences = preferences
        self._workflows = workflows
        self._stream = stream

    async def begin(
        self, calls: Sequence[Call], turn: Turn, evidence: Sequence[Evidence] = (), attached: Sequence[Attached] = ()
    ) -> list[RunRequest]:
        """Put the runs on disk; each is given what `evidence` holds on part of the message, and the attached files.

        Raises InvalidInput.
        """
        requests = []
        files = [self._store.attached_file(file.id, file.name, file.media_type) for file in attached]
        for call in calls:
            request = await self._workflows[call.workflow].request(
                call.input,
                session_id=turn.session_id,
                user_id=turn.user_id,
                turn_id=turn.id,
                files=files,
                store=self._store,
                known=self._known(call, evidence),
            )
            requests.append(request)
        await self._keep(requests)
        return requests

    async def begin_again(self, again: Again, turn: Turn) -> tuple[RunRequest, Decision]:
        """Put the run on disk that does another one again, and what the turn decides by that. See `checked_again`."""
        run = await checked_again(self._store, self._workflows, again, turn.user_id)
        workflow, store, session_id = self._workflows[run.workflow], self._store, turn.session_id
        if again.at is not None:
            request = await workflow.begin_fork(
                run.id, again.at, again.output, store=store, session_id=session_id, turn_id=turn.id
            )
        else:
            request = await workflow.request(
                run.input, session_id=session_id, user_id=turn.user_id, files=run.files, turn_id=turn.id, store=store
            )
            await self._keep([request])
        return request, again.decision(run)

    async def earlier(self, call: Call, turn: Turn) -> str | None:
        """The user's newest completed run of the same request, if there is one."""
        run = await self._store.workflow_run_by_input(turn.user_id, call.workflow, content_text(call.input))
        return run.id if run is not None else None

    async def _keep(self, requests: Sequence[RunRequest]) -> None:
        try:
            for request in requests:
                await self._store.create_run(request)
        except asyncio.CancelledError:
            for request in requests:
                with suppress(NotFound):  # what was handed in is written, whoever waits for it
                    await self._store.end_run(request.id, status="cancelled")
            raise
        except StorageError as error:
            for request in requests:
                await let_go(self._store, request.id, error)
            raise

    async def work(self, requests: Sequence[RunRequest], *, resumed: bool = False) -> Outcome:
        """Work on runs that were begun; `resumed` ones have something in their journals already."""
        runs: list[Run] = []
        try:
            for request in requests:
                runs.append(await self._execute(request, resumed=resumed))
        finally:
            for request in requests[len(runs) + 1 :]:  # the turn was cancelled before their turn came
                await let_go(self._store, request.id, asyncio.CancelledError())
        return await self._outcome(runs)

    async def go_on(self, claimed: RunRequest, run_ids: Sequence[str]) -> Outcome:
        """Go on with a claimed run of a turn, and with those of its runs that have not ended well."""
        runs = []
        for run_id in run_ids:
            run = await self._store.get_run(run_id)
            if run_id == claimed.id and run.status == "running":
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

    def _known(self, call: Call, evidence: Sequence[Evidence]) -> list[KnownPart]:
        """What is current, bears on the message and is no person's own text; nothing for what was run before just so.

        That is done anew.
        """
        asked = call.workflow, input_key(content_text(call.input))
        if any((piece.passage.workflow, input_key(piece.passage.run_input)) == asked for piece in evidence):
            return []
        worked_out = [piece for piece in evidence if not piece.passage.edited]
        pieces = [piece.passage for piece in worked_out if piece.coverage >= LEAST_COVERAGE and self._current(piece)]
        return [
            KnownPart(
                piece.step_name,
                piece.workflow,
                piece.run_id,
                piece.finished_at,
                beginning(piece.text, KNOWN_CHARACTERS - 1),
            )
            for piece in pieces[:MOST_KNOWN]
        ]

    def _current(self, piece: Evidence) -> bool:
        workflow = self._workflows.get(piece.passage.workflow)
        own = workflow.fresh_for if workflow else None
        return not is_stale(piece.passage.finished_at, self._preferences.fresh_for(own), now())

    async def _outcome(self, runs: Sequence[Run]) -> Outcome:
        parts, untold, asked = [], [], {}
        ended_early = [run for run in runs if run.status != "completed"]
        for run in runs:
            if run.status == "completed":
                content = await excerpt(run.content, run.id)
                parts.append(content if len(runs) == 1 else f"## {input_text(run.input)}\n\n{content}")
                if (await self._streamed(run)).strip() != content.strip():
                    untold.append(content)
            elif run.question is not None:
                draft = await excerpt(run.question.draft, run.id)
                asked[run.id] = f"{run.question.prompt}\n\n{draft}".strip()
        answer = "\n\n".join(parts)
        if not ended_early:
            return Outcome("completed", answer, "\n\n".join(untold))
        first = ended_early[0]
        status: TurnStatus = first.status if first.status in ("paused", "cancelled", "interrupted") else "failed"
        return Outcome(status, answer, "\n\n".join(untold), first.error, asked)

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
