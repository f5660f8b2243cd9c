"""The end of the server: what is at work may finish, and the pages see it, before the server lets go of them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from flows.runner import Runner

STOPPING = "Refrain is stopping: what is at work may finish, within 10 seconds."
LAST_WORDS_SECONDS = 0.3  # until the pages have been sent what was said last


def stop_gracefully(runner: Runner) -> None:
    """Let the work of `runner` finish, for 10 seconds at most, when the process is told to end; at once if told twice.

    To be called on the event loop of the server, once that has taken the signals for itself.
    """
    loop = asyncio.get_running_loop()
    ending: list[asyncio.Task[None]] = []

    async def end(stop: Callable[[], Any]) -> None:
        try:
            await runner.wind_down()
            await asyncio.sleep(LAST_WORDS_SECONDS)
        finally:
            stop()

    def begin(stop: Callable[[], Any]) -> None:
        if ending:
            stop()
        else:
            print(STOPPING, flush=True)
            ending.append(loop.create_task(end(stop)))

    def take_over(number: signal.Signals) -> None:
        before = signal.getsignal(number)

        def told(received: int, frame: FrameType | None) -> None:
            if callable(before):
                loop.call_soon_threadsafe(begin, lambda: before(received, frame))

        signal.signal(number, told)

    for number in (signal.SIGTERM, signal.SIGINT):
        take_over(number)
