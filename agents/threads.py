"""Threads for what would block the event loop: as many as it takes, kept for a while when they are idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

IDLE_SECONDS = 10.0
"""How long a thread waits for more work before it ends."""

Job = Callable[[], None]


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
