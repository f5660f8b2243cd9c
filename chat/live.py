"""Turns on the pages that show them, while they are worked on.

A turn belongs to the server; a page only follows it. Closing, reloading or doubling a page changes nothing
about the turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Any, cast

from chainlit.session import WebsocketSession, ws_sessions_id

from flows import WorkflowAgent
from flows.again import Again
from flows.attached import about_files
from flows.events import Event, RunStarted
from flows.wire import join_deltas
from storage.errors import StorageError
from storage.files import Attached
from storage.records import Turn, now

from .conversations import keep_conversation, tell_title
from .delivery import Load, Pause, perform
from .limits import Limits
from .operations import Operation, ShowAction, ShowElement
from .settings import preferences_of
from .threads import render_turn, unfinished
from .view import TurnView

RELOAD_SECONDS = 0.5  # until the page has left the address of what was deleted


class Followers:
    """Which pages follow which turns. One for the process."""

    def __init__(self, agent: WorkflowAgent) -> None:
        self._agent = agent
        self.limits = Limits(agent.runner.is_live)
        self._load = Load()
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._waiting: dict[str, list[TurnView]] = {}
        self._gone: set[str] = set()
        self._reloads: set[asyncio.Task[None]] = set()

    async def start(
        self,
        page: WebsocketSession,
        message: str,
        turn_id: str,
        again: Again | None = None,
        files: tuple[Attached, ...] = (),
    ) -> None:
        """Begin a turn in the conversation of this page, and show it on every page of the conversation.

        `files` came with the message. With `again` it does a run again, and the message says so; raises what
        `checked_again` raises.
        """
        user_id, thread_id = owner(page), page.thread_id
        store = self._agent.store
        self.limits.check(user_id, message)
        about = about_files(message, files, (), ()) if files else None
        topic = about.text if about else message
        title = await keep_conversation(store, page, user_id, topic, list(self._agent.workflows))
        preferences = preferences_of(page)
        with self.limits.starting(user_id, turn_id, message):
            await self._agent.start(
                message,
                session_id=thread_id,
                user_id=user_id,
                turn_id=turn_id,
                preferences=preferences,
                again=again,
                files=files,
            )
        turns = {turn.id: turn for turn in await store.turns(thread_id, user_id=user_id, limit=20)}
        turn = turns.get(turn_id) or await store.get_turn(turn_id)
        queued = any(unfinished(other) and other.started_at < turn.started_at for other in turns.values())
        self._gone.discard(page.id)
        if title is not None:
            await tell_title(self.pages_of(thread_id, user_id), title)
        for other in self.pages_of(thread_id, user_id):
            view = TurnView(turn, now=now(), queued=queued)
            self.attach(other, view, opening=view.opening())

    async def resume(self, run_id: str, user_id: str, **answer: Any) -> None:
        """Go on with a run that ended early, or that waits for this answer. Raises NotFound, Busy, WorkflowError."""
        run = await self._agent.store.get_run(run_id, user_id=user_id)
        with self.limits.starting(user_id, run.turn_id or run.id):
            stream = await self._agent.runner.answer(run_id, **answer)
        turn = await self._agent.store.get_turn(stream, user_id=user_id)
        for page in self.pages_of(run.session_id, user_id):
            await self._restart(page, turn)

    def pages_of(self, thread_id: str, user_id: str) -> list[WebsocketSession]:
        """Every page of this user that shows the conversation now."""
        self._gone &= ws_sessions_id.keys()
        pages = [page for page in ws_sessions_id.values() if page.thread_id == thread_id and page.user]
        return [page for page in pages if owner(page) == user_id and page.id not in self._gone]

    async def _restart(self, page: WebsocketSession, turn: Turn) -> None:
        feedback = await self._agent.store.feedback_of([turn.id])
        view = await render_turn(self._agent.store, turn, now=now(), feedback=feedback.get(turn.id))
        self.attach(page, view, opening=view.anew())

    async def _show_answered(self, page: WebsocketSession, turn: Turn, batch: Sequence[Event]) -> None:
        """A turn goes on with runs of earlier turns, whose questions its message has answered: they wait no more."""
        runs = {event.run_id for event in batch if isinstance(event, RunStarted)}
        store = self._agent.store
        earlier = await store.turns(turn.session_id, user_id=turn.user_id, limit=20) if runs else ()
        for other in earlier:
            if other.id != turn.id and runs & set(other.run_ids):
                await perform(page, (await render_turn(store, other, now=now())).anew())

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
        self._work_on(key, self._follow(page, view, opening, after))

    def catch_up(self, page: WebsocketSession, shown: Collection[str], after: asyncio.Event) -> None:
        """Once the page has what it opened, let it follow the turns that have begun meanwhile: all but `shown`."""
        self._work_on((page.id, ""), self._catch_up(page, shown, after))

    async def _catch_up(self, page: WebsocketSession, shown: Collection[str], after: asyncio.Event) -> None:
        await after.wait()
        store, busy = self._agent.store, False
        for turn in await store.turns(page.thread_id, user_id=owner(page), limit=20):
            if turn.id not in shown:
                view = await render_turn(store, turn, now=now(), queued=busy)
                elements = [ShowElement(element) for element in view.board.elements.values()]
                actions = [ShowAction(action) for action in view.board.actions.values()]
                self.attach(page, view, opening=[*view.anew(), *elements, *actions])
            busy = busy or unfinished(turn)

    def _work_on(self, key: tuple[str, str], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
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
        for page in self.pages_of(thread_id, user_id):
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
            batches = self._agent.runner.batches(view.turn.id, after_seq=view.seq, pause=Pause(self._load))
            async with aclosing(batches):
                async for batch in batches:
                    operations = [operation for event in join_deltas(batch) for operation in view.apply(event)]
                    await perform(page, operations)
                    if view.takes_over:
                        await self._show_answered(page, view.turn, batch)
            await perform(page, view.settle(await self._agent.store.get_turn(view.turn.id)))
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
