"""A workflow: a named sequence of nodes that can be run, watched, resumed, and put inside another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel

from storage.errors import AlreadyCompleted
from storage.records import KnownPart, Run, RunRequest, Usage

from .events import Event
from .execution import Execution, spent_before
from .fork import forked, kept
from .graph import mermaid
from .inputs import FileLike, refuse_missing, restored
from .memory import MemoryStore, RunKeeper
from .nested import NestedWorkflow
from .new_run import new_run
from .node import Node, check_name, fingerprint
from .off_loop import off_loop
from .plain import ALLOWED, odd_part
from .questions import answer_entry
from .starting import Starting, refuse_other_tree
from .steps import NodeList
from .stream import EventStream, watching
from .work import shielded


class Workflow:
    """Steps in a fixed order.

    `fresh_for` is how long a result counts as current; `examples` are inputs that work well; `input_schema` a pydantic
    model the input must fit; `session_state` the state a new session starts with. Without a `store` the journal is kept
    in memory. A run that has used `max_tokens`, or worked for `max_seconds`, asks before it starts another step.
    """

    def __init__(
        self,
        name: str,
        steps: Iterable[Any],
        *,
        description: str = "",
        input_schema: type[BaseModel] | None = None,
        fresh_for: timedelta | None = None,
        examples: Sequence[str] = (),
        session_state: dict[str, Any] | None = None,
        store: RunKeeper | None = None,
        max_tokens: int | None = None,
        max_seconds: float | None = None,
    ) -> None:
        self.name = check_name(name)
        self.description = description
        self.input_schema = input_schema
        self.fresh_for = fresh_for
        self.examples = tuple(examples)
        self.session_state = session_state or {}
        if odd := odd_part(self.session_state):
            raise ValueError(f"The session_state of {name} has {odd} in it. It may hold {ALLOWED}.")
        self.store = store
        self.max_tokens = max_tokens
        self.max_seconds = max_seconds
        self.steps = NodeList(steps)
        self._memory = MemoryStore()
        self._fingerprint = json.dumps([fingerprint(node) for node in self.steps.nodes])
        self._starting = Starting()

    @property
    def node(self) -> Node:
        """This workflow as a node of another one. Raises ValueError if it has a budget, which is a whole run's."""
        if self.max_tokens is not None or self.max_seconds is not None:
            raise ValueError(f"{self.name} has max_tokens or max_seconds; give them to the workflow around it instead.")
        return NestedWorkflow(self.name, self.steps, self.input_schema, self.session_state)

    async def run(
        self,
        input: Any = None,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        files: Iterable[FileLike] = (),
    ) -> Run:
        """Run to the end. A failed step gives a Run with status `failed`; raises InvalidInput alone.

        `files` are paths; steps have them in `step_input.files`, and read what they need.
        """
        request = await self.request(input, session_id=session_id, user_id=user_id, files=files)
        await self._starting.create(self._store, request)
        stream = EventStream(request.stream, sink=self.store, watched=False)
        return await self._to_the_end(request, stream)

    def run_sync(self, input: Any = None, **options: Any) -> Run:
        """`run` for programs without an event loop."""
        return asyncio.run(self.run(input, **options))

    async def stream(
        self,
        input: Any = None,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        files: Iterable[FileLike] = (),
    ) -> AsyncGenerator[Event]:
        """Run, and tell every event as it happens. Closing the stream cancels the run."""
        request = await self.request(input, session_id=session_id, user_id=user_id, files=files)
        await self._starting.create(self._store, request)
        stream = EventStream(request.stream, sink=self.store)
        async with watching(self.execute(request, stream=stream), stream) as events:
            async for event in events:
                yield event

    async def resume(self, run_id: str, **answer: Any) -> Run:
        """Go on with a run that was interrupted, cancelled or failed (a failed step is tried anew), or is paused.

        A paused run wants the answer to its question: `approve` (bool), `values` (of an `ask`), `output` (an edited
        one) or `feedback` for a review, `choice` (a name or several); `question_id` makes sure which question is
        meant. A completed run comes back unchanged. Raises NotFound, Busy, TreeChanged, InvalidAnswer, and
        InvalidInput when a file of the run is gone.
        """
        claimed = await self._claimed(run_id, answer)
        if claimed is None:
            return await self._store.get_run(run_id)
        request, stream = claimed
        return await self._to_the_end(request, stream, resumed=True)

    async def resume_stream(self, run_id: str, **answer: Any) -> AsyncGenerator[Event]:
        """`resume`, told as events; finished steps are not told again."""
        claimed = await self._claimed(run_id, answer)
        if claimed is None:
            return
        request, stream = claimed
        async with watching(self.execute(request, stream=stream, resumed=True), stream) as events:
            async for event in events:
                yield event

    async def fork(self, run_id: str, at: str, output: Any = None) -> Run:
        """A new run that keeps what came before the path `at`, and its siblings in a Parallel, and does the rest again.

        With `output`, `at` takes that instead of running. Raises NotFound, and WorkflowError for an unknown path.
        """
        request = await self.begin_fork(run_id, at, output)
        stream = EventStream(request.stream, sink=self.store, watched=False)
        return await self._to_the_end(request, stream, resumed=True)

    async def begin_fork(
        self,
        run_id: str,
        at: str,
        output: Any = None,
        *,
        store: RunKeeper | None = None,
        session_id: str | None = None,
        turn_id: str | None = None,
    ) -> RunRequest:
        """Keep the new run of a `fork`, for `execute(…, resumed=True)`; in that session and turn, if they are given."""
        store = store or self._store
        request = await store.run_request(run_id)
        refuse_missing(request.files)
        known = await kept(await store.journal(run_id), at, self.steps, output)
        request = forked(request, self.name, self._fingerprint, session_id, turn_id)
        await self._starting.create(store, request, known)
        return request

    def fits(self, request: RunRequest) -> bool:
        """Whether a run is one of this workflow with the steps it has now."""
        return (request.workflow, request.fingerprint) == (self.name, self._fingerprint)

    def mermaid(self) -> str:
        """The tree as a Mermaid flowchart."""
        return mermaid(self.name, self.steps.nodes)

    async def get_run(self, run_id: str) -> Run:
        """A run of this workflow's store. Raises NotFound."""
        return await self._store.get_run(run_id)

    async def cancel(self, run_id: str) -> None:
        """End a run of this process; what is finished stays. Nothing happens if it does not run."""
        self._starting.cancel(run_id)

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
        files: Iterable[FileLike] = (),
        turn_id: str | None = None,
        store: RunKeeper | None = None,
        known: Iterable[KnownPart] = (),
    ) -> RunRequest:
        """What a new run needs, checked; `known` is what earlier runs hold on it. Raises InvalidInput."""
        return await new_run(
            store or self._store,
            self.name,
            self._fingerprint,
            input,
            schema=self.input_schema,
            defaults=self.session_state,
            session_id=session_id,
            user_id=user_id,
            turn_id=turn_id,
            files=files,
            known=known,
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
        refuse_other_tree(request, self.name, self._fingerprint)
        refuse_missing(request.files)
        run = await store.get_run(run_id)
        given = await off_loop(lambda: answer_entry(run, self.steps, question_id, answer), run.question, answer)
        answers = given.path if given else None
        async with self._starting.run(store, run_id):
            request = await shielded(store.claim_run(run_id, question_id=answers, turn_id=turn_id))
            if given is not None:
                await store.record(run_id, given)
            seq = await store.last_seq(request.stream)
        sink = None if isinstance(store, MemoryStore) else store
        return request, EventStream(request.stream, sink=sink, turn_id=request.turn_id, seq=seq)

    async def _claimed(self, run_id: str, answer: dict[str, Any]) -> tuple[RunRequest, EventStream] | None:
        """`claim`, or None if the run is completed."""
        if (await self._store.get_run(run_id)).status != "completed":
            with suppress(AlreadyCompleted):  # since we looked
                return await self.claim(run_id, **answer)
        return None

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
        async with self._starting.run(store, request.id):
            known = await store.journal(request.id) if resumed else ()
            history = tuple(await store.get_runs(request.history)) if request.history else ()
            if resumed and self.input_schema is not None:
                request = replace(request, input=restored(request.input, self.input_schema, self.name))
            spent = await spent_before(store, request.id, known) if resumed else Usage()
        execution = Execution(
            self.steps,
            request,
            store,
            stream,
            known=known,
            history=history,
            resumed=resumed,
            spent=spent,
            max_tokens=self.max_tokens,
            max_seconds=self.max_seconds,
        )
        return await self._starting.work(execution, store)

    async def _to_the_end(self, request: RunRequest, stream: EventStream, *, resumed: bool = False) -> Run:
        try:
            return await self.execute(request, stream=stream, resumed=resumed)
        finally:
            stream.close()

    @property
    def _store(self) -> RunKeeper:
        return self.store or self._memory

    async def _content_of(self, input: Any) -> Any:
        run = await self.run(input)
        if run.status != "completed":
            raise RuntimeError(f"{self.name} ended {run.status}: {run.error}")
        return run.content
