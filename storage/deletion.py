"""Deletes a session, with all that came of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from . import passages, turns
from .encoding import from_json, to_json


def delete_session(db: Database, session_id: str, user_id: str) -> bool:
    """Whether there was such a session. What other sessions cite of it is blanked, what their runs were given goes.

    Its ids are remembered, so that a turn that is still at work can't bring anything back.
    """
    whose = [user_id, session_id]
    run_ids = [row[0] for row in db.execute("select id from runs where user_id = ? and session_id = ?", whose)]
    turn_ids = [row[0] for row in db.execute("select id from turns where user_id = ? and session_id = ?", whose)]
    for run_id in run_ids:
        steps = db.execute("select id from steps where run_id = ?", [run_id]).fetchall()
        passages.remove(db, [step_id for (step_id,) in steps])
    ids = [(gone,) for gone in run_ids + turn_ids]
    db.conn.executemany("insert or ignore into deleted values (?)", ids)
    db.conn.executemany("delete from events where stream = ?", ids)
    for table in ("turns", "runs", "files"):
        db.execute(f"delete from {table} where user_id = ? and session_id = ?", whose)
    turns.forget_runs(db, run_ids)
    _forget_known(db, user_id, run_ids)
    return db.execute("delete from sessions where user_id = ? and id = ?", whose).rowcount > 0


def _forget_known(db: Database, user_id: str, run_ids: Sequence[str]) -> None:
    """Take out of the user's remaining runs what they were given of these."""
    rows = db.execute(
        "select id, known from runs where user_id = ? and known is not null and exists (select 1 from json_each(known) "
        "where json_extract(value, '$.run_id') in (select value from json_each(?)))",
        [user_id, to_json(list(run_ids))],
    ).fetchall()
    for run_id, known in rows:
        kept = [part for part in from_json(known) if part["run_id"] not in run_ids]
        db.execute("update runs set known = ? where id = ?", [to_json(kept) if kept else None, run_id])
