"""What can be wrong with a store, each thing looked for by itself, row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from . import turns
from .attachments import path_of
from .deletion import RUN_DELETED
from .encoding import content_text, from_json, to_output
from .hashes import entry_hash
from .passages import DECISIONS, indexable, text_key
from .records import JournalEntry
from .runs import get_run, run_request
from .words import words

Mend = Literal["indexes", "step", "words", "counters", "vectors", "citations", "events", "hash"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, as a sentence with ids. `mend` says how it can be put right, `step_id` of which step."""

    text: str
    mend: Mend | None = None
    step_id: int | None = None


Findings = Iterator[Finding]


def structure(db: Database) -> Findings:
    """What SQLite itself says of the file."""
    for (told,) in db.execute("pragma integrity_check(20)"):
        if told != "ok":
            only_index = "from index" in told or "in index" in told
            yield Finding(f"The file is damaged: {told}.", "indexes" if only_index else None)


def references(db: Database) -> Findings:
    """Rows that belong to a row that is not there."""
    derived: dict[str, Mend] = {"passages": "words", "vectors": "vectors", "citations": "citations"}
    for table, rowid, parent, _ in db.execute("pragma foreign_key_check"):
        text = f"A row of {table} ({rowid}) belongs to a row of {parent} that is not there."
        yield Finding(text, derived.get(table))


def runs(db: Database) -> Findings:
    """Runs that cannot be read, or lack what their status says they have."""
    lost_turn = (
        "turn_id is not null and turn_id not in (select id from turns) and turn_id not in (select id from deleted)"
    )
    rows = db.execute(f"select id, status, owner, question, finished_at, {lost_turn} from runs")
    for run_id, status, owner, question, finished_at, lost in rows:
        if lost:
            yield Finding(f"Run {run_id} belongs to a turn that is not there.")
        over = status in ("completed", "failed", "cancelled")
        if not over and status not in ("running", "paused", "interrupted"):
            yield Finding(f"Run {run_id} has a status that does not exist: {status}.")
        if over and finished_at is None:
            yield Finding(f"Run {run_id} is {status}, and it is not known since when.")
        if status == "running" and owner is None:
            yield Finding(f"Run {run_id} is said to be at work, and nobody works on it.")
        if status == "paused" and question is None:
            yield Finding(f"Run {run_id} waits for an answer, and its question is gone.")
        if why := _unreadable(lambda id=run_id: (get_run(db, id), run_request(db, id))):
            yield Finding(f"Run {run_id} can't be read: {why}.")


def entries(db: Database) -> Findings:
    """Journal entries that are not what was kept, cannot be read, or stand where their run has no step."""
    rows = db.execute(
        "select s.id, s.run_id, s.path, s.kind, s.status, s.output, s.decision, s.changes, s.spent, s.hash, "
        "r.fingerprint from steps s left join runs r on r.id = s.run_id order by s.id"
    )
    for step_id, run_id, path, kind, status, output, decision, changes, spent, kept, tree in rows:
        name = f"Step {path} of run {run_id}"
        if kept is None:
            yield Finding(f"{name} has no hash.", "hash", step_id)
        elif kept != entry_hash(path, kind, status, output, decision, changes):
            yield Finding(f"{name} is not what was kept: its content has changed since. Run it again from there.")
        if status not in ("completed", "failed", "skipped"):
            yield Finding(f"{name} has a status that does not exist: {status}.")
        if kind not in DECISIONS and output is None:
            yield Finding(f"{name} is {status}, and its output is missing.")
        if why := _unreadable(lambda *texts: [from_json(text) for text in texts], decision, changes, spent):
            yield Finding(f"{name} can't be read: {why}.")
        if output is not None and (why := _unreadable(lambda text: to_output(from_json(text)), output)):
            yield Finding(f"The output of step {path} of run {run_id} can't be read: {why}.")
        if tree and not fits(path, tree):
            yield Finding(f"{name} has no place among the steps that its run began with.")


def passages(db: Database) -> Findings:
    """Passages that do not say what their step gave, and finished steps without passages."""
    rows = db.execute(
        "select s.id, s.run_id, s.path, s.kind, s.status, s.output, u.number from steps s "
        "join runs r on r.id = s.run_id join users u on u.id = r.user_id where s.indexed = 1 order by s.id"
    )
    for step_id, run_id, path, kind, status, output, number in rows:
        of_step = "select id, start, stop, words, text_key, text from passages where step_id = ? order by start"
        stored = db.execute(of_step, [step_id]).fetchall()
        name = f"step {path} of run {run_id}"
        if _unreadable(lambda given: to_output(from_json(given)), output or "null") and output is not None:
            continue  # told of the entry itself
        read = None if output is None else to_output(from_json(output))
        text = content_text(read.content) if read else ""
        if not indexable(JournalEntry(path, kind, status, read)):
            if stored:
                yield Finding(f"There are passages of {name}, which gave nothing to be found.", "step", step_id)
        elif not stored and text.strip():
            yield Finding(f"There are no passages of {name}.", "step", step_id)
        elif any(not _says(row, text, number) for row in stored):
            yield Finding(f"A passage of {name} does not say what the step gave.", "step", step_id)


