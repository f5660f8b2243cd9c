"""The line that models' replies, tools' results and Runnables' outputs cross on their way in.

Here they are recorded, and replayed; and so is what people say by buttons and forms.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel

from storage.records import Question

NOTICE = "This is a recorded demo, and this is not part of the recording. The offline model answers.\n\n"
"""What the answer of a turn begins with that departs from the recording."""

INSIDE = "refrain-inside"
"""The tag of a tool that does its work by models and tools of ours: nothing comes from outside by it itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is asked."""

    messages: Sequence[BaseMessage]
    tools: Sequence[BaseTool] = ()
    options: Sequence[str] = ()  # their names


@dataclass(frozen=True, slots=True)
class Given:
    """What a langchain-core Runnable is given that is a step, and where: the workflow, and the step's path in it.

    `model` is what it declares to give, if that is a pydantic model.
    """

    workflow: str
    path: str
    value: Any
    model: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of a session, by its workflow and its input, and the question that it puts to a person."""

    workflow: str
    input: Any
    session_id: str
    question: Question


class Boundary(Protocol):
    """What stands at the line. One for the process, and for all users and loops."""

    def begin(self, message: str, resumed: bool) -> bool:
        """A turn begins, or goes on; gives whether its message is one that the boundary knows."""

    def knows(self, message: str) -> bool:
        """Whether a message is one that the boundary has something for."""

    def model(self, departed: bool) -> BaseChatModel | None:
        """The model that takes the place of any that is named; None where there is no such."""

    def reply(self, asked: Asked, ask: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """The chunks of a reply; `ask` asks the model itself."""

    async def result(self, call: ToolCall, use: Callable[[], Awaitable[ToolMessage]]) -> ToolMessage:
        """What a tool gives; `use` calls the tool itself."""

    def output(self, given: Given, call: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """What a Runnable that is a step gives, chunk by chunk; `call` calls the Runnable itself."""

    def answered(self, waiting: Waiting, answer: Mapping[str, Any]) -> None:
        """A person has answered by a button or a form; `answer` is what `Workflow.resume` takes."""


@dataclass
class _Turn:
    departed: bool


_boundary: Boundary | None = None
_turn: ContextVar[_Turn | None] = ContextVar("turn_at_the_boundary", default=None)
_beyond: ContextVar[bool] = ContextVar("beyond_the_boundary", default=False)


def boundary() -> Boundary | None:
    """What stands at the line now, if something does."""
    return None if _beyond.get() else _boundary


@contextmanager
def beyond() -> Iterator[None]:
    """What happens meanwhile is on the other side of the line: what comes of it crosses as a whole."""
    before = _beyond.get()
    _beyond.set(True)
    try:
        yield
    finally:
        _beyond.set(before)  # by value: a token would be refused when a generator is closed from another task


def install(new: Boundary | None) -> None:
    """Put something at the line, for the whole process; None takes it away."""
    global _boundary
    _boundary = new


@contextmanager
def installed(new: Boundary) -> Iterator[None]:
    """Put something at the line for a while."""
    before = _boundary
    install(new)
    try:
        yield
    finally:
        install(before)


def begin_turn(message: str, *, resumed: bool = False) -> None:
    """What follows in this task belongs to the turn of `message`."""
    if _boundary is not None:
        _turn.set(_Turn(departed=not _boundary.begin(message, resumed)))


def depart() -> None:
    """The present turn is not, or no longer, as it was recorded."""
    if (turn := _turn.get()) is not None:
        turn.departed = True


def departed() -> bool:
    """Whether the present turn is not as it was recorded."""
    turn = _turn.get()
    return _boundary is not None and turn is not None and turn.departed


def with_notice(answer: str) -> str:
    """The answer of the present turn; one that departs from the recording begins with the notice."""
    return NOTICE + answer if answer and departed() else answer


def notice_before(message: str) -> str:
    """What the answer to a message begins with, as far as that is known from the message alone."""
    return NOTICE if _boundary is not None and not _boundary.knows(message) else ""


def stand_in() -> BaseChatModel | None:
    """The model that takes the place of the one asked for, if one does."""
    return _boundary.model(departed()) if _boundary is not None else None
