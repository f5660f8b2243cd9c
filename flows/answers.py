"""How a paused run is gone on with: what an answer may be, and the commands or calls that give it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from storage.records import Question

GoOn = Callable[[str, Question], list[str]]
"""Takes a paused run's id and its question, gives the lines that tell how to go on."""


def asked_for(question: Question) -> Iterator[str]:
    """What an answer may be: the choices, or the fields of a form."""
    if question.choices:
        yield f"choices: {', '.join(question.choices)}"
    if question.schema:
        required = question.schema.get("required", ())
        for name, field in question.schema.get("properties", {}).items():
            kind = field.get("type") or "value"
            told = f": {field['description']}" if field.get("description") else ""
            yield f"{name} ({kind}{'' if name in required else ', optional'}){told}"


def resume_command(run_id: str, question: Question) -> list[str]:
    """The commands that answer a question."""
    begins = f"refrain resume {run_id[:8]}"
    return [f"go on: {begins} {answer}" for answer in _answers(question, _as_options)]


def resume_call(run_id: str, question: Question) -> list[str]:
    """The calls that answer a question."""
    return [f'go on: await workflow.resume("{run_id}", {answer})' for answer in _answers(question, _as_arguments)]


def _answers(question: Question, written: Callable[[dict[str, Any]], str]) -> list[str]:
    if question.kind == "input":
        fields = (question.schema or {}).get("properties", {})
        return [written({"values": dict.fromkeys(fields, "…")})]
    if question.kind == "route":
        return [written({"choice": question.choices[0] if question.choices else "…"})]
    answers: list[dict[str, Any]] = [{"approve": True}, {"approve": False}]
    if question.kind == "review":
        answers += [{"feedback": "what should be different"}, {"output": "a text of your own"}]
    return [written(answer) for answer in answers]


def _as_options(answer: dict[str, Any]) -> str:
    ((name, value),) = answer.items()
    if name == "approve":
        return "--approve" if value else "--reject"
    given = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    quoted = "'" + given.replace("'", "'\\''") + "'"
    return f"--{name} {quoted}"


def _as_arguments(answer: dict[str, Any]) -> str:
    ((name, value),) = answer.items()
    return f"{name}={value!r}"
