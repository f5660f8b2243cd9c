from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from storage import RunStore

from .stored import fill


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


async def filled(path: Path, *commands: list[str]) -> list[Result]:
    """What the commands came to while the store was open."""
    store = RunStore(path)
    await fill(store)
    ended = [await asyncio.to_thread(refrain, *command) for command in commands]
    await store.close()
    return ended


def test_a_backup_is_made_of_a_store_in_use_and_restored_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, kept = tmp_path / "refrain.db", tmp_path / "kept.db"
    monkeypatch.setenv("REFRAIN_DB", str(path))
    commands = [["backup", str(kept)], ["backup", str(kept)], ["restore", str(kept), "--force"]]
    made, again, in_use = asyncio.run(filled(path, *commands))
    assert made.exit_code == 0, made.output
    assert f"Kept in {kept}" in made.stdout
    assert f"1 attachment in {kept}.files. Both belong together." in made.stdout
    assert again.exit_code == 1
    assert "exists already" in again.stderr
    assert in_use.exit_code == 1
    assert "is in use. Stop Refrain" in in_use.stderr

    refused = refrain("restore", str(kept))
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "new.db"))
    restored = refrain("restore", str(kept))
    assert restored.exit_code == 0, restored.output
    assert f"Restored to {tmp_path / 'new.db'}" in restored.stdout
    assert refrain("verify").exit_code == 0
    assert "run-ann" in refrain("runs", "--user", "ann").stdout
