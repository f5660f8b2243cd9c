"""Passages: pieces of what finished steps gave, which can be found and cited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from .cutting import cut
from .encoding import content_text, from_json, from_time, to_json
from .records import EntryStatus, JournalEntry, Passage
from .rows import all_rows, at_once
from .words import words

CONTAINERS = frozenset({"steps", "parallel", "loop", "condition", "router", "workflow"})
DECISIONS = frozenset({"verdict", "choice", "answer", "draft"})
INPUT_CHARACTERS = 500  # of a run's input that lead to its passages
MERGED_PAGES = 64  # of the index in one go: a few milliseconds
INPUT_MARK = "0q"  # begins the index's words that stand in the run's input, not in the passage

PARTS = "id start stop text text_key words run_id path step_name finished_at edited".split()
FOUND = """
    select p.id, p.start, p.stop, p.text, p.text_key, p.words, s.run_id, s.path, s.step_name, s.finished_at,
    s.edited
    from passages p join steps s on s.id = p.step_id
"""
RUN_COLUMNS = "select id, workflow, input, status, session_id from runs where id in "


def indexable(entry: JournalEntry) -> bool:
    """Whether the entry is the finished output of a leaf, which can be found later."""
    finished: EntryStatus = "completed"
    return (
        entry.status == finished
        and entry.kind not in CONTAINERS | DECISIONS
        and entry.output is not None
        and entry.output.success
        and entry.output.content not in (None, "")
    )


@dataclass(frozen=True, slots=True)
class Uncut:
    """What a step gave and what its run was asked, as the database has it."""

    step_id: int
    output: str
    run_input: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage that is in no index yet: its place in the step's text, its words, and those that lead to it."""

    start: int
    stop: int
    text: str
    body: list[str]
    lead: list[str]


def index_step(db: Database, step_id: int, most: int | None = None) -> Uncut | None:
    """Cut a step's output into passages and index them, unless that is done already.

    Of an output whose JSON is longer than `most` characters, what is to be cut is given instead: for `pieces`, apart
    from other writing, and then for `add`.
    """
    row = db.execute(
        "select s.id, s.output, r.input from steps s join runs r on r.id = s.run_id where s.id = ? and s.indexed = 0",
        [step_id],
    ).fetchone()
    if row is None:
        return None
    uncut = Uncut(*row)
    remove(db, [step_id])  # of a long one a part may have been written when a process died
    if most is not None and len(uncut.output) > most:
        return uncut
    add(db, step_id, list(pieces(uncut)), last=True)
    return None


def pieces(uncut: Uncut) -> Iterator[Piece]:
    """The passages of what a step gave, one after the other."""
    text, lead = content_text(from_json(uncut.output)["content"]), lead_words(uncut.run_input)
    for start, stop in cut(text):
        yield Piece(start, stop, text[start:stop], words(text[start:stop]), lead)


def add(db: Database, step_id: int, made: Sequence[Piece], *, last: bool) -> bool:
    """Write passages of a step that is not indexed yet; with the `last` it is. Whether there is such a step still."""
    row = db.execute(
        "select u.number, u.next_passage from steps s join runs r on r.id = s.run_id "
        "join users u on u.id = r.user_id where s.id = ? and s.indexed = 0",
        [step_id],
    ).fetchone()
    if row is None:
        return False
    number, following = row
    passages, found = [], []
    for rowid, piece in enumerate(made, number << 32 | following):
        key = text_key(piece.body)
        passages.append((rowid, step_id, piece.start, piece.stop, len(piece.body), key, piece.text))
        found.append((rowid, " ".join([*piece.body, *piece.lead])))
    db.conn.executemany("insert into passages values (?, ?, ?, ?, ?, ?, ?)", passages)
    db.conn.executemany("insert into passage_words(rowid, words) values (?, ?)", found)
    db.execute(
        "update users set passages = passages + ?, next_passage = next_passage + ? where number = ?",
        [len(passages), len(passages), number],
    )
    if last:
        db.execute("update steps set indexed = 1 where id = ?", [step_id])
    return True


def merge(db: Database) -> bool:
    """Merge a little of what single writes left in the index; whether more is left.

    A word is looked up in every part that the index has, so that a search costs as many times more.
    """
    before = db.conn.total_changes
    db.execute("insert into passage_words(passage_words, rank) values ('merge', ?)", [MERGED_PAGES])
    return db.conn.total_changes - before >= 2  # https://sqlite.org/fts5.html#the_merge_command


def remove(db: Database, step_ids: Iterable[int]) -> None:
    """Remove the passages of the steps, with their vectors and what leads to them."""
    for step_id in step_ids:
        rows = db.execute(
            "select p.id, p.text, r.input, r.user_id from passages p join steps s on s.id = p.step_id "
            "join runs r on r.id = s.run_id where p.step_id = ?",
            [step_id],
        ).fetchall()
        if not rows:
            continue
        # An index without a copy of its texts forgets a row only when told exactly what it had learned.
        db.conn.executemany(
            "insert into passage_words(passage_words, rowid, words) values ('delete', ?, ?)",
            [(rowid, " ".join([*words(text), *lead_words(run_input)])) for rowid, text, run_input, _ in rows],
        )
        db.execute("delete from passages where step_id = ?", [step_id])
        db.execute("update users set passages = passages - ? where id = ?", [len(rows), rows[0][3]])


def unindexed(db: Database) -> list[tuple[str, int]]:
    """The steps that were finished but not indexed when a process died: user and step."""
    return list(
        db.execute(
            "select r.user_id, s.id from steps s join runs r on r.id = s.run_id where s.indexed = 0 order by s.id"
        )
    )


def passages_of(db: Database, run_ids: Sequence[str]) -> list[Passage]:
    """The passages of these runs, those of one run in the order of its steps and of their text."""
    wanted = [to_json(list(run_ids))]
    runs = {run["id"]: run for run in all_rows(db, f"{RUN_COLUMNS} (select value from json_each(?))", wanted)}
    of_runs = f"{FOUND} where s.run_id in (select value from json_each(?)) order by s.id, p.start"
    rows = at_once(db, PARTS, of_runs, wanted)
    return [to_passage(row, runs[row["run_id"]], 0.0) for row in rows]


def to_passage(row: dict[str, Any], run: dict[str, Any], score: float) -> Passage:
    return Passage(
        run_id=row["run_id"],
        path=row["path"],
        step_name=row["step_name"] or row["path"].rpartition("/")[2],
        workflow=run["workflow"],
        run_input=content_text(from_json(run["input"])),
        run_status=run["status"],
        session_id=run["session_id"],
        finished_at=from_time(row["finished_at"]),
        text=row["text"],
        start=row["start"],
        end=row["stop"],
        score=score,
        id=row["id"],
        edited=row["edited"],
    )


def lead_words(run_input: str) -> list[str]:
    """What the run's input, as JSON, adds to the words that lead to its passages."""
    return [INPUT_MARK + word for word in words(content_text(from_json(run_input))[:INPUT_CHARACTERS])]


def text_key(body: list[str]) -> int:
    """The same for passages of the same words."""
    digest = hashlib.blake2b(" ".join(body).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
