"""Turns: what was said, what was decided, and what was answered with which sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from . import sessions
from .encoding import (
    clean,
    from_json,
    from_time,
    maybe_json,
    to_citation,
    to_decision,
    to_json,
    to_preferences,
    to_time,
    to_usage,
)
from .errors import NotFound, StorageError
from .events import append_events, refuse_deleted
from .files import Attached
from .records import EventRecord, Override, Turn
from .rows import all_rows, first_row


def create_turn(db: Database, turn: Turn, owner: str) -> Turn:
    """Keep a new turn; its session and its user are made if there are none.

    The turn as it is kept: begun after the session's others, even if the clock was set back since.
    """
    if db.execute("select 1 from turns where id = ?", [turn.id]).fetchone():
        raise StorageError(f"There already is a turn {turn.id}.")
    refuse_deleted(db, turn.id)
    sessions.ensure_session(db, turn.session_id, turn.user_id)
    turn = _in_order(db, turn)
    db.table("turns").insert(_row(turn, owner))
    _cite(db, turn)
    sessions.touch(db, turn.session_id, turn.user_id)
    return turn


def _in_order(db: Database, turn: Turn) -> Turn:
    whose = [turn.user_id, turn.session_id]
    (last,) = db.execute("select max(started_at) from turns where user_id = ? and session_id = ?", whose).fetchone()
    if last is None or (last_at := from_time(last)) < turn.started_at:
        return turn
    return replace(turn, started_at=last_at + timedelta(microseconds=1))


def update_turn(db: Database, turn: Turn, events: Sequence[EventRecord], owner: str) -> None:
    """Write the whole turn anew. Its user, session, beginning, override, preferences and files stay."""
    row = _row(turn, owner)
    for fixed in ("user_id", "session_id", "started_at", "override", "preferences", "files"):
        del row[fixed]
    columns = ", ".join(f"{name} = :{name}" for name in row if name != "id")
    if not db.execute(f"update turns set {columns} where id = :id", row).rowcount:
        raise NotFound(f"There is no turn {turn.id}.")
    _cite(db, turn)
    append_events(db, events)
    sessions.touch(db, turn.session_id, turn.user_id)


def get_turn(db: Database, turn_id: str, user_id: str | None = None) -> Turn:
    row = first_row(db, "select * from turns where id = ?", [turn_id])
    if row is None or user_id not in (None, row["user_id"]):
        raise NotFound(f"There is no turn {turn_id}.")
    return _to_turn(row)


def list_turns(db: Database, session_id: str, user_id: str | None, limit: int | None) -> list[Turn]:
    """A session's turns, oldest first; with a limit the newest so many."""
    whose, arguments = "session_id = ?", [session_id]
    if user_id is not None:
        whose, arguments = "user_id = ? and session_id = ?", [user_id, session_id]
    rows = all_rows(
        db,
        f"select * from turns where {whose} order by started_at desc, rowid desc limit ?",
        [*arguments, -1 if limit is None else limit],
    )
    return [_to_turn(row) for row in rows][::-1]


def newest_turns(db: Database, user_id: str, beginning: str, limit: int) -> list[Turn]:
    """The user's turns whose id begins so, newest first."""
    rows = all_rows(
        db,
        "select * from turns where user_id = ? and substr(id, 1, ?) = ? order by started_at desc, rowid desc limit ?",
        [user_id, len(beginning), beginning, limit],
    )
    return [_to_turn(row) for row in rows]


def overridden_turns(db: Database, user_id: str) -> list[Turn]:
    """The user's turns that have an override, oldest first."""
    rows = all_rows(
        db, "select * from turns where user_id = ? and override is not null order by started_at, rowid", [user_id]
    )
    return [_to_turn(row) for row in rows]


