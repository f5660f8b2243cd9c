"""A full-text index of passages, in memory: which of them are about a query, the best first."""

from __future__ import annotations

import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlite_utils import Database
from sqlite_utils.db import Table

from agents.frequency import commonness
from agents.text import STOPWORDS, stem
from agents.thesaurus import related
from agents.tools.sources import Source

MOST_SOURCES = 12
MOST_FROM_ONE = 5  # passages of one document in one result
MOST_DOCUMENTS = 7
LEAST_SHARE = 0.45  # of the weight of all the query's words, that a passage must hold
LEAST_WEIGHT = 5.0  # or this much: about two rare words, for queries of many words
LEAST_OF_BEST = 0.5  # of what the passage holds that holds most
RARE = 0.05  # words in fewer passages than this share weigh no more for it
TELLING, SELDOM = 4.5, 3.6  # Zipf frequencies up to which a word tells enough, and so much that once will do
IN_TITLE, RELATED = 2.0, 0.5  # what a word in a title counts, and one related to it, against a word in a heading

_RANKED = """
    select p.rowid, -bm25(passages_fts, 4.0, 2.0, 1.0)
    from passages_fts join passages p on p.rowid = passages_fts.rowid where passages_fts match ?
"""  # the weights are those of a match in the title, the heading and the text
_WORD = re.compile(r"[^\W_]+")
# Words that say what is to be done with a subject, beside the stop words of the language.
_ASKING = frozenset(
    """article ask brief briefly compare comparison describe difference different discuss essay explain
    find help important information know latest learn list look main need new overview paragraph
    please post prepare provide read report research s search short show story summarise summarize
    summary t talk tell text thanks thing things topic topics various want work working works write
    writing written""".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage of a document. Its source is what a search gives; `title` is the document's."""

    document: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class _Hit:
    number: int
    entry: Entry
    score: float


class PassageIndex:
    """Passages to search; one thread at a time.

    `few` makes the shares of a small collection tell less, and lets two words count that stand anywhere in a document.
    """

    def __init__(self, entries: Iterable[Entry], *, few: int = 0) -> None:
        self.entries = tuple(entries)
        self._size = max(len(self.entries), few)
        self._by_document = few > 0
        self._database = Database(sqlite3.connect(":memory:", check_same_thread=False))
        passages = cast(Table, self._database["passages"])
        passages.create({"title": str, "heading": str, "text": str})
        passages.enable_fts(["title", "heading", "text"], tokenize="porter unicode61")
        passages.insert_all(
            {"title": entry.title, "heading": entry.source.get("heading", ""), "text": entry.source["snippet"]}
            for entry in self.entries
        )
        passages.populate_fts(["title", "heading", "text"])

    def close(self) -> None:
        self._database.close()

    def search(
        self, terms: Sequence[str], *, any_word: bool = False, most_from_one: int = MOST_FROM_ONE
    ) -> list[Source]:
        """The passages that hold enough of the terms; with `any_word`, one that is rare enough will do."""
        hits = self._hits(terms, any_word) if terms and self.entries else []
        return _best(hits, most_from_one)

    def nearest(self, terms: Sequence[str], most: int) -> list[str]:
        """The titles of the documents that some of the terms are a subject of, best first.

        Any word of the title is one; a word that tells enough also in a heading, or when it comes back, and one that
        hardly any text has wherever it stands. Words that the documents lack are looked for in titles by their like.
        """
        weights: defaultdict[str, float] = defaultdict(float)
        for term in terms:
            rows, common = self._rows_with(term), commonness(stem(term))
            for title in self._titles(self._rows_with(term, column="title")):
                weights[title] += IN_TITLE
            for title in () if rows else self._titles(self._titled_like(term)):
                weights[title] += RELATED
            if common <= TELLING:
                times = Counter(self.entries[row - 1].title for row in rows)
                headed = self._titles(self._rows_with(term, column="heading"))
                for title in headed | {title for title, count in times.items() if count > 1 or common <= SELDOM}:
                    weights[title] += 1.0
        return sorted(weights, key=lambda title: (-weights[title], title))[:most]

    def _titled_like(self, term: str) -> list[int]:
        others = sorted(related(stem(term)))
        return [row for other in others for row in self._rows_with(other, column="title")]

    def _titles(self, rows: Iterable[int]) -> set[str]:
        return {self.entries[row - 1].title for row in rows}

    def _hits(self, terms: Sequence[str], any_word: bool) -> list[_Hit]:
        """The passages that hold enough of the query, scored by how well and how much they match."""
        holding = {term: self._rows_with(term) for term in terms}
        weights = {term: _weight(len(rows) / self._size) for term, rows in holding.items()}
        held: defaultdict[int, float] = defaultdict(float)
        for term, rows in holding.items():
            for row in rows:
                held[row] += weights[term]
        needed = 0.0 if any_word else min(LEAST_SHARE * sum(weights.values()), LEAST_WEIGHT)
        needed = max(needed, LEAST_OF_BEST * max(held.values(), default=0.0))
        on_topic = set(held) if any_word else self._on_topic(holding)
        enough = {row: weight for row, weight in held.items() if weight >= needed and row in on_topic}
        if not enough:
            return []
        found = self._database.execute(_RANKED, [" OR ".join(_quoted(term) for term in terms)]).fetchall()
        return [_Hit(row, self.entries[row - 1], score * enough[row] ** 2) for row, score in found if row in enough]

    def _on_topic(self, holding: Mapping[str, Sequence[int]]) -> set[int]:
        """The passages that hold two of the query's words, or one that their document's title has, too.

        One word alone is often a coincidence, except when it is the only one that the library knows.
        """
        known = [rows for rows in holding.values() if rows]
        if len(known) == 1:
            return set(known[0])
        if self._by_document:
            having = Counter(name for rows in known for name in {self.entries[row - 1].document for row in rows})
            return {row for rows in known for row in rows if having[self.entries[row - 1].document] > 1}
        times = Counter(row for rows in known for row in rows)
        titled = {row for term in holding for row in self._rows_with(term, column="title")}
        return {row for row, count in times.items() if count > 1} | titled

    def _rows_with(self, term: str, column: str = "") -> list[int]:
        match = f"{column} : {_quoted(term)}" if column else _quoted(term)
        found = self._database.execute("select rowid from passages_fts where passages_fts match ?", [match])
        return [row for (row,) in found.fetchall()]


def content_words(query: str) -> list[str]:
    """The words of `query` that say what it is about, each once, in order."""
    words = (word.casefold() for word in _WORD.findall(query))
    return list(dict.fromkeys(word for word in words if word not in STOPWORDS and word not in _ASKING))


def _weight(share: float) -> float:
    """How much a word tells that stands in `share` of all passages."""
    return math.log(1 + 1 / max(share, RARE))


def _quoted(term: str) -> str:
    return f'"{term}"'


def _best(hits: Sequence[_Hit], most_from_one: int) -> list[Source]:
    """The best passage of every document, then the best of the others while there is room.

    Documents come in the order of their best passages, and each one's passages as they stand in it.
    """
    of_document: dict[str, list[_Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.number)):
        of_document.setdefault(hit.entry.document, []).append(hit)
    groups = list(of_document.values())[:MOST_DOCUMENTS]
    first = [group[0] for group in groups]
    others = sorted((hit for group in groups for hit in group[1:most_from_one]), key=lambda hit: -hit.score)
    taken = {hit.number for hit in (first + others)[:MOST_SOURCES]}
    ordered = (sorted(group, key=lambda hit: hit.number) for group in groups)
    return [hit.entry.source for group in ordered for hit in group if hit.number in taken]
