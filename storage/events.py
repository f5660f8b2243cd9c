"""The numbered events of turns and runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from .encoding import clean, from_json, from_time, to_json, to_time
from .errors import NotFound
from .records import EventRecord
from .rows import all_rows


def append_events(db: Database, events: Sequence[EventRecord]) -> None:
    """Keep the events. Raises NotFound for those of a deleted turn or run."""
    for stream in {event.stream for event in events}:
        refuse_deleted(db, stream)
    db.conn.executemany(
        "insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                event.stream,
                event.seq,
                event.type,
                event.turn_id,
                event.run_id,
                clean(event.path),
                clean(event.name),
                to_time(event.at),
                to_json(event.data),
            )
            for event in events
        ],
    )


def list_events(db: Database, stream: str, after_seq: int = 0, run_id: str | None = None) -> list[EventRecord]:
    """A stream's events in order, or those of one run in it."""
    rows = all_rows(
        db,
        "select stream, seq, type, turn_id, run_id, path, name, at, data from events "
        "where stream = ? and seq > ? and run_id is coalesce(?, run_id) order by seq",
        [stream, after_seq, run_id],
    )
    return [_to_event(row) for row in rows]


def last_seq(db: Database, stream: str) -> int:
    """The number of the stream's last event; 0 when it has none."""
    return int(db.execute("select max(seq) from events where stream = ?", [stream]).fetchone()[0] or 0)


def refuse_deleted(db: Database, stream: str) -> None:
    """Raises NotFound for the id of a turn or run that was deleted."""
    if db.execute("select 1 from deleted where id = ?", [stream]).fetchone():
        raise NotFound(f"{stream} was deleted.")


def _to_event(row: dict[str, Any]) -> EventRecord:
    return EventRecord(**{**row, "at": from_time(row["at"]), "data": from_json(row["data"])})
