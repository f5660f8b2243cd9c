"""A recording as it is read from its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, messages_from_dict

from agents.errors import AgentError
from agents.recorded_values import read_value
from agents.recording import FORMAT, VERSION
from storage.records import Usage

_MESSAGES = frozenset({"AIMessageChunk", "ai"})


class BadRecording(AgentError):
    """A file is no recording, or cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """A model's reply: `chunks` with the seconds since it was asked; `error` if it failed in the end."""

    key: str
    loose: str
    labels: Mapping[str, str]
    chunks: tuple[tuple[float, BaseMessage], ...]
    error: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class RecordedResult:
    """What a tool gave, after so many seconds."""

    key: str
    content: Any
    artifact: Any
    status: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What a Runnable gave: `chunks` with the seconds since it was called, and what models used in it.

    `error` says why it failed, `unwritten` what it gave that a recording cannot hold.
    """

    key: str
    chunks: tuple[tuple[float, Any], ...]
    used: Usage = Usage()
    error: str = ""
    permanent: bool = False
    unwritten: str = ""


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What a person answered by a button or a form, as `Workflow.resume` takes it; `after` so many messages."""

    key: str
    answer: Mapping[str, Any]
    after: int = 0


_Line = str | RecordedReply | RecordedResult | RecordedStep | RecordedAnswer


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds. `cut` says that its last line was incomplete and has been left out."""

    recorded_at: datetime
    model: str
    offline: bool
    workflows: tuple[str, ...]
    messages: tuple[str, ...]
    replies: tuple[RecordedReply, ...]
    results: tuple[RecordedResult, ...]
    steps: tuple[RecordedStep, ...] = ()
    answers: tuple[RecordedAnswer, ...] = ()
    cut: bool = False


def read_recording(path: Path) -> Recording:
    """The recording in a file. Raises BadRecording, which says what is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise BadRecording(f"{path.name} cannot be read: {error.strerror or error}.") from error
    whole, _, rest = text.rpartition("\n")
    lines = whole.split("\n")
    head = _head(lines[0] or rest, path.name)
    read = [_line(line, number, path.name) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    return Recording(
        **head,
        messages=tuple(value for value in read if isinstance(value, str)),
        replies=tuple(value for value in read if isinstance(value, RecordedReply)),
        results=tuple(value for value in read if isinstance(value, RecordedResult)),
        steps=tuple(value for value in read if isinstance(value, RecordedStep)),
        answers=_placed(read),
        cut=bool(rest.strip()),
    )


def _head(line: str, name: str) -> dict[str, Any]:
    try:
        head = json.loads(line)
        known = head["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise BadRecording(f"{name} is not a recording of Refrain. `refrain record FILE` makes one.")
    if head.get("version") != VERSION:
        raise BadRecording(
            f"{name} has the version {head.get('version')} of the format, and this Refrain reads {VERSION}. "
            "Record it again, or replay it with the Refrain it was made with."
        )
    try:
        return {
            "recorded_at": datetime.fromisoformat(head["recorded_at"]),
            "model": str(head["model"]),
            "offline": bool(head["offline"]),
            "workflows": tuple(str(workflow) for workflow in head["workflows"]),
        }
    except (ValueError, KeyError, TypeError) as error:
        raise BadRecording(f"Line 1 of {name} is damaged: {_problem(error)}.") from error


def _placed(read: Sequence[_Line]) -> tuple[RecordedAnswer, ...]:
    """The answers, each with the number of messages before it."""
    said, answers = 0, list[RecordedAnswer]()
    for value in read:
        said += isinstance(value, str)
        if isinstance(value, RecordedAnswer):
            answers.append(replace(value, after=said))
    return tuple(answers)


def _line(line: str, number: int, name: str) -> _Line:
    try:
        value = json.loads(line)
        match value["kind"]:
            case "message":
                return str(value["text"])
            case "model":
                return _reply(value)
            case "tool":
                given = value["result"]
                seconds, artifact = float(value["seconds"]), given.get("artifact")
                status = "error" if given.get("status") == "error" else "success"
                return RecordedResult(str(value["key"]), given["content"], artifact, status, seconds)
            case "step":
                return _step(value)
            case "answer":
                return RecordedAnswer(str(value["key"]), {str(name): said for name, said in value["answer"].items()})
            case kind:
                raise ValueError(f"there is no kind of line called {kind!r}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRecording(f"Line {number} of {name} is damaged: {_problem(error)}.") from error


def _problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it is no JSON"
    return f"{error} is missing" if isinstance(error, KeyError) else " ".join(str(error).split())[:200]


def _reply(value: Mapping[str, Any]) -> RecordedReply:
    return RecordedReply(
        str(value["key"]),
        str(value["loose"]),
        {str(label): str(passage) for label, passage in value["labels"].items()},
        tuple((float(seconds), _message(written)) for seconds, written in value["chunks"]),
        str(value.get("error", "")),
        bool(value.get("permanent")),
    )


def _step(value: Mapping[str, Any]) -> RecordedStep:
    return RecordedStep(
        str(value["key"]),
        tuple((float(seconds), read_value(written)) for seconds, written in value["chunks"]),
        Usage(*(int(tokens) for tokens in value.get("used", ()))),
        str(value.get("error", "")),
        bool(value.get("permanent")),
        str(value.get("unwritten", "")),
    )


def _message(written: dict[str, Any]) -> BaseMessage:
    # The kinds of messages langchain-core knows by name are few; a recording holds none but replies.
    if written["type"] not in _MESSAGES:
        raise ValueError(f"{written['type']!r} is no reply of a model")
    return messages_from_dict([written])[0]
