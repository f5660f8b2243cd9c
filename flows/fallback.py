"""What runs instead of a step that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from storage.records import EntryStatus, JournalEntry, StepOutput

from .node import Child, Node, StepInput, free_part
from .scope import Scope
from .state import copy_of


class Tried(NamedTuple):
    """How a step ended, at which attempt, and the session state it leaves."""

    output: StepOutput
    status: EntryStatus
    attempt: int
    state: dict[str, Any]


class Fallback:
    """A node in the place of a step. That the step is given up is in the journal: a resume goes on with the node.

    `part` is its part of the path below the step, which nothing in `inside` has.
    """

    def __init__(self, node: Node, inside: Child | None) -> None:
        self.node = node
        self.part = free_part(node.name, inside)

    async def known(self, step_input: StepInput, below: Scope) -> Tried | None:
        """What it gives if the step, whose inside has its paths below `below`, was given up before; else None."""
        given_up = below.context.journal.known(_mark(below))
        if given_up is None or given_up.status != "completed":
            return None
        return await self._run(given_up.decision, given_up.attempt, step_input, below)

    async def take_over(self, cause: str, attempt: int, step_input: StepInput, below: Scope) -> Tried:
        """Give the step up because of `cause`, and run instead."""
        await self._note(below, cause, attempt, "completed")
        return await self._run(cause, attempt, step_input, below)

    async def _run(self, cause: str, attempt: int, step_input: StepInput, below: Scope) -> Tried:
        state = await copy_of(below.state)
        inner = replace(below.child(self.part), state=state)
        output = await self.node.run(step_input.with_state(state), inner)
        if output.success:
            return Tried(replace(output, error=cause), "completed", attempt, state)
        await self._note(below, cause, attempt, "failed")  # a resume tries the step itself anew
        return Tried(StepOutput(success=False, error=cause, steps=(output,)), "failed", attempt, below.state)

    async def _note(self, below: Scope, cause: str, attempt: int, status: EntryStatus) -> None:
        await below.keep(JournalEntry(_mark(below), "verdict", status, decision=cause, attempt=attempt))


def _mark(below: Scope) -> str:
    return f"{below.path}#given_up"
