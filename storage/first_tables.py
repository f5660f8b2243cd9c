"""The tables of the first version, which the numbered migrations go on from."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.db import ForeignKey

INDEX_SHAPE = "words, content='', detail=none, tokenize='porter unicode61 remove_diacritics 2'"


def make_first_tables(db: Database) -> None:
    """The shape of an empty file before any migration but the first."""
    _people(db)
    _runs(db)
    _talk(db)
    _recall(db)


def _people(db: Database) -> None:
    db.table("users").create(
        {"number": int, "id": str, "created_at": str, "metadata": str, "passages": int, "next_passage": int},
        pk="number",
        not_null={"id", "created_at"},
        defaults={"metadata": "{}", "passages": 0, "next_passage": 1},
    ).create_index(["id"], unique=True)
    db.table("sessions").create(
        {
            "user_id": str,
            "id": str,
            "title": str,
            "created_at": str,
            "updated_at": str,
            "metadata": str,
            "state": str,
        },
        pk=("user_id", "id"),
        not_null={"created_at", "updated_at"},
        defaults={"metadata": "{}", "state": "{}"},
        foreign_keys=[("user_id", "users", "id")],
    )
    db.table("sessions").create_index(["id", "updated_at"])
    db.table("sessions").create_index(["user_id", "updated_at", "id"])


def _runs(db: Database) -> None:
    runs = db.table("runs").create(
        {
            "id": str,
            "user_id": str,
            "session_id": str,
            "turn_id": str,
            "workflow": str,
            "fingerprint": str,
            "status": str,
            "owner": str,
            "input": str,
            "input_key": str,
            "start_state": str,
            "history": str,
            "files": str,
            "forked_from": str,
            "content": str,
            "steps": str,
            "session_state": str,
            "error": str,
            "question": str,
            "usage": str,
            "started_at": str,
            "finished_at": str,
        },
        pk="id",
        not_null={"user_id", "session_id", "workflow", "status", "started_at"},
        foreign_keys=[of_session("runs")],
    )
    for columns in (
        ["started_at"],
        ["status", "started_at"],
        ["workflow", "started_at"],
        ["session_id", "started_at"],
        ["user_id", "started_at"],
        ["user_id", "status", "started_at"],
        ["user_id", "workflow", "started_at"],
        ["user_id", "session_id", "started_at"],
        ["user_id", "session_id", "status", "finished_at"],
        ["user_id", "input_key", "status", "finished_at"],
    ):
        runs.create_index(columns)
    db.execute("create index idx_runs_working on runs(owner) where status in ('queued', 'running')")
    db.table("steps").create(
        {
            "id": int,
            "run_id": str,
            "path": str,
            "kind": str,
            "status": str,
            "attempt": int,
            "step_name": str,
            "output": str,
            "decision": str,
            "changes": str,
            "started_at": str,
            "finished_at": str,
            "indexed": int,
        },
        pk="id",
        not_null={"run_id", "path", "kind", "status", "indexed"},
        foreign_keys=[cascade("steps", "run_id", "runs")],
    ).create_index(["run_id", "path"], unique=True)
    db.execute("create index idx_steps_unindexed on steps(id) where indexed = 0")


def _talk(db: Database) -> None:
    db.table("turns").create(
        {
            "id": str,
            "user_id": str,
            "session_id": str,
            "status": str,
            "owner": str,
            "message": str,
            "started_at": str,
            "finished_at": str,
            "decision": str,
            "answer": str,
            "citations": str,
            "run_ids": str,
            "usage": str,
            "error": str,
        },
        pk="id",
        not_null={"user_id", "session_id", "status", "started_at"},
        foreign_keys=[of_session("turns")],
    ).create_index(["user_id", "session_id", "started_at"])
    db.table("turns").create_index(["session_id", "started_at"])
    db.execute("create index idx_turns_working on turns(owner) where status in ('queued', 'running')")
    db.table("citations").create(
        {"run_id": str, "turn_id": str},
        pk=("run_id", "turn_id"),
        foreign_keys=[cascade("citations", "turn_id", "turns")],
    ).create_index(["turn_id"])
    db.table("events").create(
        {
            "stream": str,
            "seq": int,
            "type": str,
            "turn_id": str,
            "run_id": str,
            "path": str,
            "name": str,
            "at": str,
            "data": str,
        },
        pk=("stream", "seq"),
    )
    db.table("deleted").create({"id": str}, pk="id")
    db.table("feedback").create(
        {"id": str, "turn_id": str, "user_id": str, "value": int, "comment": str},
        pk="id",
        not_null={"turn_id", "user_id", "value"},
        foreign_keys=[cascade("feedback", "turn_id", "turns")],
    ).create_index(["turn_id"], unique=True)
    db.table("files").create(
        {
            "id": str,
            "user_id": str,
            "session_id": str,
            "name": str,
            "mime": str,
            "content": bytes,
            "created_at": str,
        },
        pk="id",
        not_null={"user_id", "session_id", "name", "content"},
        foreign_keys=[of_session("files")],
    ).create_index(["user_id", "session_id"])


def _recall(db: Database) -> None:
    db.table("passages").create(
        {"id": int, "step_id": int, "start": int, "stop": int, "words": int, "text_key": int, "text": str},
        pk="id",
        not_null={"step_id", "start", "stop", "text", "text_key", "words"},
        foreign_keys=[("step_id", "steps", "id")],
    ).create_index(["step_id"])
    # The texts stand in `passages`; the index keeps no copy, and no positions, which nothing asks for. One column,
    # as FTS5 would look through other users' rows for the next one that has the word in a certain column.
    db.execute(f"create virtual table passage_words using fts5({INDEX_SHAPE})")


def of_session(table: str) -> ForeignKey:
    """Rows of the table belong to a session, by its user and its id."""
    return ForeignKey(
        table,
        None,
        "sessions",
        None,
        columns=("user_id", "session_id"),
        other_columns=("user_id", "id"),
        is_compound=True,
    )


def cascade(table: str, column: str, other: str) -> ForeignKey:
    """Rows of the table go with the row of `other` that the column names."""
    return ForeignKey(table, column, other, "id", on_delete="CASCADE")
