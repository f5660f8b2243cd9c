"""What a run is given: checked before anything runs, and the same after a pause."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from agents import Agent
from flows import Step, StepInput, Workflow
from flows.errors import InvalidInput
from storage import RunStore
from storage.errors import NotFound
from storage.files import File
from tests.scripted import ScriptedModel


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    store = RunStore(tmp_path / "refrain.db")
    yield store
    await store.close()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF \xff")
    return path


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("tides \u2192 Moon", encoding="utf-8")
    return path


def read(step_input: StepInput) -> str:
    assert all(isinstance(file.read_bytes(), bytes) for file in step_input.files)
    return step_input.files[-1].read_text()


def taken_away(path: Path) -> str:
    """Delete the file; what was in it."""
    text = path.read_text(encoding="utf-8")
    path.unlink()
    return text


def put_back(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


async def test_files_are_known_by_path_and_type_and_read_from_disk(store: RunStore, report: Path, notes: Path) -> None:
    workflow = Workflow("W", [Workflow("Inner", [read])], store=store)
    run = await workflow.run("x", files=[report, str(notes)])

    assert (run.status, run.content) == ("completed", "tides \u2192 Moon")
    assert run.files == (File(str(report), "application/pdf"), File(str(notes), "text/plain"))
    assert [file.name for file in run.files] == ["report.pdf", "notes.txt"]
    assert (await store.get_run(run.id)).files == run.files
    assert (await workflow.run("y", files=run.files)).files == run.files


async def test_a_relative_path_is_kept_as_an_absolute_one(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(notes.parent)
    run = await Workflow("W", [read]).run("x", files=["notes.txt"])

    assert run.files[0].path == str(notes)


async def test_only_path_and_type_of_a_file_stand_in_the_database(store: RunStore, report: Path) -> None:
    run = await Workflow("W", [lambda step_input: "done"], store=store).run("x", files=[report])

    with sqlite3.connect(store.path) as db:
        (stored,) = db.execute("select files from runs where id = ?", [run.id]).fetchone()
    assert json.loads(stored) == [{"path": str(report), "type": "application/pdf"}]


async def test_files_of_earlier_versions_come_back(store: RunStore, report: Path) -> None:
    run = await Workflow("W", [lambda step_input: "done"], store=store).run("x", files=[report])

    with sqlite3.connect(store.path) as db:
        db.execute("update runs set files = ?", [json.dumps([str(report)])])
    assert (await store.run_request(run.id)).files == run.files


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["/nowhere/in.pdf"], "There is no file /nowhere/in.pdf"),
        (["/tmp"], "There is no file /tmp"),
        ("/x/in.pdf", r"a list of paths, not one: files=\['/x/in.pdf'\]"),
        (b"bytes", "a list of paths"),
        (Path("in.pdf"), "a list of paths"),
        ([b"bytes"], "takes paths, not bytes"),
        ([None], "takes paths, not NoneType"),
    ],
)
async def test_what_is_no_file_is_refused_before_anything_runs(store: RunStore, given: Any, told: str) -> None:
    ran = []
    with pytest.raises(InvalidInput, match=told):
        await Workflow("W", [ran.append], store=store).run("x", files=given)
    assert (ran, await store.runs()) == ([], [])


async def test_a_run_whose_file_is_gone_says_which_and_goes_on_when_it_is_back(store: RunStore, notes: Path) -> None:
    workflow = Workflow("W", [Step("read", executor=read, confirm="Read it?")], store=store)
    paused = await workflow.run("x", files=[notes])
    text = taken_away(notes)

    with pytest.raises(InvalidInput, match=f"There is no file {notes}"):
        await workflow.resume(paused.id, approve=True)
    assert (await store.get_run(paused.id)).status == "paused"
    with pytest.raises(NotFound):
        await workflow.fork("no such run", at="read")

    put_back(notes, text)
    assert (await workflow.resume(paused.id, approve=True)).content == text
    taken_away(notes)
    with pytest.raises(InvalidInput, match="There is no file"):
        await workflow.fork(paused.id, at="read")


async def test_agents_are_told_the_names_and_types_of_the_files(report: Path, notes: Path) -> None:
    model = ScriptedModel(["Read."])
    await Workflow("W", [Agent("Reader", model=model)]).run("Sum them up.", files=[report, notes])

    asked = model.calls[0].messages[-1].text
    assert asked == "Sum them up.\n\nFiles:\n- report.pdf (application/pdf)\n- notes.txt (text/plain)"


class Topic(BaseModel):
    name: str = Field(alias="the name")
    words: int = 100


@pytest.mark.parametrize("given", [{"a": [1, None]}, ["a", 2], 7, 2.5, True, "text", None], ids=repr)
async def test_an_input_of_any_kind_is_the_same_before_and_after_a_pause(store: RunStore, given: Any) -> None:
    seen: list[Any] = []

    async def see(step_input: StepInput) -> str:
        seen.append(step_input.input)
        return step_input.get_input_as_string()

    workflow = Workflow("W", [see, Step("again", executor=see, confirm="Again?")], store=store)
    paused = await workflow.run(given)
    done = await workflow.resume(paused.id, approve=True)

    assert (done.status, seen) == ("completed", [given, given])
    assert type(seen[1]) is type(given)


@pytest.mark.parametrize(
    "given",
    [Topic(**{"the name": "bees"}), {"the name": "bees"}, '{"the name": "bees"}'],
    ids=["model", "dict", "json"],
)
async def test_an_input_that_fits_the_schema_is_the_model_again_after_a_pause(store: RunStore, given: Any) -> None:
    seen: list[Any] = []

    async def see(step_input: StepInput) -> str:
        seen.append(step_input.input)
        return "seen"

    steps = [see, Step("again", executor=see, confirm="Again?")]
    workflow = Workflow("W", steps, input_schema=Topic, store=store)
    paused = await workflow.run(given)
    await workflow.resume(paused.id, approve=True)

    assert seen == [Topic(**{"the name": "bees"})] * 2
