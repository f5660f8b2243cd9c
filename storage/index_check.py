"""Whether the full-text index leads to every passage by its own words, and to nothing else."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from .checks import Finding, Findings
from .first_tables import INDEX_SHAPE
from .passages import lead_words
from .words import words

BATCH = 2_000  # passages
TOLD = 20  # passages named, at most

Sums = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.int64]

INDEXED = (
    "select p.id, p.text, r.input from passages p join steps s on s.id = p.step_id join runs r on r.id = s.run_id "
    "order by p.id"
)
TERMS = "select term, json_group_array(doc) from {} group by term"


def index(db: Database) -> Findings:
    """Passages that are not found by their words, or by others.

    The index keeps no texts: of each passage's words, and of those the index has for it, a sum is made. That takes 24
    bytes a passage.
    """
    ids = np.fromiter((row[0] for row in db.execute("select id from passages order by id")), np.int64)
    db.execute("create virtual table if not exists temp.passage_terms using fts5vocab(main, passage_words, instance)")
    found = np.zeros(len(ids), np.uint64)
    strays = _add(db.conn, "temp.passage_terms", ids, found)
    expected = np.zeros(len(ids), np.uint64)
    with_words = np.zeros(len(ids), bool)
    for some, batch in _batches(db):
        places, sums = np.searchsorted(ids, some), np.zeros(len(some), np.uint64)
        _add(batch, "terms", some, sums)
        expected[places], with_words[places] = sums, True
    wrong = ids[(found != expected) & with_words]
    for passage_id in wrong[:TOLD]:
        yield Finding(f"The index does not lead to passage {passage_id} by its words.", "words")
    for passage_id in strays[:TOLD]:
        yield Finding(f"The index leads to passage {passage_id}, which is not there.", "words")
    if (more := max(0, len(wrong) - TOLD) + max(0, len(strays) - TOLD)) > 0:
        yield Finding(f"The index is wrong about {more} more passages.", "words")


def index_structure(db: Database) -> Findings:
    """What the index says of itself. It asks as one that writes, so others that write wait a moment."""
    db.execute("begin immediate")
    try:
        db.execute("insert into passage_words(passage_words) values ('integrity-check')")
    except sqlite3.DatabaseError as error:
        yield Finding(f"The full-text index is damaged: {error}.", "words")
    finally:
        db.rollback()


def rebuild(db: Database) -> None:
    """Make the index anew from the passages."""
    db.execute("insert into passage_words(passage_words) values ('delete-all')")
    rows = db.conn.execute(INDEXED)
    while part := rows.fetchmany(BATCH):
        db.conn.executemany("insert into passage_words(rowid, words) values (?, ?)", _led_to(part))


def _batches(db: Database) -> Iterator[tuple[Ids, sqlite3.Connection]]:
    """The passages, batch by batch, each with an index of its own that holds just what it should."""
    batch = sqlite3.connect(":memory:", isolation_level=None)
    try:
        batch.execute(f"create virtual table batch using fts5({INDEX_SHAPE})")
        batch.execute("create virtual table terms using fts5vocab(batch, instance)")
        rows = db.conn.execute(INDEXED)
        while part := rows.fetchmany(BATCH):
            batch.execute("begin")
            batch.executemany("insert into batch(rowid, words) values (?, ?)", _led_to(part))
            batch.execute("commit")
            yield np.asarray([row[0] for row in part], np.int64), batch
            batch.execute("insert into batch(batch) values ('delete-all')")
    finally:
        batch.close()


def _led_to(rows: list[tuple[int, str, str]]) -> list[tuple[int, str]]:
    return [(rowid, " ".join([*words(text), *lead_words(run_input)])) for rowid, text, run_input in rows]


def _add(conn: sqlite3.Connection, table: str, ids: Ids, sums: Sums) -> list[int]:
    """Add every term of the table to the sums of the passages it leads to; gives those that are not among `ids`."""
    strays: set[int] = set()
    for term, listed in conn.execute(TERMS.format(table)):
        led_to = np.asarray(json.loads(listed), np.int64)
        places = np.searchsorted(ids, led_to)
        there = places < len(ids)
        there[there] = ids[places[there]] == led_to[there]
        if not there.all() and len(strays) < 1_000:
            strays.update(led_to[~there].tolist())
        digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
        sums[places[there]] += np.uint64(int.from_bytes(digest, "big"))
    return sorted(strays)
