"""Runs of the past for tests: as the decision looks back on them, and kept in a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.choice import Choice
from flows.judgement import Judgement, judge
from flows.past import Past, of_passages
from storage import RunStore
from storage.records import JournalEntry, Passage, RunRequest, RunStatus, StepOutput, Turn

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
CHOICES = [Choice("Research", "Researches a topic.", WEEK)]


@dataclass(frozen=True, slots=True)
class Kept:
    """A run of one step, as `keep` puts it into a store."""

    id: str
    asked: str
    text: str
    hours: float = 1.0
    user: str = "ann"
    session: str = "then"
    status: RunStatus = "completed"
    error: str | None = None


def passage(text: str, asked: str = "heat pumps", *, run_id: str = "r1", status: RunStatus = "completed") -> Passage:
    """What the step Notes of a run gave an hour before NOW."""
    finished = NOW - timedelta(hours=1)
    return Passage(run_id, "Notes", "Notes", "Research", asked, status, "s", finished, text, 0, len(text))


def past(text: str, asked: str = "heat pumps", *, run_id: str = "r1", status: RunStatus = "completed") -> Past:
    (found,) = of_passages([passage(text, asked, run_id=run_id, status=status)], session_id="s")
    return found


async def keep(store: RunStore, *runs: Kept, now: datetime = NOW) -> None:
    """Put the runs into the store; all at once, so that many share a transaction."""
    times = {run.id: now - timedelta(hours=run.hours) for run in runs}
    await asyncio.gather(*(store.create_run(_request(run, times[run.id])) for run in runs))
    await asyncio.gather(*(store.record(run.id, _entry(run, times[run.id])) for run in runs))
    await asyncio.gather(
        *(
            store.end_run(
                run.id,
                status=run.status,
                content=run.text if run.status == "completed" else None,
                error=run.error,
                finished_at=times[run.id],
            )
            for run in runs
        )
    )


async def judged(
    store: RunStore,
    message: str,
    conversation: Sequence[Turn] = (),
    *,
    user: str = "ann",
    session: str = "now",
    now: datetime = NOW,
) -> Judgement:
    """What the rules say about the message, with CHOICES to run."""
    return await judge(store, message, conversation, CHOICES, user_id=user, session_id=session, now=now)


def _request(run: Kept, at: datetime) -> RunRequest:
    return RunRequest(run.id, "Research", "f", run.asked, run.user, run.session, started_at=at)


def _entry(run: Kept, at: datetime) -> JournalEntry:
    output = StepOutput(run.text, step_name="Notes")
    return JournalEntry("Notes", "step", output=output, started_at=at, finished_at=at)
