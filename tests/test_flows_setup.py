"""A file dropped into a folder of workflows is choosable, and a broken one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import WorkflowError
from flows.setup import load_workflows

THIRD = """
from flows import Workflow

def shout(step_input):
    return step_input.get_input_as_string().upper()

loud = Workflow("Loud", [shout], description="Shouts.")
"""


def test_the_catalogue_is_there() -> None:
    assert {"Article", "Brief"} <= set(load_workflows())


async def test_a_third_file_is_choosable_with_no_other_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loud.py").write_text(THIRD)
    monkeypatch.setenv("REFRAIN_FLOWS", str(tmp_path))

    run = await load_workflows()["Loud"].run("hello")

    assert run.content == "HELLO"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("from flows import nothing_like_this", "cannot be used: ImportError"),
        (THIRD.replace('"Loud"', '"Article"'), "second workflow called 'Article'"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str
) -> None:
    (tmp_path / "third.py").write_text(text)
    monkeypatch.setenv("REFRAIN_FLOWS", str(tmp_path))

    with pytest.raises(WorkflowError, match=complaint):
        load_workflows()


def test_a_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_FLOWS", "/nowhere/at/all")
    with pytest.raises(WorkflowError, match="no folder"):
        load_workflows()
