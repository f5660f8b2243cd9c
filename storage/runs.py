"""Runs, from their first moment to their last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from . import sessions
from .encoding import (
    clean,
    content_text,
    from_json,
    from_time,
    input_key,
    maybe_json,
    to_file,
    to_json,
    to_known,
    to_output,
    to_question,
    to_time,
    to_usage,
)
from .errors import AlreadyCompleted, Busy, NotFound, StorageError
from .events import append_events, refuse_deleted
from .files import File
from .processes import Owner
from .records import EventRecord, Question, Run, RunRequest, RunStatus, StepOutput, Usage, now
from .rows import all_rows, at_once, first_row

BY_INPUT = (
    "select * from runs where user_id = ? and input_key = ? and status = 'completed' "
    "and workflow = coalesce(?, workflow){} order by finished_at desc limit 1"
)
BESIDE_CONTENTS = (
    "id user_id session_id turn_id workflow status input start_state session_state error question usage forked_from "
    "started_at finished_at files"
).split()
UNEDITED = " and not exists (select 1 from steps where run_id = runs.id and edited != '')"


def create_run(db: Database, request: RunRequest, owner: str) -> None:
    """Keep a new run, running. Raises NotFound when its turn was deleted."""
    if db.execute("select 1 from runs where id = ?", [request.id]).fetchone():
        raise StorageError(f"There already is a run {request.id}.")
    refuse_deleted(db, request.stream)
    sessions.ensure_session(db, request.session_id, request.user_id)
    deleted = "select 1 from deleted where id = ?"
    known = [part for part in request.known if not db.execute(deleted, [part.run_id]).fetchone()]
    db.table("runs").insert(
        {
            "id": request.id,
            "user_id": request.user_id,
            "session_id": request.session_id,
            "turn_id": request.turn_id,
            "workflow": clean(request.workflow),
            "fingerprint": request.fingerprint,
            "status": "running",
            "owner": owner,
            "input": to_json(request.input),
            "input_key": input_key(content_text(request.input)),
            "start_state": to_json(request.session_state),
            "history": to_json(request.history),
            "files": to_json(request.files),
            "known": to_json(known) if known else None,
            "forked_from": request.forked_from,
            "started_at": to_time(request.started_at),
        }
    )
    db.execute(  # in the same breath: a run that its turn does not know of would never be gone on with
        "update turns set run_ids = json_insert(run_ids, '$[#]', ?) where id = ?", [request.id, request.turn_id]
    )
    sessions.touch(db, request.session_id, request.user_id)


def run_request(db: Database, run_id: str) -> RunRequest:
    return _to_request(_row(db, run_id))


def claim_run(
    db: Database, run_id: str, owner: Owner, question_id: str | None = None, turn_id: str | None = None
) -> RunRequest:
    """Make the run this process's. Raises Busy when a living process, this one too, is working on it.

    What it asked and what it failed of are gone. Raises AlreadyCompleted for a run that has come to its end.
    With `question_id`, also when the run no longer waits for the answer to that question. With `turn_id` it goes on in
    that turn, and the one that waited for the answer is complete.
    """
    row = _row(db, run_id)
    if question_id is not None and (row["status"] != "paused" or from_json(row["question"])["id"] != question_id):
        raise Busy(f"Run {run_id} no longer waits for that answer: it was given already.")
    if row["status"] == "completed":
        raise AlreadyCompleted(f"Run {run_id} is completed.")
    if row["status"] == "running" and owner.lives(row["owner"]):
        raise Busy(f"Run {run_id} is being worked on right now; wait for it, or cancel it first.")
    db.execute(
        "update runs set status = 'running', owner = ?, question = null, error = null, finished_at = null where id = ?",
        [owner.id, run_id],
    )
    if turn_id is not None:
        db.execute("update turns set status = 'completed' where id = ? and status = 'paused'", [row["turn_id"]])
        db.execute("update runs set turn_id = ? where id = ?", [turn_id, run_id])
        row = _row(db, run_id)
    return _to_request(row)


def end_run(
    db: Database,
    run_id: str,
    *,
    status: RunStatus,
    content: Any,
    error: str | None,
    question: Question | None,
    session_state: dict[str, Any] | None,
    state_changes: dict[str, Any] | None,
    usage: Usage,
    steps: Sequence[StepOutput],
    events: Sequence[EventRecord],
    finished_at: datetime | None = None,
) -> None:
    """Keep how the run stands now that nobody works on it; a completed one changes its session's state."""
    row = _row(db, run_id)
    over = status in ("completed", "failed", "cancelled")
    db.execute(
        "update runs set status = ?, owner = null, content = ?, error = ?, question = ?, session_state = ?, "
        "usage = ?, steps = ?, finished_at = ? where id = ?",
        [
            status,
            maybe_json(content),
            None if error is None else clean(error),
            maybe_json(question),
            maybe_json(session_state),
            to_json(usage),
            to_json(list(steps)),
            to_time(finished_at or now()) if over else None,
            run_id,
        ],
    )
    if status == "completed" and state_changes:
        sessions.change_state(db, row["session_id"], row["user_id"], state_changes)
    append_events(db, events)
    sessions.touch(db, row["session_id"], row["user_id"])


