"""What a Runnable gives, as a recording writes it: messages as langchain-core does, all else as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict
from pydantic import BaseModel

VALUE, MODEL = "value", "model"  # the types of what is no message

_OF_A_MESSAGE = frozenset(
    "content tool_call_chunks tool_calls invalid_tool_calls usage_metadata additional_kwargs chunk_position "
    "tool_call_id name role".split()
)
_WHY_IT_ENDED = ("finish_reason", "stop_reason", "status")


class Fields(dict[str, Any]):
    """What a pydantic model held. A recording names no class."""


class Unwritable(ValueError):
    """A value would not come back as it is; the message names its type, as `a set`."""


def added(whole: Any, chunk: Any) -> Any:
    """What the chunks of a stream come to: a chunk that cannot be added to those before it stands for them all."""
    if whole is None:
        return chunk
    try:
        return whole + chunk
    except TypeError:
        return chunk


class WrittenStream:
    """What a Runnable gives, piece by piece: texts and messages as they come, all else as what it comes to."""

    def __init__(self) -> None:
        self._pieces: list[tuple[float, Any]] = []

    def take(self, seconds: float, chunk: Any) -> None:
        """The next chunk, so many seconds after the call."""
        if self._pieces and not _streams(chunk) and not _streams(self._pieces[-1][1]):
            self._pieces[-1] = seconds, added(self._pieces[-1][1], chunk)
        else:
            self._pieces.append((seconds, chunk))

    def written(self) -> dict[str, Any]:
        """The `chunks` of a line. Raises Unwritable."""
        return {"chunks": [[seconds, written(chunk)] for seconds, chunk in self._pieces]}

    def texts(self) -> dict[str, Any]:
        """The `chunks` without those that are neither text nor messages: what there was to see before a failure."""
        return {"chunks": [[seconds, written(chunk)] for seconds, chunk in self._pieces if _streams(chunk)]}


def written_message(message: BaseMessage) -> dict[str, Any]:
    """A message as a value of JSON, without what is empty and without ids of servers'."""
    written = message_to_dict(message)
    data = {name: value for name, value in written["data"].items() if value and name in _OF_A_MESSAGE}
    if data.get("tool_call_chunks"):
        data = {name: value for name, value in data.items() if name not in ("tool_calls", "invalid_tool_calls")}
    if ended := {name: message.response_metadata[name] for name in _WHY_IT_ENDED if name in message.response_metadata}:
        data["response_metadata"] = ended
    return {"type": written["type"], "data": {"content": "", **as_json(data)}}


def written(value: Any) -> dict[str, Any]:
    """A chunk or a whole output as a value of JSON. Raises Unwritable for what would come back as something else."""
    if isinstance(value, BaseMessage):
        return written_message(value)
    try:
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        back = json.loads(json.dumps(plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unwritable(_kind(value)) from error
    if back != plain:
        raise Unwritable(_kind(value))
    return {"type": MODEL if isinstance(value, BaseModel) else VALUE, "data": back}


def read_value(written: Mapping[str, Any]) -> Any:
    """What `written` has written; Fields for a pydantic model. Raises ValueError for a message of no known type."""
    if written["type"] == MODEL:
        return Fields(written["data"])
    return written["data"] if written["type"] == VALUE else messages_from_dict([dict(written)])[0]


def _kind(value: Any) -> str:
    name = type(value).__name__
    inside = " that JSON would change" if isinstance(value, dict | list) else ""
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}{inside}"


def _streams(chunk: Any) -> bool:
    return isinstance(chunk, str | BaseMessage)


def as_json(value: Any) -> Any:
    """The value as JSON gives it back, what it does not know as text."""
    return json.loads(json.dumps(value, default=str))
