"""Users, and their verdicts on turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from .encoding import clean, from_json, from_time, to_json, to_time
from .errors import NotFound
from .records import Feedback, User, now


def ensure_user(db: Database, user_id: str, metadata: dict[str, Any] | None = None) -> User:
    """The user of that id, made if there is none; `metadata` is merged into theirs."""
    db.execute(
        "insert or ignore into users(id, created_at, metadata) values (?, ?, '{}')",
        [user_id, to_time(now())],
    )
    user = get_user(db, user_id)
    assert user is not None
    if not metadata:
        return user
    merged = {**user.metadata, **metadata}
    db.execute("update users set metadata = ? where id = ?", [to_json(merged), user_id])
    return User(user.id, user.created_at, merged)


def get_user(db: Database, user_id: str) -> User | None:
    row = db.execute("select created_at, metadata from users where id = ?", [user_id]).fetchone()
    return User(user_id, from_time(row[0]), from_json(row[1])) if row else None


def upsert_feedback(db: Database, feedback: Feedback, user_id: str) -> None:
    """Keep the user's verdict on a turn of theirs; an earlier one on it is replaced."""
    turn = db.execute("select 1 from turns where id = ? and user_id = ?", [feedback.turn_id, user_id]).fetchone()
    other = db.execute("select 1 from feedback where id = ? and user_id <> ?", [feedback.id, user_id]).fetchone()
    if not turn or other:
        raise NotFound(f"You have no turn {feedback.turn_id} to judge.")
    db.execute("delete from feedback where turn_id = ? and id <> ?", [feedback.turn_id, feedback.id])
    db.table("feedback").upsert(
        {
            "id": feedback.id,
            "turn_id": feedback.turn_id,
            "user_id": user_id,
            "value": feedback.value,
            "comment": None if feedback.comment is None else clean(feedback.comment),
        },
        pk="id",
    )


def delete_feedback(db: Database, feedback_id: str, user_id: str) -> bool:
    """Whether there was such a verdict of this user; it is gone now."""
    found = db.execute("delete from feedback where id = ? and user_id = ?", [feedback_id, user_id])
    return found.rowcount > 0


def feedback_of(db: Database, turn_ids: Sequence[str]) -> dict[str, Feedback]:
    rows = db.execute(
        "select id, turn_id, user_id, value, comment from feedback where turn_id in (select value from json_each(?))",
        [to_json(list(turn_ids))],
    )
    return {row[1]: Feedback(*row) for row in rows}
