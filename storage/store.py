"""The store: runs with their journals, turns, events, passages, sessions and users in one SQLite file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from . import attachments, events, journal, passages, recall, sessions, turns, users, vectors
from .attachment_shelf import AttachmentShelf, attachment_folder
from .errors import StorageError
from .events import append_events
from .faults import plainly
from .migrations import migrate
from .processes import Owner, interrupt_orphans, opening
from .readers import Readers
from .records import (
    EventRecord,
    Feedback,
    JournalEntry,
    Override,
    Passage,
    Question,
    Run,
    RunRequest,
    RunStatus,
    Session,
    StepOutput,
    Turn,
    Usage,
    User,
)
from .run_shelf import RunShelf
from .writer import Writer, connect

DEFAULT_PATH = ".refrain/refrain.db"


class RunStore(RunShelf, AttachmentShelf):
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
        self._indexing: dict[str, Future[None]] = {}
        self._forgotten = weakref.finalize(self, _end, self._writer, self._readers)
        self._forgotten.atexit = False  # at exit the writer does what is left, and waits for it
        for user_id, step_id in waiting:
            self._index(user_id, step_id)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    async def close(self) -> None:
        """Finish what was handed in, and let go of the file. Closing twice is fine."""
        self._forgotten.detach()
        await asyncio.get_running_loop().run_in_executor(None, _close, self._writer, self._readers)

    async def create_run(self, request: RunRequest) -> None:
        """Keep a new run as running in this process; its session and user are made if there are none."""
        await self._writer.run(journal.create_run, request, self._owner.id)

    async def interrupt_orphans(self) -> None:
        """Runs and turns that other processes worked on, and that have died since, become `interrupted`."""
        await self._writer.run(interrupt_orphans, self._owner)

    async def run_request(self, run_id: str) -> RunRequest:
        """What the run was asked to do. Raises NotFound."""
        return await self._readers.run(journal.run_request, run_id)

    async def claim_run(self, run_id: str, *, question_id: str | None = None, turn_id: str | None = None) -> RunRequest:
        """Make the run this process's, to go on with: to answer `question_id`, in another turn, if those are given.

        Raises NotFound, AlreadyCompleted, and Busy while a living process works on it or when that question is
        answered already.
        """
        return await self._writer.run(journal.claim_run, run_id, self._owner, question_id, turn_id)

    async def journal(self, run_id: str) -> list[JournalEntry]:
        """What is known of the run, one entry a path, in the order first recorded."""
        return await self._readers.run(journal.journal, run_id)

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None:
        """Keep a known answer of the run, with the events up to it. An earlier one at its path is replaced.

        A finished step's passages are indexed right after; searches of its user wait for that. Raises NotFound.
        """
        kept = self._writer.submit(partial(journal.record, run_id=run_id, entry=entry, events=events))
        kept.add_done_callback(self._index_recorded)
        await asyncio.wrap_future(kept)

    async def append_events(self, events: Sequence[EventRecord]) -> None:
        """Keep the events, all or none. Raises NotFound for those of a deleted turn or run."""
        await self._writer.run(append_events, events)

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
            journal.end_run,
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
        return await self._readers.run(journal.get_run, run_id, user_id)

    async def get_runs(self, run_ids: Sequence[str]) -> list[Run]:
        """The runs of these ids, in that order, without those that are gone."""
        return await self._readers.run(journal.get_runs, run_ids)

    async def runs(
        self,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        workflow: str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """The runs that fit all that is given, newest first."""
        return await self._readers.run(
            journal.list_runs, user_id=user_id, session_id=session_id, workflow=workflow, status=status, limit=limit
        )

    async def completed_run_ids(self, session_id: str, user_id: str, limit: int) -> list[str]:
        """The session's last completed runs, newest last."""
        return await self._readers.run(journal.completed_run_ids, session_id, user_id, limit)

    async def session_state(self, session_id: str, user_id: str) -> dict[str, Any]:
        """What the session's completed runs left; empty for a new session."""
        return await self._readers.run(sessions.session_state, session_id, user_id)

    async def starting_state(self, session_id: str, user_id: str, defaults: dict[str, Any]) -> dict[str, Any]:
        """The session's state over `defaults`, without those of them that its completed runs removed."""
        return await self._readers.run(sessions.starting_state, session_id, user_id, defaults)

    async def session_usage(self, session_id: str, *, user_id: str | None = None) -> Usage:
        """What all runs of the session have used: tokens, and seconds of work, waiting for people left out."""
        return await self._readers.run(sessions.session_usage, session_id, user_id)

    async def create_turn(self, turn: Turn) -> None:
        """Keep a new turn; its session and user are made if there are none."""
        await self._writer.run(turns.create_turn, turn, self._owner.id)

    async def update_turn(self, turn: Turn, events: Sequence[EventRecord] = ()) -> None:
        """Write the whole turn anew, with events; its user, session, beginning and override stay. Raises NotFound."""
        await self._writer.run(turns.update_turn, turn, events, self._owner.id)

    async def get_turn(self, turn_id: str, *, user_id: str | None = None) -> Turn:
        """The turn. Raises NotFound, also for another user's when a user is given."""
        return await self._readers.run(turns.get_turn, turn_id, user_id)

    async def turns(self, session_id: str, *, user_id: str | None = None, limit: int | None = None) -> list[Turn]:
        """The session's turns, oldest first; with a limit the newest so many."""
        return await self._readers.run(turns.list_turns, session_id, user_id, limit)

    async def newest_turns(self, user_id: str, *, beginning: str = "", limit: int = 50) -> list[Turn]:
        """The user's turns whose id begins so, newest first."""
        return await self._readers.run(turns.newest_turns, user_id, beginning, limit)

    async def overridden_turns(self, user_id: str) -> list[Turn]:
        """The user's turns that have an override, oldest first."""
        return await self._readers.run(turns.overridden_turns, user_id)

    async def override_turn(self, turn_id: str, action: Override, *, user_id: str) -> None:
        """Keep what the user had done instead of what the turn decided. Raises NotFound, also for another user's."""
        await self._writer.run(turns.override_turn, turn_id, action, user_id)

    async def show_steps(self, session_id: str, user_id: str, steps: Literal["all", "answer"]) -> None:
        """Keep whether the page shows all steps of the session's runs so far, or the answers only."""
        await self._writer.run(turns.show_steps, session_id, user_id, steps)

    async def events(self, stream: str, *, after_seq: int = 0, run_id: str | None = None) -> list[EventRecord]:
        """The stream's events after that number, or those of one run in it, in order."""
        return await self._readers.run(events.list_events, stream, after_seq, run_id)

    async def last_seq(self, stream: str) -> int:
        """The number of the stream's last event; 0 when it has none."""
        return await self._readers.run(events.last_seq, stream)

    async def search(
        self, text: str, *, user_id: str, session_id: str | None = None, limit: int = 8, also: str = ""
    ) -> list[Passage]:
        """The user's passages that match the text, best first; those of `session_id` rise a little.

        The words of `also`, such as others of the same meaning, count half.

        All that the user's runs recorded before is found, whatever became of the runs.
        """
        await self._indexed(user_id)
        return await self._readers.run(recall.search, text, user_id, session_id, limit, also)

    async def _indexed(self, user_id: str) -> None:
        """Wait until all that the user's runs recorded before is in the index."""
        indexing = self._indexing.get(user_id)
        if indexing is not None:
            await asyncio.gather(asyncio.wrap_future(indexing), return_exceptions=True)

    async def passages_of(self, *run_ids: str) -> list[Passage]:
        """The runs' passages, in the order of their steps; none for a run that does not exist."""
        return await self._readers.run(passages.passages_of, run_ids)

    async def vectors_of(self, passage_ids: Sequence[int], model: str, *, user_id: str) -> dict[int, vectors.Vector]:
        """What the embedding model made of these passages of the user's, by passage, for those it was asked for."""
        return await self._readers.run(vectors.vectors_of, passage_ids, model, user_id)

    async def keep_vectors(self, model: str, made: Mapping[int, Sequence[float]]) -> None:
        """Keep what the embedding model made of passages, by passage, until those are removed."""
        await self._writer.run(vectors.keep_vectors, model, made)

    async def workflow_run_by_input(
        self, user_id: str, workflow: str | None = None, input_text: str = ""
    ) -> Run | None:
        """The user's newest completed run of that very input, whatever its case, spacing and final punctuation."""
        return await self._readers.run(journal.run_by_input, user_id, workflow, input_text)

    async def ensure_session(
        self,
        session_id: str,
        user_id: str,
        *,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Session:
        """The session, made if there is none; `title` is only for one without, `metadata` is merged."""
        return await self._writer.run(sessions.ensure_session, session_id, user_id, title=title, metadata=metadata)

    async def get_session(self, session_id: str, *, user_id: str | None = None) -> Session | None:
        """The session, or None; without a user the one of that id that was used last."""
        return await self._readers.run(sessions.get_session, session_id, user_id)

    async def sessions(
        self, user_id: str, *, limit: int = 20, before: str | None = None, search: str | None = None
    ) -> list[Session]:
        """The user's sessions, last used first, from after the session `before`.

        `search` keeps those with all its words in their title, in a message with its answer, or in what a step gave.
        """
        if search:
            await self._indexed(user_id)
        return await self._readers.run(sessions.list_sessions, user_id, limit=limit, before=before, search=search)

    async def rename_session(self, session_id: str, user_id: str, title: str) -> None:
        """Give the session another title. Raises NotFound."""
        await self._writer.run(sessions.rename, session_id, user_id, title)

    async def set_session_metadata(self, session_id: str, user_id: str, metadata: dict[str, Any]) -> None:
        """Merge into the session's metadata; a key whose value is None goes. Raises NotFound."""
        await self._writer.run(sessions.set_metadata, session_id, user_id, metadata)

    async def ensure_user(self, user_id: str, metadata: dict[str, Any] | None = None) -> User:
        """The user, made if there is none; `metadata` is merged."""
        return await self._writer.run(users.ensure_user, user_id, metadata)

    async def get_user(self, user_id: str) -> User | None:
        """The user, or None."""
        return await self._readers.run(users.get_user, user_id)

    async def upsert_feedback(self, feedback: Feedback, user_id: str) -> None:
        """Keep the user's verdict on a turn of theirs, in place of an earlier one. Raises NotFound for others'."""
        await self._writer.run(users.upsert_feedback, feedback, user_id)

    async def delete_feedback(self, feedback_id: str, user_id: str) -> bool:
        """Whether there was such a verdict of this user; it is gone now."""
        return await self._writer.run(users.delete_feedback, feedback_id, user_id)

    async def feedback_of(self, turn_ids: Sequence[str]) -> dict[str, Feedback]:
        """The verdicts on these turns, by turn."""
        return await self._readers.run(users.feedback_of, turn_ids)

    def _index_recorded(self, kept: Future[tuple[str, int] | None]) -> None:
        if kept.exception() is None and (step := kept.result()):
            self._index(*step)

    def _index(self, user_id: str, step_id: int) -> None:
        try:
            indexing = self._writer.submit_later(partial(passages.index_step, step_id=step_id))
        except StorageError:  # closing; the next opening indexes it
            return
        self._indexing[user_id] = indexing
        indexing.add_done_callback(partial(_forget, self._indexing, user_id))


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


def _forget(indexing: dict[str, Future[None]], user_id: str, done: Future[None]) -> None:
    if indexing.get(user_id) is done:
        indexing.pop(user_id, None)


def _end(writer: Writer, readers: Readers) -> None:
    writer.end()
    readers.end()


def _close(writer: Writer, readers: Readers) -> None:
    writer.close()
    readers.close()
