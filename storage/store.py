"""The store: runs with their journals, turns, events, passages, sessions and users in one SQLite file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from . import attachments, journal, passages, recall, runs, vectors
from .attachment_shelf import AttachmentShelf, attachment_folder
from .errors import StorageError
from .faults import plainly
from .indexing import Indexing
from .migrations import migrate
from .processes import Owner, interrupt_orphans, opening
from .readers import Readers
from .records import (
    EventRecord,
    JournalEntry,
    Passage,
    Question,
    Run,
    RunRequest,
    RunStatus,
    StepOutput,
    Usage,
)
from .run_shelf import RunShelf
from .session_shelf import SessionShelf
from .turn_shelf import TurnShelf
from .writer import Writer, connect

DEFAULT_PATH = ".refrain/refrain.db"


class RunStore(TurnShelf, SessionShelf, RunShelf, AttachmentShelf):
    """Everything that is remembered, in one file: `path`, else `REFRAIN_DB`, else `.refrain/refrain.db`.

    Opening makes the file or brings it to the newest shape, and marks as interrupted what died with its process.
    One store serves many tasks, threads and event loops. What an awaited call wrote outlives the process.
    Raises NewerSchema for a file of a newer version, and StorageError for one that can't be used; after `close`
    every call raises StorageError.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = Path(path or os.environ.get("REFRAIN_DB") or DEFAULT_PATH).absolute()
        folder = self._path.with_name(f"{self._path.name}.owners")
        try:
            _make_file(self._path)
            with opening(folder):
                db = connect(self._path)
                try:
                    self._owner, waiting = _opened(db, self._path, folder)
                except BaseException:
                    db.close()
                    raise
        except (sqlite3.DatabaseError, OSError) as error:
            raise StorageError(f"{self._path} can't be used as a database: {error}. {plainly(error)}") from error
        self._writer = Writer(db, at_end=self._owner.release, upkeep=passages.merge)
        self._readers = Readers(self._path)
        self._indexing = Indexing(self._writer)
        self._forgotten = weakref.finalize(self, _end, self._writer, self._readers, self._indexing)
        self._forgotten.atexit = False  # at exit the writer does what is left, and waits for it
        for user_id, step_id in waiting:
            self._indexing.begin(user_id, step_id)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    async def close(self) -> None:
        """Finish what was handed in, and let go of the file. Closing twice is fine."""
        self._forgotten.detach()
        await asyncio.get_running_loop().run_in_executor(None, _close, self._writer, self._readers, self._indexing)

    async def create_run(self, request: RunRequest) -> None:
        """Keep a new run as running in this process; its session and user are made if there are none."""
        await self._writer.run(runs.create_run, request, self._owner.id)

    async def interrupt_orphans(self) -> None:
        """Runs and turns that other processes worked on, and that have died since, become `interrupted`."""
        await self._writer.run(interrupt_orphans, self._owner)

    async def run_request(self, run_id: str) -> RunRequest:
        """What the run was asked to do. Raises NotFound."""
        return await self._readers.run(runs.run_request, run_id)

    async def claim_run(self, run_id: str, *, question_id: str | None = None, turn_id: str | None = None) -> RunRequest:
        """Make the run this process's, to go on with: to answer `question_id`, in another turn, if those are given.

        Raises NotFound, AlreadyCompleted, and Busy while a living process works on it or when that question is
        answered already.
        """
        return await self._writer.run(runs.claim_run, run_id, self._owner, question_id, turn_id)

    async def journal(self, run_id: str) -> list[JournalEntry]:
        """What is known of the run, one entry a path, in the order first recorded."""
        return await self._readers.run(journal.journal, run_id)

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None:
        """Keep a known answer of the run, with the events up to it. An earlier one at its path is replaced.

        A finished step's passages are indexed right after; searches of its user wait for that. Raises NotFound.
        """
        kept = self._writer.submit(partial(journal.record, run_id=run_id, entry=entry, events=events))
        kept.add_done_callback(self._indexing.recorded)
        await asyncio.wrap_future(kept)

    async def end_run(
        self,
        run_id: str,
        *,
        status: RunStatus,
        content: Any = None,
        error: str | None = None,
        question: Question | None = None,
        session_state: dict[str, Any] | None = None,
        state_changes: dict[str, Any] | None = None,
        usage: Usage = Usage(),
        steps: Sequence[StepOutput] = (),
        events: Sequence[EventRecord] = (),
        finished_at: datetime | None = None,
    ) -> None:
        """Keep how the run stands: over (at `finished_at`, else now), paused with its question, or interrupted.

        `state_changes`, `{"set": {key: value}, "removed": [key]}`, change the session's state if it is completed.
        Raises NotFound.
        """
        await self._writer.run(
            runs.end_run,
            run_id,
            status=status,
            content=content,
            error=error,
            question=question,
            session_state=session_state,
            state_changes=state_changes,
            usage=usage,
            steps=steps,
            events=events,
            finished_at=finished_at,
        )

    async def get_run(self, run_id: str, *, user_id: str | None = None) -> Run:
        """The run. Raises NotFound, also for another user's when a user is given."""
        return await self._readers.run(runs.get_run, run_id, user_id)

    async def get_runs(self, run_ids: Sequence[str]) -> list[Run]:
        """The runs of these ids, in that order, without those that are gone."""
        return await self._readers.run(runs.get_runs, run_ids)

    async def runs(
        self,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        workflow: str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        contents: bool = True,
    ) -> list[Run]:
        """The runs that fit all that is given, newest first; without `contents`, they and their steps gave nothing."""
        return await self._readers.run(
            runs.list_runs,
            user_id=user_id,
            session_id=session_id,
            workflow=workflow,
            status=status,
            limit=limit,
            contents=contents,
        )

    async def completed_run_ids(self, session_id: str, user_id: str, limit: int) -> list[str]:
        """The session's last completed runs, newest last."""
        return await self._readers.run(runs.completed_run_ids, session_id, user_id, limit)

    async def workflow_run_by_input(
        self, user_id: str, workflow: str | None = None, input_text: str = ""
    ) -> Run | None:
        """The user's newest completed run of that very input, whatever its case, spacing and final punctuation."""
        return await self._readers.run(runs.run_by_input, user_id, workflow, input_text)

    async def search(
        self, text: str, *, user_id: str, session_id: str | None = None, limit: int = 8, also: str = ""
    ) -> list[Passage]:
        """The user's passages that match the text, best first; those of `session_id` rise a little.

        The words of `also`, such as others of the same meaning, count half.

        All that the user's runs recorded before is found, whatever became of the runs.
        """
        await self._indexing.finished(user_id)
        return await self._readers.run(recall.search, text, user_id, session_id, limit, also)

    async def passages_of(self, *run_ids: str) -> list[Passage]:
        """The runs' passages, in the order of their steps; none for a run that does not exist."""
        return await self._readers.run(passages.passages_of, run_ids)

    async def vectors_of(self, passage_ids: Sequence[int], model: str, *, user_id: str) -> dict[int, vectors.Vector]:
        """What the embedding model made of these passages of the user's, by passage, for those it was asked for."""
        return await self._readers.run(vectors.vectors_of, passage_ids, model, user_id)

    async def keep_vectors(self, model: str, made: Mapping[int, Sequence[float]]) -> None:
        """Keep what the embedding model made of passages, by passage, until those are removed."""
        await self._writer.run(vectors.keep_vectors, model, made)


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _opened(db: Any, path: Path, folder: Path) -> tuple[Owner, list[tuple[str, int]]]:
    db.enable_wal()
    owner = Owner(folder)
    try:
        db.execute("begin immediate")
        migrate(db, str(path))
        interrupt_orphans(db, owner)
        db.execute("commit")
        owner.clear_files()
        attachments.sweep(db, attachment_folder(path))
        return owner, passages.unindexed(db)
    except BaseException:
        owner.release()
        raise


def _end(writer: Writer, readers: Readers, indexing: Indexing) -> None:
    indexing.end(wait=False)
    writer.end()
    readers.end()


def _close(writer: Writer, readers: Readers, indexing: Indexing) -> None:
    indexing.end(wait=False)
    writer.close()
    indexing.end(wait=True)
    readers.close()
