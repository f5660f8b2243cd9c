from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from storage import (
    AlreadyCompleted,
    Busy,
    EventRecord,
    File,
    JournalEntry,
    NotFound,
    Question,
    RunRequest,
    RunStore,
    StepOutput,
    StorageError,
    Usage,
    now,
)

START = datetime(2024, 1, 1, tzinfo=UTC)


class Brief(BaseModel):
    topic: str
    words: int = 100


def request(run_id: str, **changes: Any) -> RunRequest:
    fixed = RunRequest(run_id, "Content", "print", "Write about wind", "ada", "s1", started_at=START)
    return replace(fixed, **changes)


def ids(runs: Any) -> list[str]:
    return [run.id for run in runs]


async def test_a_request_comes_back_as_it_was(store: RunStore) -> None:
    asked = request("r1", turn_id="t1", session_state={"n": 1}, history=("r0",), forked_from="r0")
    asked = replace(asked, files=(File("/in.pdf", "application/pdf"),))
    await store.create_run(asked)
    assert await store.run_request("r1") == asked
    run = await store.get_run("r1")
    assert (run.status, run.input, run.started_at, run.session_state) == ("running", asked.input, START, {"n": 1})
    with pytest.raises(StorageError):
        await store.create_run(asked)


async def test_a_model_as_input_comes_back_as_its_object(store: RunStore) -> None:
    await store.create_run(request("r1", input=Brief(topic="wind")))
    assert (await store.run_request("r1")).input == {"topic": "wind", "words": 100}


async def test_what_was_recorded_comes_back_in_order(store: RunStore) -> None:
    await store.create_run(request("r1"))
    entries = [
        JournalEntry("Route", "choice", decision=["Write", "Check"]),
        JournalEntry("Write", "step", output=StepOutput({"a": [1, None]}, step_name="Write", usage=Usage(1, 2, 0.5))),
        JournalEntry("Check", "step", "failed", StepOutput(None, False, "no"), changes={"set": {"x": 1}}, attempt=3),
        JournalEntry("Skip", "step", "skipped", StepOutput("same", error="skipped", stop=True)),
    ]
    for entry in entries:
        await store.record(
            "r1", entry, [EventRecord("r1", entries.index(entry) + 1, "x", None, "r1", "", "", now(), {})]
        )
    assert await store.journal("r1") == entries
    assert await store.last_seq("r1") == 4
    assert await store.journal("r2") == []


async def test_a_later_answer_at_a_path_takes_the_place_of_the_earlier(store: RunStore) -> None:
    await store.create_run(request("r1"))
    failed = JournalEntry("Write", "step", "failed", StepOutput(None, False, "no"))
    done = JournalEntry("Write", "step", output=StepOutput("done"), attempt=2)
    for entry in (failed, JournalEntry("Check", "verdict", decision=True), done):
        await store.record("r1", entry)
    assert [(entry.path, entry.status) for entry in await store.journal("r1")] == [
        ("Write", "completed"),
        ("Check", "completed"),
    ]


async def test_an_entry_and_its_events_are_kept_together_or_not_at_all(store: RunStore) -> None:
    await store.create_run(request("r1"))
    event = EventRecord("r1", 1, "x", None, "r1", "", "", now(), {})
    await store.append_events([event])
    with pytest.raises(StorageError):
        await store.record("r1", JournalEntry("Write", "step"), [event])
    assert await store.journal("r1") == []


