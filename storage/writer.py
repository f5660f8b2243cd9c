"""The one thread that writes."""

from __future__ import annotations

import asyncio
import atexit
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from .errors import Closed
from .faults import plainly

P = ParamSpec("P")
T = TypeVar("T")
Unit = Callable[[Database], Any]

LARGEST_GROUP = 64
BREATH = 0.003
"""Seconds to wait after urgent work before other work is begun: more of it often follows at once."""
REST, PAUSE = 0.5, 0.02
"""Seconds without any work before upkeep begins, and between its pieces."""


def connect(path: Path) -> Database:
    """A connection that any thread may use, one at a time, and that begins no transaction by itself."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma secure_delete = on")  # a deleted conversation's text goes from the file itself
    return Database(connection)


class Writer:
    """Does units of writing in the order they came, each of them wholly or not at all.

    Units that wait together share one commit. A unit that was handed in is done, even if who waits for it is
    cancelled. `submit_later` is for work nobody waits for: it yields to all other. While there is no work at all
    `upkeep` is done piece by piece; each piece says whether another one is due.
    """

    def __init__(
        self,
        db: Database,
        at_end: Callable[[], None] = lambda: None,
        *,
        upkeep: Callable[[Database], bool] | None = None,
    ) -> None:
        self._db = db
        self._at_end = at_end
        self._upkeep = upkeep
        self._rest: float | None = REST  # until the next piece of upkeep; None when none is due
        self._urgent: deque[tuple[Unit, Future[Any]]] = deque()
        self._later: deque[tuple[Unit, Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._hurried = False
        # A daemon, so that a forgotten store keeps no process alive; at exit what was handed in is still done.
        self._thread = threading.Thread(target=self._work, name="refrain-writer", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def submit(self, unit: Callable[[Database], T]) -> Future[T]:
        """Hand in a unit. Raises StorageError when the store is closed."""
        return self._put(self._urgent, unit)

    def submit_later(self, unit: Callable[[Database], T]) -> Future[T]:
        return self._put(self._later, unit)

    async def run(self, unit: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the unit with these arguments and give its result, on disk."""
        return await asyncio.wrap_future(self.submit(lambda db: unit(db, *args, **kwargs)))

    def end(self) -> None:
        """Take no more units; the thread does what it has and ends by itself."""
        with self._wake:
            self._closing = True
            self._wake.notify()

    def close(self) -> None:
        """Take no more units, and wait until the last is done."""
        self.end()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _put(self, queue: deque[tuple[Unit, Future[Any]]], unit: Callable[[Database], T]) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on it can't be cancelled
        with self._wake:
            if self._closing:
                raise Closed("The store is closed.")
            queue.append((unit, future))
            self._wake.notify()
        return future

    def _work(self) -> None:
        try:
            while group := self._next():
                self._commit(group)
                if group[0][0] != self._keep_up:
                    self._rest = REST
        finally:
            self._db.close()
            self._at_end()
            atexit.unregister(self.close)

    def _next(self) -> list[tuple[Unit, Future[Any]]]:
        with self._wake:
            while not (self._urgent or self._later or self._closing):
                if not self._wake.wait(self._rest if self._upkeep else None):
                    return [(self._keep_up, Future())]
            if self._hurried and not (self._urgent or self._closing):
                self._wake.wait(BREATH)
            self._hurried = bool(self._urgent)
            if self._urgent:
                return [self._urgent.popleft() for _ in range(min(len(self._urgent), LARGEST_GROUP))]
            return [self._later.popleft()] if self._later else []

    def _keep_up(self, db: Database) -> None:
        self._rest = None  # should it fail, it is tried again after the next write
        if self._upkeep is not None and self._upkeep(db):
            self._rest = PAUSE

    def _commit(self, group: list[tuple[Unit, Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        failed: list[tuple[Future[Any], BaseException]] = []
        try:
            self._db.execute("begin immediate")
            for unit, future in group:
                try:
                    with self._db.atomic():
                        result = unit(self._db)
                except Exception as error:
                    if not self._db.conn.in_transaction:  # a full disk undoes the whole group
                        raise
                    failed.append((future, error))
                else:
                    done.append((future, result))
            self._db.execute("commit")
        except Exception as error:
            self._db.rollback()
            failed, done = [(future, error) for _, future in group], []
        for future, result in done:
            future.set_result(result)
        for future, failure in failed:
            future.set_exception(plainly(failure))
