"""How values become JSON and text, and come back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Set
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from .files import File
from .pieces import Encoder, decode
from .records import (
    Citation,
    Decision,
    Evidence,
    KnownPart,
    Passage,
    Preferences,
    Question,
    StepOutput,
    Usage,
)
from .sizes import field_names

_TRAILING = " .!?…;:,。！？"


def clean(text: str) -> str:
    """The text with lone surrogates replaced by `?`: SQLite takes nothing that is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def to_json(value: Any) -> str:
    """JSON of any value: pydantic models and dataclasses as objects, what JSON does not know as text."""
    try:
        text = _encoder.encode(value)
    except (TypeError, ValueError, RecursionError):  # keys that are no strings, or a value inside itself
        text = _encoder.encode(_plain(value, 0))
    return clean(text)


def from_json(text: str | None) -> Any:
    """The value of a JSON column; None for an empty one."""
    return None if text is None else decode(text)


def maybe_json(value: Any) -> str | None:
    """JSON, or None for None."""
    return None if value is None else to_json(value)


def _jsonable(value: Any) -> Any:
    try:
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        if names := field_names(type(value)):
            return {name: getattr(value, name) for name in names}
        if isinstance(value, Mapping):
            return dict(value)
        if isinstance(value, Set):
            return sorted(value, key=str)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.value
        return str(value)
    except Exception:  # a value's own code must not lose the step that gave it
        return f"<{type(value).__name__}>"


_encoder = Encoder(_jsonable)


def _plain(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if depth > 100:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return _plain(_jsonable(value), depth + 1)


def content_text(content: Any) -> str:
    """What a step gave, as text to read: a string as it is, objects as `key: value` lines, lists as bullets.

    Passages are cut from this text, and their offsets count its characters.
    """
    if content is None:
        return ""
    if isinstance(content, str):
        return clean(content)
    return "\n".join(_lines(decode(to_json(content)), ""))


def _lines(value: Any, indent: str) -> Iterable[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _labelled(f"{indent}{key}:", item, indent)
    elif isinstance(value, list):
        for item in value:
            yield from _labelled(f"{indent}-", item, indent)
    else:
        yield f"{indent}{_scalar(value)}"


def _labelled(label: str, item: Any, indent: str) -> Iterable[str]:
    if isinstance(item, dict | list) and item:
        yield label
        yield from _lines(item, indent + "  ")
    else:
        yield f"{label} {_scalar(item)}".rstrip()


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value == [] or value == {}:
        return ""
    return json.dumps(value)


def input_key(text: str) -> str:
    """The same for inputs that differ only in case, white space or final punctuation."""
    normal = " ".join(clean(text).casefold().split()).rstrip(_TRAILING)
    return hashlib.sha256(normal.encode()).hexdigest()


def to_time(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text order is time order. Naive times are taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def from_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_usage(data: dict[str, Any] | None) -> Usage:
    return Usage(**data) if data else Usage()


def to_output(data: dict[str, Any]) -> StepOutput:
    return StepOutput(
        content=data["content"],
        success=data["success"],
        error=data["error"],
        stop=data["stop"],
        step_name=data["step_name"],
        steps=tuple(to_output(step) for step in data["steps"]),
        usage=to_usage(data["usage"]),
        branches=data.get("branches", False),
        permanent=data.get("permanent", False),
    )


def to_file(data: str | dict[str, str]) -> File:
    """A file of a run; earlier versions kept the path alone."""
    return File.at(data) if isinstance(data, str) else File(**data)


def to_known(data: dict[str, Any]) -> KnownPart:
    return KnownPart(**{**data, "finished_at": from_time(data["finished_at"])})


def to_question(data: dict[str, Any]) -> Question:
    return Question(**{**data, "choices": tuple(data["choices"])})


def to_preferences(data: dict[str, Any] | None) -> Preferences:
    return Preferences(**data) if data else Preferences()


def to_citation(data: dict[str, Any]) -> Citation:
    return Citation(**{**data, "finished_at": from_time(data["finished_at"])})


def to_decision(data: dict[str, Any]) -> Decision:
    return Decision(**{**data, "evidence": tuple(_to_evidence(item) for item in data["evidence"])})


def _to_evidence(data: dict[str, Any]) -> Evidence:
    passage = data["passage"]
    passage = Passage(**{**passage, "finished_at": from_time(passage["finished_at"])})
    return Evidence(data["label"], passage, data["coverage"])
