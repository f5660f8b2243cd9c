"""Full-text search over a folder of documents."""

from __future__ import annotations

import math
import os
import re
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool
from sqlite_utils import Database
from sqlite_utils.db import Table

from agents.text import STOPWORDS
from agents.tools.documents import Document, read_document
from agents.tools.sources import SearchResult, Source, readable

SHIPPED = Path(__file__).parent.parent / "library"

MOST_SOURCES = 12
MOST_FROM_ONE = 5  # passages of one document in one result
MOST_DOCUMENTS = 7
LEAST_SHARE = 0.45  # of the weight of all the query's words, that a passage must hold
LEAST_WEIGHT = 5.0  # or this much: about two rare words, for queries of many words
LEAST_OF_BEST = 0.5  # of what the passage holds that holds most
RARE = 0.05  # words in fewer passages than this share weigh no more for it

_RANKED = """
    select p.rowid, p.document, p.title, p.heading, p.text, -bm25(passages_fts, 4.0, 2.0, 1.0)
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


class LibraryTools(BaseToolkit):
    """The tool `library_search` over a folder of .md and .txt files.

    `folder` is REFRAIN_LIBRARY when it is None, and the sample library that comes along when that is not set.
    """

    folder: Path | None = None

    def get_tools(self) -> list[BaseTool]:
        return [
            StructuredTool.from_function(
                self._answer,
                name="library_search",
                description="Search the document library. Give key words; returns passages with sources.",
                response_format="content_and_artifact",
            )
        ]

    def _answer(self, query: str) -> tuple[str, SearchResult]:
        """Search the document library."""
        result = self.search(query)
        return readable(result), result

    def search(self, query: str) -> SearchResult:
        """The library's best passages for `query`; without any, `note` says that nothing was found."""
        query = " ".join(query.split())
        folder = self.folder or Path(os.environ.get("REFRAIN_LIBRARY") or SHIPPED)
        if not folder.is_dir():
            note = f"There is no library folder called {folder.name}; REFRAIN_LIBRARY should name one."
            return SearchResult(engine="Library", query=query, note=note, sources=[])
        sources = _index_of(folder).search(query)
        note = "" if sources else "Nothing about this was found in the document library."
        return SearchResult(engine="Library", query=query, note=note, sources=sources)


_indexes: dict[Path, _Index] = {}
_indexes_lock = threading.Lock()


def _index_of(folder: Path) -> _Index:
    with _indexes_lock:
        return _indexes.setdefault(folder.resolve(), _Index(folder.resolve()))


@dataclass(frozen=True, slots=True)
class _Hit:
    number: int
    document: str
    source: Source
    score: float


class _Index:
    """The passages of one folder, in memory, made anew when a file of the folder has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state: tuple[tuple[str, int, int], ...] | None = None
        self._database: Database | None = None
        self._size = 0

    def search(self, query: str) -> list[Source]:
        terms = content_words(query)
        with self._lock:
            database = self._refreshed()
            hits = self._hits(database, terms) if terms and self._size else []
        return _best(hits)

    def _refreshed(self) -> Database:
        files = sorted(
            path
            for path in self._folder.rglob("*")
            if path.suffix.lower() in {".md", ".txt"} and path.is_file() and not _hidden(path, self._folder)
        )
        state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
        if self._database is None or state != self._state:
            documents = [read_document(path, path.relative_to(self._folder).as_posix()) for path in files]
            if self._database is not None:
                self._database.close()
            self._database, self._size = _indexed(documents)
            self._state = state
        return self._database

    def _hits(self, database: Database, terms: Sequence[str]) -> list[_Hit]:
        """The passages that hold enough of the query, scored by how well and how much they match."""
        holding = {term: _rows_with(database, term) for term in terms}
        weights = {term: _weight(len(rows) / self._size) for term, rows in holding.items()}
        held: defaultdict[int, float] = defaultdict(float)
        for term, rows in holding.items():
            for row in rows:
                held[row] += weights[term]
        needed = min(LEAST_SHARE * sum(weights.values()), LEAST_WEIGHT)
        needed = max(needed, LEAST_OF_BEST * max(held.values(), default=0.0))
        on_topic = _on_topic(database, holding)
        enough = {row: weight for row, weight in held.items() if weight >= needed and row in on_topic}
        if not enough:
            return []
        found = database.execute(_RANKED, [" OR ".join(_quoted(term) for term in terms)]).fetchall()
        return [
            _Hit(row, document, _source(title, document, heading, text), score * enough[row] ** 2)
            for row, document, title, heading, text, score in found
            if row in enough
        ]


def _weight(share: float) -> float:
    """How much a word tells that stands in `share` of all passages."""
    return math.log(1 + 1 / max(share, RARE))


def _on_topic(database: Database, holding: Mapping[str, Sequence[int]]) -> set[int]:
    """The passages that hold two of the query's words, or one that their document's title has, too.

    One word alone is often a coincidence, except when it is the only one that the library knows.
    """
    known = [rows for rows in holding.values() if rows]
    if len(known) == 1:
        return set(known[0])
    times = Counter(row for rows in known for row in rows)
    titled = {row for term in holding for row in _rows_with(database, term, column="title")}
    return {row for row, count in times.items() if count > 1} | titled


def content_words(query: str) -> list[str]:
    """The words of `query` that say what it is about, each once, in order."""
    words = (word.casefold() for word in _WORD.findall(query))
    return list(dict.fromkeys(word for word in words if word not in STOPWORDS and word not in _ASKING))


def _source(title: str, document: str, heading: str, text: str) -> Source:
    source = Source(title=title, address=f"library:{document}", snippet=text)
    return Source(**source, heading=heading) if heading else source


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _indexed(documents: Sequence[Document]) -> tuple[Database, int]:
    database = Database(sqlite3.connect(":memory:", check_same_thread=False))
    passages = cast(Table, database["passages"])
    passages.create({"document": str, "title": str, "heading": str, "text": str})
    passages.enable_fts(["title", "heading", "text"], tokenize="porter unicode61")
    passages.insert_all(
        {
            "document": document.name,
            "title": document.title,
            "heading": passage.heading,
            "text": passage.text,
        }
        for document in documents
        for passage in document.passages
    )
    passages.populate_fts(["title", "heading", "text"])
    return database, passages.count


def _rows_with(database: Database, term: str, column: str = "") -> list[int]:
    match = f"{column} : {_quoted(term)}" if column else _quoted(term)
    found = database.execute("select rowid from passages_fts where passages_fts match ?", [match])
    return [row for (row,) in found.fetchall()]


def _quoted(term: str) -> str:
    return f'"{term}"'


def _best(hits: Sequence[_Hit]) -> list[Source]:
    """The best passage of every document, then the best of the others while there is room.

    Documents come in the order of their best passages, and each one's passages as they stand in it.
    """
    of_document: dict[str, list[_Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.number)):
        of_document.setdefault(hit.document, []).append(hit)
    groups = list(of_document.values())[:MOST_DOCUMENTS]
    first = [group[0] for group in groups]
    others = sorted((hit for group in groups for hit in group[1:MOST_FROM_ONE]), key=lambda hit: -hit.score)
    taken = {hit.number for hit in (first + others)[:MOST_SOURCES]}
    return [hit.source for group in groups for hit in sorted(group, key=lambda hit: hit.number) if hit.number in taken]
