"""Search of the web, without a web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

from agents.tools import DuckDuckGoTools, LibraryTools
from agents.tools.duckduckgo import NOTHING, REFUSED, REST, SWITCHED_OFF, UNREACHABLE, Web


class Engine:
    """Gives rows or raises, and counts how often it is asked."""

    def __init__(self, outcome: Sequence[Mapping[str, Any]] | Exception) -> None:
        self.outcome = outcome
        self.queries: list[str] = []

    def __call__(self, query: str) -> Sequence[Mapping[str, Any]]:
        self.queries.append(query)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _web_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_SEARCH", raising=False)


@pytest.fixture
def library(tmp_path: Path) -> LibraryTools:
    (tmp_path / "tides.md").write_text("# Tides\n\nTides follow the Moon.\n")
    return LibraryTools(folder=tmp_path)


def tools(engine: Engine, library: LibraryTools, clock: Clock | None = None) -> DuckDuckGoTools:
    return DuckDuckGoTools(web=Web(engine, clock or Clock()), library=library)


def row(title: str = "Tides", href: str = "https://example.org/tides", body: str = "About tides.") -> dict[str, str]:
    return {"title": title, "href": href, "body": body}


def test_results_come_as_sources_and_as_a_readable_list(library: LibraryTools) -> None:
    [tool] = tools(Engine([row()]), library).get_tools()
    message = tool.invoke({"type": "tool_call", "id": "1", "name": "web_search", "args": {"query": "tides"}})
    assert message.artifact == {
        "engine": "DuckDuckGo",
        "query": "tides",
        "note": "",
        "sources": [{"title": "Tides", "address": "https://example.org/tides", "snippet": "About tides."}],
    }
    assert message.content == (
        "Results for: tides (DuckDuckGo)\n\n1. Tides\n   https://example.org/tides\n   About tides."
    )


def test_what_comes_from_the_web_is_cleaned(library: LibraryTools) -> None:
    rows = [
        row(href="javascript:alert(1)"),
        row(href="ftp://example.org/x"),
        row(href="https://user:pass@example.org/"),
        row(href='https://example.org/"><script>'),
        row(href=""),
        row(title="A\x00 \u202eb\n\nc", body="x\x1b[31m " + "word " * 400),
        row(href="https://example.org/tides"),
        row(title="", href="http://example.com/a?b=c#d"),
    ]
    first, second = tools(Engine(rows), library).search("tides")["sources"]
    assert first["title"] == "A b c"
    assert first["snippet"].isprintable()
    assert len(first["snippet"]) <= 600
    assert first["snippet"].endswith("word …")
    assert second == {"title": "example.com", "address": "http://example.com/a?b=c#d", "snippet": "About tides."}


def test_no_more_than_six_results(library: LibraryTools) -> None:
    rows = [row(href=f"https://example.org/{number}") for number in range(20)]
    assert len(tools(Engine(rows), library).search("tides")["sources"]) == 6


def test_queries_are_cleaned_and_bounded(library: LibraryTools) -> None:
    engine = Engine([row()])
    tools(engine, library).search("tides\x00\n  of the " + "sea " * 500)
    assert engine.queries[0].startswith("tides of the sea")
    assert len(engine.queries[0]) <= 400


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        (TimeoutException("timed out"), UNREACHABLE),
        (DDGSException("DNSError: no records found"), UNREACHABLE),
        (ConnectionRefusedError("refused"), UNREACHABLE),
        (RatelimitException("202"), REFUSED),
        (DDGSException("No results found."), NOTHING),
        ([], NOTHING),
        ([row(href="javascript:x")], NOTHING),
    ],
)
def test_without_results_the_library_stands_in_and_the_note_says_why(
    outcome: Sequence[Mapping[str, Any]] | Exception, note: str, library: LibraryTools
) -> None:
    result = tools(Engine(outcome), library).search("tides")
    assert (result["engine"], result["note"]) == ("Library", note)
    assert [source["address"] for source in result["sources"]] == ["library:tides.md"]


def test_when_the_library_has_nothing_either_both_are_told(library: LibraryTools) -> None:
    note = tools(Engine(TimeoutException("timed out")), library).search("sourdough")["note"]
    assert note == f"{UNREACHABLE} Nothing about this was found in the document library."


def test_an_unreachable_web_is_left_alone_for_a_minute(library: LibraryTools) -> None:
    engine, clock = Engine(TimeoutException("timed out")), Clock()
    search = tools(engine, library, clock).search
    assert [search("tides")["note"] for _ in range(3)] == [UNREACHABLE] * 3
    assert len(engine.queries) == 1
    clock.now += REST + 1
    engine.outcome = [row()]
    assert search("tides")["engine"] == "DuckDuckGo"
    assert search("tides")["engine"] == "DuckDuckGo"
    assert len(engine.queries) == 3


def test_a_search_without_hits_does_not_close_the_web(library: LibraryTools) -> None:
    engine = Engine(DDGSException("No results found."))
    search = tools(engine, library).search
    search("tides")
    search("tides")
    assert len(engine.queries) == 2


def test_the_web_can_be_switched_off(library: LibraryTools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    engine = Engine([row()])
    result = tools(engine, library).search("tides")
    assert (result["engine"], result["note"]) == ("Library", SWITCHED_OFF)
    assert engine.queries == []


def test_an_empty_query_is_not_sent(library: LibraryTools) -> None:
    engine = Engine([row()])
    assert tools(engine, library).search(" \n ")["sources"] == []
    assert engine.queries == []
