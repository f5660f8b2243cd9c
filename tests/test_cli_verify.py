from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from storage import RunStore

from .stored import damage, fill


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    asyncio.run(_filled(tmp_path / "refrain.db"))
    return tmp_path / "refrain.db"


async def _filled(path: Path) -> None:
    store = RunStore(path)
    await fill(store)
    await store.close()


def test_a_store_without_a_fault_is_told_so(path: Path) -> None:
    told = refrain("verify")
    assert told.exit_code == 0, told.output
    assert "2 runs, 6 steps" in " ".join(told.stdout.split())
    assert told.stdout.splitlines()[-1] == "Everything is as it should be."


def test_faults_are_sentences_with_what_to_do_and_the_status_is_1(path: Path) -> None:
    damage(
        path,
        "update users set passages = 100 where id = 'bob'",
        "update steps set output = replace(output, 'power', 'coal') where id = 1",
    )
    told = refrain("verify")
    assert told.exit_code == 1
    assert "Step Research of run run-ann is not what was kept" in told.stdout
    assert "User bob has 4 passages, and 100 are counted." in told.stdout
    assert "can be put right: refrain verify --repair" in told.stdout
    assert "refrain restore FILE" in told.stdout

    repaired = refrain("verify", "--repair")
    assert repaired.exit_code == 1, "what a step gave can't be made anew"
    assert "Repaired: User bob has 4 passages" in repaired.stdout
    assert "Step Research of run run-ann is not what was kept" in repaired.stdout


def test_programs_get_json(path: Path) -> None:
    damage(path, "update users set passages = 100 where id = 'bob'")
    told = refrain("verify", "--repair", "--json")
    assert told.exit_code == 0
    report = json.loads(told.stdout)
    assert (report["clean"], report["wrong"], report["counts"]["runs"]) == (True, [], 2)
    assert report["repaired"] == ["User bob has 4 passages, and 100 are counted."]


def test_a_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "none.db"))
    told = refrain("verify")
    assert told.exit_code == 1
    assert "There is no database at" in told.stderr
