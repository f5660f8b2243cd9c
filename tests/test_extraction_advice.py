"""Where nothing is found, the answer says once what could be done next: what is near, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from agents.boundary import begin_turn, installed
from agents.context import current_shelf, wants_offline
from agents.extraction.advice import advice, handed_on, without_advice
from agents.extraction.material import material
from agents.recorded import Recording, read_recording
from agents.recording import Recorder
from agents.replay import Replay
from agents.tools import DuckDuckGoTools, LibraryTools
from agents.tools.duckduckgo import REFUSED, SWITCHED_OFF, UNREACHABLE, Web
from agents.tools.sources import readable
from agents.tools.ways import ways
from flows import WorkflowAgent
from flows.setup import load_workflows
from storage import RunStore
from storage.encoding import content_text, to_json

KEY = "set OPENAI_API_KEY for a language model"
WEB = "turn on web search (unset REFRAIN_SEARCH)"
CLAY = """# Pots of Clay

## Glazes

A glaze is a coat of glass on clay. Celadon is a glaze of a pale green.

## Kilns

A kiln for clay reaches a thousand degrees. A kiln cools for a whole day after the fire has gone out.
"""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "clay.md").write_text(CLAY)
    (folder / "bees.md").write_text("# Bees\n\n## Hives\n\nBees live in hives. A hive has one queen.\n")
    monkeypatch.setenv("REFRAIN_LIBRARY", str(folder))
    return folder


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("celadon vases of the Song dynasty", ["Pots of Clay"]),
        ("kilns of Jingdezhen compared with hives of Slovenia", ["Bees", "Pots of Clay"]),
        ("wasps", []),
        ("the whole glass queue", []),
        ("zymurgy", []),
    ],
)
def test_titles_are_near_that_a_word_is_a_subject_of(query: str, near: list[str]) -> None:
    result = LibraryTools().search(query)
    assert not result["sources"]
    assert result["near"] == near


def test_a_model_reads_of_a_search_what_it_read_before() -> None:
    assert readable(LibraryTools().search("celadon vases of the Song dynasty")) == (
        "Nothing about this was found in the document library."
    )


def test_what_is_found_comes_without_advice() -> None:
    result = LibraryTools().search("kiln")
    assert result["sources"]
    assert "near" not in result
    assert "ways" not in result


@pytest.fixture
def shelf() -> Iterator[None]:
    class Empty:
        def attachments(self) -> list[object]:
            return []

    token = current_shelf.set(Empty())  # type: ignore[arg-type]
    yield
    current_shelf.reset(token)


def test_only_what_would_help_here_is_a_way(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways(WEB) == ["attach a file", WEB, KEY]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert ways() == ["attach a file"]
    token = wants_offline.set(True)
    assert ways() == ["attach a file", "choose a language model in the settings"]
    wants_offline.reset(token)
    monkeypatch.setenv("REFRAIN_OFFLINE", "1")
    assert ways() == ["attach a file"]
    current_shelf.set(None)
    assert ways() == []


@pytest.mark.parametrize(
    ("note", "way"),
    [
        (SWITCHED_OFF, WEB),
        (UNREACHABLE, "ask again when the web can be reached"),
        (REFUSED, "ask again in a few minutes"),
    ],
)
def test_the_way_to_the_web_is_the_one_that_is_closed(note: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(Web):
        def search(self, query: str) -> tuple[list[object], str]:  # type: ignore[override]
            return [], note

    if note != SWITCHED_OFF:
        monkeypatch.delenv("REFRAIN_SEARCH")
    assert DuckDuckGoTools(web=Closed()).search("zymurgy")["ways"] == [way, KEY]


def test_in_a_replay_neither_web_nor_key_is_offered(tmp_path: Path) -> None:
    Recorder(tmp_path / "empty.jsonl", model="m", workflows=[]).close()
    recording: Recording = read_recording(tmp_path / "empty.jsonl")

    def departing() -> list[str]:
        begin_turn("not in the script")
        return DuckDuckGoTools().search("zymurgy")["ways"]

    with installed(Replay(recording)):
        assert copy_context().run(departing) == []


def test_advice_is_told_in_a_sentence_or_two_and_survives_the_steps_it_passes() -> None:
    results = [{"near": ["A", "B; C"], "ways": ["attach a file", KEY]}, {"near": ["A", "D"], "ways": [KEY]}]
    told = advice(results)
    assert told == f"The library has notes on: A; B, C; D. To find more, attach a file or {KEY}."
    assert advice([{}]) == ""
    assert handed_on([f"Nothing.\n\n{told}", told]) == told
    assert handed_on([to_json({"sources": [], "near": ["A"], "ways": []})]) == "The library has notes on: A."
    assert handed_on(["- The library has notes on: what a source says", "To go"]) == ""
    assert material([f"Nothing was found.\n\n{told}"]) == [], "it is no sentence of a source"
    assert without_advice(f"Nothing.\n\n{told}").strip() == "Nothing."
    assert "D" not in without_advice(content_text({"query": "x", "sources": [], "near": ["D"], "ways": [KEY]}))


@pytest.mark.parametrize(
    ("workflow", "request_", "near"),
    [
        ("Article", "Write an article about celadon vases of the Song dynasty", "Pots of Clay"),
        ("Brief", "What are celadon vases of the Song dynasty?", "Pots of Clay"),
        ("Compare", "Compare Song dynasty celadon vases and Slovenian hives for wasps", "Pots of Clay; Bees"),
        ("Compare", "Compare wasps from Slovenia and kilns", ""),
        ("Fact check", "Fact check: celadon vases were a currency of the Song dynasty", "Pots of Clay"),
        ("Fact check", "Fact check: wasps sting twice a day", ""),
    ],
)
async def test_the_answer_of_a_workflow_says_once_what_to_do_next(workflow: str, request_: str, near: str) -> None:
    run = await load_workflows()[workflow].run(request_)
    assert run.status == "completed"
    told = f"The library has notes on: {near}. " if near else ""
    assert f"\n\n{told}To find more, {WEB} or {KEY}." in run.content
    assert str(run.content).count("To find more") == 1
    assert str(run.content).count("The library has notes on") == bool(near)


@pytest.mark.parametrize("length", ["short", "long"])
async def test_the_draft_of_a_report_says_it_to_its_reviewer(length: str) -> None:
    run = await load_workflows()["Report"].run(f"A {length} report on celadon vases of the Song dynasty")
    assert run.question is not None
    assert str(run.question.draft).count("The library has notes on: Pots of Clay. To find more") == 1


async def test_what_was_named_as_near_counts_for_nothing_when_it_is_asked_for(store: RunStore) -> None:
    agent = WorkflowAgent(load_workflows().values(), store=store)
    first = await agent.respond("Fact check: celadon vases were a currency of the Song dynasty", session_id="s")
    assert "The library has notes on: Pots of Clay." in first.answer
    assert "attach a file" in first.answer
    turn = await agent.respond("Pots of Clay", session_id="s")
    assert turn.decision is not None
    assert turn.decision.action == "run"
    assert "A glaze is a coat of glass on clay." in turn.answer
    await agent.runner.close()
