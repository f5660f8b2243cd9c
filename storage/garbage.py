"""A pause in the search for garbage, for work that makes many values at once."""

from __future__ import annotations

import gc
import threading


class Pause:
    """While anybody is in it, no garbage is looked for: each thousand of new values would make a look through all."""

    def __init__(self) -> None:
        self._inside = 0
        self._was_on = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._was_on:
                gc.enable()


without_collections = Pause()
