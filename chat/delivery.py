"""How changes get to a page: in order, and text gathered for a moment, so that many can read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from chainlit.emitter import ChainlitEmitter
from chainlit.session import WebsocketSession

from .operations import (
    Operation,
    RemoveAction,
    RemoveStep,
    ShowAction,
    ShowElement,
    ShowStep,
    StreamText,
    UpdateStep,
    condensed,
)

LEAST_SECONDS, MOST_SECONDS = 0.04, 0.2
WIDENING = 8.0  # seconds more between two sends for a second that the event loop is late
SMOOTHING = 0.5  # seconds over which its lateness is averaged


async def perform(session: WebsocketSession, operations: Sequence[Operation]) -> None:
    """Do the operations on the page of this session, in order."""
    emitter = ChainlitEmitter(session)
    for operation in condensed(operations):
        match operation:
            case ShowStep(step):
                await emitter.send_step(cast(Any, step))
            case UpdateStep(step):
                await emitter.update_step(cast(Any, step))
            case RemoveStep(id):
                await emitter.delete_step(cast(Any, {"id": id}))
            case StreamText(id, text, replace):
                await emitter.send_token(id, text, is_sequence=replace)
            case ShowElement(element):
                await emitter.send_element(cast(Any, element))
            case ShowAction(action):
                await emitter.emit("remove_action", action)
                await emitter.emit("action", action)
            case RemoveAction(id):
                await emitter.emit("remove_action", {"id": id})


class Load:
    """How busy the event loop is, by how late it wakes those who wait: one for all pages of a process."""

    def __init__(self) -> None:
        self._late = 0.0
        self._noted_at = 0.0

    @property
    def seconds(self) -> float:
        """How long each page's text is to be gathered now."""
        return min(MOST_SECONDS, LEAST_SECONDS + WIDENING * self._late)

    def note(self, late: float, at: float) -> None:
        """Somebody was woken `late` seconds after the time they had asked for."""
        weight = min(1.0, (at - self._noted_at) / SMOOTHING)
        self._late += weight * (max(0.0, late) - self._late)
        self._noted_at = at


class Pause:
    """The time between two sends to one page: none before the first and after a silence, else as the load allows."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._last = float("-inf")

    async def __call__(self) -> None:
        clock = asyncio.get_running_loop().time
        due = self._last + self._load.seconds
        if (wait := due - clock()) > 0:
            await asyncio.sleep(wait)
            self._load.note(clock() - due, clock())
        self._last = clock()
