from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app

HOME = Path(__file__).parent.parent


class Replaced(Exception):
    """The command would now have become the page's server."""


@dataclass
class Started:
    command: list[str]
    environment: dict[str, str]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """What the command would become."""
    seen = Started([], {})
    (tmp_path / "app.py").touch()
    monkeypatch.setattr("cli.chat.HOME", tmp_path)

    def execve(path: str, command: list[str], environment: dict[str, str]) -> None:
        seen.command, seen.environment = [path, *command[1:]], environment
        raise Replaced

    monkeypatch.setattr(os, "execve", execve)
    return seen


@pytest.fixture
def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def chat(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["chat", *arguments])


def test_the_page_is_started_by_this_python_and_its_address_said(started: Started, free_port: str) -> None:
    result = chat("--port", free_port)
    assert f"http://127.0.0.1:{free_port}" in result.stdout
    assert started.command[:4] == [sys.executable, "-m", "chainlit", "run"]
    assert Path(started.command[4]).name == "app.py"
    assert started.command[5:] == ["--host", "127.0.0.1", "--port", free_port, "--headless"]


def test_the_page_knows_where_it_listens(started: Started, free_port: str) -> None:
    result = chat("--port", free_port, "--host", "0.0.0.0")
    assert started.environment["REFRAIN_HOST"] == "0.0.0.0"
    assert f"http://localhost:{free_port}" in result.stdout


def test_a_browser_is_opened_only_when_asked(started: Started, free_port: str) -> None:
    chat("--port", free_port, "--open")
    assert "--headless" not in started.command


def test_a_shells_variables_do_not_switch_the_page_to_something_else(
    started: Started, free_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "DEBUG", "WATCH", "NO_CACHE"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("REFRAIN_DB", "mine.db")
    chat("--port", free_port)
    assert not {"CI", "DEBUG", "WATCH", "NO_CACHE"} & started.environment.keys()
    assert started.environment["REFRAIN_DB"] == "mine.db"


def test_a_port_in_use_is_said_before_anything_starts(started: Started) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        result = chat("--port", port)
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr
    assert started.command == []


def test_without_the_page_a_sentence_says_where_it_was_looked_for(started: Started, tmp_path: Path) -> None:
    (tmp_path / "app.py").unlink()
    result = chat()
    assert result.exit_code == 1
    assert "app.py is missing" in result.stderr
    assert started.command == []


def test_the_page_answers_until_ctrl_c(tmp_path: Path, free_port: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(HOME),
        "CHAINLIT_APP_ROOT": str(tmp_path),
        "REFRAIN_DB": str(tmp_path / "refrain.db"),
        "CI": "true",
    }
    command = [sys.executable, "-c", "from cli.main import app; app()", "chat", "--port", free_port]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert f"http://127.0.0.1:{free_port}" in said
            assert any("is available" in line for line in process.stdout)
            with httpx.Client(transport=httpx.HTTPTransport(retries=5), timeout=20) as client:
                assert client.get(f"http://127.0.0.1:{free_port}/health").json() == {"status": "ok"}
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert "Traceback" not in rest
