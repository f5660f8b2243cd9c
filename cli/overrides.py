"""`refrain overrides`: what the user had done instead of what was decided, as labelled cases.

Nothing is ever tuned by them: they are written to a file when they are asked for, and that is all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.terminal import User, fail, perform, say
from evals.cases import Family, RunCase, Said, StepCase, TurnCase, WorkflowCase
from flows.commands import Command
from flows.prompt import RECENT_TURNS
from flows.setup import load_workflows
from flows.workflow import Workflow
from storage import RunStore, content_text
from storage.records import Decision, Passage, Run, Turn

STRATUM = "override"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A turn, what was decided in it, what was said before it, and the runs it looked at with their finished steps."""

    turn: Turn
    decision: Decision
    before: list[Turn]
    runs: list[tuple[Run, list[tuple[str, str]]]]


def overrides(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="A new file.")], user: User = "local"
) -> None:
    """Write the turns where you chose otherwise as cases for `refrain eval`. Nothing is tuned by them."""
    if file.exists():
        fail(f"{file} is there already: name a new file.")
    perform(lambda: _overrides(file, user))


async def _overrides(file: Path, user: str) -> int:
    workflows = load_workflows()
    store = RunStore()
    try:
        turns = await store.overridden_turns(user)
        read = [await _read(store, turn) for turn in turns]
    finally:
        await store.close()
    families = [family_of(overridden, workflows.values()) for overridden in read if overridden is not None]
    if not turns:
        say("No turn yet where you chose otherwise: nothing was written.")
        return 0
    if families:
        _write(file, families)
    left_out = len(turns) - len(families)
    told = f"Wrote {len(families)} case{'' if len(families) == 1 else 's'} to {file}." if families else ""
    gone = f"Left out {left_out}: what it rested on has been deleted." if left_out else ""
    say(f"{told} {gone}".strip())
    return 0


def family_of(overridden: Overridden, workflows: Iterable[Workflow]) -> Family:
    """The turn as a family of its own: the workflows there are now, and the runs as old as they were then."""
    turn, decision = overridden.turn, overridden.decision
    assert turn.override is not None
    known = [
        WorkflowCase(name=flow.name, description=flow.description, fresh_for_hours=_hours(flow.fresh_for))
        for flow in workflows
    ]
    names = {flow.name for flow in known}
    others = dict.fromkeys(run.workflow for run, _ in overridden.runs if run.workflow not in names)
    case = TurnCase(
        message=Command.parse(turn.message).text,
        history=tuple(said for before in overridden.before for said in _said(before)),
        session=turn.session_id,
        user=turn.user_id,
        label=turn.override,
        workflow=decision.workflow,
        stratum=STRATUM,
        why=decision.reason,
    )
    return Family(
        family=turn.id,
        workflows=(*known, *(WorkflowCase(name=name) for name in others)),
        runs=tuple(_run_case(run, steps, turn, decision) for run, steps in overridden.runs),
        turns=(case,),
    )


async def _read(store: RunStore, turn: Turn) -> Overridden | None:
    """All that the case takes; None when what was decided rests on what is gone."""
    if turn.decision is None:
        return None
    run_ids = list(dict.fromkeys(piece.passage.run_id for piece in turn.decision.evidence))
    runs = await store.get_runs(run_ids)
    if len(runs) < len(run_ids):
        return None
    then = _decided_at(turn, turn.decision)
    earlier = [other for other in await store.turns(turn.session_id, user_id=turn.user_id) if other.id != turn.id]
    before = [other for other in earlier if other.started_at <= turn.started_at][-RECENT_TURNS:]
    return Overridden(turn, turn.decision, before, [(run, await _steps(store, run, then)) for run in runs])


async def _steps(store: RunStore, run: Run, then: datetime) -> list[tuple[str, str]]:
    """The steps that were finished `then`, by path, with what they gave."""
    return [
        (entry.path, content_text(entry.output.content))
        for entry in await store.journal(run.id)
        if entry.status == "completed" and entry.output is not None and entry.finished_at <= then
    ]


def _run_case(run: Run, steps: Iterable[tuple[str, str]], turn: Turn, decision: Decision) -> RunCase:
    """The run as it stood at the turn; it may have been gone on with since."""
    seen = [piece.passage for piece in decision.evidence if piece.passage.run_id == run.id]
    status = seen[0].run_status
    return RunCase(
        id=run.id,
        session=run.session_id,
        user=run.user_id,
        workflow=run.workflow,
        input=content_text(run.input),
        status=status,
        age_hours=round((_decided_at(turn, decision) - _ended(run, seen, turn)) / HOUR, 4),
        error=run.error if run.status == status else None,
        steps=tuple(StepCase(name=name, output=output) for name, output in steps),
    )


def _ended(run: Run, seen: Iterable[Passage], turn: Turn) -> datetime:
    """When the run had ended, or what was seen of it had."""
    if run.finished_at is not None and run.finished_at <= turn.started_at:
        return run.finished_at
    return max(passage.finished_at for passage in seen)


def _decided_at(turn: Turn, decision: Decision) -> datetime:
    """When it was decided, as near as is known: a turn that waited may have seen what ended after it began."""
    return max([turn.started_at, *(piece.passage.finished_at for piece in decision.evidence)])


def _write(file: Path, families: Iterable[Family]) -> None:
    file.touch(mode=0o600, exist_ok=False)  # as private as the store
    file.write_text("".join(f"{family.model_dump_json()}\n" for family in families), encoding="utf-8")


def _said(turn: Turn) -> list[Said]:
    answer = turn.answer or turn.error or ""
    said = [Said(role="user", content=turn.message)]
    return [*said, Said(role="assistant", content=answer)] if answer else said


def _hours(age: timedelta | None) -> float | None:
    return None if age is None else age / HOUR
