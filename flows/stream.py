"""The stream of events of one turn or run: numbered, stored, and watched by whoever follows it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol, TypeVar, cast

from storage.errors import Closed, NotFound, StorageError
from storage.records import EventRecord, now

from .events import BaseEvent, Event, StepDelta
from .excerpt import LARGE, cut_fields
from .wire import join_deltas, to_record

FLUSH_SECONDS = 0.5
RETRY_SECONDS = 2.0  # after the store refused

E = TypeVar("E", bound=BaseEvent)


class EventSink(Protocol):
    """Where events are kept."""

    async def append_events(self, events: Sequence[EventRecord]) -> None: ...


@asynccontextmanager
async def watching(work: Coroutine[Any, Any, Any], stream: EventStream) -> AsyncGenerator[AsyncGenerator[Event]]:
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


class _Follower:
    """One watcher: a queue in the watcher's own event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._given: deque[Event | None] = deque()
        self._more = asyncio.Event()

    def give(self, event: Event | None) -> None:
        """Hand over an event, or None for the end, from any thread."""
        if self._loop.is_closed():
            return
        self._given.append(event)
        if threading.get_ident() == self._thread:
            self._more.set()
        else:
            self._loop.call_soon_threadsafe(self._more.set)

    async def ready(self) -> None:
        """Wait until something has been given."""
        while not self._given:
            self._more.clear()
            await self._more.wait()

    def take(self) -> tuple[list[Event], bool]:
        """All that has been given, and whether that is the end of it."""
        taken = [self._given.popleft() for _ in range(len(self._given))]
        return [event for event in taken if event is not None], bool(taken) and taken[-1] is None


class EventStream:
    """Numbers events, hands them to followers in order, and stores them.

    An event that tells of a commit is handed on only after that commit; the events behind it wait, so that
    followers see the numbers rise. With neither a sink nor `watched`, nothing is made at all.
    """

    def __init__(
        self,
        id: str,
        *,
        sink: EventSink | None = None,
        turn_id: str | None = None,
        seq: int = 0,
        watched: bool = True,
    ) -> None:
        self.id = id
        self.turn_id = turn_id
        self.first_seq = seq + 1
        self.stores = sink is not None
        self.active = watched or self.stores
        self._seq = seq
        self._sink = sink
        self._history: list[Event] = []
        self._followers: list[_Follower] = []
        self._unstored: list[Event] = []
        self._outbox: deque[Event] = deque()
        self._held: set[int] = set()
        self._told: dict[tuple[str | None, str], int] = {}  # characters that each step has streamed
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flushes: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()  # followers may live in other threads
        self.closed = False

    def emit(self, event: type[E], run_id: str | None, path: str, name: str, /, **fields: Any) -> None:
        """Make an event and hand it on at once; it is stored within a second.

        What a step streams beyond `LARGE` characters is not told: what it gives says how much more there is.
        """
        if self.active and not (event is StepDelta and self._is_too_much(run_id, path, fields["text"])):
            made = self._make(event, run_id, path, name, fields)
            if self._held:
                self._outbox.append(made)
            else:
                self._hand_on((made,))
            self._flush_soon()

    def prepare(self, event: type[E], run_id: str | None, path: str, name: str, /, **fields: Any) -> int:
        """Make an event that is handed on only when `release` is called with the number this returns."""
        if not self.active:
            return 0
        made = self._make(event, run_id, path, name, fields)
        self._held.add(made.seq)
        self._outbox.append(made)
        return made.seq

    def release(self, seq: int) -> None:
        self._held.discard(seq)
        self._drain()

    def withdraw(self, seq: int) -> None:
        """Forget a prepared event: what it was to tell has not come about."""
        self._unstored = [event for event in self._unstored if event.seq != seq]
        self._outbox = deque(event for event in self._outbox if event.seq != seq)
        self.release(seq)

    def take_unstored(self) -> list[EventRecord]:
        """The events that are not stored yet; the caller must store them now."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        events, self._unstored = self._unstored, []
        return [to_record(event, self.id) for event in join_deltas(events)] if self._sink is not None else []

    @contextmanager
    def storing(self) -> Iterator[list[EventRecord]]:
        """What `take_unstored` gives, to be stored inside; if the store refuses, it is stored with what comes later."""
        taken = list(self._unstored)
        try:
            yield self.take_unstored()
        except (NotFound, Closed):
            raise
        except StorageError:
            self._unstored[:0] = taken
            self._flush_soon(RETRY_SECONDS)
            raise

    async def flush(self) -> None:
        with self.storing() as records:
            if records and self._sink is not None:
                await self._sink.append_events(records)

    def close(self) -> None:
        """Tell the followers that nothing more will come."""
        self._held.clear()
        self._drain()
        with self._lock:
            self.closed = True
            for follower in self._followers:
                follower.give(None)

    def seen(self) -> list[Event]:
        """The events of this stream so far, the stored ones of its work here among them."""
        with self._lock:
            return list(self._history)

    async def follow(self, after_seq: int = 0) -> AsyncGenerator[Event]:
        """The events numbered above `after_seq` that this stream has seen, then those to come."""
        async with aclosing(self.batches(after_seq)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def batches(
        self, after_seq: int = 0, pause: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncGenerator[list[Event]]:
        """Like `follow`, in lists that are never empty.

        `pause` is awaited when there is something to give; what comes until it returns goes into the same list.
        """
        follower = _Follower()
        with self._lock:
            seen = [event for event in self._history if event.seq > after_seq]
            closed = self.closed
            if not closed:
                self._followers.append(follower)
        try:
            if seen:
                yield seen
            while not closed:
                await follower.ready()
                if pause is not None:
                    await pause()
                events, closed = follower.take()
                if events:
                    yield events
        finally:
            with self._lock:
                if follower in self._followers:
                    self._followers.remove(follower)

    def _is_too_much(self, run_id: str | None, path: str, text: str) -> bool:
        told = self._told.get((run_id, path), 0) + len(text)
        if told <= LARGE:
            self._told[run_id, path] = told
        return told > LARGE

    def _make(self, kind: type[E], run_id: str | None, path: str, name: str, fields: dict[str, Any]) -> Event:
        self._seq += 1
        fields = cut_fields(fields, run_id)
        made = kind(seq=self._seq, turn_id=self.turn_id, run_id=run_id, path=path, name=name, at=now(), **fields)
        event = cast(Event, made)
        if self._sink is not None:
            self._unstored.append(event)
        return event

    def _drain(self) -> None:
        ready = []
        while self._outbox and self._outbox[0].seq not in self._held:
            ready.append(self._outbox.popleft())
        self._hand_on(ready)

    def _hand_on(self, events: Iterable[Event]) -> None:
        with self._lock:
            for event in events:
                self._history.append(event)
                for follower in self._followers:
                    follower.give(event)

    def _flush_soon(self, seconds: float = FLUSH_SECONDS) -> None:
        if self._sink is not None and self._flush_timer is None:
            loop = asyncio.get_running_loop()
            self._flush_timer = loop.call_later(seconds, self._start_flush)

    async def _flush_or_wait(self) -> None:
        with suppress(StorageError):  # tried again, and told by whoever waits for the store
            await self.flush()

    def _start_flush(self) -> None:
        self._flush_timer = None
        task = asyncio.get_running_loop().create_task(self._flush_or_wait())
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)
