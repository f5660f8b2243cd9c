"""The past is the likelier to answer, the more of what is asked it has."""

from __future__ import annotations

import pytest

from flows.coverage import Coverage
from flows.past import Past
from flows.question import understand
from flows.weighing import OUTCOMES, chances, weighed
from tests.remembered import past

WIND = past("Wind turbines met 47 percent of demand in Denmark, and 40 sheep graze below.", "wind power")
ASKED = "What share of demand did wind turbines meet in Denmark?"


def likely(message: str, *runs: Past) -> float:
    question = understand(message)
    return weighed(question, Coverage(question, runs or (WIND,)))["covered"]


@pytest.mark.parametrize(
    "other",
    [
        "What share of demand did wind turbines meet in Norway?",
        "What share of demand did wind turbines meet in Denmark by 60 companies?",
        "What share of demand did tidal kites meet in Denmark?",
        "Write an article on wind turbines and demand in Denmark",
        "How do vaccines work?",
    ],
)
def test_what_is_covered_is_likelier_than_what_is_not(other: str) -> None:
    assert likely(ASKED) > likely(other)


def test_a_number_that_is_there_for_something_else_speaks_against_it() -> None:
    assert likely("how many of the 40 sheep graze below?") > likely("how many of the 40 turbines graze below?")


def test_a_run_that_ended_early_is_less_likely_to_hold_it() -> None:
    failed = past(WIND.passages[0].text, "wind power", status="failed")
    assert likely(ASKED) > likely(ASKED, failed)


def test_two_runs_together_may_hold_what_none_has_alone() -> None:
    other = past("Vaccines met all of the demand in Norway.", "vaccines in Norway", run_id="r2")
    asked = "Did Denmark or Norway meet more of the demand?"
    assert likely(asked, WIND, other) > likely(asked, WIND)


def test_what_a_person_thinks_is_likelier_unclear_than_what_a_result_says() -> None:
    def unclear(message: str) -> float:
        question = understand(message)
        return weighed(question, Coverage(question, (WIND,)))["unclear"]

    assert unclear("is my landlord still angry about the turbines?") > unclear("how much demand did the turbines meet?")


@pytest.mark.parametrize("message", [ASKED, "?", "1 2 3", "latest"])
def test_the_chances_of_all_outcomes_are_one_together(message: str) -> None:
    question = understand(message)
    assert sum(weighed(question, Coverage(question, (WIND,))).values()) == pytest.approx(1)


def test_a_sign_without_weights_says_nothing() -> None:
    assert chances({"unheard of": 1.0}, {}) == dict.fromkeys(OUTCOMES, 0.25)


@pytest.mark.parametrize("message", [ASKED, "?", "1 2 3", "latest", "x" * 500])
def test_a_likelihood_is_between_nothing_and_all(message: str) -> None:
    assert 0 <= likely(message) <= 1