def counters(db: Database) -> Findings:
    """Users whose count of passages is wrong."""
    counts = "select count(*), coalesce(max(id) & 4294967295, 0) from passages where id between ? and ?"
    for user_id, number, counted, following in db.execute("select id, number, passages, next_passage from users"):
        count, last = db.execute(counts, [number << 32, (number + 1 << 32) - 1]).fetchone()
        if count != counted:
            yield Finding(f"User {user_id} has {count} passages, and {counted} are counted.", "counters")
        if last >= following:
            yield Finding(f"The next passage of user {user_id} would take the place of one there is.", "counters")


def vectors(db: Database) -> Findings:
    """Vectors that are none: of no passage, or not as long as their model's others."""
    rows = db.execute(
        "select v.passage_id, v.model, p.id is null, length(v.vector) from vectors v "
        "left join passages p on p.id = v.passage_id"
    )
    sizes: dict[str, int] = {}
    for passage_id, model, orphaned, size in rows:
        if orphaned:
            yield Finding(f"A vector of {model} belongs to passage {passage_id}, which is not there.", "vectors")
        elif size % 4 or size != sizes.setdefault(model, size):
            yield Finding(f"The vector of {model} for passage {passage_id} has another length.", "vectors")


def events(db: Database) -> Findings:
    """Events of nobody, and numbers that are missing. Joined text keeps the last number of its parts."""
    orphans = (
        "select stream, count(*) from events where stream not in (select id from turns) "
        "and stream not in (select id from runs) group by stream"
    )
    for stream, count in db.execute(orphans):
        yield Finding(f"{count} events belong to {stream}, which is no turn and no run.", "events")
    gaps = (
        "select stream, seq, before from (select stream, seq, type, lag(seq, 1, 0) over (partition by stream "
        "order by seq) as before from events) as numbered where seq <> before + 1 and type not in "
        "('step_delta', 'answer_delta', 'run_failed', 'run_cancelled', 'run_started', 'turn_finished') "
        "and not exists (select 1 from turns where id = stream and (answer like ? or error like ?))"
    )
    for stream, seq, before in db.execute(gaps, [f"%{RUN_DELETED}%"] * 2):
        yield Finding(f"Of the events of {stream}, those between {before} and {seq} are missing.")
    for stream, seq in db.execute("select stream, seq from events where not json_valid(data)"):
        yield Finding(f"Event {seq} of {stream} can't be read.")


def talk(db: Database) -> Findings:
    """Turns that cannot be read, have not told their end, or name runs that are not there."""
    untold = (
        "status in ('completed', 'failed', 'cancelled', 'paused') "
        "and exists (select 1 from events where stream = t.id) "
        "and not exists (select 1 from events where stream = t.id and type = 'turn_finished')"
    )
    for turn_id, status, untold_end in db.execute(f"select id, status, {untold} from turns t"):
        if why := _unreadable(lambda id=turn_id: turns.get_turn(db, id)):
            yield Finding(f"Turn {turn_id} can't be read: {why}.")
        if untold_end:
            yield Finding(f"Turn {turn_id} is {status}, and its events do not tell its end.")
    lost = (
        "select t.id, value from turns t, json_each(case when json_valid(t.run_ids) then t.run_ids else '[]' end) "
        "where value not in (select id from runs) and value not in (select id from deleted)"
    )
    for turn_id, run_id in db.execute(lost):
        yield Finding(f"Turn {turn_id} ran {run_id}, which is not there.")


def files(db: Database, folder: Path) -> Findings:
    """Attachments whose file is gone or is another one."""
    for attachment_id, name, digest in db.execute("select id, name, digest from attachments"):
        path = path_of(folder, attachment_id, name)
        if not path.is_file():
            yield Finding(f"The file of attachment {attachment_id} ({name}) is missing: {path}.")
        elif _digest(path) != digest:
            yield Finding(f"The file of attachment {attachment_id} ({name}) is not what was attached: {path}.")


def fits(path: str, fingerprint: str) -> bool:
    """Whether there is such a place in the tree that a run began with. What is no tree is taken for any."""
    nodes = _tree(fingerprint)
    if nodes is None:
        return True
    here: list[Any] = [["steps", "", nodes]]
    for part in path.split("/"):
        name, *marks = part.split("#")
        if name:
            below = [node for around in here for node in _below(around) if node[1] == name]
            looped = name.isdigit() and any(node[0] == "loop" for node in here)
            here = below or (here if looped else [])
        if any(mark and not mark.isdigit() for mark in marks):
            break  # a question or verdict about the step so far
    return bool(here)


def _below(node: list[Any]) -> Iterator[Any]:
    """What stands below a node; a nested workflow itself is no part of a path."""
    for ways in node[2:]:
        for child in ways:
            yield child
            if node[0] == "workflow" and child[0] == "workflow":
                yield from _below(child)


@lru_cache(maxsize=256)
def _tree(fingerprint: str) -> Any:
    try:
        read = json.loads(fingerprint)
    except ValueError:
        return None
    return read if isinstance(read, list) else None


def _says(row: tuple[int, int, int, int, int, str], text: str, number: int) -> bool:
    rowid, start, stop, count, key, said = row
    body = words(said)
    return rowid >> 32 == number and text[start:stop] == said and len(body) == count and text_key(body) == key


def _unreadable(read: Callable[..., object], *arguments: Any) -> str | None:
    """Why `read` fails, in words; None if it does not."""
    try:
        read(*arguments)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
