"""By what a call or a question is known again: its content, without what differs from one day to the next."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agents.boundary import Asked, Given, Waiting
from agents.prompts import parse_step_prompt
from storage.encoding import to_json

RECALL = "recall"  # the tool in whose name a decision is shown what the past holds

_LENGTH = 16  # characters of a digest
# A schema is asked for in words or by an option, as the server likes it.
_SCHEMA_IN_WORDS = re.compile(r"\s*Reply with one JSON object only.*\Z", re.DOTALL)
_VOLATILE = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?:call_)?[0-9a-f]{24,}\b"
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d(?::\d\d)?\b"
    r"|\bjust now\b|\byesterday\b|\b\d+ (?:s|min|h|seconds?|minutes?|hours?|days?) (?:ago|old)\b"
)


def call_key(asked: Asked) -> str:
    """The same for the same messages, tools and options; ids, dates, times and ages do not count."""
    tools = sorted(tool.name for tool in asked.tools)
    return digest([[_plain(message) for message in asked.messages], tools])


def loose_key(asked: Asked) -> str:
    """The same for what is asked last and who is asked, whatever was said before and is known of it."""
    messages = list(asked.messages)
    if recalls(messages):
        message = next(str(m.text) for m in reversed(messages) if isinstance(m, HumanMessage))
        return digest([RECALL, _steady(message)])
    last = max((place for place, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    who = str(messages[0].text).partition("\n")[0] if messages and isinstance(messages[0], SystemMessage) else ""
    return digest(
        [who, _parts(str(messages[last].text)) if messages else [], [_plain(m) for m in messages[last + 1 :]]]
    )


def tool_key(name: str, arguments: Mapping[str, Any]) -> str:
    """The same for the same tool and arguments."""
    return digest([name, _steady(json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=str))])


def step_key(given: Given) -> str:
    """The same for the same input at the same place of the same workflow."""
    return digest([given.workflow, given.path, _steady(to_json(given.value))])


def question_key(waiting: Waiting) -> str:
    """The same for the same question of a run with the same input; what a budget has cost does not count."""
    asked = waiting.question
    prompt = "" if asked.kind == "budget" else _steady(asked.prompt)
    shown = [asked.schema, asked.choices, _steady(to_json(asked.draft))]
    return digest([waiting.workflow, _steady(to_json(waiting.input)), asked.id, asked.kind, prompt, shown])


def labels_of(messages: Sequence[BaseMessage]) -> dict[str, str]:
    """The labels that the messages' evidence has, each with a digest of its passage."""
    return {
        str(passage["label"]): digest([passage["text"]])
        for message in messages
        if isinstance(message, ToolMessage) and message.name == RECALL
        for passage in (message.artifact or {}).get("passages", ())
    }


def recalls(messages: Sequence[BaseMessage]) -> bool:
    """Whether the messages are those of a decision, which end in what the past holds."""
    return bool(messages) and isinstance(messages[-1], ToolMessage) and messages[-1].name == RECALL


def digest(value: Any) -> str:
    """A short digest of a value of JSON."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def _plain(message: BaseMessage) -> list[Any]:
    calls = [[call["name"], call["args"]] for call in message.tool_calls] if isinstance(message, AIMessage) else []
    text = str(message.text)
    if isinstance(message, SystemMessage):
        text = _SCHEMA_IN_WORDS.sub("", text)
    return [message.type, _steady(text), calls]


def _parts(prompt: str) -> list[str]:
    """What is asked, then what is known, in one order: what ends at the same time ends in any."""
    asked, results = parse_step_prompt(prompt)
    return [_steady(asked), *sorted(_steady(f"{name}: {text}") for name, text in results)]


def _steady(text: str) -> str:
    return " ".join(_VOLATILE.sub("#", text).casefold().split())
