"""The workflow whose name and description fit a message is the one that would run."""

from __future__ import annotations

import pytest

from flows.choice import Choice, choose, named
from flows.question import understand

CHOICES = [
    Choice("Article", "Researches a topic and writes an article about it."),
    Choice("Brief", "Answers a question in a few sentences."),
    Choice("Fact check", "Checks a claim against sources."),
]


@pytest.mark.parametrize(
    ("message", "workflow"),
    [
        ("write an article on wind", "Article"),
        ("check the claim that wind is free", "Fact check"),
        ("how loud is wind?", "Brief"),
        ("brief me on wind", "Brief"),
    ],
)
def test_the_one_that_fits_is_chosen(message: str, workflow: str) -> None:
    assert choose(understand(message), CHOICES) == workflow


def test_between_equals_the_last_used_goes_on() -> None:
    message = understand("check the article")
    equals = [Choice("Article"), Choice("Check")]
    assert choose(message, equals, "Check") == "Check"
    assert choose(message, equals, "Article") == "Article"


def test_the_last_used_is_no_reason_against_one_that_fits() -> None:
    assert choose(understand("check the claim that wind is free"), CHOICES, "Article") == "Fact check"


def test_with_nothing_to_run_nothing_is_chosen() -> None:
    assert choose(understand("how loud is wind?"), []) is None


@pytest.mark.parametrize(
    ("message", "workflow"),
    [
        ("Fact check: wind is free", "Fact check"),
        ("fact check wind is free", "Fact check"),
        ("brief on wind", "Brief"),
        ("Brief", None),
        ("a brief on wind", None),
        ("facts on wind", None),
    ],
)
def test_a_workflow_is_named_at_the_beginning_with_something_to_work_on(message: str, workflow: str | None) -> None:
    assert named(understand(message), CHOICES) == workflow


def test_the_longer_name_is_meant() -> None:
    assert named(understand("Brief check of wind"), [Choice("Brief"), Choice("Brief check")]) == "Brief check"
