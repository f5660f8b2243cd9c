"""Rows as dictionaries.

At every row that SQLite gives, the interpreter is handed over: beside a step that computes, each costs a tenth of a
millisecond. So what is asked for at every message comes as one row of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

Parameters = Sequence[Any] | dict[str, Any]


def all_rows(db: Database, query: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """All rows of the query; without the savepoint that `Database.query` sets and releases around each."""
    found = db.execute(query, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def first_row(db: Database, query: str, parameters: Parameters = ()) -> dict[str, Any] | None:
    """The first row of the query; None if there is none."""
    found = db.execute(query, parameters)
    first = found.fetchone()
    return None if first is None else {column[0]: part for column, part in zip(found.description, first, strict=True)}


def at_once(db: Database, names: Sequence[str], query: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """All rows of a query that gives the columns of these names, none of them bytes."""
    (text,) = db.execute(
        f"select json_group_array(json_array({', '.join(names)})) from ({query})", parameters
    ).fetchone()
    return [dict(zip(names, row, strict=True)) for row in json.loads(text)]
