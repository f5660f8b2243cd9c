"""What an agent says while it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storage.records import Usage


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the agent's text, as the model gives it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The agent calls a tool. `call_id` ties it to its `ToolReturned`."""

    call_id: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool gave `result` (what the model reads) and perhaps `artifact` (a JSON value for programs).

    A tool that raised has `success=False` and its error as `result`.
    """

    call_id: str
    tool: str
    result: str
    artifact: Any = None
    success: bool = True


@dataclass(frozen=True, slots=True)
class AgentOutput:
    """What an agent gave: text, or an instance of its `output_schema`."""

    content: Any
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class AgentFinished:
    """The last event of an agent's stream."""

    output: AgentOutput


AgentEvent = TextDelta | ToolCalled | ToolReturned | AgentFinished
