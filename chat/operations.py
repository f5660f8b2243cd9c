"""What a change of a conversation does to the page: small values, applied in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

StepDict = dict[str, Any]
ElementDict = dict[str, Any]
ActionDict = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShowStep:
    """A new step or message; one of the same id is brought up to date instead."""

    step: StepDict


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """The step as it is now, whole."""

    step: StepDict


@dataclass(frozen=True, slots=True)
class RemoveStep:
    id: str


@dataclass(frozen=True, slots=True)
class StreamText:
    """Text that goes to the end of a step's output, or takes its place."""

    id: str
    text: str
    replace: bool = False


@dataclass(frozen=True, slots=True)
class ShowElement:
    """A new element; one of the same id is replaced."""

    element: ElementDict


@dataclass(frozen=True, slots=True)
class ShowAction:
    """A button under a message; one of the same id is replaced."""

    action: ActionDict


@dataclass(frozen=True, slots=True)
class RemoveAction:
    id: str


Operation = ShowStep | UpdateStep | RemoveStep | StreamText | ShowElement | ShowAction | RemoveAction


def condensed(operations: Iterable[Operation]) -> list[Operation]:
    """Fewer operations that come to the same: neighbouring texts for one step are one, and an update carries all of
    its step, so that what went before it for that step is left out."""
    joined: list[Operation] = []
    for operation in operations:
        last = joined[-1] if joined else None
        if not (isinstance(operation, StreamText) and isinstance(last, StreamText) and last.id == operation.id):
            joined.append(operation)
        elif operation.replace:
            joined[-1] = operation
        else:
            joined[-1] = replace(last, text=last.text + operation.text)
    return _without_outdated(joined)


def _without_outdated(operations: Sequence[Operation]) -> list[Operation]:
    kept: list[Operation] = []
    updated: set[str] = set()  # steps that a later update brings up to date
    for operation in reversed(operations):
        match operation:
            case UpdateStep({"id": id}):
                if id in updated:
                    continue
                updated.add(id)
            case StreamText(id):
                if id in updated:
                    continue
            case ShowStep({"id": id}) | RemoveStep(id):
                updated.discard(id)
        kept.append(operation)
    return kept[::-1]
