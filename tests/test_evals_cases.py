"""Files of cases are read whole or refused with the line that is wrong; `family` writes small ones for other tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.cases import BadCases, Family, read

HEAT = "Heat pumps move heat instead of making it. A heat pump gives three units of heat for one of power."


def run(name: str, text: str, **given: Any) -> dict[str, Any]:
    """A completed run of Research, two hours old, of one step `Notes` that gave HEAT."""
    usual = {"session": "s", "user": "u", "workflow": "Research", "status": "completed", "age_hours": 2.0}
    return {"id": name, "input": text, "steps": [{"name": "Notes", "output": HEAT}], **usual, **given}


def turn(message: str, label: str, **given: Any) -> dict[str, Any]:
    """A message of the user whose run `run` makes, in the same session."""
    return {"message": message, "label": label, "session": "s", "user": "u", "stratum": "plain", **given}


def family_line(
    name: str, runs: Sequence[dict[str, Any]] = (), turns: Sequence[dict[str, Any]] = (), fresh_for_hours: float = 24
) -> dict[str, Any]:
    """A line of a file of cases, with one workflow."""
    workflow = {"name": "Research", "description": "Researches a topic.", "fresh_for_hours": fresh_for_hours}
    return {"family": name, "workflows": [workflow], "runs": list(runs), "turns": list(turns)}


def family(name: str, runs: Sequence[dict[str, Any]] = (), turns: Sequence[dict[str, Any]] = ()) -> Family:
    return Family.model_validate(family_line(name, runs, turns))


def written(path: Path, *lines: object) -> Path:
    """`path`, with a line of JSON each."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_every_line_is_a_family(tmp_path: Path) -> None:
    path = written(tmp_path / "cases.jsonl", family_line("a", [run("r", "heat pumps")]), family_line("b"))
    assert [(one.family, len(one.runs)) for one in read(path)] == [("a", 1), ("b", 0)]


def test_a_string_may_hold_what_ends_a_line_elsewhere(tmp_path: Path) -> None:
    message = "one\u2028two\x85three"
    path = written(tmp_path / "cases.jsonl", family_line("a", turns=[turn(message, "run")]))
    path.write_text("\ufeff" + path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert read(path)[0].turns[0].message == message


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "has no cases"),
        ((family_line("a"), {"family": "b"}), "line 2: workflows: Field required"),
        ((family_line("a"), family_line("a")), "line 2: the family a was there before"),
        ((family_line("a", turns=[turn("hi", "wave")]),), "line 1: turns.0.label: Input should be"),
        ((family_line("a", turns=[turn("hi", "answer", gold=["r/Notes"])]),), "names the step r/Notes, which no run"),
        (("no object",), "line 1: Input should be an object"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, lines: tuple[object, ...], said: str
) -> None:
    path = written(tmp_path / "cases.jsonl", *lines)
    with pytest.raises(BadCases, match=said) as refused:
        read(path)
    assert str(refused.value).startswith(str(path))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(BadCases, match="cannot be read"):
            read(path)
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadCases, match="cannot be read"):
        read(tmp_path / "binary.jsonl")
