"""Full-text search over a folder of documents."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool

from agents.tools.attached import with_attached
from agents.tools.documents import Document, cut, read_document, title_of
from agents.tools.index import Entry, PassageIndex, content_words
from agents.tools.sources import SearchResult, Source, readable
from agents.tools.ways import ways

KINDS = frozenset({".md", ".txt"})
MOST_NEAR = 3  # titles, where a search finds nothing
BEGINNING = 20_000  # characters that a title is looked for in
SHIPPED = Path(__file__).parent.parent / "library"


class LibraryTools(BaseToolkit):
    """The tool `library_search` over a folder of .md and .txt files, and the files attached to the conversation.

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
        """The best passages for `query`, of attached files first; without any, `note` says that nothing was found."""
        return with_attached(query, self.in_folder)

    def in_folder(self, query: str) -> SearchResult:
        """The folder's best passages for `query`; without any, `note` says that nothing was found."""
        query = " ".join(query.split())
        folder = self.folder or usual_folder()
        if not folder.is_dir():
            note = f"There is no library folder called {folder.name}; REFRAIN_LIBRARY should name one."
            return SearchResult(engine="Library", query=query, note=note, sources=[], ways=ways())
        index = _index_of(folder)
        if sources := index.search(query):
            return SearchResult(engine="Library", query=query, note="", sources=sources)
        note = "Nothing about this was found in the document library."
        near = index.nearest(query)
        return SearchResult(engine="Library", query=query, note=note, sources=[], near=near, ways=ways())


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document of the library: its name within the folder, its title, and where it is."""

    name: str
    title: str
    path: Path


def usual_folder() -> Path:
    """REFRAIN_LIBRARY, else the sample library that comes along."""
    return Path(os.environ.get("REFRAIN_LIBRARY") or SHIPPED)


def find_document(name: str) -> Shelved | None:
    """The library's document that a search calls `library:<name>`; None for every other name, and other files."""
    within = PurePosixPath(name)
    plain = name == within.as_posix() and name.isprintable() and not set(name) & set("\\:")
    if not plain or within.is_absolute() or any(part.startswith(".") for part in within.parts):
        return None
    path = usual_folder() / within
    try:
        state = path.stat()
    except OSError:
        return None
    if path.suffix.lower() not in KINDS or not S_ISREG(state.st_mode):
        return None
    return Shelved(name, _title(path, state.st_mtime_ns, state.st_size), path)


@lru_cache(maxsize=1024)
def _title(path: Path, changed_ns: int, size: int) -> str:
    """Its title as searches give it, which stands at its beginning; read anew when the file has changed."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return title_of(path, cut(file.read(BEGINNING))[0])


_indexes: dict[Path, _Index] = {}
_indexes_lock = threading.Lock()


def _index_of(folder: Path) -> _Index:
    with _indexes_lock:
        return _indexes.setdefault(folder.resolve(), _Index(folder.resolve()))


class _Index:
    """The passages of one folder, in memory, made anew when a file of the folder has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state: tuple[tuple[str, int, int], ...] | None = None
        self._passages: PassageIndex | None = None

    def search(self, query: str) -> list[Source]:
        terms = content_words(query)
        with self._lock:
            return self._refreshed().search(terms)

    def nearest(self, query: str) -> list[str]:
        terms = content_words(query)
        with self._lock:
            return self._refreshed().nearest(terms, MOST_NEAR)

    def _refreshed(self) -> PassageIndex:
        files = sorted(
            path
            for path in self._folder.rglob("*")
            if path.suffix.lower() in KINDS and path.is_file() and not _hidden(path, self._folder)
        )
        state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
        if self._passages is None or state != self._state:
            documents = [read_document(path, path.relative_to(self._folder).as_posix()) for path in files]
            if self._passages is not None:
                self._passages.close()
            self._passages = PassageIndex(entry for document in documents for entry in _entries(document))
            self._state = state
        return self._passages


def _entries(document: Document) -> Iterator[Entry]:
    for passage in document.passages:
        source = Source(title=document.title, address=f"library:{document.name}", snippet=passage.text)
        if passage.heading:
            source["heading"] = passage.heading
        yield Entry(document.name, document.title, source)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
