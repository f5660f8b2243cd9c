"""`refrain why` tells what a turn rests on; `refrain overrides` writes down where the user chose otherwise."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from evals.cases import read
from storage import RunStore
from storage.records import (
    Citation,
    Decision,
    Evidence,
    JournalEntry,
    Override,
    Passage,
    RunRequest,
    StepOutput,
    Turn,
    now,
)

T = TypeVar("T")
ASKED = "how many units of heat does a heat pump give?"
TEXT = "Heat pumps\x1b[31m move heat.\nA heat pump gives three units of heat."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def stored(work: Callable[[RunStore], Awaitable[T]]) -> T:
    async def does() -> T:
        store = RunStore()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(does())


def decided(run_id: str, finished: datetime) -> Decision:
    passage = Passage(run_id, "Gather/web", "web", "Article", "heat pumps", "completed", "s0", finished, TEXT, 0, 9)
    return Decision(
        "answer",
        "The web step covers this.",
        (Evidence(1, passage, 0.8),),
        workflow="Article",
        confidence=0.75,
        would_change="A name that is not in those results.",
    )


def tell(
    turn_id: str = "abcd1234", *, user: str = "local", override: Override | None = None, message: str = ASKED
) -> Turn:
    """A turn of an hour ago in the store, answered from a run of three hours ago, after another turn."""
    began, run_id = now() - timedelta(hours=1), f"run-of-{turn_id}"
    finished = began - timedelta(hours=2)
    decision = decided(run_id, finished)
    citation = Citation(run_id, "Gather/web", finished, TEXT, 1)
    turn = Turn(turn_id, message, user, f"of-{turn_id}", "completed", began, None, decision, "Three [1].", (citation,))

    async def put(store: RunStore) -> None:
        await store.create_run(RunRequest(run_id, "Article", "", "heat pumps", user, "s0", started_at=finished))
        output = StepOutput(TEXT, step_name="web")
        await store.record(run_id, JournalEntry("Gather/web", "step", output=output, finished_at=finished))
        await store.record(run_id, JournalEntry("Choice", "choice", decision="web", finished_at=finished))
        await store.record(run_id, JournalEntry("Later", "step", output=StepOutput("since then")))
        await store.end_run(run_id, status="completed", content=TEXT, steps=[output], finished_at=finished)
        earlier = began - timedelta(minutes=1)
        before = Turn(f"before-{turn_id}", "hello", user, turn.session_id, "completed", earlier, answer="Hi!")
        await store.create_turn(before)
        await store.create_turn(turn)
        if override is not None:
            await store.override_turn(turn_id, override, user_id=user)

    stored(put)
    return turn


def test_a_turn_is_explained_by_the_beginning_of_its_id() -> None:
    tell("abcd1234", override="run")
    told = refrain("why", "ABCD1234")
    assert told.exit_code == 0, told.output
    for part in (
        ASKED,
        "turn abcd1234, completed, 1 h ago",
        "answer Article: The web step covers this.",
        "confidence 75%",
        "would have changed it: A name that is not in those results.",
        "[1] Article/Gather/web · 2 h ago · covers 80% · run run-of-a",
        "Heat pumps[31m move heat.",
        "[1] Gather/web · 2 h ago · run run-of-a",
        "You chose otherwise: Run it fresh.",
    ):
        assert part in told.stdout
    assert "\x1b" not in told.stdout
    assert "three units" not in told.stdout


def test_without_an_argument_it_is_the_users_newest_turn() -> None:
    assert "No turn yet" in refrain("why").stderr
    tell("aaaa1111")
    tell("bbbb2222", message="and in winter?")
    tell("cccc3333", user="ann", message="what about me?")
    assert "and in winter?" in refrain("why").stdout
    assert "what about me?" in refrain("why", "--user", "ann").stdout
    assert "You chose otherwise" not in refrain("why").stdout


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("abcd", "2 turns begin with abcd"),
        ("abc", "at least 4 characters"),
        ("zzzz", "There is no turn zzzz"),
        ("anns1111", "There is no turn anns1111"),
    ],
)
def test_what_names_no_single_turn_is_told_in_one_line(given: str, says: str) -> None:
    tell("abcd1234")
    tell("abcd5678-longer")
    tell("anns1111", user="ann")
    told = refrain("why", given)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert len(told.stderr.splitlines()) == 1
    assert says in told.stderr


def test_a_program_reads_the_decision_whole() -> None:
    turn = tell()
    assert turn.decision is not None
    decision: dict[str, Any] = json.loads(refrain("why", "abcd1234", "--json").stdout)
    assert decision["action"] == "answer"
    assert decision["confidence"] == 0.75
    assert decision["evidence"][0]["passage"]["text"] == TEXT
    assert decision["would_change"] == turn.decision.would_change


def test_a_turn_that_ended_before_anything_was_decided_says_so() -> None:
    async def put(store: RunStore) -> None:
        await store.create_turn(Turn("abcd1234", "hello", session_id="s", status="failed", error="No key."))

    stored(put)
    assert "Nothing was decided. No key." in refrain("why").stdout
    assert json.loads(refrain("why", "--json").stdout) is None


def test_overridden_turns_are_written_as_cases_that_can_be_judged(home: Path) -> None:
    tell("aaaa1111", override="run")
    tell("bbbb2222", override="answer", message=f"/recall {ASKED}")
    tell("cccc3333")
    tell("dddd4444", user="ann", override="run")
    file = home / "mine.jsonl"

    wrote = refrain("overrides", str(file))

    assert wrote.exit_code == 0, wrote.output
    assert f"Wrote 2 cases to {file}." in wrote.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = read(file)
    assert (first.family, second.family) == ("aaaa1111", "bbbb2222")
    (turn,), (run,) = first.turns, first.runs
    assert (turn.message, turn.label, turn.stratum, turn.why) == (ASKED, "run", "override", "The web step covers this.")
    assert [(said.role, said.content) for said in turn.history] == [("user", "hello"), ("assistant", "Hi!")]
    assert (run.workflow, run.input, run.status, run.session, run.user) == (
        "Article",
        "heat pumps",
        "completed",
        "s0",
        "local",
    )
    assert run.age_hours == pytest.approx(2, abs=0.01)
    assert [(step.name, step.output) for step in run.steps] == [("Gather/web", TEXT)]
    assert {"Article", "Compare"} <= {workflow.name for workflow in first.workflows}
    assert (second.turns[0].message, second.turns[0].label) == (ASKED, "answer")
    judged = json.loads(refrain("eval", str(file), "--json").stdout)
    assert judged["strata"]["override"]["turns"] == 2


def test_what_rests_on_a_deleted_conversation_is_left_out(home: Path) -> None:
    tell(override="run")
    assert stored(lambda store: store.delete_session("s0", "local"))
    wrote = refrain("overrides", str(home / "mine.jsonl"))
    assert wrote.exit_code == 0
    assert "Left out 1: what it rested on has been deleted." in wrote.stdout
    assert not (home / "mine.jsonl").exists()
    assert "(deleted)" in refrain("why", "abcd1234").stdout


def test_nothing_is_written_over_and_nothing_without_a_case(home: Path) -> None:
    file = home / "mine.jsonl"
    assert "nothing was written" in refrain("overrides", str(file)).stdout
    assert not file.exists()
    tell(override="run")
    file.write_text("mine")
    wrote = refrain("overrides", str(file))
    assert (wrote.exit_code, file.read_text()) == (1, "mine")
    assert "is there already" in wrote.stderr
