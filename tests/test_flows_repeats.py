"""The same request in other words is known as such, and one word that turns it into another is noticed."""

from __future__ import annotations

import pytest

from flows.question import understand
from flows.repeats import relation


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("the history of coffee", "History of coffee, please!"),
        ("the history of coffee", "could you give me the history of coffee"),
        ("advantages of heat pumps", "benefits of heat pumps"),
        ("write about wind power in Denmark", "wind power in denmark pls"),
        ("what does the United Nations do about plastic", "what does the UN do about plastic"),
    ],
)
def test_the_same_in_other_words(asked: str, message: str) -> None:
    assert relation(understand(message), asked) == "same"
    assert relation(understand(asked), message) == "same"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("advantages of heat pumps", "disadvantages of heat pumps"),
        ("banana bread with eggs", "banana bread without eggs"),
        ("foods that are safe for dogs", "foods that are not safe for dogs"),
        ("the cost of solar power in Denmark", "the cost of solar power in Norway"),
        ("flights from Berlin to Rome", "flights from Rome to Berlin"),
        ("stretches before running", "stretches after running"),
        ("python 3.11 changes", "python 3.12 changes"),
    ],
)
def test_one_word_makes_another_request(asked: str, message: str) -> None:
    assert relation(understand(message), asked) == "another"
    assert relation(understand(asked), message) == "another"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("wind power in Denmark", "wind power in Norway"),
        ("the population of France in 2019", "the population of France in 2021 by age"),
        ("import of steel", "export of steel"),
        ("vitamin D for adults", "vitamin D for children"),
        ("the cost of coffee", "the history of coffee"),
    ],
)
def test_of_short_requests_too_one_word_makes_it_not_the_same(asked: str, message: str) -> None:
    assert relation(understand(message), asked) != "same"
    assert relation(understand(asked), message) != "same"


@pytest.mark.parametrize(
    ("asked", "message"),
    [("wind power in Denmark", "how do vaccines work"), ("the history of coffee", "who built the Suez canal")],
)
def test_another_topic_is_neither(asked: str, message: str) -> None:
    assert relation(understand(message), asked) is None


def test_a_detail_that_the_result_has_makes_no_other_request() -> None:
    asked, question = "benefits of solar panels on roofs", understand("benefits of solar panels on roofs in winter")
    winter = [term for term in question.terms if term.word == "winter"]
    assert relation(question, asked, winter) == "another"
    assert relation(question, asked, []) != "another"
