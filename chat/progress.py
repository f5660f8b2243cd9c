"""How far a turn is: the list of what is done, what is running and what is to come, and what one can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .words import iso

StepState = Literal["waiting", "running", "done", "failed", "skipped", "stopped"]
TurnState = Literal[
    "queued", "working", "answering", "running", "paused", "completed", "failed", "cancelled", "interrupted"
]
WORKING: frozenset[TurnState] = frozenset({"queued", "working", "answering", "running"})


@dataclass(slots=True)
class StepProgress:
    """A top-level step of a run; times are those of its events."""

    name: str
    state: StepState = "waiting"
    started_at: datetime | None = None
    seconds: float | None = None

    def start(self, at: datetime) -> None:
        self.state, self.started_at, self.seconds = "running", at, None

    def end(self, state: StepState, at: datetime) -> None:
        self.state = state
        if self.started_at is not None:
            self.seconds = round((at - self.started_at).total_seconds(), 1)

    def as_props(self) -> dict[str, Any]:
        started = iso(self.started_at) if self.started_at else None
        return {"name": self.name, "state": self.state, "started_at": started, "seconds": self.seconds}


@dataclass(slots=True)
class RunProgress:
    """A run and its top-level steps by path."""

    run_id: str
    workflow: str
    steps: dict[str, StepProgress] = field(default_factory=dict)

    def skip_to(self, path: str) -> None:
        """What comes before this step was finished earlier, and is not told again."""
        for earlier, step in self.steps.items():
            if earlier == path:
                return
            if step.state == "waiting":
                step.state = "done"

    def stop(self, at: datetime) -> None:
        """The run ended: what was running was stopped."""
        for step in self.steps.values():
            if step.state == "running":
                step.end("stopped", at)

    def as_props(self) -> dict[str, Any]:
        steps = [step.as_props() for step in self.steps.values()]
        return {"run_id": self.run_id, "workflow": self.workflow, "steps": steps}


def buttons(state: TurnState, turn_id: str, run_id: str | None, *, recallable: bool = False) -> list[dict[str, Any]]:
    """What one can do about a turn in this state; `run_id` is the run it worked on last.

    `recallable` says that it was decided to work although something is in memory.
    """
    instead = [_button("recall", "Answer from what we have", turn_id=turn_id)] if recallable else []
    return _for_state(state, turn_id, run_id) + instead


def _for_state(state: TurnState, turn_id: str, run_id: str | None) -> list[dict[str, Any]]:
    if state in WORKING:
        return [_button("stop", "Stop", turn_id=turn_id)]
    if state in {"failed", "cancelled", "interrupted"}:
        if run_id is None:
            return [_button("again", "Ask again", turn_id=turn_id)]
        return [_button("resume", "Retry" if state == "failed" else "Resume", run_id=run_id)]
    return []


def _button(name: str, label: str, **payload: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "payload": payload}
