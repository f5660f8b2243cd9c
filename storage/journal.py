"""The journals of runs: what is known of each, one entry a path."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from . import passages
from .encoding import clean, from_json, from_time, maybe_json, to_json, to_output, to_time, to_usage
from .errors import NotFound
from .events import append_events
from .hashes import entry_hash
from .records import EventRecord, JournalEntry
from .rows import all_rows

UNINDEXED, INDEXED = 0, 1


def record(db: Database, run_id: str, entry: JournalEntry, events: Sequence[EventRecord]) -> tuple[str, int] | None:
    """Keep an answer, in place of an earlier one at its path. Gives user and step if it is to be indexed."""
    run = db.execute("select user_id from runs where id = ?", [run_id]).fetchone()
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    waits = passages.indexable(entry)
    earlier = db.execute("select id from steps where run_id = ? and path = ?", [run_id, clean(entry.path)]).fetchone()
    if earlier:
        passages.remove(db, earlier)
    columns = (
        clean(entry.path),
        entry.kind,
        entry.status,
        maybe_json(entry.output),
        maybe_json(entry.decision),
        maybe_json(entry.changes),
    )
    (step_id,) = db.execute(
        "insert into steps(run_id, path, kind, status, output, decision, changes, hash, attempt, step_name, spent, "
        "started_at, finished_at, edited, indexed) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict(run_id, path) do update set kind = excluded.kind, status = excluded.status, "
        "output = excluded.output, decision = excluded.decision, changes = excluded.changes, hash = excluded.hash, "
        "attempt = excluded.attempt, step_name = excluded.step_name, spent = excluded.spent, "
        "started_at = excluded.started_at, finished_at = excluded.finished_at, edited = excluded.edited, "
        "indexed = excluded.indexed returning id",
        [
            run_id,
            *columns,
            entry_hash(*columns),
            entry.attempt,
            clean(entry.output.step_name) if entry.output else None,
            to_json(entry.spent),
            to_time(entry.started_at),
            to_time(entry.finished_at),
            entry.edited,
            UNINDEXED if waits else INDEXED,
        ],
    ).fetchone()
    append_events(db, events)
    return (run[0], step_id) if waits else None


def journal(db: Database, run_id: str) -> list[JournalEntry]:
    """What is known of a run, in the order first recorded."""
    rows = all_rows(db, "select * from steps where run_id = ? order by id", [run_id])
    return [
        JournalEntry(
            path=row["path"],
            kind=row["kind"],
            status=row["status"],
            output=to_output(from_json(row["output"])) if row["output"] else None,
            decision=from_json(row["decision"]),
            changes=from_json(row["changes"]),
            attempt=row["attempt"],
            started_at=from_time(row["started_at"]),
            finished_at=from_time(row["finished_at"]),
            spent=to_usage(from_json(row["spent"])),
            edited=row["edited"],
        )
        for row in rows
    ]
