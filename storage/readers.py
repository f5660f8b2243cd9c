"""A few threads that read, each with a connection of its own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from .errors import Closed
from .faults import plainly
from .writer import connect

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 3


class Readers:
    """Runs functions of a connection, off the event loop. They see all that was written before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        self._connections: list[Database] = []
        self._threads = ThreadPoolExecutor(THREADS, "refrain-reader", initializer=self._open)

    async def run(self, read: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` gives for these arguments. Raises Closed when the store is closed."""
        try:
            reading = self._threads.submit(self._read, lambda db: read(db, *args, **kwargs))
        except RuntimeError:
            raise Closed("The store is closed.") from None
        return await asyncio.wrap_future(reading)

    def wait_for(self, read: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` gives, for threads without an event loop: blocks until it is there."""
        try:
            return self._threads.submit(self._read, lambda db: read(db, *args, **kwargs)).result()
        except RuntimeError:
            raise Closed("The store is closed.") from None

    def close(self) -> None:
        """Wait for the readers, and close their connections."""
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def end(self) -> None:
        """Take no more reads; the threads end by themselves."""
        self._threads.shutdown(wait=False)

    def _open(self) -> None:
        self._own.db = connect(self._path)
        self._own.db.execute("pragma query_only = on")
        self._connections.append(self._own.db)

    def _read(self, read: Callable[[Database], T]) -> T:
        db: Database = self._own.db
        # One transaction, so that what is read in several queries belongs together.
        db.execute("begin")
        try:
            return read(db)
        except sqlite3.DatabaseError as error:
            raise plainly(error) from error
        finally:
            db.rollback()
