"""Who does the work: starts, follows, resumes and cancels runs and turns, apart from who asked for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from agents.boundary import Waiting, boundary
from storage import RunStore
from storage.errors import Busy, NotFound
from storage.records import Run, RunRequest, Turn

from .errors import WorkflowError
from .events import ENDS_RUN, Event
from .fork import Fork
from .inputs import FileLike
from .stream import EventStream
from .winding_down import GRACE_SECONDS, WindingDown, current_winding
from .wire import from_record
from .workflow import Workflow

POLL_SECONDS = 0.2
LIVES_SECONDS = 2.0  # between two looks whether the process that works on it still lives

FinishTurn = Callable[[RunRequest, EventStream], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class _Live:
    """A turn or run that this process works on now."""

    stream: EventStream
    task: asyncio.Task[Any]
    loop: asyncio.AbstractEventLoop


class Runner:
    """Works in this process, as asyncio tasks. Whoever follows may leave and come back; the work goes on.

    `id` is a turn's or a run's everywhere. `on_resume` is how the run of a turn is gone on with.
    """

    def __init__(self, store: RunStore, workflows: Mapping[str, Workflow]) -> None:
        self.store = store
        self.workflows = workflows
        self.on_resume: FinishTurn | None = None
        self.winding = WindingDown()
        self._live: dict[str, _Live] = {}

    async def start(
        self,
        workflow: str,
        input: Any = None,
        *,
        user_id: str,
        session_id: str,
        files: Iterable[FileLike] = (),
        fork: Fork | None = None,
    ) -> str:
        """Start a run and return its id at once; a `fork` takes its input from the run it is made from.

        Raises InvalidInput, WorkflowError for an unknown name or path, and NotFound for a run that is not the user's.
        """
        self.winding.refuse()
        found = self.workflow(workflow)
        if fork is not None:
            await self.store.get_run(fork.run_id, user_id=user_id)
            request = await found.begin_fork(fork.run_id, fork.at, fork.output, store=self.store, session_id=session_id)
            stream = EventStream(request.stream, sink=self.store)
            self.launch(stream, found.execute(request, stream=stream, store=self.store, resumed=True))
            return request.id
        request = await found.request(input, user_id=user_id, session_id=session_id, files=files, store=self.store)
        await self.store.create_run(request)
        stream = EventStream(request.stream, sink=self.store)
        self.launch(stream, found.execute(request, stream=stream, store=self.store))
        return request.id

    async def answer(self, run_id: str, **answer: Any) -> str:
        """Go on with a run, as `Workflow.resume` does; returns the id of its stream of events.

        Raises NotFound, Busy, TreeChanged, InvalidAnswer.
        """
        self.winding.refuse()
        run = await self.store.get_run(run_id)
        workflow = self.workflow(run.workflow)
        if not answer and (left := await self._left_untold(run)) is not None:
            request, stream = left
        else:
            request, stream = await workflow.claim(run_id, self.store, **answer)
            _tell_answer(run, answer)
        if request.turn_id is not None and self.on_resume is not None:
            self.launch(stream, self.on_resume(request, stream))
        else:
            self.launch(stream, workflow.execute(request, stream=stream, store=self.store, resumed=True))
        return request.stream

    async def _left_untold(self, run: Run) -> tuple[RunRequest, EventStream] | None:
        """A run that has ended or asks, whose process ended before its turn could say so: that is still to be told."""
        if run.turn_id is None or self.on_resume is None or run.status not in ("completed", "paused"):
            return None
        turn = await self._turn(run.turn_id)
        if turn is None or turn.status != "interrupted":
            return None
        request, seq = await self.store.run_request(run.id), await self.store.last_seq(turn.id)
        if self.is_live(turn.id):
            raise Busy(f"Run {run.id} is being gone on with right now.")
        return request, EventStream(turn.id, sink=self.store, turn_id=turn.id, seq=seq)

    async def cancel(self, id: str) -> None:
        """End a turn or run that this process works on; what is finished stays."""
        live = self._live.get(id) or self._live.get(await self._stream_of(id))
        if live is not None:
            live.loop.call_soon_threadsafe(live.task.cancel)

    @property
    def works(self) -> bool:
        """Whether this process works on anything now."""
        return bool(self._live)

    def is_live(self, id: str) -> bool:
        """Whether this process works on the turn or run with this stream id now."""
        return id in self._live

    def seen(self, run: Run) -> list[Event]:
        """The events of a run that this process works on now, whether they are stored yet or not."""
        live = self._live.get(run.turn_id or run.id)
        return [event for event in live.stream.seen() if event.run_id == run.id] if live else []

    async def follow(self, id: str, after_seq: int = 0) -> AsyncGenerator[Event]:
        """The events numbered above `after_seq`: the stored ones, then those to come, until the end.

        Ends when the turn or run has ended or waits for a person. Ending it cancels nothing. Raises NotFound.
        """
        stream_id = await self._stream_of(id)
        run_id = id if stream_id != id else None
        async with aclosing(self._batches(stream_id, after_seq)) as batches:
            async for batch in batches:
                for event in batch:
                    if run_id is None or event.run_id == run_id:
                        yield event
                        if run_id is not None and event.type in ENDS_RUN:
                            return

    async def batches(
        self, turn_id: str, after_seq: int = 0, pause: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncGenerator[list[Event]]:
        """Like `follow`, in lists that are never empty: what comes while `pause` is awaited goes into one list."""
        async with aclosing(self._batches(await self._stream_of(turn_id), after_seq, pause)) as batches:
            async for batch in batches:
                yield batch

    def launch(self, stream: EventStream, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do `work` as a task of its own; `stream` can be followed until it ends."""

        async def supervised() -> Any:
            try:
                return await work
            finally:
                self._live.pop(stream.id, None)
                stream.close()

        context = copy_context()
        context.run(current_winding.set, self.winding)
        task = asyncio.get_running_loop().create_task(supervised(), context=context)
        self._live[stream.id] = _Live(stream, task, asyncio.get_running_loop())
        return task

    def workflow(self, name: str) -> Workflow:
        """The workflow of this name. Raises WorkflowError that names those there are."""
        try:
            return self.workflows[name]
        except KeyError:
            names = ", ".join(self.workflows) or "none"
            raise WorkflowError(f"There is no workflow called {name!r}. There are: {names}.") from None

    async def wind_down(self, seconds: float = GRACE_SECONDS) -> None:
        """Take nothing new, and let steps and answers that are at work finish for so many seconds.

        Runs stop before their next step; what is not finished on time is cut off. All of it is left `interrupted`, to
        be resumed.
        """
        self.winding.begun = True
        tasks = [live.task for live in self._live.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def close(self) -> None:
        """Cancel what this process works on, and wait until it is stored."""
        tasks = [live.task for live in self._live.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _batches(
        self, stream_id: str, after_seq: int, pause: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncGenerator[list[Event]]:
        live = self._live.get(stream_id)
        return self._watch(live, after_seq, pause) if live else self._read(stream_id, after_seq)

    async def _watch(
        self, live: _Live, after_seq: int, pause: Callable[[], Awaitable[None]] | None
    ) -> AsyncGenerator[list[Event]]:
        if after_seq + 1 < live.stream.first_seq:
            stored = await self._stored(live.stream.id, after_seq)
            if earlier := [event for event in stored if event.seq < live.stream.first_seq]:
                yield earlier
        async with aclosing(live.stream.batches(after_seq, pause)) as batches:
            async for batch in batches:
                yield batch

    async def _read(self, stream_id: str, after_seq: int) -> AsyncGenerator[list[Event]]:
        """From the store alone, as another process writes it."""
        looked_at = float("-inf")
        while True:
            running = await self._is_running(stream_id)
            if running and time.monotonic() - looked_at >= LIVES_SECONDS:
                await self.store.interrupt_orphans()  # its process may have died
                running, looked_at = await self._is_running(stream_id), time.monotonic()
            if events := await self._stored(stream_id, after_seq):
                after_seq = events[-1].seq
                yield events
            if not running:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _stored(self, stream_id: str, after_seq: int) -> list[Event]:
        records = await self.store.events(stream_id, after_seq=after_seq)
        turn = await self._turn(stream_id) if any(record.turn_id for record in records) else None
        return [from_record(record, turn) for record in records]

    async def _is_running(self, stream_id: str) -> bool:
        turn = await self._turn(stream_id)
        return (turn or await self.store.get_run(stream_id)).status in ("running", "queued")

    async def _stream_of(self, id: str) -> str:
        if id in self._live or await self._turn(id) is not None:
            return id
        run = await self.store.get_run(id)
        return run.turn_id or run.id

    async def _turn(self, id: str) -> Turn | None:
        try:
            return await self.store.get_turn(id)
        except NotFound:
            return None


def _tell_answer(run: Run, answer: Mapping[str, Any]) -> None:
    said = {name: value for name, value in answer.items() if name != "question_id" and value is not None}
    if (border := boundary()) is not None and run.question is not None and said:
        border.answered(Waiting(run.workflow, run.input, run.session_id, run.question), said)
