"""Sessions: conversations, with the state their workflows share."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from .encoding import clean, from_json, from_time, to_json, to_time
from .errors import NotFound
from .records import Session, Usage, now
from .rows import all_rows, first_row
from .session_search import having
from .users import ensure_user

_COLUMNS = "select id, user_id, title, created_at, updated_at, metadata from sessions"


def ensure_session(
    db: Database,
    session_id: str,
    user_id: str,
    *,
    title: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Session:
    """The session, made if there is none. `title` is only given to one that has none; `metadata` is merged."""
    ensure_user(db, user_id)
    moment = to_time(now())
    db.execute(
        "insert into sessions(user_id, id, title, created_at, updated_at, metadata, state) "
        "values (?, ?, ?, ?, ?, '{}', '{}') "
        "on conflict(user_id, id) do update set title = coalesce(title, excluded.title)",
        [user_id, session_id, None if title is None else clean(title), moment, moment],
    )
    if metadata:
        set_metadata(db, session_id, user_id, metadata)
    return _known(db, session_id, user_id)


def get_session(db: Database, session_id: str, user_id: str | None = None) -> Session | None:
    """The session, or None. Without a user the one of that id that was used last."""
    if user_id is None:
        row = first_row(db, f"{_COLUMNS} where id = ? order by updated_at desc limit 1", [session_id])
    else:
        row = first_row(db, f"{_COLUMNS} where user_id = ? and id = ?", [user_id, session_id])
    return _to_session(row) if row else None


def list_sessions(db: Database, user_id: str, *, limit: int, before: str | None, search: str | None) -> list[Session]:
    """A user's sessions, the last used first; `before` is the last one of the page before."""
    clauses, arguments = ["user_id = ?"], [user_id]
    if before is not None:
        clauses.append("(updated_at, id) < (select updated_at, id from sessions where user_id = ? and id = ?)")
        arguments += [user_id, before]
    if search and search.strip():
        clause, given = having(db, user_id, search)
        clauses.append(clause)
        arguments += given
    rows = all_rows(
        db,
        f"{_COLUMNS} where {' and '.join(clauses)} order by updated_at desc, id desc limit ?",
        [*arguments, limit],
    )
    return [_to_session(row) for row in rows]


def touch(db: Database, session_id: str, user_id: str) -> None:
    """Something happened in the session just now."""
    db.execute("update sessions set updated_at = ? where user_id = ? and id = ?", [to_time(now()), user_id, session_id])


def rename(db: Database, session_id: str, user_id: str, title: str) -> None:
    _known(db, session_id, user_id)
    db.execute("update sessions set title = ? where user_id = ? and id = ?", [clean(title), user_id, session_id])


def set_metadata(db: Database, session_id: str, user_id: str, metadata: dict[str, Any]) -> None:
    """Merge into the session's metadata; a key whose value is None goes."""
    merged = {**_known(db, session_id, user_id).metadata, **metadata}
    kept = {key: value for key, value in merged.items() if value is not None}
    db.execute("update sessions set metadata = ? where user_id = ? and id = ?", [to_json(kept), user_id, session_id])


def session_state(db: Database, session_id: str, user_id: str) -> dict[str, Any]:
    return _state(db, session_id, user_id)[0]


def starting_state(db: Database, session_id: str, user_id: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """The session's state over `defaults`, without those of them that were removed in it."""
    state, removed = _state(db, session_id, user_id)
    return {key: value for key, value in defaults.items() if key not in removed} | state


def change_state(db: Database, session_id: str, user_id: str, changes: dict[str, Any]) -> None:
    """Apply `{"set": {key: value}, "removed": [key]}` to the session's state."""
    state, removed = _state(db, session_id, user_id)
    removed = [key for key in dict.fromkeys([*removed, *changes["removed"]]) if key not in changes["set"]]
    state = {key: value for key, value in {**state, **changes["set"]}.items() if key not in changes["removed"]}
    db.execute(
        "update sessions set state = ?, removed = ? where user_id = ? and id = ?",
        [to_json(state), to_json(removed), user_id, session_id],
    )


def session_usage(db: Database, session_id: str, user_id: str | None) -> Usage:
    """What all runs of the session have used; those that have not ended yet, as far as their journals tell."""
    journalled = "(select max(spent ->> '{0}') from steps where run_id = runs.id and runs.finished_at is null)"
    sums = ", ".join(
        f"sum(max(coalesce(usage ->> '{what}', 0), coalesce({journalled.format(what)}, 0)))"
        for what in ("input_tokens", "output_tokens", "seconds")
    )
    query = f"select {sums} from runs where session_id = ? and user_id = coalesce(?, user_id)"
    return Usage(*(used or 0 for used in db.execute(query, [session_id, user_id]).fetchone()))


def _state(db: Database, session_id: str, user_id: str) -> tuple[dict[str, Any], list[str]]:
    """The session's state, and the names that were removed from it."""
    query = "select state, removed from sessions where user_id = ? and id = ?"
    row = db.execute(query, [user_id, session_id]).fetchone() or ("{}", None)
    return from_json(row[0]), from_json(row[1]) or []


def _known(db: Database, session_id: str, user_id: str) -> Session:
    session = get_session(db, session_id, user_id)
    if session is None:
        raise NotFound(f"There is no session {session_id}.")
    return session


def _to_session(row: dict[str, Any]) -> Session:
    return Session(
        row["id"],
        row["user_id"],
        row["title"],
        from_time(row["created_at"]),
        from_time(row["updated_at"]),
        from_json(row["metadata"]),
    )
