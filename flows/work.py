"""Work that somebody waits for, and leaves behind when it does not end on time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from .errors import StepFailure

GRACE_SECONDS = 0.1
"""How long cancelled work may take to clean up before it is left behind."""

T = TypeVar("T")

_left_behind: set[asyncio.Task[Any]] = set()  # the event loop alone would forget them


@dataclass(slots=True)
class Work:
    """Whether anybody still waits for a piece of work, which is part of the work `around` it."""

    around: Work | None = None
    over: bool = False

    @property
    def dropped(self) -> bool:
        """Whether what comes of it is for nothing."""
        return self.over or (self.around is not None and self.around.dropped)


async def waited_for(doing: Coroutine[Any, Any, T], work: Work, seconds: float | None = None) -> T:
    """What `doing` gives. Raises StepFailure if it takes longer than `seconds`.

    Then, and when the caller is cancelled, `work` is over and `doing` cancelled; it is left behind if it has not
    ended GRACE_SECONDS later.
    """
    outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(_tell(doing, outcome))
    try:
        if seconds is None:
            return await outcome
        await asyncio.wait((outcome,), timeout=seconds)
        if outcome.done():
            return outcome.result()
        raise StepFailure(f"it took longer than {seconds:g} seconds")
    finally:
        if not task.done():
            work.over = True
            await _leave(task)


async def _tell(doing: Coroutine[Any, Any, T], outcome: asyncio.Future[T]) -> None:
    """Do it, and tell who waits for `outcome` at once: a turn of the event loop sooner than `asyncio.shield` would."""
    try:
        result = await doing
    except asyncio.CancelledError:
        outcome.cancel()
        raise
    except BaseException as error:
        if not outcome.done():
            outcome.set_exception(error)
    else:
        if not outcome.done():
            outcome.set_result(result)


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which a cancellation does not cut short."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _leave(task: asyncio.Task[Any]) -> None:
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    await asyncio.wait((task,), timeout=GRACE_SECONDS)


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # nobody wants to be told any more
