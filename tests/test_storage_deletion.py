from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage import (
    Citation,
    Decision,
    EventRecord,
    Evidence,
    Feedback,
    JournalEntry,
    NotFound,
    RunRequest,
    RunStore,
    StepOutput,
    Turn,
    now,
)
from storage.records import KnownPart

SECRET = "zephyrwheel"


async def worked(store: RunStore, user: str, session: str, text: str) -> tuple[str, str]:
    """A turn with a finished run that gave `text`."""
    turn, run = f"{user}-{session}-turn", f"{user}-{session}-run"
    await store.create_turn(Turn(turn, f"Tell me of {text}", user, session))
    await store.create_run(RunRequest(run, "Content", "f", f"Tell me of {text}", user, session, turn))
    event = EventRecord(turn, 1, "step_finished", turn, run, "Write", "Write", now(), {"text": text})
    await store.record(run, JournalEntry("Write", "step", output=StepOutput(f"The {text} turns.")), [event])
    changes = {"set": {"word": text}, "removed": []}
    await store.end_run(run, status="completed", content=text, state_changes=changes)
    await store.upsert_feedback(Feedback(f"{turn}-f", turn, user, 1), user)
    return turn, run


async def quoting(store: RunStore, session: str, word: str) -> Turn:
    """A turn of another session that cites what the search finds for the word."""
    (passage,) = await store.search(word, user_id="ada")
    return Turn(
        f"{session}-quote",
        "And?",
        "ada",
        session,
        status="completed",
        decision=Decision("answer", "Known.", (Evidence(1, passage, 1.0),)),
        citations=(Citation(passage.run_id, passage.path, passage.finished_at, passage.text, 1),),
    )


def bytes_on_disk(store: RunStore) -> bytes:
    return b"".join(file.read_bytes() for file in store.path.parent.glob(f"{store.path.name}*") if file.is_file())


async def test_a_deleted_session_takes_all_that_came_of_it(store: RunStore) -> None:
    turn, run = await worked(store, "ada", "s1", SECRET)
    await worked(store, "ada", "s2", "windmill")
    await worked(store, "eve", "s1", SECRET)

    assert await store.delete_session("s1", "ada")
    assert not await store.delete_session("s1", "ada")
    for gone in (store.get_run(run), store.get_turn(turn)):
        with pytest.raises(NotFound):
            await gone
    assert await store.get_session("s1", user_id="ada") is None
    assert await store.session_state("s1", "ada") == {}
    assert await store.journal(run) == []
    assert await store.events(turn) == []
    assert await store.passages_of(run) == []
    assert await store.feedback_of([turn]) == {}
    assert await store.search(SECRET, user_id="ada") == []
    assert await store.workflow_run_by_input("ada", None, f"Tell me of {SECRET}") is None

    assert len(await store.search("windmill", user_id="ada")) == 1
    assert len(await store.search(SECRET, user_id="eve")) == 1, "another user's session of that id stays"
    assert await store.events("eve-s1-turn")


async def test_other_sessions_keep_no_excerpt_of_it(store: RunStore) -> None:
    _, run = await worked(store, "ada", "s1", SECRET)
    await worked(store, "ada", "s2", "windmill")
    await store.create_turn(await quoting(store, "s3", SECRET))
    await store.create_turn(await quoting(store, "s4", "windmill"))
    kept = await store.get_turn("s4-quote")

    await store.delete_session("s1", "ada")
    turn = await store.get_turn("s3-quote")
    assert [(citation.run_id, citation.excerpt) for citation in turn.citations] == [(run, "")]
    assert turn.decision is not None
    passage = turn.decision.evidence[0].passage
    assert (passage.run_id, passage.text, passage.run_input) == (run, "", "")
    assert await store.get_turn("s4-quote") == kept


def given(run: str, text: str) -> KnownPart:
    return KnownPart("Write", "Content", run, now(), f"The {text} turns.")


async def test_what_runs_of_other_sessions_were_given_of_it_goes_too(store: RunStore) -> None:
    _, gone = await worked(store, "ada", "s1", SECRET)
    _, stays = await worked(store, "ada", "s2", "windmill")
    both = (given(gone, SECRET), given(stays, "windmill"))
    await store.create_run(RunRequest("r3", "Content", "f", "x", "ada", "s3", known=both))
    await store.create_run(RunRequest("r4", "Content", "f", "x", "ada", "s4", known=both[:1]))
    assert (await store.run_request("r3")).known == both

    await store.delete_session("s1", "ada")
    late = RunRequest("late", "Content", "f", "x", "ada", "s3", known=both)
    await store.create_run(late)

    assert [(await store.run_request(run)).known for run in ("r3", "r4", "late")] == [both[1:], (), both[1:]]
    await store.close()
    assert f"The {SECRET} turns.".encode() not in bytes_on_disk(store)


async def test_a_turn_at_work_brings_nothing_back(store: RunStore) -> None:
    turn, run = await worked(store, "ada", "s1", SECRET)
    quote = await quoting(store, "s3", SECRET)
    await store.create_turn(replace(quote, decision=None, citations=()))
    await store.delete_session("s1", "ada")

    await store.update_turn(quote)
    written = await store.get_turn("s3-quote")
    assert [citation.excerpt for citation in written.citations] == [""]
    for late in (
        store.append_events([EventRecord(turn, 2, "x", turn, run, "", "", now(), {})]),
        store.record(run, JournalEntry("More", "step", output=StepOutput(SECRET))),
        store.end_run(run, status="completed", content=SECRET),
        store.create_run(RunRequest("late", "Content", "f", SECRET, "ada", "s1", turn)),
        store.update_turn(Turn(turn, SECRET, "ada", "s1")),
    ):
        with pytest.raises(NotFound):
            await late
    assert await store.get_session("s1", user_id="ada") is None


async def test_a_session_deleted_while_it_is_indexed_leaves_no_passage(store: RunStore) -> None:
    await store.create_run(RunRequest("r1", "Content", "f", "x", "ada", "s1"))
    entries = [JournalEntry(f"p{n}", "step", output=StepOutput(f"{SECRET} {n}.")) for n in range(20)]
    await asyncio.gather(*(store.record("r1", entry) for entry in entries), store.delete_session("s1", "ada"))
    assert await store.search(SECRET, user_id="ada") == []


async def test_the_file_itself_forgets_what_was_written(store: RunStore) -> None:
    await worked(store, "ada", "s1", SECRET)
    await store.search(SECRET, user_id="ada")
    assert f"The {SECRET} turns.".encode() in bytes_on_disk(store)
    await store.delete_session("s1", "ada")
    await store.close()
    for text in (f"The {SECRET} turns.", f"Tell me of {SECRET}", f'"text":"{SECRET}"', f'"word":"{SECRET}"'):
        assert text.encode() not in bytes_on_disk(store), text