def override_turn(db: Database, turn_id: str, action: Override, user_id: str) -> None:
    """Keep what the user had done instead. Raises NotFound for others' turns."""
    if not db.execute(
        "update turns set override = ? where id = ? and user_id = ?", [action, turn_id, user_id]
    ).rowcount:
        raise NotFound(f"There is no turn {turn_id}.")


def show_steps(db: Database, session_id: str, user_id: str, steps: str) -> None:
    """Keep what the page shows of the runs of a session's turns."""
    db.execute(
        "update turns set preferences = json_set(coalesce(preferences, '{}'), '$.steps', ?) "
        "where user_id = ? and session_id = ?",
        [steps, user_id, session_id],
    )


def forget_runs(db: Database, run_ids: Sequence[str]) -> None:
    """Blank what the remaining turns quote from these runs."""
    gone = set(run_ids)
    rows = all_rows(
        db,
        "select id, decision, citations from turns where id in (select turn_id from citations "
        "where run_id in (select value from json_each(?)))",
        [to_json(list(run_ids))],
    )
    for row in list(rows):
        decision, citations = from_json(row["decision"]), from_json(row["citations"])
        for citation in citations:
            if citation["run_id"] in gone:
                citation["excerpt"] = ""
        if decision and decision.get("earlier") in gone:
            decision["earlier"] = None
        for evidence in decision["evidence"] if decision else ():
            if evidence["passage"]["run_id"] in gone:
                evidence["passage"] |= {"text": "", "run_input": ""}
        db.execute(
            "update turns set decision = ?, citations = ? where id = ?",
            [maybe_json(decision), to_json(citations), row["id"]],
        )
    db.execute("delete from citations where run_id in (select value from json_each(?))", [to_json(list(run_ids))])


def _cite(db: Database, turn: Turn) -> None:
    cited = {citation.run_id for citation in turn.citations}
    cited |= {evidence.passage.run_id for evidence in (turn.decision.evidence if turn.decision else ())}
    if turn.decision and turn.decision.earlier:
        cited.add(turn.decision.earlier)
    db.execute("delete from citations where turn_id = ?", [turn.id])
    db.conn.executemany("insert into citations values (?, ?)", [(run_id, turn.id) for run_id in sorted(cited)])
    deleted = db.execute("select run_id from citations join deleted on id = run_id where turn_id = ?", [turn.id])
    if gone := [run_id for (run_id,) in deleted]:
        forget_runs(db, gone)


def _row(turn: Turn, owner: str) -> dict[str, Any]:
    return {
        "id": turn.id,
        "user_id": turn.user_id,
        "session_id": turn.session_id,
        "status": turn.status,
        "owner": owner if turn.status in ("queued", "running") else None,
        "message": clean(turn.message),
        "started_at": to_time(turn.started_at),
        "finished_at": to_time(turn.finished_at) if turn.finished_at else None,
        "decision": maybe_json(turn.decision),
        "answer": clean(turn.answer),
        "citations": to_json(turn.citations),
        "run_ids": to_json(turn.run_ids),
        "usage": to_json(turn.usage),
        "error": None if turn.error is None else clean(turn.error),
        "override": turn.override,
        "preferences": to_json(turn.preferences),
        "files": to_json(turn.files) if turn.files else None,
    }


def _to_turn(row: dict[str, Any]) -> Turn:
    decision = from_json(row["decision"])
    return Turn(
        id=row["id"],
        message=row["message"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        status=row["status"],
        started_at=from_time(row["started_at"]),
        finished_at=from_time(row["finished_at"]) if row["finished_at"] else None,
        decision=to_decision(decision) if decision else None,
        answer=row["answer"],
        citations=tuple(to_citation(citation) for citation in from_json(row["citations"])),
        run_ids=tuple(from_json(row["run_ids"])),
        usage=to_usage(from_json(row["usage"])),
        error=row["error"],
        override=row["override"],
        preferences=to_preferences(from_json(row["preferences"])),
        files=tuple(Attached(**file) for file in from_json(row["files"]) or ()),
    )
