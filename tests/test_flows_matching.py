"""A word is found in its forms, misspelt or for what it means; names and numbers only as they are."""

from __future__ import annotations

import pytest

from flows.matching import Vocabulary, best
from flows.past import stems_of
from flows.question import understand


def quality(message: str, word: str, text: str) -> float:
    """How well the word of the message stands in the text (0 to 1)."""
    question = understand(message)
    term = next(term for term in question.terms if term.word == word)
    stems = stems_of([text])
    return best(Vocabulary(stems).matches(term, foreign=question.foreign), stems)


@pytest.mark.parametrize(
    ("message", "word", "text"),
    [
        ("how do turbines rotate", "turbines", "A turbine was built."),
        ("how do tubrines rotate", "tubrines", "The turbines were built."),
        ("what do doctors say", "doctors", "A physician was asked."),
        ("how do the Danes heat", "Danes", "Denmark burns straw."),
        ("does it work with v2.4", "2.4", "Version 2.4.0 works."),
        ("how many of the 12000 homes", "12000", "There are 12,000 homes."),
        ("how do heatwaves begin", "heatwaves", "Heat waves begin."),
        ("was kostet die Installation dort", "Installation", "It was installed."),
    ],
)
def test_what_means_the_word_is_found(message: str, word: str, text: str) -> None:
    assert quality(message, word, text) > 0


@pytest.mark.parametrize(
    ("message", "word", "text"),
    [
        ("how loud are turbines in Norway", "Norway", "Turbines in Sweden and Austria."),
        ("how much fell in 2019 there", "2019", "It fell in 2018 and by 20190 tons."),
        ("does it work with v2.4", "2.4", "Version 2.5 and 2.4.1 work."),
        ("what does Lisbon pay for water", "Lisbon", "London pays."),
        ("what grows in zone C please", "C", "Zone B is dry."),
        ("is tidal or wave power cheaper", "tidal", "Wave power is cheap."),
    ],
)
def test_another_name_or_number_is_not(message: str, word: str, text: str) -> None:
    assert quality(message, word, text) == 0


def test_the_word_itself_is_better_than_one_of_its_meaning() -> None:
    same = quality("what do doctors say", "doctors", "A doctor was asked.")
    assert same > quality("what do doctors say", "doctors", "A physician was asked.") > 0
