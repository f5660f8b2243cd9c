"""Everything that happens in a turn and its runs, as one numbered stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from storage.records import Decision, Question, StepOutput, Turn, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEvent:
    """`seq` numbers the events of one stream from 1; a run's own events have the path `""`; `at` is UTC."""

    type: ClassVar[str]
    seq: int
    turn_id: str | None
    run_id: str | None
    path: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's answer to the question of this id; `decision` is what was said, as the journal keeps it."""

    question_id: str
    decision: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(BaseEvent):
    """`steps` names the top-level steps in order: what there is to do; `answered` is what it goes on with."""

    type: ClassVar[str] = "run_started"
    workflow: str
    input: Any
    steps: tuple[str, ...] = ()
    resumed: bool = False
    answered: Answered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(BaseEvent):
    """`kind` is the node's class name in lower case."""

    type: ClassVar[str] = "step_started"
    kind: str = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDelta(BaseEvent):
    type: ClassVar[str] = "step_delta"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(BaseEvent):
    type: ClassVar[str] = "tool_called"
    call_id: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReturned(BaseEvent):
    """`result` is what the model read; `artifact` the structured form (see `agents.tools.sources`)."""

    type: ClassVar[str] = "tool_returned"
    call_id: str
    tool: str
    result: str
    artifact: Any = None
    success: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(BaseEvent):
    type: ClassVar[str] = "step_finished"
    output: StepOutput
    kind: str = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRetried(BaseEvent):
    """Attempt number `attempt` failed with `error`; what it streamed is void."""

    type: ClassVar[str] = "step_retried"
    attempt: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(BaseEvent):
    type: ClassVar[str] = "step_skipped"
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(BaseEvent):
    type: ClassVar[str] = "step_failed"
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationStarted(BaseEvent):
    type: ClassVar[str] = "iteration_started"
    number: int
    most: int | None = None  # rounds the loop may take


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPaused(BaseEvent):
    type: ClassVar[str] = "run_paused"
    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(BaseEvent):
    type: ClassVar[str] = "run_finished"
    content: Any
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed(BaseEvent):
    type: ClassVar[str] = "run_failed"
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCancelled(BaseEvent):
    type: ClassVar[str] = "run_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(BaseEvent):
    """From the WorkflowAgent, before it acts."""

    type: ClassVar[str] = "decided"
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDelta(BaseEvent):
    """A piece of the assistant's own words. The text of a run's last step is its answer, and not repeated.

    What tells of a run's question has the run's id.
    """

    type: ClassVar[str] = "answer_delta"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished(BaseEvent):
    type: ClassVar[str] = "turn_finished"
    turn: Turn


Event = (
    RunStarted
    | StepStarted
    | StepDelta
    | ToolCalled
    | ToolReturned
    | StepFinished
    | StepRetried
    | StepSkipped
    | StepFailed
    | IterationStarted
    | RunPaused
    | RunFinished
    | RunFailed
    | RunCancelled
    | Decided
    | AnswerDelta
    | TurnFinished
)

EVENT_TYPES: dict[str, type[BaseEvent]] = {cls.type: cls for cls in BaseEvent.__subclasses__()}

ENDS_RUN = frozenset({"run_finished", "run_failed", "run_cancelled", "run_paused"})
