"""Doing a run again because a person asked for just that: all of it, or from one of its steps on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage import RunStore
from storage.errors import Busy
from storage.records import Decision, Run

from .errors import WorkflowError
from .fork import kept
from .past import input_text
from .workflow import Workflow


@dataclass(frozen=True, slots=True)
class Again:
    """The run that is to be done again: all of it, or from the path `at` on.

    With `output`, the step at `at` takes that instead of running.
    """

    run_id: str
    at: str | None = None
    output: Any = None

    def message(self, workflow: str) -> str:
        """What the person asks for, in words."""
        asked = f"Run {workflow} again" if self.at is None else f"Run {workflow} again from {self.step}"
        return asked if self.output is None else f"{asked}, with my text"

    def decision(self, run: Run) -> Decision:
        """What the turn does, and why. `run` is the run that is done again."""
        where = "" if self.at is None else f" from {self.step}"
        text = "" if self.output is None else ", with your text in its place"
        return Decision(
            "run",
            f"You asked to run it again{where}{text}.",
            workflow=run.workflow,
            input=input_text(run.input),
            firm=True,
            earlier=run.id if self.at is not None or run.status == "completed" else None,
        )

    @property
    def step(self) -> str:
        """The name of the step at `at`."""
        return (self.at or "").rpartition("/")[2]


async def checked_again(store: RunStore, workflows: Mapping[str, Workflow], again: Again, user_id: str) -> Run:
    """The run that is to be done again.

    Raises NotFound, also for another user's, Busy while a part of it is to be done again and it is at work, and
    WorkflowError for a workflow or a path that does not exist.
    """
    run = await store.get_run(again.run_id, user_id=user_id)
    workflow = workflows.get(run.workflow)
    if workflow is None:
        raise WorkflowError(f"There is no workflow called {run.workflow!r} any more.")
    if again.at is not None:
        if run.status == "running":
            raise Busy(f"Run {run.id} is being worked on right now; wait for it, or stop it first.")
        await kept(await store.journal(run.id), again.at, workflow.steps, again.output)
    return run
