"""Asking, running and looking back from the command line, without a key and without a network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agents import Agent
from cli.main import app
from flows import Step, StepInput, Workflow, WorkflowAgent
from storage import RunStore
from tests.scripted import ScriptedModel, with_usage

HOME = Path(__file__).parent.parent
SUBJECT = "climate change solutions"


@pytest.fixture(autouse=True)
def offline_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_MODEL", "REFRAIN_LIBRARY", "REFRAIN_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", "0")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def only_run() -> dict[str, Any]:
    (run,) = lines(refrain("runs", "--json"))
    return run


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts workflows of the test's own in the place of the catalogue."""

    def give(*workflows: Workflow) -> None:
        monkeypatch.setattr("cli.watching.build_agent", lambda: WorkflowAgent(workflows, store=RunStore()))

    return give


def test_a_workflow_runs_and_its_run_is_found_again() -> None:
    ran = refrain("run", "article", f"Write an article about {SUBJECT}")
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.index("Researcher") < ran.stdout.index("Writer")

    listed = refrain("runs")
    run = only_run()
    assert run["id"][:8] in listed.stdout
    assert "Article" in listed.stdout
    assert "completed" in listed.stdout

    shown = refrain("show", run["id"][:8])
    assert shown.exit_code == 0
    assert shown.stdout.index("Researcher") < shown.stdout.index("Writer")
    assert run["content"].split("\n")[0] in shown.stdout


def test_a_program_reads_a_runs_events_as_lines() -> None:
    events = lines(refrain("run", "Article", f"Write an article about {SUBJECT}", "--json"))
    assert events[0]["type"] == "run_started"
    assert events[-1]["type"] == "run_finished"
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})
    finished = [event["path"] for event in events if event["type"] == "step_finished"]
    assert finished == ["Researcher", "Writer"]


def test_a_second_question_is_answered_from_the_first_run_with_its_source() -> None:
    first = refrain("ask", f"Write an article about {SUBJECT}")
    assert first.exit_code == 0, first.output
    assert "Writer" in first.stdout

    again = refrain("ask", f"Write an article about {SUBJECT}")
    assert again.exit_code == 0, again.output
    assert again.stdout.startswith("answer: ")
    assert f"· just now · run {only_run()['id'][:8]}" in again.stdout
    assert "[1] " in again.stdout


def test_a_program_reads_a_turns_events_as_lines() -> None:
    events = lines(refrain("ask", f"/run Article {SUBJECT}", "--json"))
    assert events[0]["type"] == "decided"
    assert events[0]["decision"]["action"] == "run"
    assert events[-1]["type"] == "turn_finished"
    assert events[-1]["turn"]["status"] == "completed"


def test_another_users_runs_are_not_shown() -> None:
    refrain("run", "Article", SUBJECT, "--user", "ada")
    (run,) = lines(refrain("runs", "--json", "--user", "ada"))
    assert "No run yet" in refrain("runs").stdout
    shown = refrain("show", run["id"])
    assert shown.exit_code == 1
    assert refrain("show", run["id"], "--user", "ada").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "nothing"), "There is no run nothing."),
        (("show", ""), "There is no run"),
        (("resume", "nothing"), "There is no run nothing."),
        (("run", "Nonsense", "hello"), "There is no workflow Nonsense. There are: "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = refrain(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_file_that_is_no_database_is_said_in_one_line(offline_home: Path) -> None:
    (offline_home / "refrain.db").write_text("this is no database " * 100, encoding="utf-8")
    result = refrain("runs")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


def test_a_failed_run_goes_on_where_it_failed(given: Callable[..., None], offline_home: Path) -> None:
    done: list[str] = []
    ready = offline_home / "ready"

    def gather(step_input: StepInput) -> str:
        done.append("gather")
        return "what was gathered"

    def publish(step_input: StepInput) -> str:
        if not ready.exists():
            raise RuntimeError("the printer is out of paper")
        return f"published: {step_input.previous_step_content}"

    given(Workflow("Press", steps=[gather, publish]))
    failed = refrain("run", "Press", "a poem")
    assert failed.exit_code == 1
    assert "out of paper" in failed.stderr
    assert only_run()["status"] == "failed"

    ready.touch()
    resumed = refrain("resume", only_run()["id"][:8])
    assert resumed.exit_code == 0, resumed.output
    assert "published: what was gathered" in resumed.stdout
    assert only_run()["status"] == "completed"
    assert done == ["gather"], "a finished step is not done again"

    assert "is completed" in refrain("resume", only_run()["id"]).stdout


def test_an_output_cannot_drive_the_terminal(given: Callable[..., None]) -> None:
    given(Workflow("Press", steps=[Step("Write", executor=lambda _: "red \x1b[31malert\x07 \ud800")]))
    assert "alert" in refrain("run", "Press", "\x1b]0;title\x07").stdout
    for shown in (refrain("runs"), refrain("show", only_run()["id"])):
        assert shown.exit_code == 0
        assert not {"\x1b", "\x07"} & set(shown.stdout)


def test_ctrl_c_twice_ends_the_run_at_once(offline_home: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(HOME), "REFRAIN_OFFLINE_WORDS_PER_SECOND": "2"}
    command = [sys.executable, "-c", "from cli.main import app; app()", "run", "Article", SUBJECT, "--json"]
    with subprocess.Popen(
        command, cwd=offline_home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert any('"step_delta"' in line for line in process.stdout), "the run streams"
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline().startswith("Stopping: the step at work may finish")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert time.monotonic() - started < 10
    assert process.returncode == 130
    assert said.strip().endswith("Stopped.")
    assert only_run()["status"] == "interrupted"


def test_the_runs_of_a_session_come_with_what_it_has_used(given: Callable[..., None]) -> None:
    given(Workflow("Count", [Agent("Counter", model=ScriptedModel([with_usage("1, 2", 1200, 34)] * 3))]))
    for session in ("s", "s", "t"):
        assert refrain("run", "Count", "to two", "--session", session).exit_code == 0

    told = refrain("runs", "--session", "s").stdout.splitlines()
    assert len(told) == 4, "a heading, two runs, and the sum"
    assert told[-1].startswith("in all 2,468 tokens, ")
    assert len(lines(refrain("runs", "--session", "s", "--json"))) == 2
    assert "in all" not in refrain("runs").stdout
