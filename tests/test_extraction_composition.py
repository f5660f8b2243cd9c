"""Notes, articles and briefs from the sample library and from messy excerpts of web pages."""

import json
import re

import pytest

from agents.extraction.article import article, brief
from agents.extraction.material import material
from agents.extraction.notes import notes
from agents.text import content_words, sentences
from agents.tools import LibraryTools
from agents.tools.sources import SearchResult, Source

TOPICS = [
    "climate change solutions",
    "ocean energy",
    "how vaccines work",
    "compound interest",
    "the Silk Road",
    "black holes",
    "the history of printing",
    "how large language models work",
    "remote work",
    "why do bees matter",
]

WEB = SearchResult(
    engine="DuckDuckGo",
    query="ocean energy",
    note="",
    sources=[
        Source(
            title="Ocean energy - Encyclopedia",
            address="https://one.example/ocean",
            snippet="Mar 3, 2024 · Ocean energy refers to energy harnessed from waves, tides and warmth. The movement "
            "of water creates a vast store of kinetic energy, or ...",
        ),
        Source(
            title="Tidal power | Some Site",
            address="https://two.example/tides",
            snippet="Tidal power is predictable. It depends on the Moon. Tidal barrages cost much, said Dr. N. Stern "
            "of the U.K. government. Learn more about tidal power!",
        ),
        Source(title="Tides &amp; waves", address="https://three.example", snippet="... and <b>waves</b> are …"),
    ],
)


def library(topic: str) -> SearchResult:
    return LibraryTools().search(topic)


def spaced(text: str) -> str:
    return " ".join(text.split())


def sentences_of(text: str) -> list[str]:
    """What a text claims: its lines without headings, marks of sources, glue and the list of sources."""
    body = text.partition("## Sources")[0]
    lines = [line for line in body.splitlines() if line and not line.startswith(("#", "From the notes"))]
    return [re.sub(r" \([^()]*(?:\([^()]*\)[^()]*)*\)$", "", line.removeprefix("- ")) for line in lines]


def assert_quoted(text: str, result: SearchResult) -> None:
    """Every line of the text is made of passages of the sources alone."""
    held = spaced(" ".join(source["snippet"] for source in result["sources"]))
    for line in sentences_of(text):
        for sentence in re.split(r"(?<=[.!]) (?=[A-Z])", line):
            assert sentence in held, f"{sentence!r} is in no source"


@pytest.mark.parametrize("topic", TOPICS)
def test_notes_articles_and_briefs_quote_and_do_not_repeat(topic: str) -> None:
    result = library(topic)
    noted = notes(topic, [result])
    statements = material([noted])
    for text in (noted, article(topic, statements), brief(topic, statements)):
        assert_quoted(text, result)
        assert len(set(sentences_of(text))) == len(sentences_of(text)), "a sentence is said twice"
        assert "## Sources" in text
        listed = set(re.findall(r"— (library:\S+)", text))
        assert listed
        assert listed <= {source["address"] for source in result["sources"]}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_gist_names_the_topic(topic: str) -> None:
    noted = notes(topic, [library(topic)])
    gist = sentences_of(brief(topic, material([noted])))[0]
    assert set(content_words(topic)) & set(content_words(gist))


def test_an_article_has_a_title_a_lead_sections_and_sources() -> None:
    text = article(
        "climate change solutions", material([notes("climate change solutions", [library("climate change")])])
    )
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "# Climate Change Solutions"
    assert not lines[1].startswith("#"), "the lead comes before the first section"
    assert 3 <= sum(line.startswith("## ") and line != "## Sources" for line in lines) <= 5


def test_section_headings_of_the_sources_become_themes() -> None:
    sources = [
        Source(title="Tea", address="library:tea.md", snippet="Tea is a drink of leaves. Tea is old.", heading=""),
        Source(
            title="Tea",
            address="library:tea.md",
            snippet="Tea grows on wet hills. Hills keep tea cool.",
            heading="Growing",
        ),
        Source(
            title="Tea",
            address="library:tea.md",
            snippet="Ships carried tea to Europe. Taxes on tea rose.",
            heading="Trade",
        ),
        Source(
            title="Tea",
            address="library:tea.md",
            snippet="Tea costs more every year. Few can pay for tea.",
            heading="Limits",
        ),
    ]
    noted = notes("tea", [SearchResult(engine="Library", query="tea", note="", sources=sources)])
    assert re.findall(r"^## (.+)$", noted, re.MULTILINE) == ["Overview", "Growing", "Trade", "Limits", "Sources"]


