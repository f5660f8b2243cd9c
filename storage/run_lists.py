"""Lists of a user's runs, a page at a time, and what they have used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlite_utils import Database

from .encoding import clean, content_text, from_json, from_time, input_key, to_time, to_usage
from .events import list_events
from .records import EventRecord, RunStatus, Usage
from .rows import all_rows

_LINE = (
    "r.id, r.workflow, r.status, r.input, r.session_id, s.title, r.turn_id, r.started_at, r.finished_at, r.usage, "
    "r.forked_from"
)
_FROM = "from runs r left join sessions s on s.user_id = r.user_id and s.id = r.session_id"


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are meant: those that fit all that is given. `text` is in the input; they began after `since`."""

    workflow: str | None = None
    status: RunStatus | None = None
    text: str = ""
    since: datetime | None = None


ALL = RunFilter()


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as lists show it. `input` is what it was asked, as text."""

    id: str
    workflow: str
    status: RunStatus
    input: str
    session_id: str
    session_title: str | None
    turn_id: str | None
    started_at: datetime
    finished_at: datetime | None
    usage: Usage
    forked_from: str | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs, newest first; `following` is where the next page begins, if there is one."""

    runs: tuple[RunLine, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class RunTotals:
    """How many runs fit a filter, and what they have used together."""

    runs: int
    usage: Usage


def run_page(db: Database, user_id: str, wanted: RunFilter, before: str | None, limit: int) -> RunPage:
    """One page of the user's runs; `before` is the `following` of the page before. Raises ValueError for another."""
    where, given = _where(user_id, wanted)
    if before is not None:
        where += " and (r.started_at, r.id) < (?, ?)"
        given += _place(before)
    query = f"select {_LINE} {_FROM} where {where} order by r.started_at desc, r.id desc limit ?"
    lines = [_to_line(row) for row in all_rows(db, query, [*given, limit + 1])]
    shown = tuple(lines[:limit])
    last = shown[-1] if len(lines) > limit else None
    return RunPage(shown, _mark(last) if last else None)


def run_totals(db: Database, user_id: str, wanted: RunFilter) -> RunTotals:
    """What all of the user's runs that fit have used."""
    where, given = _where(user_id, wanted)
    sums = ", ".join(f"sum(r.usage ->> '{what}')" for what in ("input_tokens", "output_tokens", "seconds"))
    row = db.execute(f"select count(*), {sums} from runs r where {where}", given).fetchone()
    count, *used = row
    return RunTotals(count, Usage(*(value or 0 for value in used)))


def run_workflows(db: Database, user_id: str) -> list[str]:
    """The names of the workflows that the user's runs are of."""
    rows = db.execute("select distinct workflow from runs where user_id = ? order by workflow", [user_id])
    return [name for (name,) in rows.fetchall()]


def run_versions(db: Database, user_id: str, workflow: str, run_input: Any, limit: int) -> list[RunLine]:
    """The user's runs of the workflow on that very input, newest first."""
    rows = all_rows(
        db,
        f"select {_LINE} {_FROM} where r.user_id = ? and r.input_key = ? and r.workflow = ? "
        "order by r.started_at desc, r.id desc limit ?",
        [user_id, input_key(content_text(run_input)), workflow, limit],
    )
    return [_to_line(row) for row in rows]


def run_before(db: Database, run_id: str) -> str | None:
    """The id of the newest completed run of the same user, workflow and input that began before this one."""
    found = db.execute(
        "select o.id from runs r join runs o on o.user_id = r.user_id and o.input_key = r.input_key "
        "and o.status = 'completed' and o.workflow = r.workflow and o.started_at < r.started_at "
        "where r.id = ? order by o.finished_at desc limit 1",
        [run_id],
    ).fetchone()
    return found[0] if found else None


def run_lines(db: Database, user_id: str, run_ids: Sequence[str]) -> list[RunLine]:
    """The user's runs of these ids, in that order, without those that are gone or others'."""
    marks = ", ".join("?" for _ in run_ids)
    rows = all_rows(db, f"select {_LINE} {_FROM} where r.id in ({marks}) and r.user_id = ?", [*run_ids, user_id])
    found = {row["id"]: _to_line(row) for row in rows}
    return [found[run_id] for run_id in run_ids if run_id in found]


def run_streams(db: Database, run_id: str) -> list[str]:
    """The streams that the run's events stand in, oldest first: of every turn that worked on it, or its own."""
    rows = db.execute(
        "select t.id from runs r join turns t on t.user_id = r.user_id and t.session_id = r.session_id "
        "where r.id = ? and (t.id = r.turn_id or exists (select 1 from json_each(t.run_ids) where value = r.id)) "
        "order by t.started_at, t.rowid",
        [run_id],
    )
    return [id for (id,) in rows.fetchall()] or [run_id]


def run_events(db: Database, run_id: str) -> list[EventRecord]:
    """All events of a run, in order, whichever turns it was worked on in."""
    return [record for stream in run_streams(db, run_id) for record in list_events(db, stream, run_id=run_id)]


def _where(user_id: str, wanted: RunFilter) -> tuple[str, list[Any]]:
    clauses, given = ["r.user_id = ?"], [user_id]
    if wanted.workflow is not None:
        clauses.append("r.workflow = ?")
        given.append(clean(wanted.workflow))
    if wanted.status is not None:
        clauses.append("r.status = ?")
        given.append(wanted.status)
    if wanted.since is not None:
        clauses.append("r.started_at >= ?")
        given.append(to_time(wanted.since))
    if text := " ".join(clean(wanted.text).split()):
        clauses.append("r.input like ? escape '\\'")
        given.append(_pattern(text))
    return " and ".join(clauses), given


def _mark(last: RunLine) -> str:
    """The place behind this run, as it may stand in an address."""
    return f"{to_time(last.started_at).replace('+00:00', 'Z')}~{last.id}"


def _place(before: str) -> list[str]:
    started_at, mark, run_id = before.partition("~")
    if not mark or not run_id:
        raise ValueError("That is no place in the list.")
    return [to_time(from_time(started_at)), run_id]


def _pattern(text: str) -> str:
    """The text as it stands in an input's JSON, for `like`."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    for special in ("\\", "%", "_"):
        inner = inner.replace(special, f"\\{special}")
    return f"%{inner}%"


def _to_line(row: dict[str, Any]) -> RunLine:
    return RunLine(
        id=row["id"],
        workflow=row["workflow"],
        status=cast(RunStatus, row["status"]),
        input=content_text(from_json(row["input"])),
        session_id=row["session_id"],
        session_title=row["title"],
        turn_id=row["turn_id"],
        started_at=from_time(row["started_at"]),
        finished_at=from_time(row["finished_at"]) if row["finished_at"] else None,
        usage=to_usage(from_json(row["usage"])),
        forked_from=row["forked_from"],
    )
