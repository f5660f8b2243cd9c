"""Threads for what would block the event loop: as many as it takes, kept for a while when they are idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

IDLE_SECONDS = 10.0
"""How long a thread waits for more work before it ends."""

Job = Callable[[], None]
Result = TypeVar("Result")


class Threads:
    """Runs each job at once in a daemon thread: an idle one, else a new one. A job must not raise.

    (asyncio's own executor has few threads, which blocked calls would fill, and a process cannot end before they do.)
    """

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Job]] = []
        self._lock = threading.Lock()

    def start(self, job: Job) -> None:
        """Have the job done, from any thread."""
        with self._lock:
            waiting = self._idle.pop() if self._idle else None
        if waiting is not None:
            waiting.put(job)
            return
        given: SimpleQueue[Job] = SimpleQueue()
        given.put(job)
        threading.Thread(target=self._work, args=(given,), name="agent-tool", daemon=True).start()

    def _work(self, given: SimpleQueue[Job]) -> None:
        while True:
            try:
                job = given.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if given in self._idle:
                        self._idle.remove(given)
                        return
                continue  # a job is on its way
            job()
            with self._lock:
                self._idle.append(given)


def within(seconds: float, function: Callable[[], Result]) -> Result:
    """What the function gives, or its error; TimeoutError after so many seconds, and its thread is left behind."""
    done: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            done.put((function(), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=work, name="agent-tool-within", daemon=True).start()
    try:
        result, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"It took longer than {seconds:g} seconds.") from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