def get_run(db: Database, run_id: str, user_id: str | None = None) -> Run:
    row = _row(db, run_id)
    if user_id not in (None, row["user_id"]):
        raise NotFound(f"There is no run {run_id}.")
    return _to_run(row)


def get_runs(db: Database, run_ids: Sequence[str]) -> list[Run]:
    """The runs of these ids, in that order, without those that are gone."""
    marks = ", ".join("?" for _ in run_ids)
    rows = {row["id"]: row for row in all_rows(db, f"select * from runs where id in ({marks})", list(run_ids))}
    return [_to_run(rows[run_id]) for run_id in run_ids if run_id in rows]


def list_runs(
    db: Database,
    *,
    user_id: str | None,
    session_id: str | None,
    workflow: str | None,
    status: RunStatus | None,
    limit: int,
    contents: bool = True,
) -> list[Run]:
    """Runs, newest first; what they and their steps gave is only read for `contents`."""
    wanted = {"user_id": user_id, "session_id": session_id, "workflow": workflow, "status": status}
    given = {name: value for name, value in wanted.items() if value is not None}
    where = "where " + " and ".join(f"{name} = :{name}" for name in given) if given else ""
    found, asked = f"from runs {where} order by started_at desc limit :limit", {**given, "limit": limit}
    if contents:
        return [_to_run(row) for row in all_rows(db, f"select * {found}", asked)]
    rows = at_once(db, BESIDE_CONTENTS, f"select {', '.join(BESIDE_CONTENTS)} {found}", asked)
    return [_to_run({**row, "content": None, "steps": None}) for row in rows]


def completed_run_ids(db: Database, session_id: str, user_id: str, limit: int) -> list[str]:
    """The session's last completed runs, newest last."""
    rows = db.execute(
        "select id from runs where user_id = ? and session_id = ? and status = 'completed' "
        "order by finished_at desc limit ?",
        [user_id, session_id, limit],
    ).fetchall()
    return [row[0] for row in rows][::-1]


def run_by_input(db: Database, user_id: str, workflow: str | None, input_text: str) -> Run | None:
    """The user's newest completed run of that very input, whatever its case, spacing and final punctuation.

    One that a person edited counts when there is no other.
    """
    asked = [user_id, input_key(input_text), workflow]
    row = first_row(db, BY_INPUT.format(UNEDITED), asked) or first_row(db, BY_INPUT.format(""), asked)
    return _to_run(row) if row else None


def _row(db: Database, run_id: str) -> dict[str, Any]:
    row = first_row(db, "select * from runs where id = ?", [run_id])
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    return row


def _to_request(row: dict[str, Any]) -> RunRequest:
    return RunRequest(
        id=row["id"],
        workflow=row["workflow"],
        fingerprint=row["fingerprint"],
        input=from_json(row["input"]),
        user_id=row["user_id"],
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        session_state=from_json(row["start_state"]),
        history=tuple(from_json(row["history"])),
        files=_files(row),
        known=tuple(to_known(part) for part in from_json(row["known"]) or ()),
        forked_from=row["forked_from"],
        started_at=from_time(row["started_at"]),
    )


def _to_run(row: dict[str, Any]) -> Run:
    paused = row["status"] == "paused"
    return Run(
        id=row["id"],
        workflow=row["workflow"],
        status=row["status"],
        input=from_json(row["input"]),
        content=from_json(row["content"]),
        steps=tuple(to_output(step) for step in from_json(row["steps"]) or ()),
        session_state=from_json(row["session_state"] or row["start_state"]),
        error=row["error"],
        question=to_question(from_json(row["question"])) if row["question"] and paused else None,
        usage=to_usage(from_json(row["usage"])),
        forked_from=row["forked_from"],
        started_at=from_time(row["started_at"]),
        finished_at=from_time(row["finished_at"]) if row["finished_at"] else None,
        user_id=row["user_id"],
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        files=_files(row),
    )


def _files(row: dict[str, Any]) -> tuple[File, ...]:
    return tuple(to_file(file) for file in from_json(row["files"]) or ())
