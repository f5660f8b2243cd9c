"""Work whose length follows from a value: on a large one it is done in a thread, so that nobody else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from agents.context import in_thread
from storage.sizes import is_longer

AT_ONCE = 100_000  # characters of JSON that are gone through without a thread: a few milliseconds

T = TypeVar("T")


async def off_loop(work: Callable[[], T], *values: Any) -> T:
    """What `work` gives; it goes through `values`, and is done in a thread if one of them is large.

    On cancellation the thread is left behind, so `work` must change nothing that others see.
    """
    for value in values:
        if value and is_longer(value, AT_ONCE):
            return await in_thread(work)
    return work()
