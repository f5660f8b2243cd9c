"""The decision is a pure function, and each reason it names would change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.age import age
from flows.choice import Choice
from flows.decision import decide
from flows.past import of_passages
from flows.question import understand
from flows.recall import Known
from storage.records import Decision, Passage, Run, RunStatus, Turn

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
CHOICES = [Choice("Article", "Writes an article.", WEEK), Choice("Brief", "Answers a question.", WEEK)]
TEXT = (
    "The cost of solar modules fell by about 90 percent between 2010 and 2020. Wind turbines in Denmark met 47 percent "
    "of demand in 2019. Heat pumps warm buildings with a third of the energy of a boiler."
)


def past(text: str = TEXT, hours: float = 1.0) -> Passage:
    return Passage(
        run_id="r1",
        path="Researcher",
        step_name="Researcher",
        workflow="Article",
        run_input="climate change solutions",
        run_status="completed",
        session_id="s",
        finished_at=NOW - timedelta(hours=hours),
        text=text,
        start=0,
        end=len(text),
    )


def known_of(*passages: Passage, run: Run | None = None, same: Run | None = None) -> Known:
    return Known(tuple(of_passages(passages, session_id="s", in_view="r1" if run else None)), run, same)


def last_run() -> Run:
    return Run("r1", "Article", "completed", "climate change solutions", finished_at=NOW - timedelta(hours=1))


def talk(message: str = "Write an article about climate change solutions") -> Turn:
    decision = Decision("run", "", workflow="Article", input=message)
    return Turn("t1", message, decision=decision, answer=TEXT)


def decided(message: str, known: Known | None = None) -> Decision:
    known = known if known is not None else known_of(past(), run=last_run())
    return decide(understand(message, [talk()]), known, CHOICES, NOW)


@pytest.mark.parametrize(
    "message",
    [
        "How much cheaper did solar modules get?",
        "What share of demand did wind turbines meet in Denmark in 2019?",
        "and heat pumps?",
        "Why are heat pumps better than a boiler?",
        "Summarise it in a sentence",
        "make it shorter please",
        "which sources did you use?",
        "What does the article cover?",
    ],
)
def test_what_the_evidence_covers_is_answered(message: str) -> None:
    assert decided(message).action == "answer"


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("What about ocean energy?", "ocean"),
        ("How much of the demand did wind turbines meet in Portugal?", "Portugal"),
        ("What share did wind turbines meet in 2023 in Denmark?", "2023"),
        ("What share did wind turbines in Denmark meet in 2023?", "2023"),
        ("How do vaccines work?", "vaccines"),
    ],
)
def test_a_name_number_or_topic_that_is_missing_runs_and_is_named(message: str, names: str) -> None:
    decision = decided(message)

    assert decision.action == "run"
    assert names in decision.reason
    assert decision.would_change


@pytest.mark.parametrize(
    ("message", "firm"),
    [("How much of the demand did wind turbines meet in Portugal?", True), ("What about ocean energy?", False)],
)
def test_a_missing_name_leaves_a_model_no_choice_and_a_missing_topic_does(message: str, firm: bool) -> None:
    assert decided(message).firm is firm


def test_with_nothing_in_memory_it_says_so_and_runs_what_fits() -> None:
    known = Known()
    article = decide(understand("Write an article about climate change solutions"), known, CHOICES, NOW)
    brief = decide(understand("Brief me on how vaccines work"), known, CHOICES, NOW)

    assert (article.action, article.workflow) == ("run", "Article")
    assert article.reason == "Nothing in memory covers climate change solutions."
    assert (brief.action, brief.workflow) == ("run", "Brief")


@pytest.mark.parametrize(
    "message",
    [
        "Write an article about climate change solutions",
        "What is carbon pricing?",
        "tell me about tides",
        "is coffee bad for you",
        "who invented the telephone",
        "history of printing",
        "what are the risks of carbon capture",
        "i want to understand how heat pumps work",
    ],
)
def test_whatever_a_new_person_asks_about_is_worked_on(message: str) -> None:
    assert decide(understand(message), known_of(), CHOICES, NOW).action == "run"


def test_age_turns_an_answer_into_a_refresh() -> None:
    message = "How much cheaper did solar modules get?"
    old = known_of(past(hours=24 * 8), run=last_run())

    assert decided(message).action == "answer"
    assert decided(message, old).action == "refresh"
    assert "older" in decided(message, old).reason


def test_asking_for_the_latest_wants_newer_evidence_than_an_hour() -> None:
    old = known_of(past(hours=5), run=last_run())

    assert decided("What is the latest share of wind turbines in Denmark?", old).action == "refresh"


def test_an_old_result_still_answers_what_is_asked_about_the_past() -> None:
    old = known_of(past(hours=24 * 30), run=last_run())

    assert decided("Which sources did it use?", old).action == "answer"


def test_the_same_input_is_served_while_it_is_fresh() -> None:
    run = last_run()
    fresh = Known((), run, run)
    stale = Known((), run, replace(run, finished_at=NOW - timedelta(days=8)))

    assert decided("climate change solutions", fresh).action == "answer"
    assert decided("climate change solutions", stale).action == "refresh"


def test_naming_a_workflow_first_runs_it_unless_it_has_done_just_that() -> None:
    checks = [*CHOICES, Choice("Fact check", "Checks a claim.", WEEK)]
    known = known_of(past(), run=last_run())
    asked = decide(understand("Fact check: solar modules fell by 90 percent", [talk()]), known, checks, NOW)
    again = decide(understand("Article on climate change solutions", [talk()]), known, checks, NOW)

    assert (asked.action, asked.workflow) == ("run", "Fact check")
    assert again.action == "answer"


@pytest.mark.parametrize("message", ["Hi!", "thanks a lot", "What can you do?", "ok great"])
def test_small_talk_starts_nothing(message: str) -> None:
    assert decided(message).action == "chat"


@pytest.mark.parametrize(
    "message", ["the history of coffee", "sweet potato recipes", "hello, write an article on wind"]
)
def test_a_topic_is_no_small_talk(message: str) -> None:
    assert decided(message, Known()).action == "run"


def test_talk_about_a_past_that_is_not_there_asks_back() -> None:
    assert decide(understand("make it shorter"), Known(), CHOICES, NOW).action == "clarify"


def test_creating_something_new_runs_even_if_the_words_occur() -> None:
    assert decided("Write an article about heat pumps").action == "run"
    assert decided("Write an article about climate change solutions please").action == "answer"


def of_two(message: str, *, status: RunStatus = "completed") -> Decision:
    """The decision without a conversation, when there are two runs; the one on Norway ended with `status`."""
    found = replace(past("Wind turbines met 47 percent of demand, loudly."), run_input="wind power in Denmark")
    other = replace(found, run_id="r2", run_input="wind power in Norway", run_status=status)
    return decide(understand(message), Known(tuple(of_passages([found, other], session_id="s"))), CHOICES, NOW)


def test_what_could_mean_two_results_is_asked_back_with_both() -> None:
    decision = of_two("what share did turbines meet?")
    assert decision.action == "clarify"
    assert "Denmark" in decision.reason
    assert "Norway" in decision.reason


@pytest.mark.parametrize(
    ("message", "action", "shown"),
    [
        ("Which met more of the demand, Denmark or Norway?", "answer", {"r1", "r2"}),
        ("what have we looked at so far?", "answer", {"r1", "r2"}),
        ("run the Norway one again", "refresh", {"r2"}),
        ("wind power in Norway as a table", "answer", {"r2"}),
        ("Which met more of the demand, Denmark or Sweden?", "run", set()),
        ("is it loud?", "clarify", set()),
    ],
)
def test_of_two_results_the_one_that_is_meant_or_both_are_used(message: str, action: str, shown: set[str]) -> None:
    decision = of_two(message)
    assert decision.action == action
    assert shown <= {piece.passage.run_id for piece in decision.evidence}
    if len(shown) == 1:
        assert {decision.evidence[0].passage.run_id} == shown


def test_what_ended_early_says_how_and_is_told_from() -> None:
    decision = of_two("why did the Norway one fail?", status="failed")
    assert decision.action == "answer"
    assert "ended failed" in decision.reason


def test_what_people_said_is_nothing_to_run_for() -> None:
    assert of_two("what did my boss say about turbines on the phone?").action == "clarify"


def test_what_was_said_then_is_answered_however_old() -> None:
    old = known_of(past(hours=24 * 30), run=last_run())
    assert decided("What did we find about wind turbines in Denmark last month?", old).action == "answer"
    assert decided("How do wind turbines in Denmark do now?", old).action == "refresh"


def test_with_no_workflow_to_run_it_says_so() -> None:
    decision = decide(understand("How do vaccines work?"), Known(), [], NOW)
    assert decision.action == "clarify"
    assert "no workflow" in decision.reason


@pytest.mark.parametrize("message", ["", "?", "…", "👍👍", "x" * 3000, "and", "NULL", "' or 1=1 --"])
def test_any_message_gets_a_decision_with_a_reason(message: str) -> None:
    for known in (Known(), known_of(past(), run=last_run())):
        assert decided(message, known).reason


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (5, "just now"),
        (130, "2 min ago"),
        (7300, "2 h ago"),
        (90_000, "yesterday"),
        (400_000, "4 days ago"),
    ],
)
def test_ages_are_told_as_people_do(seconds: float, said: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == said
