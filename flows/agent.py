"""The WorkflowAgent: reads a message, looks at what past runs worked out, and answers or runs a workflow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from uuid import uuid4

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from storage import RunStore
from storage.encoding import clean
from storage.files import Attached
from storage.records import Preferences, RunRequest, Turn

from .again import Again, checked_again
from .asking import Setting
from .events import Event, TurnFinished
from .recall import Reach
from .runner import Runner
from .stream import EventStream
from .turn import TurnExecution
from .winding_down import winds_down
from .workflow import Workflow

USUAL = Preferences()


class WorkflowAgent:
    """A conversation over several workflows that remembers their runs.

    `model` is a chat model, the name of one, or None for what the environment names; `recall` says whether all
    of a user's sessions may answer, or the present one alone; `embeddings`, if given, rank what is recalled by meaning
    as well as by words. One agent serves many tasks and threads at once.
    """

    def __init__(
        self,
        workflows: Iterable[Workflow],
        *,
        store: RunStore,
        model: BaseChatModel | str | None = None,
        instructions: str = "",
        recall: Reach = "user",
        runner: Runner | None = None,
        embeddings: Embeddings | None = None,
    ) -> None:
        self.workflows = {workflow.name: workflow for workflow in workflows}
        self.store = store
        self.runner = runner or Runner(store, self.workflows)
        self.runner.on_resume = self._go_on
        self._setting = Setting(store, self.workflows, model, instructions, recall, embeddings)
        self._last_of_session: dict[tuple[str, str], asyncio.Task[Turn]] = {}

    async def start(
        self,
        message: str,
        *,
        session_id: str,
        user_id: str = "local",
        turn_id: str | None = None,
        preferences: Preferences = USUAL,
        files: tuple[Attached, ...] = (),
        again: Again | None = None,
    ) -> str:
        """Begin a turn and return its id at once; it is worked on after the earlier turns of its session.

        With `again` it does that, and `message` only says so; raises what `checked_again` raises.
        """
        if again is not None:
            await checked_again(self.store, self.workflows, again, user_id)
        id = turn_id or uuid4().hex
        turn = Turn(id, clean(message), user_id, session_id, status="queued", preferences=preferences, files=files)
        await self._launch(turn, again)
        return turn.id

    async def stream(
        self, message: str, *, session_id: str, user_id: str = "local", preferences: Preferences = USUAL
    ) -> AsyncGenerator[Event]:
        """Take a turn, told as events. Closing the stream cancels the turn."""
        turn_id = await self.start(message, session_id=session_id, user_id=user_id, preferences=preferences)
        finished = False
        try:
            async with aclosing(self.runner.follow(turn_id)) as events:
                async for event in events:
                    finished = isinstance(event, TurnFinished)
                    yield event
        finally:
            if not finished:
                await self.runner.cancel(turn_id)

    async def respond(
        self, message: str, *, session_id: str, user_id: str = "local", preferences: Preferences = USUAL
    ) -> Turn:
        """Take a turn to its end. A failure is told by the turn's `error`, not raised."""
        turn = Turn(uuid4().hex, clean(message), user_id, session_id, status="queued", preferences=preferences)
        task = await self._launch(turn)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise

    async def _launch(self, turn: Turn, again: Again | None = None) -> asyncio.Task[Turn]:
        self.runner.winding.refuse()
        turn = await self.store.create_turn(turn)
        key = (turn.user_id, turn.session_id)
        before = self._last_of_session.get(key)
        if before is not None and before.get_loop() is not asyncio.get_running_loop():
            before = None
        stream = EventStream(turn.id, sink=self.store, turn_id=turn.id)
        task = self.runner.launch(stream, self._take(turn, stream, before, again))
        self._last_of_session[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return task

    async def _take(
        self, turn: Turn, stream: EventStream, before: asyncio.Task[Turn] | None, again: Again | None
    ) -> Turn:
        execution = TurnExecution(self._setting, turn, stream, again)
        if before is not None and not before.done():
            try:
                await asyncio.wait([before])
            except asyncio.CancelledError:
                return await execution.withdraw()
            if winds_down():
                return await execution.withdraw()
        return await execution.run()

    async def _go_on(self, request: RunRequest, stream: EventStream) -> None:
        turn = await self.store.get_turn(request.turn_id or "")
        await TurnExecution(self._setting, turn, stream).go_on(request)

    def _forget(self, key: tuple[str, str], task: asyncio.Task[Turn]) -> None:
        if self._last_of_session.get(key) is task:
            del self._last_of_session[key]
