"""A workflow: a named sequence of nodes that can be run, watched, resumed, and put inside another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Coroutine, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel

from storage.records import Run, RunRequest, now

from .errors import TreeChanged
from .events import Event
from .execution import Execution, spent_before
from .fork import kept
from .graph import mermaid
from .inputs import checked
from .memory import MemoryStore, RunKeeper
from .nested import NestedWorkflow
from .node import HISTORY_RUNS, Node, check_name, fingerprint
from .questions import answer_entry
from .state import copied
from .steps import NodeList
from .stream import EventStream


class Workflow:
    """Steps in a fixed order.

    `fresh_for` is how long a result counts as current; `input_schema` a pydantic model the input must fit;
    `session_state` the state a new session starts with. Without a `store` the journal is kept in memory. A run that has
    used `max_tokens`, or worked for `max_seconds`, asks before it starts another step.
    """

    def __init__(
        self,
        name: str,
        steps: Iterable[Any],
        *,
        description: str = "",
        input_schema: type[BaseModel] | None = None,
        fresh_for: timedelta | None = None,
        session_state: dict[str, Any] | None = None,
        store: RunKeeper | None = None,
        max_tokens: int | None = None,
        max_seconds: float | None = None,
    ) -> None:
        self.name = check_name(name)
        self.description = description
        self.input_schema = input_schema
        self.fresh_for = fresh_for
        self.session_state = session_state or {}
        self.store = store
        self.max_tokens = max_tokens
        self.max_seconds = max_seconds
        self.steps = NodeList(steps)
        self._memory = MemoryStore()
        self._fingerprint = json.dumps([fingerprint(node) for node in self.steps.nodes])
        self._executions: dict[str, Execution] = {}

    @property
    def node(self) -> Node:
        """This workflow as a node of another one."""
        return NestedWorkflow(self.name, self.steps)

    async def run(
        self,
        input: Any = None,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        files: Sequence[str] = (),
    ) -> Run:
        """Run to the end. A failed step gives a Run with status `failed`; raises InvalidInput alone."""
        request = await self.request(input, session_id=session_id, user_id=user_id, files=files)
        await self._store.create_run(request)
        stream = EventStream(request.stream, sink=self.store, watched=False)
        try:
            return await self.execute(request, stream=stream)
        finally:
            stream.close()

    def run_sync(self, input: Any = None, **options: Any) -> Run:
        """`run` for programs without an event loop."""
        return asyncio.run(self.run(input, **options))

    async def stream(
        self,
        input: Any = None,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        files: Sequence[str] = (),
    ) -> AsyncGenerator[Event]:
        """Run, and tell every event as it happens. Closing the stream cancels the run."""
        request = await self.request(input, session_id=session_id, user_id=user_id, files=files)
        await self._store.create_run(request)
        stream = EventStream(request.stream, sink=self.store)
        async with self._watching(self.execute(request, stream=stream), stream) as events:
            async for event in events:
                yield event

    async def resume(self, run_id: str, **answer: Any) -> Run:
        """Go on with a run that was interrupted, cancelled or failed (a failed step is tried anew), or is paused.

        A paused run wants the answer to its question: `approve` (bool), `values` (of an `ask`), `output` (an edited
        one) or `feedback` for a review, `choice` (a name or several); `question_id` makes sure which question is
        meant. A completed run comes back unchanged. Raises NotFound, Busy, TreeChanged, InvalidAnswer.
        """
        run = await self._store.get_run(run_id)
        if run.status == "completed":
            return run
        request, stream = await self.claim(run_id, **answer)
        try:
            return await self.execute(request, stream=stream, resumed=True)
        finally:
            stream.close()

    async def resume_stream(self, run_id: str, **answer: Any) -> AsyncGenerator[Event]:
        """`resume`, told as events; finished steps are not told again."""
        run = await self._store.get_run(run_id)
        if run.status == "completed":
            return
        request, stream = await self.claim(run_id, **answer)
        async with self._watching(self.execute(request, stream=stream, resumed=True), stream) as events:
            async for event in events:
                yield event

    async def fork(self, run_id: str, at: str, output: Any = None) -> Run:
        """A new run that keeps what came before the path `at`, and its siblings in a Parallel, and does the rest again.

        With `output`, `at` takes that instead of running. Raises NotFound, and WorkflowError for an unknown path.
        """
        request = await self._store.run_request(run_id)
        known = kept(await self._store.journal(run_id), at, self.steps, output)
        request = replace(
            request,
            id=uuid4().hex,
            fingerprint=self._fingerprint,
            turn_id=None,
            forked_from=run_id,
            started_at=now(),
        )
        await self._store.create_run(request)
        for entry in known:
            await self._store.record(request.id, entry)
        stream = EventStream(request.stream, sink=self.store, watched=False)
        try:
            return await self.execute(request, stream=stream, resumed=True)
        finally:
            stream.close()

    def mermaid(self) -> str:
        """The tree as a Mermaid flowchart."""
        return mermaid(self.name, self.steps.nodes)

    async def get_run(self, run_id: str) -> Run:
        """A run of this workflow's store. Raises NotFound."""
        return await self._store.get_run(run_id)

    async def cancel(self, run_id: str) -> None:
        """End a run of this process; what is finished stays. Nothing happens if it does not run."""
        if execution := self._executions.get(run_id):
            execution.cancel()

    def print_response(self, input: Any = None, *, stream: bool = True, **options: Any) -> Run:
        """Run in a terminal: a panel a step, live if `stream`; plain text in a pipe. Returns the Run."""
        from .console import print_run  # rich takes a while to import, and only terminals need it

        return asyncio.run(print_run(self, input, live=stream, **options))

    def as_runnable(self) -> Runnable[Any, Any]:
        """A langchain-core Runnable: the workflow's input in, its content out. A failed run raises."""
        return RunnableLambda(self._content_of, name=self.name)

    async def request(
        self,
        input: Any,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        files: Sequence[str] = (),
        turn_id: str | None = None,
        store: RunKeeper | None = None,
    ) -> RunRequest:
        """What a new run needs, checked. Raises InvalidInput."""
        store, run_id, user = store or self._store, uuid4().hex, user_id or "local"
        state = copied(self.session_state)
        history: Sequence[str] = ()
        if session_id is not None:
            state.update(await store.session_state(session_id, user))
            history = await store.completed_run_ids(session_id, user, HISTORY_RUNS)
        return RunRequest(
            id=run_id,
            workflow=self.name,
            fingerprint=self._fingerprint,
            input=checked(input, self.input_schema, self.name),
            user_id=user,
            session_id=session_id or run_id,
            turn_id=turn_id,
            session_state=state,
            history=tuple(history),
            files=tuple(files),
        )

    async def claim(
        self,
        run_id: str,
        store: RunKeeper | None = None,
        *,
        question_id: str | None = None,
        turn_id: str | None = None,
        **answer: Any,
    ) -> tuple[RunRequest, EventStream]:
        """Take over a run that nobody works on, and the stream its events go on in. See `resume`."""
        store = store or self._store
        request = await store.run_request(run_id)
        if request.fingerprint != self._fingerprint:
            raise TreeChanged(f"The steps of {self.name} have changed since run {run_id} began; fork it or start anew.")
        given = answer_entry(await store.get_run(run_id), self.steps, question_id, answer)
        request = await store.claim_run(run_id, question_id=given.path if given else None, turn_id=turn_id)
        if given is not None:
            await store.record(run_id, given)
        seq = await store.last_seq(request.stream)
        sink = None if isinstance(store, MemoryStore) else store
        return request, EventStream(request.stream, sink=sink, turn_id=request.turn_id, seq=seq)

    async def execute(
        self,
        request: RunRequest,
        *,
        stream: EventStream,
        store: RunKeeper | None = None,
        resumed: bool = False,
    ) -> Run:
        """Work on a stored `request` until it ends; with `resumed`, go on from its journal."""
        store = store or self._store
        known = await store.journal(request.id) if resumed else ()
        history = tuple(await store.get_runs(request.history)) if request.history else ()
        if self.input_schema is not None and isinstance(request.input, dict):
            request = replace(request, input=self.input_schema.model_validate(request.input))
        execution = Execution(
            self.steps,
            request,
            store,
            stream,
            known=known,
            history=history,
            resumed=resumed,
            spent=await spent_before(store, request, known),
            max_tokens=self.max_tokens,
            max_seconds=self.max_seconds,
        )
        self._executions[request.id] = execution
        try:
            return await execution.run()
        finally:
            del self._executions[request.id]

    @property
    def _store(self) -> RunKeeper:
        return self.store or self._memory

    @asynccontextmanager
    async def _watching(
        self, work: Coroutine[Any, Any, Run], stream: EventStream
    ) -> AsyncGenerator[AsyncGenerator[Event]]:
        """The events of `work`, which is cancelled when the caller leaves before its end."""

        async def run() -> None:
            try:
                await work
            finally:
                stream.close()

        task = asyncio.create_task(run())
        try:
            async with aclosing(stream.follow()) as events:
                yield events
            await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def _content_of(self, input: Any) -> Any:
        run = await self.run(input)
        if run.status != "completed":
            raise RuntimeError(f"{self.name} ended {run.status}: {run.error}")
        return run.content
