"""Runs that wait for a person, from the command line: the question, the way on, and what comes of each answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner, Result

from cli.main import app
from flows import Router, Step, StepInput, Workflow, WorkflowAgent
from storage import RunStore


class Trip(BaseModel):
    city: str
    nights: int


def write(step_input: StepInput) -> str:
    return f"a poem {step_input.feedback or ''}".strip()


def published(step_input: StepInput) -> str:
    return f"published: {step_input.previous_step_content}"


def book(step_input: StepInput) -> str:
    return f"{step_input.answer.nights} nights in {step_input.answer.city}"


def train(step_input: StepInput) -> str:
    return "by train"


def ship(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content or ''} by ship".strip()


def read(step_input: StepInput) -> str:
    return " and ".join(file.read_text() for file in step_input.files)


def flows() -> list[Workflow]:
    return [
        Workflow("Read", [read]),
        Workflow("Press", [Step("Write", executor=write, review=True), published]),
        Workflow("Trip", [Step("Book", executor=book, ask=Trip)]),
        Workflow("Way", [Router(None, [train, ship])]),
    ]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("COLUMNS", "200")
    # A workflow's fingerprint is the same every time: each command stands for a process of its own.
    monkeypatch.setattr("cli.watching.build_agent", lambda: WorkflowAgent(flows(), store=RunStore()))


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def only_run() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(refrain("runs", "--json").stdout)
    return found


def waiting(workflow: str) -> str:
    """Start a run that waits; its id."""
    assert refrain("run", workflow, "something").exit_code == 3
    return str(only_run()["id"])


def test_a_run_that_waits_prints_its_question_and_the_commands_that_answer_it() -> None:
    ran = refrain("run", "Press", "a poem")

    assert ran.exit_code == 3
    assert ran.stderr == ""
    short = only_run()["id"][:8]
    assert "Press waits: " in ran.stdout
    for answer in ("--approve", "--reject", "--feedback '", "--output '"):
        assert f"refrain resume {short} {answer}" in ran.stdout


def test_resume_without_an_answer_asks_again_with_the_draft() -> None:
    run = waiting("Press")
    asked = refrain("resume", run)

    assert asked.exit_code == 3
    assert asked.stdout.startswith("a poem\n")
    assert f"refrain resume {run[:8]} --approve" in asked.stdout
    assert only_run()["status"] == "paused"


@pytest.mark.parametrize(
    ("answer", "content"),
    [(("--approve",), "published: a poem"), (("--output", "my own words"), "published: my own words")],
)
def test_an_approved_or_edited_draft_goes_on(answer: tuple[str, ...], content: str) -> None:
    gone_on = refrain("resume", waiting("Press")[:8], *answer)

    assert gone_on.exit_code == 0, gone_on.output
    assert content in gone_on.stdout
    assert only_run()["content"] == content


def test_feedback_makes_another_draft_that_waits_again() -> None:
    run = waiting("Press")
    again = refrain("resume", run, "--feedback", "about bees")

    assert again.exit_code == 3
    assert "a poem about bees" in again.stdout
    assert refrain("resume", run, "--approve").exit_code == 0
    assert only_run()["content"] == "published: a poem about bees"


def test_a_rejected_run_is_cancelled() -> None:
    rejected = refrain("resume", waiting("Press"), "--reject")

    assert rejected.exit_code == 1
    assert "is cancelled" in rejected.stderr
    assert only_run()["status"] == "cancelled"


def test_a_form_is_filled_in_and_values_that_do_not_fit_leave_it_waiting() -> None:
    run = waiting("Trip")
    for wrong in ("nonsense", '{"city": "Rome", "nights": "many"}', "{}"):
        refused = refrain("resume", run, "--values", wrong)
        assert refused.exit_code == 1
        assert refused.stderr.count("\n") == 1
        assert only_run()["status"] == "paused"

    assert refrain("resume", run, "--values", '{"city": "Rome", "nights": 2}').exit_code == 0
    assert only_run()["content"] == "2 nights in Rome"


def test_ways_are_chosen_in_the_order_given() -> None:
    run = waiting("Way")
    assert refrain("resume", run, "--choice", "plane").exit_code == 1

    assert refrain("resume", run, "--choice", "train", "--choice", "ship").exit_code == 0
    assert only_run()["content"] == "by train by ship"


def test_an_answer_to_a_run_that_asks_nothing_is_refused() -> None:
    run = waiting("Press")
    refrain("resume", run, "--approve")

    refused = refrain("resume", run, "--approve")
    assert refused.exit_code == 1
    assert "waits for no answer" in refused.stderr


def test_a_program_reads_the_question_from_the_last_event() -> None:
    ran = refrain("run", "Trip", "something", "--json")

    assert ran.exit_code == 3
    last = json.loads(ran.stdout.splitlines()[-1])
    assert last["type"] == "run_paused"
    assert last["question"]["kind"] == "input"


def test_files_are_given_one_by_one(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(f"what is in {file.name}")
    ran = refrain("run", "Read", "them", *(part for file in files for part in ("--file", str(file))))

    assert ran.exit_code == 0, ran.output
    assert only_run()["content"] == "what is in a.txt and what is in b.txt"
    assert only_run()["files"][0] == {"path": str(files[0]), "type": "text/plain"}


def test_a_file_that_is_not_there_is_named_and_nothing_runs() -> None:
    ran = refrain("run", "Read", "them", "--file", "/nowhere/in.pdf")

    assert (ran.exit_code, ran.stderr) == (1, "There is no file /nowhere/in.pdf.\n")
    assert refrain("runs", "--json").stdout == ""
