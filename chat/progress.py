"""How far a turn is: the list of what is done, what is running and what is to come, and what one can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from flows.words import iso

StepState = Literal["waiting", "running", "done", "failed", "skipped", "stopped"]
TurnState = Literal[
    "queued", "working", "answering", "running", "paused", "completed", "failed", "cancelled", "interrupted"
]
WORKING: frozenset[TurnState] = frozenset({"queued", "working", "answering", "running"})
OVER: frozenset[StepState] = frozenset({"done", "skipped"})


@dataclass(slots=True)
class StepProgress:
    """A top-level step of a run; times are those of its events. `round` tells of the loop at work in it: `2 of 3`."""

    path: str
    name: str
    state: StepState = "waiting"
    started_at: datetime | None = None
    seconds: float | None = None
    round: str | None = None
    loop: str | None = None  # the path of the loop that `round` tells of

    def start(self, at: datetime) -> None:
        self.state, self.started_at, self.seconds = "running", at, None
        self.round = self.loop = None

    def end(self, state: StepState, at: datetime) -> None:
        self.state = state
        self.round = self.loop = None
        if self.started_at is not None:
            self.seconds = round((at - self.started_at).total_seconds(), 1)

    def as_props(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "name": self.name,
            "state": self.state,
            "started_at": iso(self.started_at) if self.started_at else None,
            "seconds": self.seconds,
            "round": self.round,
        }


@dataclass(slots=True)
class RunProgress:
    """A run and its top-level steps by path.

    `started_at` moves on by the time the run stood still between its end and its going on; `seconds` is how long it
    worked, None while it does.
    """

    run_id: str
    workflow: str
    started_at: datetime
    seconds: float | None = None
    steps: dict[str, StepProgress] = field(default_factory=dict)
    _used: dict[str, int] = field(default_factory=dict)  # tokens of what is finished, by path
    _parallel: set[str] = field(default_factory=set)

    @property
    def tokens(self) -> int:
        """What the finished steps have used, at any depth."""
        return sum(self._used.values())

    @property
    def done(self) -> int:
        """How many top-level steps are finished or skipped."""
        return sum(step.state in OVER for step in self.steps.values())

    def go_on(self, at: datetime) -> None:
        """The run works again after it had ended or waited."""
        self.started_at = at - timedelta(seconds=self.seconds or 0.0)
        self.seconds = None

    def enter(self, path: str, kind: str) -> None:
        """A step begins, at any depth."""
        if kind == "parallel":
            self._parallel.add(path)

    def spend(self, path: str, tokens: int) -> None:
        """A step at any depth has finished; what holds steps says what all of them used, itself among them."""
        below = [inner for inner in self._used if inner.startswith(f"{path}/")]
        known = sum(self._used.pop(inner) for inner in below)
        self._used[path] = max(tokens, known)

    def count_all(self, tokens: int) -> None:
        """The run says what it used as a whole, attempts that failed among it."""
        if tokens > self.tokens:
            self._used = {"": tokens}

    def iterate(self, path: str, number: int, most: int | None) -> None:
        """The loop at `path` begins its round `number`.

        A loop in a loop, or in one of several branches at once, is not what the step as a whole is at.
        """
        step = self.steps.get(path.split("/", 1)[0])
        if step is None or any(path.startswith(f"{branches}/") for branches in self._parallel):
            return
        if step.loop is None or not path.startswith(f"{step.loop}/"):
            step.loop, step.round = path, f"{number} of {most}" if most else str(number)

    def leave(self, path: str) -> None:
        """A step at any depth has ended."""
        step = self.steps.get(path.split("/", 1)[0])
        if step is not None and step.loop == path:
            step.loop = step.round = None

    def skip_to(self, path: str) -> None:
        """What comes before this step was finished earlier, and is not told again."""
        for earlier, step in self.steps.items():
            if earlier == path:
                return
            if step.state == "waiting":
                step.state = "done"

    def complete(self) -> None:
        """The run finished: what has not begun by now never will."""
        for step in self.steps.values():
            if step.state == "waiting":
                step.state = "skipped"

    def stop(self, at: datetime) -> None:
        """The run ended: what was running was stopped."""
        for step in self.steps.values():
            if step.state == "running":
                step.end("stopped", at)
        if self.seconds is None:
            self.seconds = round((at - self.started_at).total_seconds(), 1)

    def as_props(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "workflow": self.workflow,
            "started_at": iso(self.started_at),
            "seconds": self.seconds,
            "done": self.done,
            "total": len(self.steps),
            "tokens": self.tokens,
            "steps": [step.as_props() for step in self.steps.values()],
        }


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