def test_excerpts_of_web_pages_give_whole_clean_sentences() -> None:
    noted = notes("ocean energy", [WEB])
    told = sentences_of(noted)
    assert "Ocean energy refers to energy harnessed from waves, tides and warmth." in told
    assert "Tidal barrages cost much, said Dr. N. Stern of the U.K. government." in told
    assert not [line for line in told if "..." in line or "…" in line or "Learn more" in line or "Mar 3" in line]
    assert told.index("It depends on the Moon.") == told.index("Tidal power is predictable.") + 1


def test_a_comparison_keeps_to_its_two_sides() -> None:
    noted = notes("solar power and wind power", [library("solar power"), library("wind power")])
    assert re.findall(r"^## (.+)$", noted, re.MULTILINE) == ["Solar Power", "Wind Power", "Sources"]


def test_the_note_of_a_search_and_what_it_lacks_are_told() -> None:
    result = library("quantum gravity") | {"note": "The web could not be reached"}
    lead = notes("quantum gravity of cheese", [result]).splitlines()[0]  # type: ignore[list-item]
    assert "The web could not be reached." in lead
    assert "“cheese”" in lead


def test_what_a_search_notes_is_told_once() -> None:
    note = "Searching the web is switched off, so the document library was searched."
    lead = notes("ocean energy", [library("ocean energy") | {"note": note}]).splitlines()[0]  # type: ignore[list-item]
    assert lead == f"From the notes gathered on ocean energy: one source. {note}"
    empty = SearchResult(
        engine="Library", query="x", note=f"{note} Nothing about this was found in the document library.", sources=[]
    )
    assert notes("zorbing", [empty]) == f"The search found nothing about zorbing. {note}"


def test_an_article_has_full_sections_under_the_headings_of_its_sources() -> None:
    written = article("the Silk Road", material([notes("the Silk Road", [library("the Silk Road")])]))
    parts = re.split(r"^## (.+)$", written, flags=re.MULTILINE)
    assert parts[1::2] == ["Origins", "Goods and travelers", "Ideas on the move", "Decline and memory", "Sources"]
    assert all(2 <= len(sentences(part)) <= 5 for part in parts[2:-1:2])


def test_an_article_on_a_broad_topic_draws_on_many_sources() -> None:
    topic = "climate change solutions"
    written = article(topic, material([notes(topic, [library(topic)])]))
    assert 3 <= len(re.findall(r"^## (?!Sources)", written, re.MULTILINE)) <= 5
    assert len(re.findall(r"^- .+ — library:", written, re.MULTILINE)) >= 4


def test_without_sources_nothing_is_made_up() -> None:
    empty = SearchResult(engine="Library", query="x", note="", sources=[])
    noted = notes("zorbing", [empty])
    assert noted == "The search found nothing about zorbing."
    written = article("zorbing", material([noted]))
    assert written == "There was nothing to write from: the earlier steps found nothing about zorbing."
    assert brief("zorbing", material([noted])) == written


def test_the_gist_of_a_question_is_its_answer() -> None:
    noted = notes("ocean energy", [library("ocean energy tides cause")])
    assert "because" in sentences_of(brief("tides", material([noted]), "Why do tides rise and fall?"))[0]


def test_a_search_result_as_json_and_a_list_of_sources_are_material() -> None:
    raw = json.dumps({"query": "tea", "sources": [{"title": "Tea", "snippet": "Tea is a drink of leaves."}]})
    listed = (
        "## Tea\nTea grows on wet hills.\nSource: library:tea.md\n\n"
        "## Hills\nHills are higher than plains.\nSource: library:h.md"
    )
    assert [(s.text, s.source) for s in material([raw])] == [("Tea is a drink of leaves.", "Tea")]
    assert [(s.text, s.source) for s in material([raw, listed])] == [
        ("Tea grows on wet hills.", "Tea"),
        ("Hills are higher than plains.", "Hills"),
    ]
