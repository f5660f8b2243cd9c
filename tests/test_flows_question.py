"""What a message is about, word by word: what has to be found, and what it goes on from."""

from __future__ import annotations

import pytest

from flows.question import Question, Term, is_foreign, slips, subject_of, understand
from storage.records import Decision, Turn


def term(message: str, word: str) -> Term:
    return next(term for term in understand(message).terms if term.word == word)


def words(question: Question) -> set[str]:
    return {term.word for term in question.about}


def talk(message: str, action: str = "run", answer: str = "Fine.") -> Turn:
    decision = Decision(action, "", workflow="Article", input=message)  # type: ignore[arg-type]
    return Turn("t1", message, decision=decision, answer=answer)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("how loud are turbines in Portugal?", "Portugal"),
        ("how loud are turbines in portugal?", "portugal"),
        ("did solar grow by 40 percent", "40"),
        ("does it work with 2.4 too", "2.4"),
        ("what does zone C cost", "C"),
        ("is the a380 loud", "a380"),
        ("is nickel or zinc cheaper?", "nickel"),
        ("is nickel or zinc cheaper?", "zinc"),
    ],
)
def test_names_numbers_and_sides_have_to_be_found(message: str, word: str) -> None:
    assert term(message, word).exact


@pytest.mark.parametrize("message", ["Solar panels are loud", "SOLAR PANELS", "do solar panels make noise"])
def test_a_capital_that_anything_has_makes_no_name(message: str) -> None:
    assert not any(term.exact for term in understand(message).terms)


def test_small_words_and_words_about_the_work_say_nothing() -> None:
    assert words(understand("please summarise the main points of the article, thx")) == set()
    assert words(understand("which advantages do heat pumps have?")) >= {"heat", "pumps"}
    assert "advantages" not in words(understand("which advantages do heat pumps have?"))


def test_a_rarer_word_weighs_more() -> None:
    assert term("people and turbines", "turbines").weight > term("people and turbines", "people").weight


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("what are heat pumps, I have 5 min", "5"),
        ("heat pumps in 3 sentences", "3"),
        ("what are heat pumps? I thought they need Gas", "Gas"),
    ],
)
def test_deadlines_forms_and_asides_are_not_what_it_is_about(message: str, gone: str) -> None:
    question = understand(message)
    assert gone not in words(question)
    assert "pumps" in words(question)


@pytest.mark.parametrize("message", ["How many turbines were built in 2023?", "what did wind cost before 1990"])
def test_a_year_at_the_end_is_asked_for(message: str) -> None:
    assert any(term.word.isdigit() for term in understand(message).about)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("hi there", "small_talk"),
        ("run it again", "again"),
        ("make it shorter", "about_past"),
        ("what have we looked at so far?", "about_past"),
        ("write an article about turbines", "create"),
        ("how loud are turbines?", "question"),
        ("and why?", "about_past"),
    ],
)
def test_the_kind_of_a_message(message: str, kind: str) -> None:
    assert understand(message).kind == kind


@pytest.mark.parametrize("message", ["and how much does it cost?", "why?", "who makes them", "which is quieter?"])
def test_what_points_back_is_looked_for_with_what_it_goes_on_from(message: str) -> None:
    question = understand(message, [talk("Write an article about heat pumps")])
    assert question.points_back
    assert "heat pumps" in question.text
    assert not understand(message).points_back


def test_another_topic_does_not_go_on() -> None:
    question = understand("What about ocean energy?", [talk("Write an article about heat pumps")])
    assert question.text == "What about ocean energy?"


def test_the_subject_is_what_was_last_worked_on() -> None:
    turns = [talk("wind in Denmark"), talk("heat pumps"), talk("hi", "chat")]
    assert subject_of(turns) == "heat pumps"
    assert subject_of([]) == ""


def test_two_things_held_against_each_other_compare() -> None:
    assert understand("nickel or zinc?").compares
    assert not understand("how heavy is zinc?").compares


@pytest.mark.parametrize(
    ("message", "foreign"),
    [
        ("wie laut ist die Anlage", True),
        ("combien coûte une pompe", True),
        ("how loud is it", False),
        ("turbines", False),
    ],
)
def test_other_languages_are_noticed_by_their_small_words(message: str, foreign: bool) -> None:
    assert is_foreign(message) is foreign


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("pump", "pump", 0), ("pmup", "pump", 1), ("pumps", "pump", 1), ("bump", "pump", 1), ("wind", "pump", 3)],
)
def test_slips_of_the_keyboard_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count
