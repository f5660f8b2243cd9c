"""One run being worked on, from its first event to its last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import reduce
from typing import Any, TypeVar

from agents.context import current_session, current_shelf, current_user
from storage.errors import Closed, NotFound, StorageError
from storage.records import JournalEntry, Question, Run, RunRequest, RunStatus, StepOutput, Usage, now

from .errors import Rejected, cause_of, failure_of
from .events import BaseEvent, RunCancelled, RunFailed, RunFinished, RunPaused, RunStarted
from .journal import Journal
from .memory import RunKeeper
from .node import StepInput
from .off_loop import off_loop
from .questions import Pause, last_answer
from .scope import RunContext, Scope
from .state import changes_between, copy_of
from .steps import NodeList
from .stream import EventStream
from .winding_down import Interruption, winds_down
from .work import shielded, waited_for

E = TypeVar("E", bound=BaseEvent)


class Execution:
    """Runs the steps of `request` against its journal, tells the stream, keeps the outcome in the store."""

    def __init__(
        self,
        steps: NodeList,
        request: RunRequest,
        store: RunKeeper,
        stream: EventStream,
        *,
        known: Iterable[JournalEntry] = (),
        history: tuple[Run, ...] = (),
        resumed: bool = False,
        spent: Usage = Usage(),
        max_tokens: int | None = None,
        max_seconds: float | None = None,
    ) -> None:
        self.request = request
        self._steps = steps
        self._store = store
        self._stream = stream
        self._history = history
        known = list(known)
        self._answered = last_answer(known) if resumed else None
        self._context = RunContext(
            run_id=request.id,
            journal=Journal(request.id, store, known, steps),
            stream=stream,
            user_id=request.user_id,
            session_id=request.session_id,
            workflow=request.workflow,
            before=spent,
            max_tokens=max_tokens,
            max_seconds=max_seconds,
            resumed=resumed,
        )
        self._scope = Scope(self._context, name=request.workflow, state=request.session_state)
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cancelled = False
        self._working = False
        self._done: list[StepOutput] = []

    def cancel(self) -> None:
        """End the run as cancelled, from any thread; what is finished stays."""
        self._cancelled = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._interrupt)

    def _interrupt(self) -> None:
        """Cancel the work, if it has not ended and was not cancelled before."""
        if self._task is not None and self._working:
            self._working = False
            self._task.cancel()

    async def run(self) -> Run:
        """Work until the run has ended or waits for a person; raises only when the caller is cancelled."""
        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        user, session = current_user.set(self.request.user_id), current_session.set(self.request.session_id)
        shelf = current_shelf.set(self._store.shelf(self.request.session_id, self.request.user_id))
        try:
            output = await self._worked()
        except asyncio.CancelledError:
            if winds_down() and not self._cancelled:
                await shielded(self._leave())
                raise
            run = await shielded(self._end("cancelled", self._so_far(), None, RunCancelled))
            if not self._cancelled:
                raise
            if self._task is not None:
                self._task.uncancel()
            return run
        except Interruption:
            return await self._leave()
        except Pause as pause:
            return await self._end("paused", self._so_far(), None, RunPaused, question=pause.question)
        except Rejected as no:
            return await self._end("cancelled", self._so_far(), str(no), RunCancelled)
        except Exception as error:  # an evaluator, a selector or the engine itself
            message = cause_of(error)
            return await self._end("failed", self._so_far(), message, RunFailed, error=message)
        finally:
            current_user.reset(user)
            current_session.reset(session)
            current_shelf.reset(shelf)
        if not output.success:
            message = failure_of(output)
            return await self._end("failed", output, message, RunFailed, error=message)
        told = {"content": output.content, "usage": self._context.usage}
        return await self._end("completed", output, None, RunFinished, **told)

    async def _worked(self) -> StepOutput:
        self._working = True
        try:
            with self._context.meter:
                return await waited_for(self._work(), self._scope.work)
        finally:
            self._working = False

    async def _work(self) -> StepOutput:
        request = self.request
        self._scope.emit(
            RunStarted,
            workflow=request.workflow,
            input=request.input,
            steps=tuple(self._steps.names),
            resumed=self._context.resumed,
            answered=self._answered,
        )
        if self._cancelled:
            raise asyncio.CancelledError
        self._scope.state = await copy_of(request.session_state)
        step_input = StepInput(request.input, history=self._history, files=request.files, known=request.known)
        return await self._steps.run(step_input, self._scope, self._done)

    async def _end(
        self, status: RunStatus, output: StepOutput, failure: str | None, event: type[E], /, **fields: Any
    ) -> Run:
        request, usage, question = self.request, self._context.usage, fields.get("question")
        before, after = request.session_state, self._scope.state
        changes = await off_loop(lambda: changes_between(before, after), after) if before or after else None
        seq = self._stream.prepare(event, request.id, "", request.workflow, **fields)
        try:
            with self._stream.storing() as events:
                await self._store.end_run(
                    request.id,
                    status=status,
                    content=output.content,
                    error=failure,
                    question=question,
                    session_state=self._scope.state,
                    state_changes=changes,
                    usage=usage,
                    steps=output.steps,
                    events=events,
                )
        except (NotFound, Closed):
            raise
        except StorageError as refused:
            self._stream.withdraw(seq)
            self._scope.emit(RunFailed, error=cause_of(refused))
            raise
        finally:
            self._stream.release(seq)
        return self._run(status, output, usage, failure, question)

    async def _leave(self) -> Run:
        """Leave the run as it is, to be gone on with after the end of this process; no event tells of that."""
        usage, output = self._context.usage, self._so_far()
        with self._stream.storing() as events:
            await self._store.end_run(
                self.request.id,
                status="interrupted",
                session_state=self._scope.state,
                usage=usage,
                steps=output.steps,
                events=events,
            )
        return self._run("interrupted", output, usage)

    def _run(
        self,
        status: RunStatus,
        output: StepOutput,
        usage: Usage,
        failure: str | None = None,
        question: Question | None = None,
    ) -> Run:
        request = self.request
        return Run(
            id=request.id,
            workflow=request.workflow,
            status=status,
            input=request.input,
            content=output.content,
            steps=output.steps,
            session_state=self._scope.state,
            error=failure,
            question=question,
            usage=usage,
            forked_from=request.forked_from,
            started_at=request.started_at,
            finished_at=None if status in ("paused", "interrupted") else now(),
            user_id=request.user_id,
            session_id=request.session_id,
            turn_id=request.turn_id,
            files=request.files,
        )

    def _so_far(self) -> StepOutput:
        return StepOutput(steps=tuple(self._done))


async def spent_before(store: RunKeeper, run_id: str, known: Iterable[JournalEntry]) -> Usage:
    """What the run had used: as stored when it last ended or paused, or as its journal tells if it was cut off."""
    stored = (await store.get_run(run_id)).usage
    return reduce(Usage.at_least, (entry.spent for entry in known), stored)
