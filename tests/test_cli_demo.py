"""`refrain demo` and `refrain record`: what they refuse, and what the server that they become is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from agents.recorded import read_recording
from chat.replaying import day, headline, replaying, starter_labels, with_strip
from cli.demo import SHIPPED
from cli.main import app

from .chat_client import ChatClient
from .model_server import ModelServer, Reply


class Replaced(Exception):
    """The command would now have become the page's server."""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What the server would know."""
    seen: dict[str, str] = {}
    before = dict(os.environ)
    (tmp_path / "app.py").touch()
    monkeypatch.setattr("cli.chat.HOME", tmp_path)

    def execve(path: str, command: list[str], environment: dict[str, str]) -> None:
        seen.update(environment)
        raise Replaced

    monkeypatch.setattr(os, "execve", execve)
    yield seen
    os.environ.clear()
    os.environ.update(before)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def refrain(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--port", free_port()], env={"COLUMNS": "200"})


def test_the_demo_that_comes_along_is_shown_without_key_network_or_the_users_own_runs(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_EMBEDDINGS", "REFRAIN_DB"):
        monkeypatch.setenv(name, "of-the-shell")
    result = refrain("demo", "--speed", "4")
    assert "solar-and-wind.jsonl: 6 messages and 1 answer, recorded 20" in result.stdout
    assert not [name for name, value in told.items() if value == "of-the-shell"]
    assert told["REFRAIN_DEMO"] == str(SHIPPED)
    assert (told["REFRAIN_DEMO_SPEED"], told["REFRAIN_OFFLINE_WORDS_PER_SECOND"]) == ("4.0", "360.0")
    assert told["REFRAIN_SEARCH"] == "library"
    assert Path(told["REFRAIN_DB"]).parent == Path(told["REFRAIN_SCRATCH"])


def test_what_a_demo_does_can_be_kept_in_a_new_file_only(told: dict[str, str], tmp_path: Path) -> None:
    refrain("demo", "--keep", str(tmp_path / "kept.db"))
    assert told["REFRAIN_DB"] == str(tmp_path / "kept.db")
    assert "REFRAIN_SCRATCH" not in told
    (tmp_path / "kept.db").touch()
    result = refrain("demo", "--keep", str(tmp_path / "kept.db"))
    assert result.exit_code == 1
    assert "is there already" in result.stderr


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("hello", "other.jsonl is not a recording of Refrain. `refrain record FILE` makes one."),
        ("HEAD", "other.jsonl holds no messages"),
        ('HEAD{"kind": 1}\n', "Line 2 of other.jsonl is damaged"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused(
    told: dict[str, str], tmp_path: Path, content: str, problem: str
) -> None:
    head = SHIPPED.read_text(encoding="utf-8").partition("\n")[0] + "\n"
    (tmp_path / "other.jsonl").write_text(content.replace("HEAD", head))
    result = refrain("demo", str(tmp_path / "other.jsonl"))
    assert result.exit_code == 1
    assert problem in result.stderr
    assert not told


def test_a_recording_cut_short_is_shown_and_said_to_be_so(told: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl").write_bytes(SHIPPED.read_bytes()[:-20])
    assert "Its last line is incomplete and is left out." in refrain("demo", str(tmp_path / "cut.jsonl")).stdout
    assert told


def test_a_recording_never_takes_the_place_of_another_file(told: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "taken.jsonl").write_text("mine")
    for name, problem in (("taken.jsonl", "is there already"), ("no/where.jsonl", "There is no folder")):
        result = refrain("record", str(tmp_path / name))
        assert (result.exit_code, problem in result.stderr) == (1, True)
    assert (tmp_path / "taken.jsonl").read_text() == "mine"
    assert not told


def test_recording_starts_from_nothing_and_recalls_by_words_as_the_demo_will(
    told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "some-model")
    result = refrain("record", str(tmp_path / "new.jsonl"))
    assert "ranked by words alone" in result.stdout
    assert "REFRAIN_EMBEDDINGS" not in told
    assert told["REFRAIN_RECORD"] == str(tmp_path / "new.jsonl")
    assert Path(told["REFRAIN_DB"]).parent == Path(told["REFRAIN_SCRATCH"])


def test_the_page_says_when_it_was_recorded_and_offers_the_messages_in_order() -> None:
    today = datetime(2026, 11, 30, tzinfo=UTC)
    assert day(datetime(2026, 11, 14, tzinfo=UTC), today) == "14 Nov"
    assert day(datetime(2025, 2, 3, tzinfo=UTC), today) == "3 Feb 2025"
    plain = with_strip(lambda root: "<html><head></head><body></body></html>")
    assert "refrain-strip" not in plain("")
    with replaying(SHIPPED) as replay:
        assert headline().startswith("Recorded ")
        assert headline().endswith(", replayed")
        assert [message for _, message in starter_labels()] == list(replay.recording.messages)
        assert starter_labels()[0][0] == "1. Write an article about solar power and grid storage"
        assert headline() in plain("")
        assert 'src="/base/public/strip.js"' in plain("/base")


async def test_a_conversation_is_recorded_until_ctrl_c_and_the_file_is_whole(tmp_path: Path) -> None:
    path, port, scratch = tmp_path / "talk.jsonl", free_port(), tmp_path / "scratch"
    scratch.mkdir()
    with ModelServer([Reply("Good day.")]) as server:
        keys = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-of-the-recorder"}
        process = recording_server(path, port, TMPDIR=str(scratch), **keys)
        try:
            async with ChatClient(f"http://127.0.0.1:{port}") as page:
                page_html = (await page.http.get("/")).text
                await page.until_ended(await page.send("Good day, how are you?"))
                assert page.last() == "Good day."
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    assert "Recording to talk.jsonl" in page_html
    assert not list(scratch.iterdir()), "the conversations are gone with the server"
    recording = read_recording(path)
    assert recording.messages == ("Good day, how are you?",)
    assert "".join(str(chunk.text) for _, chunk in recording.replies[0].chunks) == "Good day."
    assert not recording.cut
    assert "sk-of-the-recorder" not in path.read_text()


def recording_server(path: Path, port: str, **environment: str) -> subprocess.Popen[bytes]:
    """`refrain record` on the port, up."""
    command = [sys.executable, "-c", "from cli.main import app; app()", "record", str(path), "--port", port]
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "The server has ended."
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return process
    raise AssertionError("The server did not come up.")
