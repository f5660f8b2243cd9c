"""The side panel: a cited step with what is cited marked."""

from __future__ import annotations

from dataclasses import replace

from chat.evidence import cited, header, mark, marked
from storage.encoding import content_text
from storage.records import Run

from .chat_events import ANSWER, START, Script, citation, evidence

TEXT = """# Tides

The moon pulls the water. The sun pulls too, but less.

- Spring tides are the highest of them all. They come twice.
- Neap tides are low."""


def test_the_sentences_that_the_answer_quotes_are_marked() -> None:
    passage = "The moon pulls the water. The sun pulls too, but less.\n\n- Spring tides are the highest of them all."
    marked = mark(TEXT, [passage], "As said: The moon pulls the water. Spring tides are\nthe highest of them all.")
    assert "~~The moon pulls the water.~~ The sun" in marked
    assert "- ~~Spring tides are the highest of them all.~~ They" in marked
    assert marked.count("~~") == 4


def test_a_passage_in_other_words_is_marked_whole_line_by_line() -> None:
    marked = mark(TEXT, ["# Tides The moon pulls the water. The sun pulls too, but less."], "Gravity does it.")
    assert marked.splitlines()[0] == "# ~~Tides~~"
    assert marked.splitlines()[2] == "~~The moon pulls the water. The sun pulls too, but less.~~"
    assert "~~" not in marked.splitlines()[4]


def test_what_is_not_found_marks_nothing_and_own_strikes_are_taken_out() -> None:
    assert mark("~~gone~~ here", ["something else"], "") == "~gone~ here"


def test_the_header_names_run_workflow_input_and_time() -> None:
    run = Run("run-0", "Article", "completed", "tides of *all* kinds", started_at=START, finished_at=START)
    text = header(run, "Researcher", START, "Asia/Tokyo")
    for part in ("Researcher", "**Article**", r"tides of \*all\* kinds", "1 March 2026, 21:00 JST", "`run-0`"):
        assert part in text


def test_what_a_turn_cites_of_a_step() -> None:
    turn = Script().decide(ANSWER).turn
    assert cited(turn, "run-0", "Researcher")[0] == ["Passage 1 about tides.", "Passage 2 about tides."]
    answered = replace(turn, citations=(citation(evidence(2)),))
    assert cited(answered, "run-0", "Researcher")[0] == ["Passage 2 about tides."]
    assert cited(answered, "run-9", "Researcher") == ([], None)


def test_a_structured_output_reads_like_a_page_with_the_cited_sentence_marked() -> None:
    snippet = "- **Live** vaccines hold weak germs.\n\n    Memory cells remain for years."
    source = {"title": "How Vaccines Work", "address": "library:v.md", "snippet": snippet, "heading": "Built"}
    content = {"engine": "Library", "sources": [source]}
    text = marked(content, [content_text(content)], "Memory cells remain for years. [1]")
    assert "**How Vaccines Work — Built**" in text
    assert "\n- **Live** vaccines hold weak germs.\n" in text
    assert "\n~~Memory cells remain for years.~~\n" in text
    assert "snippet:" not in text
    assert text.count("~~") == 2
