"""Turns on the pages that show them, while they are worked on.

A turn belongs to the server; a page only follows it. Closing, reloading or doubling a page changes nothing
about the turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, suppress
from typing import Any, cast

from chainlit.emitter import ChainlitEmitter
from chainlit.session import WebsocketSession, ws_sessions_id

from flows import WorkflowAgent
from flows.events import Event
from storage.errors import StorageError
from storage.records import Turn, now

from .operations import (
    Operation,
    RemoveAction,
    RemoveStep,
    ShowAction,
    ShowElement,
    ShowStep,
    StreamText,
    UpdateStep,
    join_texts,
)
from .threads import render_turn, unfinished
from .view import TurnView
from .words import shorten

BATCH_SECONDS = 0.04
RELOAD_SECONDS = 0.5  # until the page has left the address of what was deleted


async def perform(session: WebsocketSession, operations: Sequence[Operation]) -> None:
    """Do the operations on the page of this session, in order."""
    emitter = ChainlitEmitter(session)
    for operation in operations:
        match operation:
            case ShowStep(step):
                await emitter.send_step(cast(Any, step))
            case UpdateStep(step):
                await emitter.update_step(cast(Any, step))
            case RemoveStep(id):
                await emitter.delete_step(cast(Any, {"id": id}))
            case StreamText(id, text, replace):
                await emitter.send_token(id, text, is_sequence=replace)
            case ShowElement(element):
                await emitter.send_element(cast(Any, element))
            case ShowAction(action):
                await emitter.emit("remove_action", action)
                await emitter.emit("action", action)
            case RemoveAction(id):
                await emitter.emit("remove_action", {"id": id})


async def batches(events: AsyncIterator[Event], seconds: float = BATCH_SECONDS) -> AsyncIterator[list[Event]]:
    """The events in lists, at most one list in so many seconds; the first one comes at once."""
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def pump() -> None:
        try:
            async for event in events:
                queue.put_nowait(event)
        finally:
            queue.put_nowait(None)

    pumping = asyncio.create_task(pump())
    clock, last = asyncio.get_running_loop().time, 0.0
    try:
        ended = False
        while not ended:
            batch = [await queue.get()]
            await asyncio.sleep(max(0.0, last + seconds - clock()))
            while not queue.empty():
                batch.append(queue.get_nowait())
            last, ended = clock(), batch[-1] is None
            yield [event for event in batch if event is not None]
        await pumping
    finally:
        pumping.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([pumping])


class Followers:
    """Which pages follow which turns. One for the process."""

    def __init__(self, agent: WorkflowAgent) -> None:
        self._agent = agent
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._waiting: dict[str, list[TurnView]] = {}
        self._gone: set[str] = set()
        self._reloads: set[asyncio.Task[None]] = set()

    async def start(self, page: WebsocketSession, message: str, turn_id: str) -> None:
        """Begin a turn in the conversation of this page, and show it on every page of the conversation."""
        user_id, thread_id = owner(page), page.thread_id
        store = self._agent.store
        await store.ensure_session(thread_id, user_id, title=shorten(message))
        earlier = await store.turns(thread_id, user_id=user_id, limit=20)
        queued = any(unfinished(turn) for turn in earlier)
        await self._agent.start(message, session_id=thread_id, user_id=user_id, turn_id=turn_id)
        turn = await store.get_turn(turn_id)
        self._gone.discard(page.id)
        for other in self._pages_of(thread_id, user_id):
            view = TurnView(turn, now=now(), queued=queued)
            self.attach(other, view, opening=view.opening())

    async def resume(self, run_id: str, user_id: str) -> None:
        """Go on with a run that ended early. Raises NotFound, Busy, WorkflowError."""
        run = await self._agent.store.get_run(run_id, user_id=user_id)
        stream = await self._agent.runner.answer(run_id)
        turn = await self._agent.store.get_turn(stream, user_id=user_id)
        for page in self._pages_of(run.session_id, user_id):
            await self._restart(page, turn)

    def _pages_of(self, thread_id: str, user_id: str) -> list[WebsocketSession]:
        """Every page of this user that shows the conversation now."""
        self._gone &= ws_sessions_id.keys()
        pages = [page for page in ws_sessions_id.values() if page.thread_id == thread_id and page.user]
        return [page for page in pages if owner(page) == user_id and page.id not in self._gone]

    async def _restart(self, page: WebsocketSession, turn: Turn) -> None:
        feedback = await self._agent.store.feedback_of([turn.id])
        view = await render_turn(self._agent.store, turn, now=now(), feedback=feedback.get(turn.id))
        self.attach(page, view, opening=[UpdateStep(step) for step in view.board.steps.values()])

    def attach(
        self,
        page: WebsocketSession,
        view: TurnView,
        *,
        opening: Sequence[Operation] = (),
        after: asyncio.Event | None = None,
    ) -> None:
        """Let the page follow the turn from where the view stands; `after` says when it may begin."""
        key = (page.id, view.turn.id)
        if before := self._tasks.pop(key, None):
            before.cancel()
        if view.waiting:
            self._waiting.setdefault(page.id, []).append(view)
        task = asyncio.get_running_loop().create_task(self._follow(page, view, opening, after))
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def detach(self, page_id: str, *, gone: bool = False) -> None:
        """The page follows nothing any more; a page that is `gone` is told of no new turns. The turns go on."""
        self._waiting.pop(page_id, None)
        if gone:
            self._gone.add(page_id)
        else:
            self._gone.discard(page_id)
        for key in [key for key in self._tasks if key[0] == page_id]:
            self._tasks.pop(key).cancel()

    def dismiss(self, thread_id: str, user_id: str) -> None:
        """The conversation has been deleted: pages that show it begin anew.

        Chainlit opens it once more while it asks us to delete it, and would go on showing what is gone.
        """
        for page in self._pages_of(thread_id, user_id):
            self.detach(page.id, gone=True)
            # Apart from what the page follows, which it lets go of when the conversation is opened once more.
            task = asyncio.get_running_loop().create_task(_reload(page))
            self._reloads.add(task)
            task.add_done_callback(self._reloads.discard)

    async def _follow(
        self, page: WebsocketSession, view: TurnView, opening: Sequence[Operation], after: asyncio.Event | None
    ) -> None:
        if after is not None:
            await after.wait()
        await perform(page, opening)
        with suppress(StorageError):
            async with (
                aclosing(self._agent.runner.follow(view.turn.id, after_seq=view.seq)) as events,
                aclosing(cast(Any, batches(events))) as lists,
            ):
                async for batch in lists:
                    operations = [operation for event in batch for operation in view.apply(event)]
                    await perform(page, join_texts(operations))
        await self._begin_next(page)

    async def _begin_next(self, page: WebsocketSession) -> None:
        waiting = [view for view in self._waiting.pop(page.id, []) if view.waiting]
        if waiting:
            await perform(page, waiting[0].begin())
            self._waiting[page.id] = waiting[1:]

    def _forget(self, key: tuple[str, str], task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.result()


def owner(page: WebsocketSession) -> str:
    """Whose page it is."""
    if page.user is None:
        raise StorageError("Nobody is signed in.")
    return page.user.identifier


async def _reload(page: WebsocketSession) -> None:
    await asyncio.sleep(RELOAD_SECONDS)
    await cast(Any, page.emit)("reload", {})


def resumed(page: WebsocketSession) -> asyncio.Event:
    """Set once the page has been sent the conversation: what is sent before that is wiped by it."""
    sent, emit = asyncio.Event(), page.emit

    async def watched(event: str, data: Any) -> None:
        await cast(Any, emit)(event, data)
        if event == "resume_thread":
            page.emit = emit
            sent.set()

    page.emit = cast(Any, watched)
    return sent
