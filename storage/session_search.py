"""Which of a user's conversations hold some words: in their titles, in what was said, in what steps gave."""

from __future__ import annotations

import json
import sqlite3

from sqlite_utils import Database

from .encoding import clean
from .words import terms

MOST_WORDS = 8
MOST_PASSAGES = 5_000  # of the newest that have all the words

PASSAGES = (
    "select json_group_array(rowid) from (select rowid from passage_words "
    "where passage_words match ? and rowid between ? and ? order by rowid desc limit ?)"
)
THEIR_SESSIONS = (
    "select distinct r.session_id from passages p join steps s on s.id = p.step_id join runs r on r.id = s.run_id "
    "where p.id in (select value from json_each(?)) and r.user_id = ?"
)


def having(db: Database, user_id: str, search: str) -> tuple[str, list[str]]:
    """The condition, with its arguments, that sessions of the user fulfil which hold all words of the search.

    All stand in the title, in a message with its answer (parts of words count), or in a passage of a finished step
    (whole words, in any form). Nothing of other users is looked at.
    """
    words = [_pattern(word) for word in search.split()[:MOST_WORDS]]
    title = " and ".join("title like ? escape '\\'" for _ in words)
    said = " and ".join("(t.message like ? escape '\\' or t.answer like ? escape '\\')" for _ in words)
    turns = f"select 1 from turns t where t.user_id = sessions.user_id and t.session_id = sessions.id and {said}"
    found = json.dumps(_with_passages(db, user_id, search))
    condition = f"(({title}) or id in (select value from json_each(?)) or exists ({turns}))"
    return condition, [*words, found, *(word for word in words for _ in range(2))]


def _with_passages(db: Database, user_id: str, search: str) -> list[str]:
    """The user's sessions with a run, a passage of which has all telling words."""
    user = db.execute("select number from users where id = ?", [user_id]).fetchone()
    asked = terms(search, MOST_WORDS)
    if user is None or not asked:
        return []
    match = " AND ".join(f'"{term}"' for term in asked)
    try:
        rows = db.execute(PASSAGES, [match, user[0] << 32, ((user[0] + 1) << 32) - 1, MOST_PASSAGES]).fetchone()[0]
    except sqlite3.OperationalError:  # SQLite takes letters it doesn't know yet for spaces
        return []
    return [session_id for (session_id,) in db.execute(THEIR_SESSIONS, [rows, user_id])]


def _pattern(word: str) -> str:
    escaped = clean(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
