"""Recall: the passages of a user's past that match a text best."""

from __future__ import annotations

import heapq
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
from sqlite_utils import Database

from .encoding import to_json
from .passages import FOUND, INPUT_MARK, PARTS, RUN_COLUMNS, to_passage
from .records import Passage
from .rows import all_rows, at_once
from .words import root, terms

MOST_TERMS = 32
MOST_CHARACTERS = 4_000  # of a longer text, its beginning and its end are asked for
MOST_HITS = 3_000  # of one term; a commoner one tells little, and its frequency is estimated
MOST_INPUT_HITS = 500  # of one in runs' inputs: many say "write an article about"
LIKELY = 100  # passages compared for repeats
REFINED = 40  # passages whose text is looked at
INPUT_WEIGHT = 0.3  # of a word in the run's input, against one in the passage
ALSO_WEIGHT = 0.5  # of a word of the same meaning
SESSION_BOOST = 1.15
SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25
USUAL_WORDS = 120

# One JSON text, as a row each would cost more than finding them.
# FTS5 takes twice as long to read backwards: that is for those users whose newest passages have to be picked out.
MATCHES = (
    "select json_group_array(rowid) from (select rowid from passage_words "
    "where passage_words match ? and rowid between ? and ?{order} limit ?)"
)
ALL, NEWEST = MATCHES.format(order=""), MATCHES.format(order=" order by rowid desc")
REPEATS = (
    "select p.id, p.text_key, s.run_id from passages p join steps s on s.id = p.step_id "
    "where p.id in (select value from json_each(?)) order by p.id"
)


@dataclass(frozen=True, slots=True)
class _Hits:
    """The passages with a term, in themselves or in their run's input, and how telling the term is."""

    term: str
    body: list[int]
    lead: list[int]
    weight: float


def search(db: Database, text: str, user_id: str, session_id: str | None, limit: int, also: str = "") -> list[Passage]:
    """The user's passages that match the text, the best first; none when it has no telling word.

    Every weight comes of this user's own passages. The same text in several runs is given once, from the newest.
    """
    user = db.execute("select number, passages, next_passage from users where id = ?", [user_id]).fetchone()
    asked = terms(_ends(text), MOST_TERMS)
    if user is None or not asked:
        return []
    hits = [_hits(db, term, *user) for term in asked]
    for term in terms(also, MOST_TERMS - len(asked)):
        if term not in asked:
            hit = _hits(db, term, *user)
            hits.append(replace(hit, weight=hit.weight * ALSO_WEIGHT))
    scores = _without_repeats(db, _likely(hits, max(LIKELY, limit)))
    chosen = heapq.nlargest(max(REFINED, limit), scores, key=lambda rowid: (scores[rowid], rowid))
    return _refined(db, chosen, hits, session_id, limit)


def _ends(text: str) -> str:
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]} {text[-half:]}"


def _hits(db: Database, term: str, number: int, count: int, following: int) -> _Hits:
    body = _rows(db, term, number, following, MOST_HITS)
    lead = _rows(db, INPUT_MARK + term, number, following, MOST_INPUT_HITS)
    found, most = (body, MOST_HITS) if body else (lead, MOST_INPUT_HITS)
    frequency: float = len(found)
    if len(found) == most:
        covered = following - (found[-1] & 0xFFFFFFFF)
        frequency = min(count, most * following / covered)
    return _Hits(term, body, lead, log(1 + (max(count - frequency, 0) + 0.5) / (frequency + 0.5)))


def _rows(db: Database, term: str, number: int, following: int, most: int) -> list[int]:
    """The user's newest passages with the term; the newest first if there are as many as asked for."""
    try:
        asked = [f'"{term}"', number << 32, ((number + 1) << 32) - 1, most]
        rows: list[int] = json.loads(db.conn.execute(ALL if following <= most else NEWEST, asked).fetchone()[0])
        return rows
    except sqlite3.OperationalError:  # SQLite takes letters it doesn't know yet for spaces
        return []


def _likely(hits: Sequence[_Hits], most: int) -> dict[int, float]:
    """The passages with the greatest sums of weights; of equal ones the newest."""
    weighted = [(hit.body, hit.weight) for hit in hits] + [(hit.lead, hit.weight * INPUT_WEIGHT) for hit in hits]
    found = np.concatenate([np.asarray(rows, dtype=np.int64) for rows, _ in weighted])
    weights = np.repeat([weight for _, weight in weighted], [len(rows) for rows, _ in weighted])
    rowids, places = np.unique(found, return_inverse=True)
    scores = np.bincount(places, weights, minlength=len(rowids))
    best = np.lexsort((rowids, scores))[::-1][:most]
    return dict(zip(rowids[best].tolist(), scores[best].tolist(), strict=True))


def _without_repeats(db: Database, scores: dict[int, float]) -> dict[int, float]:
    """One passage a text: of the newest run, and there of the step that gave it first."""
    kept: dict[int, tuple[int, str, float]] = {}
    for row in at_once(db, ("id", "text_key", "run_id"), REPEATS, [to_json(list(scores))]):
        rowid, key, run_id = row.values()
        before, before_run, score = kept.get(key, (rowid, run_id, 0.0))
        kept[key] = (before if before_run == run_id else rowid, run_id, max(score, scores[rowid]))
    return {rowid: score for rowid, _, score in kept.values()}


def _refined(db: Database, chosen: list[int], hits: list[_Hits], session_id: str | None, limit: int) -> list[Passage]:
    """The chosen passages by how often, and in how short a text, they have the words; this session's rise a bit."""
    rows = at_once(db, PARTS, f"{FOUND} where p.id in (select value from json_each(?))", [to_json(chosen)])
    run_ids = to_json(sorted({row["run_id"] for row in rows}))
    runs = {run["id"]: run for run in all_rows(db, f"{RUN_COLUMNS} (select value from json_each(?))", [run_ids])}
    scores = _scores(rows, hits)
    for row in rows:
        if runs[row["run_id"]]["session_id"] == session_id:
            scores[row["id"]] *= SESSION_BOOST
    rows.sort(key=lambda row: (scores[row["id"]], row["id"]), reverse=True)
    return [to_passage(row, runs[row["run_id"]], scores[row["id"]]) for row in rows[:limit]]


def _scores(rows: Sequence[dict[str, Any]], hits: Iterable[_Hits]) -> dict[int, float]:
    """BM25 with this user's weights, and a little for each word of the run's input."""
    ids = {row["id"] for row in rows}
    scores = dict.fromkeys(ids, 0.0)
    roots = {hit.term: root(hit.term) for hit in hits}
    counts = _counts(rows, set(roots.values()))
    lengths = {row["id"]: SATURATION * (1 - LENGTH + LENGTH * row["words"] / USUAL_WORDS) for row in rows}
    for hit in hits:
        for rowid in ids.intersection(hit.body):
            times = max(1, counts[rowid][roots[hit.term]])
            scores[rowid] += hit.weight * times * (SATURATION + 1) / (times + lengths[rowid])
        for rowid in ids.intersection(hit.lead):
            scores[rowid] += hit.weight * INPUT_WEIGHT
    return scores


def _counts(rows: Iterable[dict[str, Any]], roots: set[str]) -> dict[int, Counter[str]]:
    """How many words of each passage begin with which root."""
    longest_first = sorted(roots, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(longest_first)})")  # roots are letters and digits alone
    return {row["id"]: Counter(pattern.findall(row["text"].lower())) for row in rows}
