"""`refrain export`: a run or a conversation as a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore


def notes(step_input: StepInput) -> str:
    return f"# Notes\n\nOn {step_input.input}."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with one workflow."""
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(
        "cli.watching.build_agent", lambda: WorkflowAgent([Workflow("Study", [notes])], store=RunStore())
    )
    return tmp_path


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def run_id() -> str:
    assert refrain("run", "Study", "tides", "--session", "mondays").exit_code == 0
    (line,) = refrain("runs", "--json").stdout.splitlines()
    return str(json.loads(line)["id"])


def test_a_run_is_printed_as_markdown_by_how_its_id_begins(run_id: str) -> None:
    told = refrain("export", run_id[:6])
    assert told.exit_code == 0
    assert told.stdout.startswith("# Study: tides\n")
    assert "### Notes\n\nOn tides." in told.stdout


def test_a_run_is_written_as_json_into_a_folder_under_a_name_of_its_own(run_id: str, home: Path) -> None:
    told = refrain("export", run_id, "--json", "-o", str(home))
    file = home / f"study-tides-{run_id[:8]}.json"
    assert told.stdout.strip() == str(file)
    assert json.loads(file.read_text())["steps"][0]["output"] == "# Notes\n\nOn tides."


def test_a_conversation_is_written_into_a_file(run_id: str, home: Path) -> None:
    assert refrain("export", "mondays", "-o", str(home / "mondays.md")).exit_code == 0
    assert "Conversation `mondays`" in (home / "mondays.md").read_text()


def test_what_is_not_there_or_anothers_or_not_clear_is_said_in_a_sentence(run_id: str) -> None:
    for arguments in (["none"], [run_id, "--user", "eve"], ["mondays", "--user", "eve"], [""]):
        told = refrain("export", *arguments)
        assert told.exit_code == 1
        assert told.stderr.startswith("There is no run or conversation")
    assert refrain("export", run_id, "-o", "/nowhere/at/all.md").exit_code == 1
