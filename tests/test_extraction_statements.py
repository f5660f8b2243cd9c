import pytest

from agents.extraction.statements import alike, chains, distinct, from_sources, is_whole, read
from agents.tools.sources import Source


def test_notes_are_read_with_their_headings_sources_and_addresses() -> None:
    text = """From the notes gathered on tides: one source.

## Tides

- Tides rise and fall with the Moon. (Ocean Energy)
- They can be **predicted** years ahead. (Ocean Energy)

## Sources

- Ocean Energy — library:ocean-energy.md
"""
    document = read(text)
    assert [(s.text, s.section, s.source) for s in document.statements] == [
        ("Tides rise and fall with the Moon.", "Tides", "Ocean Energy"),
        ("They can be predicted years ahead.", "Tides", "Ocean Energy"),
    ]
    assert document.statements[0].address == "library:ocean-energy.md"
    assert document.headings == ("Tides",)
    assert document.sources == (("Ocean Energy", "library:ocean-energy.md"),)
    assert [len(chain) for chain in chains(document.statements)] == [2], "`They` keeps its predecessor"


@pytest.mark.parametrize(
    "sentence",
    [
        "of which most are cut off at the start.",
        "Insulation and other steps can ...",
        "What are the solutions to climate change?",
        "Click here to subscribe to our newsletter.",
        "Here are 10 possible solutions: 1.",
        "He said (and never ended.",
        "Too short.",
    ],
)
def test_cut_sentences_and_page_furniture_are_not_whole(sentence: str) -> None:
    assert not is_whole(sentence)


def test_cut_sentences_are_kept_only_when_there_is_nothing_else() -> None:
    cut = Source(title="A", address="https://a.example", snippet="the best cheese is made of ...")
    whole = Source(title="B", address="https://b.example", snippet="2 days ago · Cheese is made of milk.")
    assert [s.text for s in from_sources([cut])] == ["the best cheese is made of ..."]
    assert [s.text for s in from_sources([cut, whole])] == ["Cheese is made of milk."]


def test_a_sentence_that_leans_on_a_dropped_one_dangles() -> None:
    found = read("Waves carry energy that ... This makes them useful to people.").statements
    assert [s.dangling for s in found] == [True]


def test_near_repetitions_are_dropped_but_not_other_numbers() -> None:
    found = read(
        "- Wind power grew by 10 percent in 2019.\n- Wind power grew by 12 percent in 2020.\n"
        "- In 2019 wind power grew by 10 percent."
    ).statements
    assert [s.text for s in distinct(found)] == [
        "Wind power grew by 10 percent in 2019.",
        "Wind power grew by 12 percent in 2020.",
    ]
    assert alike(found[0], found[2])
