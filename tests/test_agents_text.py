import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import content_words, sentences, stem, words


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith of the U.S. Navy measured 1.5 °C in Jan. 2020.",
        "J. R. R. Tolkien and George W. Bush never met.",
        "It cost approx. 3.5 million, e.g. for No. 5 in Fig. 2.",
        "Companies such as Apple Inc. and Toyota Motor Co. pay for it.",
        "“Is it cheap?” asked Prof. Stern at 5 p.m. on Monday.",
        "A price of $1,000.50 vs. 900 euros is high.",
    ],
)
def test_a_sentence_with_abbreviations_stays_whole(text: str) -> None:
    assert sentences(text) == [text]


def test_sentences_end_at_stops_quotes_and_blank_lines() -> None:
    text = 'He took vitamin C. It was "cheap." mRNA works! In the U.S. The end?\n\nA heading\n\nLast one'
    assert sentences(text) == [
        "He took vitamin C.",
        'It was "cheap."',
        "mRNA works!",
        "In the U.S.",
        "The end?",
        "A heading",
        "Last one",
    ]


@given(st.text())
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert " ".join(" ".join(sentences(text)).split()) == " ".join(text.split())


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("Vaccines") == stem("vaccine")
    assert stem("pricing") == stem("Prices")


def test_content_words_are_stems_without_small_words() -> None:
    assert content_words("How do the Vaccines work in 2 people?") == [
        stem(w) for w in ("vaccine", "work", "2", "people")
    ]
    assert words("1,000.50 dollars, d'Arsonval’s") == ["1,000.50", "dollars", "d'Arsonval’s"]
