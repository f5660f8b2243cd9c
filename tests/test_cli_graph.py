"""`refrain graph` prints a picture of a workflow."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.mark.parametrize("name", ["Compare", "fact-check", "REPORT"])
def test_a_picture_has_every_arrow_between_nodes_that_are_drawn(name: str) -> None:
    result = CliRunner().invoke(app, ["graph", name])

    assert result.exit_code == 0, result.output
    first, *lines = result.stdout.splitlines()
    assert first == "flowchart TD"
    arrows = [
        match.groups() for line in lines if (match := re.fullmatch(r"\s+(\w+) (?:-->|-\.->)(?:\|[^|]+\|)? (\w+)", line))
    ]
    drawn = {match.group(1) for line in lines if (match := re.match(r"\s+(\w+)[\[({]", line))}
    assert arrows
    assert {end for arrow in arrows for end in arrow} <= drawn
    assert len(arrows) + len(drawn) == len(lines)


def test_its_steps_are_named() -> None:
    shown = CliRunner().invoke(app, ["graph", "report"]).stdout
    assert all(f'"{name}' in shown for name in ("Report", "Length", "Short", "Summariser", "Draft", "Publish"))


def test_an_unknown_workflow_is_said_in_one_line() -> None:
    result = CliRunner().invoke(app, ["graph", "Nonsense"])
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no workflow Nonsense. There are: ")
    assert result.stderr.count("\n") == 1
