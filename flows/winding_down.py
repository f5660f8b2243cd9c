"""A process that is about to end begins nothing new: what is at work may finish, the rest waits for a resume."""

from __future__ import annotations

from contextvars import ContextVar

from .errors import WorkflowError
from .questions import Pause

GRACE_SECONDS = 10.0
"""How long what is at work may take to finish."""


class Stopping(WorkflowError):
    """No new work is taken, as the process is about to end."""


class Interruption(Pause):
    """The run stops before its next step, and can be gone on with; like a question, it lets what is at work finish."""

    def __init__(self) -> None:
        Exception.__init__(self, "The process is about to end.")


class WindingDown:
    """Whether a runner takes no more work."""

    def __init__(self) -> None:
        self.begun = False

    def refuse(self) -> None:
        """Raises Stopping when no new work is taken."""
        if self.begun:
            raise Stopping("Refrain is being stopped and takes nothing new. Send it again when Refrain is back.")


current_winding: ContextVar[WindingDown | None] = ContextVar("current_winding", default=None)


def winds_down() -> bool:
    """Whether the runner that this work belongs to takes no more."""
    winding = current_winding.get()
    return winding is not None and winding.begun


def stop_if_winding_down() -> None:
    """Raises Interruption where a step would begin that is not to."""
    if winds_down():
        raise Interruption
