"""Puts what steps gave into the index, behind all other writing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice

from sqlite_utils import Database

from . import passages
from .errors import Closed
from .passages import Piece, Uncut
from .writer import Writer

AT_ONCE = 50_000  # characters of an output's JSON that are cut and indexed in one go, in some 20 milliseconds
BATCH = 50  # passages of a longer one that are written in one go


class Indexing:
    """What is on its way into the index. A long output is cut in a thread of its own and written in small parts.

    What is not indexed when the process ends is indexed after the next opening.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._cutter = ThreadPoolExecutor(1, "refrain-indexer")
        self._of_user: dict[str, set[Future[None]]] = {}
        self._of_step: dict[int, Future[None]] = {}
        self._lock = threading.Lock()
        self._ending = False

    def begin(self, user_id: str, step_id: int) -> None:
        """Index a finished step, in place of what it gave before."""
        try:
            begun = self._writer.submit_later(partial(passages.index_step, step_id=step_id, most=AT_ONCE))
        except Closed:
            return
        indexed: Future[None] = Future()
        with self._lock:
            self._of_step[step_id] = indexed
            self._of_user.setdefault(user_id, set()).add(indexed)
        indexed.add_done_callback(partial(self._forget, user_id, step_id))
        begun.add_done_callback(partial(self._go_on, indexed))

    def recorded(self, kept: Future[tuple[str, int] | None]) -> None:
        """Index what an entry that was kept says is to be."""
        if kept.exception() is None and (step := kept.result()):
            self.begin(*step)

    async def finished(self, user_id: str) -> None:
        """Wait until all that the user's runs recorded before is in the index."""
        with self._lock:
            begun = list(self._of_user.get(user_id, ()))
        if begun:
            await asyncio.gather(*map(asyncio.wrap_future, begun), return_exceptions=True)

    def end(self, *, wait: bool) -> None:
        """Begin nothing more; `wait` until the thread has noticed."""
        self._ending = True
        self._cutter.shutdown(wait=wait)

    def _go_on(self, indexed: Future[None], begun: Future[Uncut | None]) -> None:
        if (error := begun.exception()) is not None:
            indexed.set_exception(error)
        elif (uncut := begun.result()) is None:
            indexed.set_result(None)
        else:
            try:
                self._cutter.submit(self._index, uncut, indexed)
            except RuntimeError:  # closing
                indexed.set_result(None)

    def _index(self, uncut: Uncut, indexed: Future[None]) -> None:
        try:
            self._write(uncut.step_id, passages.pieces(uncut), indexed)
        except Closed:
            indexed.set_result(None)
        except Exception as error:
            indexed.set_exception(error)
        else:
            indexed.set_result(None)

    def _write(self, step_id: int, pieces: Iterator[Piece], indexed: Future[None]) -> None:
        more = not self._ending
        while more:
            part = list(islice(pieces, BATCH))
            more = self._writer.submit_later(partial(self._add, indexed, step_id, part)).result()

    def _add(self, indexed: Future[None], step_id: int, part: Sequence[Piece], db: Database) -> bool:
        """Whether there is more to be done: the step is still there, and gives what it gave."""
        last = len(part) < BATCH
        current = self._of_step.get(step_id) is indexed
        return current and passages.add(db, step_id, part, last=last) and not last

    def _forget(self, user_id: str, step_id: int, indexed: Future[None]) -> None:
        with self._lock:
            if self._of_step.get(step_id) is indexed:
                del self._of_step[step_id]
            of_user = self._of_user[user_id]
            of_user.discard(indexed)
            if not of_user:
                del self._of_user[user_id]
