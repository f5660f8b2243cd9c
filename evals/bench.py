"""The bench: one store that holds every family's runs, and each message judged alone on it, with a fixed clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flows.judgement import Judgement, judge
from storage import RunStore
from storage.records import Evidence, JournalEntry, Question, RunRequest, StepOutput, Turn

from .cases import Family, RunCase, TurnCase

CLOCK = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
STEP_SECONDS = 20  # between the steps of a run


@dataclass(frozen=True, slots=True)
class Judged:
    """A message of a family, what was decided, and the milliseconds that took."""

    family: Family
    turn: TurnCase
    judgement: Judgement
    milliseconds: float

    @property
    def found(self) -> list[str]:
        """The steps of the evidence as `run/step`, the best first, each once; those of others as they are."""
        return list(dict.fromkeys(step_of(self.family, piece) for piece in self.judgement.known.evidence))

    @property
    def action(self) -> str:
        return self.judgement.decision.action


async def fill(store: RunStore, families: Sequence[Family]) -> None:
    """Put every family's runs into the store, the oldest first."""
    runs = [(family, run) for family in families for run in family.runs]
    for family, run in sorted(runs, key=lambda pair: -pair[1].age_hours):
        await _put(store, family, run)
    await store.search("everything", user_id="nobody")


async def judge_turn(store: RunStore, family: Family, turn: TurnCase) -> Judged:
    """What the product would do about the message, decided without a model."""
    started = time.perf_counter()
    judgement = await judge(
        store,
        turn.message,
        conversation(family, turn),
        family.choices,
        user_id=own(family, turn.user),
        session_id=own(family, turn.session),
        now=CLOCK,
    )
    return Judged(family, turn, judgement, 1000 * (time.perf_counter() - started))


def conversation(family: Family, turn: TurnCase) -> list[Turn]:
    """What stands above the message: a turn for each thing the user said, with the reply to it."""
    turns: list[Turn] = []
    start = CLOCK - timedelta(minutes=len(turn.history) + 1)
    for number, said in enumerate(turn.history):
        if said.role == "user" or not turns:
            turns.append(
                Turn(
                    id=f"said-{number}",
                    message=said.content if said.role == "user" else "",
                    user_id=own(family, turn.user),
                    session_id=own(family, turn.session),
                    status="completed",
                    started_at=start + timedelta(minutes=number),
                    answer=said.content if said.role == "assistant" else "",
                )
            )
        else:
            turns[-1] = replace(turns[-1], answer=f"{turns[-1].answer}\n\n{said.content}".strip())
    return turns


def own(family: Family, name: str) -> str:
    """A user, session or run of one family is another than that of the same name in the next."""
    return f"{family.family}:{name}"


def step_of(family: Family, piece: Evidence) -> str:
    """The step a piece of evidence is of, as the cases write it."""
    return f"{piece.passage.run_id.removeprefix(f'{family.family}:')}/{piece.passage.step_name}"


async def _put(store: RunStore, family: Family, run: RunCase) -> None:
    finished = CLOCK - timedelta(hours=run.age_hours)
    started = finished - timedelta(seconds=STEP_SECONDS * (len(run.steps) + 1))
    request = RunRequest(
        id=own(family, run.id),
        workflow=run.workflow,
        fingerprint="",
        input=run.input,
        user_id=own(family, run.user),
        session_id=own(family, run.session),
        started_at=started,
    )
    await store.create_run(request)
    outputs = [StepOutput(step.output, step_name=step.name) for step in run.steps]
    for number, output in enumerate(outputs):
        begun = started + timedelta(seconds=STEP_SECONDS * number)
        ended = begun + timedelta(seconds=STEP_SECONDS)
        entry = JournalEntry(output.step_name, "step", output=output, started_at=begun, finished_at=ended)
        await store.record(request.id, entry)
    status = "interrupted" if run.status == "running" else run.status
    await store.end_run(
        request.id,
        status=status,
        content=outputs[-1].content if outputs and status == "completed" else None,
        error=run.error,
        question=Question("confirm", "confirm", "", "Go on?") if status == "paused" else None,
        steps=outputs,
        finished_at=finished,
    )
