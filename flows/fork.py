"""Forks: which of a run's known answers a new run keeps when it does the rest again from some step on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from storage.records import JournalEntry, RunRequest, StepOutput, now

from .errors import WorkflowError
from .node import Child
from .off_loop import off_loop
from .paths import at_the_same_time, step_path
from .plain import check_content, is_same


@dataclass(frozen=True, slots=True)
class Fork:
    """A run to go on from: again from the path `at` on, where `output`, if given, takes the step's place."""

    run_id: str
    at: str
    output: Any = None


def forked(
    request: RunRequest, workflow: str, fingerprint: str, session_id: str | None = None, turn_id: str | None = None
) -> RunRequest:
    """A new run of the same, of the workflow of this name as it is now; of no turn, unless one is given."""
    return replace(
        request,
        id=uuid4().hex,
        workflow=workflow,
        fingerprint=fingerprint,
        session_id=session_id or request.session_id,
        turn_id=turn_id,
        forked_from=request.id,
        started_at=now(),
    )


async def kept(entries: Sequence[JournalEntry], at: str, tree: Child, output: Any = None) -> list[JournalEntry]:
    """What came before the path `at` in the journal, and `at`'s siblings in a Parallel.

    With `output`, `at` takes that output instead of running, and is marked as edited if it is not what it gave. Raises
    WorkflowError, with the paths there are, if the run has nothing at `at`.
    """
    first = next((place for place, entry in enumerate(entries) if _is_under(entry.path, at)), None)
    if first is None:
        there = ", ".join(dict.fromkeys(step_path(entry.path) for entry in entries)) or "none yet"
        raise WorkflowError(f"The run has no step at {at!r}. There are: {there}.")
    before = [
        entry
        for place, entry in enumerate(entries)
        if not _is_under(entry.path, at) and (place < first or at_the_same_time(entry.path, at, tree))
    ]
    if output is None:
        return before
    given = output if isinstance(output, StepOutput) else StepOutput(output)
    known = next((entry for entry in entries if entry.path == at and entry.output is not None), None)
    return [*before, await off_loop(lambda: _given(given, at, known), given, known)]


def can_begin(entries: Sequence[JournalEntry], at: str) -> bool:
    """Whether the run has something at `at` that a fork could do again."""
    return any(_is_under(entry.path, at) for entry in entries)


def _given(output: StepOutput, at: str, known: JournalEntry | None) -> JournalEntry:
    """The entry of an output that takes the place of what is known; it is edited unless it is just that."""
    output = replace(check_content(output, at), step_name=at.rpartition("/")[2])
    same = known is not None and known.output is not None and is_same(known.output.content, output.content)
    return JournalEntry(at, "step", output=output, edited=known.edited if known and same else "here")


def _is_under(path: str, at: str) -> bool:
    step = step_path(path)
    return step == at or step.startswith(f"{at}/")