async def test_unknown_runs_are_not_found(store: RunStore) -> None:
    for call in (
        store.get_run("r9"),
        store.run_request("r9"),
        store.claim_run("r9"),
        store.record("r9", JournalEntry("Write", "step")),
        store.end_run("r9", status="failed"),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_run_of_another_user_is_not_found(store: RunStore) -> None:
    await store.create_run(request("r1"))
    assert (await store.get_run("r1", user_id="ada")).id == "r1"
    with pytest.raises(NotFound):
        await store.get_run("r1", user_id="eve")


async def test_a_run_ends_with_all_it_gave(store: RunStore) -> None:
    await store.create_run(request("r1"))
    step = StepOutput("text", step_name="Write", steps=(StepOutput("inner", step_name="In"),))
    event = EventRecord("r1", 1, "run_finished", None, "r1", "", "Content", now(), {})
    await store.end_run(
        "r1",
        status="completed",
        content=Brief(topic="wind"),
        session_state={"n": 2},
        usage=Usage(10, 20, 1.5),
        steps=[step],
        events=[event],
    )
    run = await store.get_run("r1")
    assert run.status == "completed"
    assert run.content == {"topic": "wind", "words": 100}
    assert (run.steps, run.session_state, run.usage) == ((step,), {"n": 2}, Usage(10, 20, 1.5))
    assert run.finished_at is not None
    assert run.finished_at > run.started_at
    assert await store.events("r1") == [event]


async def test_a_paused_run_keeps_its_question_and_goes_on(store: RunStore) -> None:
    await store.create_run(request("r1"))
    await store.record("r1", JournalEntry("Write", "step", output=StepOutput("draft")))
    question = Question("q1", "route", "Pick", "Which?", {"type": "object"}, ("a", "b"))
    await store.end_run("r1", status="paused", question=question)
    paused = await store.get_run("r1")
    assert (paused.status, paused.question, paused.finished_at) == ("paused", question, None)

    assert (await store.claim_run("r1")).id == "r1"
    assert (await store.get_run("r1")).question is None, "nobody is asked while it works"
    assert len(await store.journal("r1")) == 1
    with pytest.raises(Busy):
        await store.claim_run("r1")
    await store.end_run("r1", status="failed", error="broke")
    failed = await store.get_run("r1")
    assert (failed.status, failed.error, failed.question) == ("failed", "broke", None)


async def test_only_a_completed_run_changes_its_sessions_state(store: RunStore) -> None:
    changes = {"set": {"topic": "wind", "n": {"a": 1}}, "removed": []}
    await store.create_run(request("r1"))
    await store.end_run("r1", status="failed", state_changes=changes)
    assert await store.session_state("s1", "ada") == {}
    await store.create_run(request("r2"))
    await store.end_run("r2", status="completed", state_changes=changes)
    await store.create_run(request("r3"))
    await store.end_run("r3", status="completed", state_changes={"set": {"n": 2}, "removed": ["topic", "none"]})
    assert await store.session_state("s1", "ada") == {"n": 2}
    assert await store.session_state("s1", "eve") == {}, "a session is its user's"
    assert await store.session_state("s9", "ada") == {}


async def test_runs_are_listed_newest_first_by_what_is_asked(store: RunStore) -> None:
    whose = [("ada", "s1", "A"), ("ada", "s2", "B"), ("eve", "s1", "A"), ("ada", "s1", "B")]
    for number, (user, session, workflow) in enumerate(whose):
        await store.create_run(
            request(
                f"r{number}",
                user_id=user,
                session_id=session,
                workflow=workflow,
                started_at=START + timedelta(seconds=number),
            )
        )
    await store.end_run("r0", status="completed")
    assert ids(await store.runs()) == ["r3", "r2", "r1", "r0"]
    assert ids(await store.runs(user_id="ada")) == ["r3", "r1", "r0"]
    assert ids(await store.runs(user_id="ada", session_id="s1")) == ["r3", "r0"]
    assert ids(await store.runs(session_id="s1")) == ["r3", "r2", "r0"]
    assert ids(await store.runs(workflow="B", limit=1)) == ["r3"]
    assert ids(await store.runs(user_id="ada", status="completed")) == ["r0"]
    assert ids(await store.runs(user_id="bob")) == []


async def test_completed_runs_of_a_session_are_given_newest_last(store: RunStore) -> None:
    for number in range(5):
        await store.create_run(request(f"r{number}", started_at=START - timedelta(days=number)))
        await store.end_run(f"r{number}", status="failed" if number == 3 else "completed")
    await store.create_run(request("other", user_id="eve"))
    await store.end_run("other", status="completed")
    assert await store.completed_run_ids("s1", "ada", 3) == ["r1", "r2", "r4"], "in the order they ended"
    assert await store.completed_run_ids("s9", "ada", 3) == []


async def test_a_repeat_is_found_by_its_input(store: RunStore) -> None:
    for number, workflow in enumerate(["Content", "Content", "Other", "Content"]):
        await store.create_run(request(f"r{number}", workflow=workflow))
        await store.end_run(f"r{number}", status="failed" if number == 3 else "completed")
    await store.create_run(request("theirs", user_id="eve"))
    await store.end_run("theirs", status="completed")
    for text in ("Write about wind", "  write ABOUT\n wind?!"):
        found = await store.workflow_run_by_input("ada", "Content", text)
        assert found is not None
        assert found.id == "r1", "the newest that was completed"
        found = await store.workflow_run_by_input("ada", input_text=text)
        assert found is not None
        assert found.id == "r2"
    assert await store.workflow_run_by_input("ada", "Content", "Write about sun") is None
    assert await store.workflow_run_by_input("bob", "Content", "Write about wind") is None


async def test_a_completed_run_is_not_claimed_again(store: RunStore) -> None:
    await store.create_run(request("r1"))
    await store.end_run("r1", status="completed", content="text")
    with pytest.raises(AlreadyCompleted):
        await store.claim_run("r1")
    run = await store.get_run("r1")
    assert (run.status, run.content) == ("completed", "text")


async def test_a_claimed_run_that_dies_has_neither_question_nor_error(store: RunStore) -> None:
    for run_id in ("r1", "r2"):
        await store.create_run(request(run_id))
    await store.end_run("r1", status="paused", question=Question("q1", "confirm", "a", "Sure?"))
    await store.end_run("r2", status="failed", error="broke")
    for run_id in ("r1", "r2"):
        await store.claim_run(run_id)
    await store.close()
    again = RunStore(store.path)
    for run_id in ("r1", "r2"):
        run = await again.get_run(run_id)
        assert (run.status, run.question, run.error) == ("interrupted", None, None)
    await again.close()
