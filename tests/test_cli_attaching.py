"""Files on the command line: they join the conversation, and what cannot be read is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

from .pdf_files import ANNUAL_REPORT, pdf

REVENUE = "Revenue rose by 12 percent to 48 million crowns"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_MODEL", "REFRAIN_LIBRARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", "0")
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "report.pdf").write_bytes(pdf(ANNUAL_REPORT))
    (tmp_path / "scan.pdf").write_bytes(pdf([""]))
    return tmp_path


def test_a_file_that_comes_with_a_question_stays_in_the_conversation(home: Path) -> None:
    asked = CliRunner().invoke(app, ["ask", "Summarise this", "--file", str(home / "report.pdf")])
    assert asked.exit_code == 0, asked.output
    assert "report.pdf, page 1" in asked.stdout
    later = CliRunner().invoke(app, ["ask", "What does the attached report say about revenue?"])
    assert REVENUE in later.stdout
    elsewhere = CliRunner().invoke(app, ["ask", "What does the attached report say?", "--session", "other"])
    assert "Nothing is attached to this conversation." in elsewhere.stdout


def test_a_file_that_cannot_be_read_is_told_beside_the_answer(home: Path) -> None:
    asked = CliRunner().invoke(app, ["ask", "Brief me on how vaccines work", "--file", str(home / "scan.pdf")])
    assert asked.exit_code == 0
    assert "scan.pdf holds pictures of pages and no text." in asked.stderr
    assert "vaccine" in asked.stdout.lower()


def test_a_run_searches_the_files_it_is_given(home: Path) -> None:
    ran = CliRunner().invoke(app, ["run", "Brief", "revenue of Marram Works", "--file", str(home / "report.pdf")])
    assert ran.exit_code == 0, ran.output
    assert f"{REVENUE}, driven by orders from harbour authorities. (report.pdf, page 3)" in " ".join(ran.stdout.split())


def test_a_file_that_is_not_there_is_named_and_nothing_is_asked() -> None:
    asked = CliRunner().invoke(app, ["ask", "Summarise this", "--file", "/nowhere/in.pdf"])
    assert (asked.exit_code, asked.stderr) == (1, "There is no file /nowhere/in.pdf.\n")
