"""The part of the page that belongs to one turn: what stands on it, and what was done to get there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flows.words import iso

from .operations import (
    ActionDict,
    ElementDict,
    Operation,
    RemoveAction,
    RemoveStep,
    ShowAction,
    ShowElement,
    ShowStep,
    StepDict,
    StreamText,
    UpdateStep,
)

_IDS = uuid.UUID("6f1f3a4e-6d5b-5c0e-9a44-2f6d0c7f6b11")


def derived_id(*parts: str) -> str:
    """The same id for the same parts, whenever and wherever it is asked for."""
    return str(uuid.uuid5(_IDS, "\n".join(parts)))


class Board:
    """Steps, elements and actions of a turn, in the order of their appearance, with a record of changes.

    `take` gives the changes since it was last called; applied in order to what stood there before, they give
    what stands there now. Values given for the keys of a step are not changed later, but replaced.
    """

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.steps: dict[str, StepDict] = {}
        self.elements: dict[str, ElementDict] = {}
        self.actions: dict[str, ActionDict] = {}
        self._operations: list[Operation] = []

    def take(self) -> list[Operation]:
        operations, self._operations = self._operations, []
        return operations

    def show_step(self, id: str, *, parent_id: str | None, name: str, type: str, at: datetime, **more: Any) -> None:
        """Put a step or message on the page; `more` are further keys of Chainlit's step dictionary."""
        step: StepDict = {
            "id": id,
            "threadId": self.thread_id,
            "parentId": parent_id,
            "name": name,
            "type": type,
            "input": "",
            "output": "",
            "createdAt": iso(at),
            "start": iso(at),
            "end": None,
            "streaming": False,
            "isError": False,
            "waitForAnswer": False,
            "showInput": False,
            "defaultOpen": False,
            "autoCollapse": False,
            "language": None,
            "metadata": {},
            "tags": None,
            **more,
        }
        self.steps[id] = step
        self._operations.append(ShowStep(dict(step)))

    def update_step(self, id: str, **changes: Any) -> None:
        """Change keys of a step that stands on the page; nothing happens when there is nothing to change."""
        step = self.steps[id]
        if any(step.get(key) != value for key, value in changes.items()):
            step.update(changes)
            self._operations.append(UpdateStep(dict(step)))

    def stream_text(self, id: str, text: str, *, replace: bool = False) -> None:
        if text or replace:
            step = self.steps[id]
            step["output"] = text if replace else step["output"] + text
            self._operations.append(StreamText(id, text, replace))

    def remove_step(self, id: str) -> None:
        if self.steps.pop(id, None) is not None:
            self._operations.append(RemoveStep(id))

    def show_element(self, element: ElementDict) -> None:
        """Put an element on the page, or another in the place of the one with its id."""
        element = {"threadId": self.thread_id, **element}
        if self.elements.get(element["id"]) != element:
            self.elements[element["id"]] = element
            self._operations.append(ShowElement(element))

    def show_action(self, action: ActionDict) -> None:
        if self.actions.get(action["id"]) != action:
            self.actions[action["id"]] = action
            self._operations.append(ShowAction(action))

    def remove_action(self, id: str) -> None:
        if self.actions.pop(id, None) is not None:
            self._operations.append(RemoveAction(id))
