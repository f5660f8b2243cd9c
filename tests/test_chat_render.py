"""Sentences and lists of a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chat import render

from .chat_events import ANSWER, RUN, START, evidence


@pytest.mark.parametrize(
    ("state", "line"),
    [("running", "**Running Article**"), ("completed", "**Ran Article**"), ("failed", "**Started Article**")],
)
def test_the_decision_as_it_reads_now(state: render.TurnState, line: str) -> None:
    assert render.decision_line(RUN, state) == f"{line}: nothing in memory covers tides."


def test_a_refresh_says_again() -> None:
    assert render.decision_line(replace(RUN, action="refresh"), "running").startswith("**Running Article again**")


def test_why_names_each_step_once_with_its_best_passage() -> None:
    low = replace(evidence(1), coverage=0.2)
    lines = render.why(replace(ANSWER, evidence=(low, evidence(2), evidence(3, "Writer"))), START).splitlines()
    considered = [line for line in lines if line.startswith("- ")]
    assert considered == [
        "- Researcher of Article, “tides”, 2 min ago, covers 80 %",
        "- Writer of Article, “tides”, 2 min ago, covers 80 %",
    ]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://a>b", "//x.org", "https://[x", "http://a\u202eb"]
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert render.source_line({"title": "Tides", "address": address}) == "Tides"


def test_a_source_of_the_web_names_its_host() -> None:
    line = render.source_line({"title": "Tides [1]", "address": "https://x.org/a_(b)"})
    assert line == r"[Tides \[1\]](<https://x.org/a_(b)>) (x.org)"


def test_a_search_lists_each_source_once() -> None:
    source = {"title": "Tides", "address": "library:tides.md"}
    text = render.search_result({"engine": "Library", "query": "tides", "note": "Offline.", "sources": [source] * 3})
    assert "Library found 1 source for “tides”" in text
    assert "*Offline.*" in text
    assert text.count("Tides (library, tides.md)") == 1


def test_a_search_that_found_nothing_says_so() -> None:
    assert "found nothing" in render.search_result({"engine": "Library", "query": "tides", "sources": []})


def test_other_tools_show_what_went_in_and_out() -> None:
    text = render.tool_result("add", {"a": 1}, "```2```", None, True)
    assert '"a": 1' in text
    assert text.count("```") == 4
    failed = render.tool_result("add", {}, "no *network*", None, False)
    assert failed == "Working\n\nThis did not work: no \\*network\\*"


def test_errors_are_plain_words() -> None:
    trace = "Traceback (most recent call last):\n  x\nhttpx.ConnectError: The server is away."
    assert render.failure(trace) == "The server is away."
    assert render.failure("Writer failed: RuntimeError: No ink.") == "Writer failed: No ink."
    assert render.failure(None)
