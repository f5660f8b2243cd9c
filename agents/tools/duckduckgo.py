"""Search of the web with DuckDuckGo, and of the document library where there is no web."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from ddgs import DDGS
from ddgs.exceptions import DDGSException, RatelimitException
from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool
from pydantic import ConfigDict, Field

from agents.threads import within
from agents.tools.attached import with_attached
from agents.tools.library import LibraryTools
from agents.tools.sources import SearchResult, Source, readable
from agents.tools.ways import ways

TIMEOUT = 6  # seconds
LONGEST = 15.0  # seconds for a whole search, however slowly answers trickle in
MOST_ROWS = 50  # looked at
MOST_RESULTS = 6
REST = 60.0  # seconds without a new try after the web could not be reached
QUERY_LIMIT = 400  # characters
TITLE_LIMIT = 200
SNIPPET_LIMIT = 600
ADDRESS_LIMIT = 2_000

UNREACHABLE = "The web could not be reached, so the document library was searched instead."
REFUSED = "The web search takes no more requests for now, so the document library was searched instead."
NOTHING = "The web search found nothing, so the document library was searched instead."
SWITCHED_OFF = "Searching the web is switched off, so the document library was searched."

WAYS = {
    UNREACHABLE: "ask again when the web can be reached",
    REFUSED: "ask again in a few minutes",
    SWITCHED_OFF: "turn on web search (unset REFRAIN_SEARCH)",
}

Rows = Sequence[Mapping[str, Any]]
Engine = Callable[[str], Rows]
"""Takes a query, gives rows with `title`, `href` and `body`, and raises DDGSException. It may block."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_UNSAFE = re.compile(r"[\s<>\"'`\\]")


def duckduckgo(query: str) -> Rows:
    """Ask DuckDuckGo. Blocks for up to TIMEOUT seconds."""
    return DDGS(timeout=TIMEOUT).text(query, backend="duckduckgo", max_results=MOST_RESULTS)


class Web:
    """The way to the web: after a search that did not get through it is not tried again for a minute."""

    def __init__(self, engine: Engine = duckduckgo, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._closed_until = -math.inf
        self._closed_because = ""

    def search(self, query: str) -> tuple[list[Source], str]:
        """The sources found, or none and a note that says why."""
        if self._clock() < self._closed_until:
            return [], self._closed_because
        try:
            sources = cleaned(within(LONGEST, lambda: self._engine(query)))
        except RatelimitException:
            return [], self._close(REFUSED)
        except DDGSException as error:
            if "No results found" in str(error):
                return [], NOTHING
            return [], self._close(UNREACHABLE)
        except Exception:  # what a page on the web makes a parser do is anybody's guess
            return [], self._close(UNREACHABLE)
        return sources, "" if sources else NOTHING

    def _close(self, note: str) -> str:
        self._closed_until = self._clock() + REST
        self._closed_because = note
        return note


WEB = Web()


class DuckDuckGoTools(BaseToolkit):
    """The tool `web_search`: DuckDuckGo, or the document library when the web cannot be reached.

    REFRAIN_SEARCH=library searches the library only. `web` is the way to the web; `library` stands in for it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    web: Web = WEB
    library: LibraryTools = Field(default_factory=LibraryTools)

    def get_tools(self) -> list[BaseTool]:
        return [
            StructuredTool.from_function(
                self._answer,
                name="web_search",
                description="Search the web. Give a few key words; returns titles, addresses and excerpts.",
                response_format="content_and_artifact",
            )
        ]

    def _answer(self, query: str) -> tuple[str, SearchResult]:
        """Search the web."""
        result = self.search(query)
        return readable(result), result

    def search(self, query: str) -> SearchResult:
        """What attached files and the web have for `query`, the library standing in. May block for seconds."""
        return with_attached(clean(query, QUERY_LIMIT), self._search)

    def _search(self, query: str) -> SearchResult:
        if os.environ.get("REFRAIN_SEARCH", "").strip().lower() == "library":
            return self._from_library(query, SWITCHED_OFF)
        if not query:
            return SearchResult(engine="DuckDuckGo", query="", note="The query is empty.", sources=[])
        sources, note = self.web.search(query)
        if sources:
            return SearchResult(engine="DuckDuckGo", query=query, note="", sources=sources)
        return self._from_library(query, note)

    def _from_library(self, query: str, note: str) -> SearchResult:
        result = self.library.in_folder(query)
        result["query"], result["note"] = query, " ".join(part for part in (note, result["note"]) if part)
        if "ways" in result and note in WAYS:
            result["ways"] = ways(WAYS[note])
        return result


def cleaned(rows: Rows) -> list[Source]:
    """The rows that have an http(s) address, each address once, control characters off, cut to size."""
    sources: dict[str, Source] = {}
    for row in islice(rows or (), MOST_ROWS):
        if not isinstance(row, Mapping):
            continue
        address = _address(str(row.get("href") or ""))
        if address and address not in sources:
            title = clean(str(row.get("title") or ""), TITLE_LIMIT) or urlsplit(address).hostname or address
            snippet = clean(str(row.get("body") or ""), SNIPPET_LIMIT)
            sources[address] = Source(title=title, address=address, snippet=snippet)
    return list(sources.values())[:MOST_RESULTS]


def clean(text: str, limit: int) -> str:
    """`text` in one line without control characters, cut between words to at most `limit` characters."""
    text = " ".join(_CONTROL.sub(" ", text[: 10 * limit]).split())
    if len(text) <= limit:
        return text
    head = text[: limit - 2]
    return f"{head.rpartition(' ')[0] or head} …"


def _address(text: str) -> str:
    """`text` if it is an http(s) address without blanks, quotes or a password, else the empty string."""
    text = text[: ADDRESS_LIMIT + 1].strip()
    if len(text) > ADDRESS_LIMIT:
        return ""
    if _CONTROL.search(text) or _UNSAFE.search(text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    plain = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return text if plain else ""
