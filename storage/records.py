"""The values the store keeps: what a step gave, what a run is, what a turn was.

Pure values. Times are timezone-aware UTC datetimes; durations are seconds; usage counts tokens.
`content` is whatever a step gave: a string, a JSON value or a pydantic model.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from .files import Attached, File
from .people import Feedback as Feedback
from .people import Session as Session
from .people import User as User
from .preferences import Preferences as Preferences

RunStatus = Literal["running", "completed", "paused", "cancelled", "failed", "interrupted"]
EntryStatus = Literal["completed", "failed", "skipped"]
QuestionKind = Literal["confirm", "input", "review", "route", "budget"]
Action = Literal["answer", "run", "refresh", "resume", "chat", "clarify"]
Override = Literal["answer", "run"]
Edited = Literal["", "here", "before"]  # a person's text stands for what a step gave, or for what led to it
TurnStatus = Literal["queued", "running", "completed", "paused", "cancelled", "failed", "interrupted"]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a piece of work cost: tokens in and out, and seconds of wall time."""

    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.seconds + other.seconds,
        )

    def at_least(self, other: Usage) -> Usage:
        """The larger of each: of two counts of one piece of work, each of which may have missed some."""
        return Usage(*map(max, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class StepOutput:
    """What a node of a workflow gave. `error` of a successful output says why its step was skipped.

    `branches` says that `steps` ran at the same time, each with a content of its own; `permanent`, of a failure, that
    trying again would not help.
    """

    content: Any = None
    success: bool = True
    error: str | None = None
    stop: bool = False
    step_name: str = ""
    steps: tuple[StepOutput, ...] = ()
    usage: Usage = Usage()
    branches: bool = False
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a paused run asks a person; `draft` is the output to be reviewed."""

    id: str
    kind: QuestionKind
    path: str
    prompt: str
    schema: dict[str, Any] | None = None
    choices: tuple[str, ...] = ()
    draft: Any = None


@dataclass(frozen=True, slots=True)
class KnownPart:
    """What an earlier run's step holds on part of what a new run is to work out."""

    step: str
    workflow: str
    run_id: str
    finished_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RunRequest:
    """All that is needed to execute a run, on disk from its first moment.

    `session_state` is the state it started from; `history` the ids of the session's completed runs it
    may look back on, newest last; `known` what earlier runs of the user hold on the input; `stream` the id under
    which its events are numbered: its turn's, or its own.
    """

    id: str
    workflow: str
    fingerprint: str
    input: Any
    user_id: str
    session_id: str
    turn_id: str | None = None
    session_state: dict[str, Any] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    known: tuple[KnownPart, ...] = ()
    forked_from: str | None = None
    started_at: datetime = field(default_factory=now)

    @property
    def stream(self) -> str:
        return self.turn_id or self.id


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One known answer of a run: a leaf's output, or a verdict, a choice, a person's answer (`decision`).

    `kind` is the lower-case class name of the node, or `verdict`, `choice`, `answer`; `changes` are the
    session-state values the step changed; `spent` is what the run had used by then. `edited` says whether a person's
    text is its output (`here`), or that of a step before it in the run (`before`).
    """

    path: str
    kind: str
    status: EntryStatus = "completed"
    output: StepOutput | None = None
    decision: Any = None
    changes: dict[str, Any] | None = None
    attempt: int = 1
    started_at: datetime = field(default_factory=now)
    finished_at: datetime = field(default_factory=now)
    spent: Usage = Usage()
    edited: Edited = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow's work, as it stands."""

    id: str
    workflow: str
    status: RunStatus
    input: Any
    content: Any = None
    steps: tuple[StepOutput, ...] = ()
    session_state: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    question: Question | None = None
    usage: Usage = Usage()
    forked_from: str | None = None
    started_at: datetime = field(default_factory=now)
    finished_at: datetime | None = None
    user_id: str = "local"
    session_id: str = ""
    turn_id: str | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece (about 150 words) of a finished step's output, as the search returns it.

    `start` and `end` are character offsets into the step's output text; `score` is higher for a better match,
    comparable within one search only. `id` is its number in the store, 0 if it is in none; `edited` that of its step.
    """

    run_id: str
    path: str
    step_name: str
    workflow: str
    run_input: str
    run_status: RunStatus
    session_id: str
    finished_at: datetime
    text: str
    start: int
    end: int
    score: float = 0.0
    id: int = 0
    edited: Edited = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim of an answer comes from. `label` is the number it carries in the answer's text."""

    run_id: str
    path: str
    finished_at: datetime
    excerpt: str
    label: int = 0
    edited: Edited = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the decision considered: a passage and how well it covers the question (0 to 1)."""

    label: int
    passage: Passage
    coverage: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a turn did and why. `reason` and `would_change` are sentences for the user.

    A `firm` one is the rules' own: no model is asked, or what it says otherwise does not count. `opens` is what a
    command opens on the page: a `panel`, and for the list of runs a `filter`; `earlier` is the run of the same
    request that a new run does anew.
    """

    action: Action
    reason: str
    evidence: tuple[Evidence, ...] = ()
    workflow: str | None = None
    input: str | None = None
    confidence: float = 1.0
    would_change: str = ""
    firm: bool = False
    opens: dict[str, Any] | None = None
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A user's message with the decision taken and the answer given.

    In `answer`, `[n]` cites the citation whose `label` is n. `override` is what the user had done instead of what
    was decided; nothing is tuned by it. `preferences` are those it was taken with,
    `files` what came with the message.
    """

    id: str
    message: str
    user_id: str = "local"
    session_id: str = ""
    status: TurnStatus = "running"
    started_at: datetime = field(default_factory=now)
    finished_at: datetime | None = None
    decision: Decision | None = None
    answer: str = ""
    citations: tuple[Citation, ...] = ()
    run_ids: tuple[str, ...] = ()
    usage: Usage = Usage()
    error: str | None = None
    override: Override | None = None
    preferences: Preferences = field(default_factory=Preferences)
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as it is stored: numbered within its stream (a turn's id, or a run's when it has no turn)."""

    stream: str
    seq: int
    type: str
    turn_id: str | None
    run_id: str | None
    path: str
    name: str
    at: datetime
    data: dict[str, Any]
