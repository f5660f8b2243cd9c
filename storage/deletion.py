"""Deletes a session or a run, with all that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from . import passages, turns
from .encoding import content_text, from_json, to_json
from .errors import Busy, NotFound
from .processes import Owner
from .rows import all_rows, first_row

RUN_DELETED = "This run was deleted."


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
    for table in ("turns", "runs", "attachments"):
        db.execute(f"delete from {table} where user_id = ? and session_id = ?", whose)
    turns.forget_runs(db, run_ids)
    _forget_known(db, user_id, run_ids)
    return db.execute("delete from sessions where user_id = ? and id = ?", whose).rowcount > 0


def delete_run(db: Database, run_id: str, user_id: str, owner: Owner) -> None:
    """Take a run away. What turns cite of it is blanked; those that ran it say that it was deleted.

    Raises NotFound, also for another user's, and Busy while a living process works on it or on its turn.
    """
    run = first_row(db, "select * from runs where id = ? and user_id = ?", [run_id, user_id])
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    ran_it = list(
        all_rows(
            db,
            "select id, status, owner, answer, error from turns where user_id = ? and session_id = ? "
            "and (id = ? or exists (select 1 from json_each(run_ids) where value = ?))",
            [user_id, run["session_id"], run["turn_id"], run_id],
        )
    )
    if any(row["status"] in ("queued", "running") and owner.lives(row["owner"]) for row in [run, *ran_it]):
        raise Busy(f"Run {run_id} is being worked on right now; stop it first.")
    steps = db.execute("select id from steps where run_id = ?", [run_id]).fetchall()
    passages.remove(db, [step_id for (step_id,) in steps])
    db.execute("insert or ignore into deleted values (?)", [run_id])
    streams = to_json([run_id, *(row["id"] for row in ran_it)])
    db.execute("delete from events where stream in (select value from json_each(?)) and run_id = ?", [streams, run_id])
    db.execute("delete from runs where id = ?", [run_id])
    db.execute("update runs set forked_from = null where user_id = ? and forked_from = ?", [user_id, run_id])
    for row in ran_it:
        _say_deleted(db, row, run_id, content_text(from_json(run["content"])))
    turns.forget_runs(db, [run_id])
    _forget_known(db, user_id, [run_id])


def _say_deleted(db: Database, turn: dict[str, Any], run_id: str, content: str) -> None:
    """The turn without what the run gave; a run that is gone cannot be gone on with."""
    answer = turn["answer"] or ""
    answer = answer.replace(content, RUN_DELETED) if content and content in answer else RUN_DELETED
    status = "cancelled" if turn["status"] == "paused" else turn["status"]
    db.execute(
        "update turns set answer = ?, status = ?, error = ?, "
        "run_ids = (select json_group_array(value) from json_each(run_ids) where value != ?) where id = ?",
        [answer, status, turn["error"] and RUN_DELETED, run_id, turn["id"]],
    )


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
