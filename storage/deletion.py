"""Deletes a session, with all that came of it."""

from __future__ import annotations

from sqlite_utils import Database

from . import passages, turns


def delete_session(db: Database, session_id: str, user_id: str) -> bool:
    """Whether there was such a session. What other sessions cite of it is blanked.

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
    return db.execute("delete from sessions where user_id = ? and id = ?", whose).rowcount > 0
