"""Chips in the text of an answer."""

from __future__ import annotations

from chat.sources import chips_by_label, cited_labels, name_sources

from .chat_events import START, citation, evidence

CHIPS = chips_by_label("turn-1", (evidence(1), evidence(2), evidence(3, "Writer")), (), START)


def test_labels_become_names() -> None:
    line = "The moon pulls [1]. The sea rises [3], twice a day."
    assert name_sources(line, CHIPS) == (
        "The moon pulls Researcher · 2 min ago. The sea rises Writer · 2 min ago, twice a day."
    )


def test_neighbours_of_one_step_are_named_once() -> None:
    assert name_sources("It pulls [1][2] [3] daily", CHIPS) == (
        "It pulls Researcher · 2 min ago Writer · 2 min ago daily"
    )


def test_what_is_no_label_stays() -> None:
    assert name_sources("See [9] and a[0]", CHIPS) == "See [9] and a[0]"


def test_names_have_no_signs_of_markdown() -> None:
    (chip,) = chips_by_label("turn-1", (evidence(1, "web_search [*x*]"),), (), START).values()
    assert chip.name == "web search   x · 2 min ago".replace("   ", "  ") or "[" not in chip.name
    assert not set(chip.name) & set("[]*_`<>()")


def test_a_citation_without_its_evidence_still_has_a_chip() -> None:
    chips = chips_by_label("turn-1", (), (citation(evidence(4, "Gather/web")),), START)
    assert chips[4].name == "web · 2 min ago"
    assert "path=Gather%2Fweb" in chips[4].url


def test_labels_in_order_of_first_use() -> None:
    assert cited_labels("b [2] a [1] b [2]") == [2, 1]
