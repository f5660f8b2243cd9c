from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage import JournalEntry, RunRequest, RunStore, StepOutput, content_text
from storage.passages import merge
from storage.records import EntryStatus
from storage.writer import connect


async def passages(store: RunStore, *entries: JournalEntry) -> list[tuple[str, str]]:
    await store.create_run(RunRequest("r1", "Content", "f", {"topic": "wind"}, "ada", "s1"))
    for entry in entries:
        await store.record("r1", entry)
    await store.search("anything", user_id="ada")
    return [(passage.path, passage.text) for passage in await store.passages_of("r1")]


async def test_a_finished_step_is_cut_with_exact_offsets(store: RunStore) -> None:
    text = "  " + " ".join(f"The turbine number {number} turns in the wind." for number in range(60))
    pieces = await passages(store, JournalEntry("Gather/web", "step", output=StepOutput(text, step_name="web")))
    assert len(pieces) > 2
    for passage in await store.passages_of("r1"):
        assert passage.text == text[passage.start : passage.end]
        assert (passage.step_name, passage.workflow, passage.run_input) == ("web", "Content", "topic: wind")
        assert (passage.run_status, passage.session_id) == ("running", "s1")


async def test_offsets_count_the_readable_form_of_an_object(store: RunStore) -> None:
    content = {"title": "Wind", "points": ["It is free.", "It is loud."]}
    await passages(store, JournalEntry("Write", "step", output=StepOutput(content)))
    (passage,) = await store.passages_of("r1")
    assert passage.text == content_text(content)[passage.start : passage.end]
    assert "It is loud." in passage.text
    assert passage.step_name == "Write", "a step without a name goes by its path"


@pytest.mark.parametrize("kind", ["steps", "parallel", "loop", "condition", "router", "workflow", "verdict", "answer"])
async def test_containers_and_decisions_are_no_evidence(store: RunStore, kind: str) -> None:
    assert await passages(store, JournalEntry("X", kind, output=StepOutput("All the wind."))) == []


@pytest.mark.parametrize(
    ("status", "output"),
    [("failed", StepOutput("half", False)), ("skipped", StepOutput("old")), ("completed", StepOutput(None))],
)
async def test_what_is_not_finished_is_no_evidence(store: RunStore, status: EntryStatus, output: Any) -> None:
    assert await passages(store, JournalEntry("X", "step", status, output)) == []


async def test_a_step_done_again_is_found_with_its_new_text_only(store: RunStore) -> None:
    first, second = (JournalEntry("X", "step", output=StepOutput(text)) for text in ("old gale.", "new breeze."))
    assert await passages(store, first, second) == [("X", "new breeze.")]
    assert await store.search("gale", user_id="ada") == []
    await store.record("r1", JournalEntry("X", "step", "failed", StepOutput(None, False, "no")))
    assert await store.search("breeze", user_id="ada") == []


async def test_an_unknown_run_has_no_passages(store: RunStore) -> None:
    assert await store.passages_of("r9") == []


async def test_what_many_writes_left_in_the_index_is_merged_bit_by_bit_and_finds_the_same(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "wind.db")
    await store.create_run(RunRequest("r1", "Content", "f", {"topic": "wind"}, "ada", "s1"))
    for number in range(30):
        await store.record("r1", JournalEntry(f"N{number}", "step", output=StepOutput(f"gale {number} of the coast")))
    before = await store.search("gale of the coast", user_id="ada")
    db = connect(tmp_path / "wind.db")
    parts = "select count(distinct segid) from passage_words_idx"
    while merge(db):
        pass
    assert db.execute(parts).fetchone() == (1,)
    assert await store.search("gale of the coast", user_id="ada") == before != []
    await store.close()
