from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

HOME = Path(__file__).resolve().parent.parent

STAGED = """
import asyncio
from pathlib import Path

from flows import Workflow

HERE = Path(__file__).parent


async def first(step_input):
    yield "It begins. "
    while not (HERE / "open").exists():
        await asyncio.sleep(0.01)
    with (HERE / "done").open("a") as done:
        done.write("first ")
    yield "It ends."


def second(step_input):
    return "All is done."


staged = Workflow(name="Staged", steps=[first, second])
"""


def test_a_run_that_is_told_to_stop_finishes_its_step_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "staged.py").write_text(STAGED)
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("REFRAIN_FLOWS", str(flows))
    command = [sys.executable, "-c", "from cli.main import app; app()", "run", "Staged", "tides", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes) as process:  # type: ignore[call-overload]
        assert any('"step_delta"' in line for line in process.stdout), "the step is at work"
        process.send_signal(signal.SIGTERM)
        assert process.stderr.readline().startswith("Stopping: the step at work may finish")
        (flows / "open").touch()
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "what is finished is kept. Go on with: refrain resume" in said
    run_id = said.split()[-1]

    resumed = CliRunner().invoke(app, ["resume", run_id])
    assert resumed.exit_code == 0, resumed.output
    assert "All is done." in resumed.stdout
    assert (flows / "done").read_text() == "first "
