"""What surrounds an agent at work: whose request it is, what it costs, and a thread for what would block.

All of it travels in contextvars, so that tools and nested agents see it without being handed it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import TypeVar

from storage.attachments import Shelf
from storage.records import Usage

from .threads import Threads

Result = TypeVar("Result")

_threads = Threads()

current_user: ContextVar[str] = ContextVar("current_user", default="local")
"""The id of the user an agent works for."""

current_session: ContextVar[str] = ContextVar("current_session", default="")
"""The id of the session an agent works in, empty outside of one."""

current_shelf: ContextVar[Shelf | None] = ContextVar("current_shelf", default=None)
"""The files attached to the conversation an agent works in, None outside of one."""


wants_offline: ContextVar[bool] = ContextVar("wants_offline", default=False)
"""Whether the offline model works where the environment would have chosen one."""


class UsageMeter:
    """Sums usage from any task or thread. Its seconds are those of agent runs, added up.

    As a context manager it counts everything that models are asked inside, failed and cancelled runs included;
    what it counts, the meters around it count too.
    """

    def __init__(self) -> None:
        self._usage = Usage()
        self._lock = threading.Lock()
        self._around: tuple[UsageMeter, ...] = ()

    def __enter__(self) -> UsageMeter:
        self._around = _meters.get()
        _meters.set((*self._around, self))
        return self

    def __exit__(self, *raised: object) -> None:
        # Set back by value: a token would be refused when a generator is closed from another task.
        _meters.set(self._around)

    @property
    def usage(self) -> Usage:
        return self._usage

    def add(self, usage: Usage) -> None:
        with self._lock:
            self._usage = self._usage + usage


_meters: ContextVar[tuple[UsageMeter, ...]] = ContextVar("usage_meters", default=())


def usage_meter() -> UsageMeter:
    """A meter to count with: `with usage_meter() as meter`."""
    return UsageMeter()


def record_usage(usage: Usage) -> None:
    """Add `usage` to every meter of the present context."""
    for meter in _meters.get():
        meter.add(usage)


async def in_thread(function: Callable[[], Result]) -> Result:
    """Call `function` in a daemon thread with the caller's contextvars; give its result or raise its error.

    On cancellation the thread is left behind and its result dropped.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()
    context = copy_context()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result: Result | None = None
        error: BaseException | None = None
        try:
            result = context.run(function)
        except StopIteration as stop:
            error = RuntimeError(f"the function raised StopIteration({stop.value!r})")
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop was closed, and nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    _threads.start(work)
    return await future
