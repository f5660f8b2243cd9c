"""What is known of words: how common they are, and whether they are places."""

from __future__ import annotations

import pytest

from agents.frequency import commonness, is_place
from agents.text import STOPWORDS, stem


def test_common_words_come_before_rare_ones() -> None:
    words = ("people", "water", "engine", "turbine")
    found = [commonness(stem(word)) for word in words]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(words)


def test_the_forms_of_a_word_count_together() -> None:
    assert commonness(stem("turbines")) == commonness(stem("turbine")) > 0


@pytest.mark.parametrize("word", ["qwxyzt", "tubrine", "", "12"])
def test_what_is_no_word_is_unknown(word: str) -> None:
    assert commonness(word) == 0


@pytest.mark.parametrize("word", ["denmark", "danish", "berlin", "lisbon", "malaga", "kyoto"])
def test_countries_peoples_and_cities_are_places(word: str) -> None:
    assert is_place(word)


@pytest.mark.parametrize("word", ["wind", "reading", "turbine", "mobile", "nice", "qwxyzt", ""])
def test_words_that_mean_something_else_are_not(word: str) -> None:
    assert not is_place(word)


def test_no_small_word_is_a_place() -> None:
    assert not {word for word in STOPWORDS if is_place(word)}
