"""What a turn shows of the questions its runs ask, live and from the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chat.question_view import answered_line
from chat.view import TurnView
from flows import events
from flows.events import Answered
from storage.records import Question, QuestionKind, Turn

from .chat_events import RUN, START, Page, Script

SCHEMA = {"properties": {"where_to": {"title": "Where to"}, "days": {}}}
DRAFT = Question("Writer#review/1", "review", "Writer", "Is it good?", draft="# Tides\n\n![x](https://example.org/x)")
PUBLISH = Question("Print#confirm", "confirm", "Print", "Publish?")


def shown(script: Script, turn: Turn | None = None) -> tuple[TurnView, Page]:
    """The turn as a page shows it that was there from the first event; with `turn`, as it is shown from the store."""
    view, page = TurnView(script.turn if turn is None else turn, now=START), Page()
    page.do(view.opening())
    for event in script.events:
        told = replace(event, turn=turn) if turn is not None and isinstance(event, events.TurnFinished) else event
        page.do(view.apply(told))
    if turn is not None:
        page.do(view.settle(turn))
    return view, page


def go_on(script: Script, question: Question, decision: Any) -> Script:
    script.add(
        events.RunStarted,
        workflow="Article",
        input="tides",
        steps=("Writer", "Print"),
        resumed=True,
        answered=Answered(question.id, decision),
    )
    return script


def reviewed() -> Script:
    script = Script().decide(RUN).run("Writer").start("Writer").say("Writer", "# Tides")
    script.ask(DRAFT).add(events.AnswerDelta, text="Is it good?\n\n# Tides")
    return script.end(status="paused")


def test_a_draft_stands_in_the_form_alone_and_may_show_no_picture_of_another_host() -> None:
    page = shown(reviewed())[1]
    assert page.messages()[1:] == ["Is it good?"]
    asked = page.progress()["question"]
    assert (asked["run_id"], asked["workflow"], asked["draft_kind"]) == ("run-1", "Article", "text")
    assert asked["draft"] == DRAFT.draft
    assert asked["editable"]
    assert "![" not in asked["shown"]
    (form,) = [element for element in page.elements.values() if element["name"] == "QuestionForm"]
    assert page.steps[form["forId"]]["output"] == "Is it good?"


def test_a_question_is_on_the_page_once_the_turn_has_come_to_rest() -> None:
    script = Script().decide(RUN).run("Writer").ask(DRAFT)
    assert shown(script)[1].progress()["question"] is None


def test_the_answers_stand_in_the_order_they_were_given_whether_seen_live_or_later() -> None:
    script = go_on(reviewed(), DRAFT, {"feedback": "calmer"}).ask(PUBLISH).end(status="paused")
    live = shown(go_on(script, PUBLISH, True).start("Print").say("Print", "Printed."))[1]
    script.finish("Print", "Printed.").end("Printed.")
    told = ["Is it good?\n*You asked for changes: “calmer”*", "Publish?\n*You approved it.*"]
    assert live.messages()[1:3] == told
    for page in (shown(script)[1], shown(script, script.turn)[1]):
        assert page.messages()[1:] == [*told, "Printed."]
        assert page.progress()["question"] is None


def test_a_question_that_a_message_answered_says_so() -> None:
    script = Script().decide(RUN).run("Print").ask(PUBLISH).end(status="paused")
    view, page = shown(script, replace(script.turn, status="completed"))
    assert page.messages()[1:] == ["Publish?\n*Answered below.*"]
    assert page.progress()["question"] is None
    open_elsewhere = shown(script)[1]
    assert open_elsewhere.messages()[1:] == ["Publish?"]
    open_elsewhere.do(view.anew())
    assert open_elsewhere.messages()[1:] == page.messages()[1:]


@pytest.mark.parametrize(
    ("kind", "decision", "line"),
    [
        ("confirm", True, "You approved it."),
        ("confirm", False, "You said no. The run ended here."),
        ("budget", {"input_tokens": 1}, "You granted the same amount again."),
        ("budget", False, "You ended the run here."),
        ("route", ["Brief", "Long *one*"], r"You chose Brief, Long \*one\*."),
        ("review", {}, "You approved it."),
        ("review", {"output": None}, "You edited it and approved your version."),
        ("review", False, "You rejected it. The run ended here."),
        ("input", {"where_to": "Oslo", "days": 3}, "You answered: Where to: Oslo · days: 3"),
        ("input", {"where_to": "", "days": None}, "You answered: nothing filled in"),
        ("input", {"days": [{"a": True, "b": ""}, {"a": False}]}, "You answered: days: a yes, a no"),
        ("input", {str(n): n for n in range(9)}, "You answered: " + " · ".join(f"{n}: {n}" for n in range(6))),
        ("input", False, "You ended the run here."),
    ],
)
def test_a_line_says_what_was_answered(kind: QuestionKind, decision: Any, line: str) -> None:
    assert f"*{line}" in answered_line(Question("q", kind, "P", "Well?", schema=SCHEMA), decision)
