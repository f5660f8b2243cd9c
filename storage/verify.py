"""Checks a whole store, and puts right what can be made anew from the journal."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from . import checks, passages
from .attachment_shelf import attachment_folder
from .checks import Finding, Findings, Mend
from .errors import Busy, StorageError
from .faults import plainly
from .hashes import entry_hash
from .index_check import index, index_structure, rebuild
from .migrations import migrate
from .processes import anyone_lives, opening
from .writer import connect

MOST = 100  # findings of one kind that are told
COUNTED = ("users", "sessions", "turns", "runs", "steps", "events", "passages", "vectors", "attachments")


@dataclass(frozen=True, slots=True)
class Report:
    """What a check came to: what is wrong now, what was and has been put right, and how many rows were looked at."""

    wrong: tuple[Finding, ...]
    repaired: tuple[Finding, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not self.wrong


async def verify(path: Path, *, repair: bool = False) -> Report:
    """Check the store in the file at `path`, which may be in use; of its texts only a few are in memory at a time.

    With `repair`, passages, their index, counters and the like are made anew from the journal; nobody else may use
    the store then, else Busy is raised. A file of an earlier version is brought to the newest shape first. Raises
    NewerSchema, and StorageError when there is no store.
    """
    return await asyncio.to_thread(verify_now, path, repair=repair)


def verify_now(path: Path, *, repair: bool = False) -> Report:
    """`verify`, for threads without an event loop: blocks until it is done."""
    path = path.absolute()
    if not path.is_file():
        raise StorageError(f"There is no database at {path}. REFRAIN_DB names another one.")
    folder = path.with_name(f"{path.name}.owners")
    db: Database | None = None
    try:
        db = connect(path)
        damage = _look(db, [checks.structure])
        with opening(folder):
            if repair and anyone_lives(folder):
                raise Busy(f"{path} is in use. Stop Refrain, and repair then.")
            if not repair:
                _bring_up(db, path)
        if not repair:
            return _checked(db, path, damage)
        with opening(folder):  # nobody opens it meanwhile
            _bring_up(db, path)
            before = _checked(db, path, damage)
            beyond_repair = any(finding.mend is None for finding in damage)
            if beyond_repair or not any(finding.mend for finding in before.wrong):
                return before
            _repair(db, before.wrong)
            after = _checked(db, path, _look(db, [checks.structure]))
        left = {finding.text for finding in after.wrong}
        done = tuple(finding for finding in before.wrong if finding.text not in left)
        return Report(after.wrong, done, after.counts)
    except sqlite3.DatabaseError as error:
        raise plainly(error) from error
    finally:
        if db is not None:
            db.close()


def _bring_up(db: Database, path: Path) -> None:
    db.execute("begin immediate")
    try:
        migrate(db, str(path))
        db.execute("commit")
    finally:
        db.rollback()


def _checked(db: Database, path: Path, damage: list[Finding]) -> Report:
    looks: list[Callable[[Database], Findings]] = [
        checks.references,
        checks.runs,
        checks.entries,
        checks.talk,
        checks.events,
        checks.passages,
        index,
        checks.vectors,
        checks.counters,
        partial(checks.files, folder=attachment_folder(path)),
    ]
    damage = damage + _look(db, [index_structure])
    db.execute("begin")  # one transaction, so that all is of one moment
    try:
        found = damage + _look(db, looks)
        return Report(tuple(found), (), dict(_counts(db)))
    finally:
        db.rollback()


def _counts(db: Database) -> Iterator[tuple[str, int]]:
    for table in COUNTED:
        with suppress(sqlite3.DatabaseError):  # it is damaged, which is told already
            yield table, db.execute(f"select count(*) from {table}").fetchone()[0]


def _look(db: Database, looks: list[Callable[[Database], Findings]]) -> list[Finding]:
    found: list[Finding] = []
    for look in looks:
        try:
            told = look(db)
            found += islice(told, MOST)
            if next(told, None) is not None:
                found.append(Finding("There is more of that kind."))
        except sqlite3.DatabaseError as error:
            name = look.func.__name__ if isinstance(look, partial) else getattr(look, "__name__", "it")
            mend: Mend | None = "words" if name == "index" else None
            found.append(Finding(f"The file is damaged: the check of {name} ended with {str(error)!r}.", mend))
    return found


def _repair(db: Database, wrong: tuple[Finding, ...]) -> None:
    """Make anew what the findings say can be, in one transaction."""
    mends = {finding.mend for finding in wrong}
    db.execute("begin immediate")
    try:
        if "indexes" in mends:
            db.execute("reindex")
        if "events" in mends:
            db.execute(
                "delete from events where stream not in (select id from turns) and stream not in (select id from runs)"
            )
        if "citations" in mends:
            db.execute("delete from citations where turn_id not in (select id from turns)")
        if "hash" in mends:
            _hash(db)
        if mends & {"step", "words", "indexes"}:
            _cut_anew(db)
        if "vectors" in mends:
            _drop_vectors(db)
        _count(db)
        db.execute("commit")
    finally:
        db.rollback()


def _hash(db: Database) -> None:
    db.register_function(entry_hash, name="refrain_entry_hash", deterministic=True)
    db.execute(
        "update steps set hash = refrain_entry_hash(path, kind, status, output, decision, changes) where hash is null"
    )


def _cut_anew(db: Database) -> None:
    """Passages of the steps that have wrong ones, and the index of all."""
    db.execute("delete from passages where step_id not in (select id from steps)")
    for finding in list(checks.passages(db)):
        db.execute("delete from passages where step_id = ?", [finding.step_id])
        if not finding.text.startswith("There are passages"):
            db.execute("update steps set indexed = 0 where id = ?", [finding.step_id])
    rebuild(db)
    _count(db)
    for _, step_id in passages.unindexed(db):
        passages.index_step(db, step_id)


def _drop_vectors(db: Database) -> None:
    """Those of no passage, and those of a model whose lengths differ: they are asked for again when needed."""
    db.execute("delete from vectors where passage_id not in (select id from passages)")
    db.execute(
        "delete from vectors where model in (select model from vectors group by model "
        "having count(distinct length(vector)) > 1 or max(length(vector) % 4) > 0)"
    )


def _count(db: Database) -> None:
    own = "from passages where id between number << 32 and (number << 32) + 4294967295"
    db.execute(
        f"update users set passages = (select count(*) {own}), "
        f"next_passage = max(next_passage, 1 + (select coalesce(max(id) & 4294967295, 0) {own}))"
    )
