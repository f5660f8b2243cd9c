"""The questions of a turn: the open one as a message with a form below it, each answered one as a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows.events import Answered
from flows.excerpt import cut, is_cut
from flows.words import iso, shorten
from storage.encoding import from_json, to_json
from storage.records import Question

from . import render
from .answer_view import AUTHOR
from .board import Board, derived_id
from .markdown import escape, safe
from .operations import ElementDict
from .progress import TurnState

SHOWN_FIELDS = 6  # of an answered form
SHOWN_VALUE = 80  # characters
SHOWN_FEEDBACK = 300

_SAID_NO = {
    "confirm": "You said no. The run ended here.",
    "review": "You rejected it. The run ended here.",
}
_STOPPED = "You ended the run here."


class QuestionView:
    """Shows what the runs of one turn ask. `id` is the message of the open question, which moves down with each one."""

    def __init__(self, board: Board, turn_id: str, turn_step_id: str) -> None:
        self.id = derived_id(turn_id, "question")
        self.declined = False  # the last answer was a no: to resume would only end the run again
        self._board = board
        self._turn_id = turn_id
        self._turn_step_id = turn_step_id
        self._open: dict[str, tuple[str, Question]] = {}  # by run id, with the name of the workflow
        self._asking: str | None = None  # the run whose question is on the page

    def expect(self) -> None:
        """Put the form on the page before there is a question: a new element makes Chainlit draw the page anew."""
        self._board.show_element(question_form(self._turn_id, self._turn_step_id, self.id))

    @property
    def are_open(self) -> bool:
        """Whether some run waits for an answer."""
        return bool(self._open)

    def is_asked(self, run_id: str | None) -> bool:
        """Whether this run waits for an answer."""
        return run_id in self._open

    def ask(self, run_id: str, workflow: str, question: Question) -> None:
        self._open[run_id] = workflow, question

    def go_on(self, run_id: str, answered: Answered | None, at: datetime) -> None:
        """The run works again: its question has made room for what was answered."""
        self._board.remove_step(self.id)
        self._asking = None
        self.declined = answered is not None and answered.decision is False
        _, question = self._open.pop(run_id, ("", None))
        if question is not None and answered is not None and answered.question_id == question.id:
            self._show(derived_id(self._turn_id, run_id, question.id), answered_line(question, answered.decision), at)

    def settle(self, state: TurnState, at: datetime) -> None:
        """The turn has ended in this state, until it is gone on with."""
        self._asking = None
        if state == "paused" and self._open:
            self._asking, (_, question) = next(iter(self._open.items()))
            self._show(self.id, safe(question.prompt), at)
        elif state == "completed":  # the conversation went on with it, in a turn of its own
            self._board.remove_step(self.id)
            for run_id, (_, question) in self._open.items():
                self._show(derived_id(self._turn_id, run_id, question.id), _line(question, "Answered below."), at)
            self._open.clear()

    def as_props(self) -> dict[str, Any] | None:
        """The open question as the form reads it; None unless the turn waits for its answer."""
        if self._asking is None:
            return None
        return question_props(self._asking, *self._open[self._asking])

    def _show(self, id: str, text: str, at: datetime) -> None:
        self._board.show_step(
            id,
            parent_id=self._turn_step_id,
            name=AUTHOR,
            type="assistant_message",
            at=at,
            end=iso(at),
            output=text,
        )


def question_props(run_id: str, workflow: str, question: Question) -> dict[str, Any]:
    """A question as the page reads it, with the beginning of a large draft; `shown` is that as Markdown."""
    draft = from_json(to_json(cut(question.draft, run_id)))
    return {
        "id": question.id,
        "run_id": run_id,
        "workflow": workflow,
        "kind": question.kind,
        "path": question.path,
        "prompt": question.prompt,
        "schema": question.schema,
        "choices": list(question.choices),
        "draft": draft,
        "draft_kind": "text" if isinstance(draft, str) else "json",
        "editable": not is_cut(draft),
        "shown": render.content(draft) if question.kind == "review" else "",
    }


def question_form(turn_id: str, turn_step_id: str, message_id: str) -> ElementDict:
    """The form below a question; `public/elements/QuestionForm.jsx` draws it from the metadata of the turn's step."""
    return {
        "id": derived_id(turn_id, "form"),
        "type": "custom",
        "name": "QuestionForm",
        "display": "inline",
        "forId": message_id,
        "props": {"turn": turn_step_id},
        "mime": "application/json",
    }


def answered_line(question: Question, decision: Any) -> str:
    """What was asked and what was answered to it, as Markdown."""
    return _line(question, _said(question, decision))


def _line(question: Question, said: str) -> str:
    between = "\n\n" if "\n" in question.prompt else "\n"
    return f"{safe(question.prompt)}{between}*{said}*"


def _said(question: Question, decision: Any) -> str:
    if decision is False:
        return _SAID_NO.get(question.kind, _STOPPED)
    if question.kind == "budget":
        return "You granted the same amount again."
    if question.kind == "route":
        names = [decision] if isinstance(decision, str) else list(decision)
        return f"You chose {escape(', '.join(map(str, names)))}."
    if question.kind == "input":
        return f"You answered: {values_line(question.schema or {}, decision)}"
    if question.kind == "review":
        return _reviewed(decision)
    return "You approved it."


def _reviewed(decision: Any) -> str:
    if decision.get("feedback"):
        return f"You asked for changes: “{escape(shorten(decision['feedback'], SHOWN_FEEDBACK))}”"
    return "You edited it and approved your version." if "output" in decision else "You approved it."


def values_line(schema: dict[str, Any], values: Any) -> str:
    """The values of a form by the names people saw, short, on one line."""
    given = named_values(schema, values)
    parts = [f"{escape(name)}: {escape(value)}" for name, value in given[:SHOWN_FIELDS]]
    if len(given) > SHOWN_FIELDS:
        parts.append(f"and {len(given) - SHOWN_FIELDS} more")
    return " · ".join(parts) or "nothing filled in"


def named_values(schema: dict[str, Any], values: Any) -> list[tuple[str, str]]:
    """What is filled in of a form, by the names people see, each value short."""
    fields = schema.get("properties", {})
    given = {name: value for name, value in dict(values).items() if value not in (None, "", [], {})}
    return [
        (str(fields.get(name, {}).get("title") or name), shorten(_value(value), SHOWN_VALUE))
        for name, value in given.items()
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items() if item not in (None, "", [], {}))
    return str(value)
