"""What the README shows is tried: its script, its commands, its table."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chat.replaying import HANDED_ON

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """The `refrain` commands, without the one that serves the page until it is stopped."""
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if "/refrain " in line and "/refrain chat" not in line]


def run(command: list[str], folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REFRAIN_DB": str(folder / "refrain.db")}
    return subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, timeout=100
    )


def test_the_script_prints_both_agents_and_an_article_without_a_key(tmp_path: Path) -> None:
    (script,) = blocks("python")
    done = run([sys.executable, "-c", script], tmp_path)

    assert done.returncode == 0, done.stderr
    assert "=== Researcher ===" in done.stdout
    assert "=== Writer ===" in done.stdout
    assert "# Climate Change Solutions" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


@pytest.mark.parametrize("command", commands())
def test_a_command_does_what_it_says(folder: Path, command: str) -> None:
    words = re.findall(
        r'"[^"]*"|\S+', command.replace(".venv/bin/refrain", str(Path(sys.executable).parent / "refrain"))
    )
    given = "a long password\na long password\n" if " user " in command else ""
    if given:
        words.append("--password-stdin")
    done = run([word.strip('"') for word in words], folder, given)

    assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"


def test_every_variable_that_is_told_is_read_and_every_one_that_is_read_is_told() -> None:
    code = "\n".join(
        path.read_text()
        for package in ("storage", "agents", "flows", "chat", "cli")
        for path in (ROOT / package).rglob("*.py")
    )
    documents = README, (ROOT / "docs" / "security.md").read_text()
    told = {name for document in documents for name in re.findall(r"`(REFRAIN_\w+)", document)}
    read = set(re.findall(r'"(REFRAIN_[A-Z_]+)"', code)) - {"REFRAIN_HOST", "REFRAIN_TRACEBACK"} - HANDED_ON

    assert told == read


def test_every_file_and_folder_it_names_is_there() -> None:
    for name in re.findall(r"`((?:agents|flows|docs|benchmarks)/[\w./-]*)`", README):
        assert (ROOT / name).exists(), f"The README names {name}"
