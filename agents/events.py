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


@dataclass(frozen=True, slots=True)
class MemberStarted:
    """A member of a team sets to work."""


@dataclass(frozen=True, slots=True)
class MemberFailed:
    """A member of a team gave up."""

    error: str


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """What a member of a team says while it works, from MemberStarted to AgentFinished or MemberFailed.

    `number` counts the tasks that this member was given, from 1; `kind` is "agent" or "team". What the members of a
    team within the team say is nested in its own events.
    """

    member: str
    number: int
    event: MemberStarted | MemberFailed | AgentEvent
    kind: str = "agent"


AgentEvent = TextDelta | ToolCalled | ToolReturned | MemberEvent | AgentFinished
