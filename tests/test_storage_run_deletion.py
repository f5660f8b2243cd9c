"""A deleted run is gone with all that came of it; what spoke of it stays readable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import (
    Busy,
    Citation,
    Decision,
    EventRecord,
    Evidence,
    JournalEntry,
    NotFound,
    Question,
    RunRequest,
    RunStatus,
    RunStore,
    StepOutput,
    Turn,
    TurnStatus,
    now,
)
from storage.records import KnownPart

SECRET = "zephyrwheel"


async def worked(
    store: RunStore, *, status: RunStatus = "completed", turn_status: TurnStatus = "completed", answer: str = SECRET
) -> None:
    """A turn `t` of ada's with a run `r` that gave the secret."""
    turn = Turn("t", "Write", "ada", "s", status="running", decision=Decision("run", "New."))
    await store.create_turn(turn)
    await store.create_run(RunRequest("r", "Article", "f", "write", "ada", "s", "t"))
    event = EventRecord("t", 1, "step_finished", "t", "r", "Write", "Write", now(), {"text": SECRET})
    decided = EventRecord("t", 2, "turn_finished", "t", None, "", "", now(), {})
    await store.record("r", JournalEntry("Write", "step", output=StepOutput(f"The {SECRET} turns.")), [event, decided])
    question = Question("q", "confirm", "Write", SECRET) if status == "paused" else None
    await store.end_run("r", status=status, content=SECRET, question=question)
    await store.update_turn(replace(turn, status=turn_status, answer=answer, run_ids=("r",)))


async def quote(store: RunStore) -> None:
    """A turn of another session that cites the run, and a run there that was given a part of it."""
    (passage,) = await store.search(SECRET, user_id="ada")
    known = KnownPart("Write", "Article", "r", now(), f"The {SECRET} turns.")
    await store.create_run(RunRequest("given", "Article", "f", "more", "ada", "s2", known=(known,), forked_from="r"))
    decision = Decision("answer", "Known.", (Evidence(1, passage, 1.0),), earlier="r")
    citation = Citation("r", passage.path, passage.finished_at, passage.text, 1)
    await store.create_turn(
        Turn("quote", "And?", "ada", "s2", status="completed", decision=decision, citations=(citation,))
    )


def bytes_on_disk(store: RunStore) -> bytes:
    return b"".join(file.read_bytes() for file in store.path.parent.glob(f"{store.path.name}*") if file.is_file())


async def test_a_deleted_run_takes_its_steps_passages_and_events(store: RunStore) -> None:
    await worked(store)
    await quote(store)
    await store.delete_run("r", user_id="ada")

    with pytest.raises(NotFound):
        await store.get_run("r")
    assert await store.journal("r") == []
    assert await store.search(SECRET, user_id="ada") == []
    assert [event.type for event in await store.events("t")] == ["turn_finished"]
    assert (await store.run_request("given")).known == ()
    assert (await store.run_request("given")).forked_from is None
    await store.close()
    for text in (f"The {SECRET} turns.", f'"text":"{SECRET}"', f'"{SECRET}"'):
        assert text.encode() not in bytes_on_disk(store), text


async def test_the_turn_that_ran_it_says_so_and_what_cites_it_is_blank(store: RunStore) -> None:
    await worked(store, answer=f"## One\n\n{SECRET}\n\n## Two\n\nwind")
    await quote(store)
    await store.delete_run("r", user_id="ada")

    turn = await store.get_turn("t")
    assert (turn.answer, turn.run_ids) == ("## One\n\nThis run was deleted.\n\n## Two\n\nwind", ())
    assert turn.decision is not None
    quoting = await store.get_turn("quote")
    assert quoting.decision is not None
    assert [citation.excerpt for citation in quoting.citations] == [""]
    assert [item.passage.text for item in quoting.decision.evidence] == [""]
    assert quoting.decision.earlier is None


async def test_a_run_that_waits_can_be_deleted_and_waits_no_more(store: RunStore) -> None:
    await worked(store, status="paused", turn_status="paused", answer="")
    await store.delete_run("r", user_id="ada")
    turn = await store.get_turn("t")
    assert (turn.status, turn.answer) == ("cancelled", "This run was deleted.")


async def test_a_run_at_work_is_not_deleted_nor_one_whose_turn_is(store: RunStore) -> None:
    await store.create_run(RunRequest("r", "Article", "f", "write", "ada", "s"))
    with pytest.raises(Busy, match="stop it first"):
        await store.delete_run("r", user_id="ada")
    await store.end_run("r", status="completed")
    await store.delete_run("r", user_id="ada")

    await store.create_turn(Turn("t", "two runs", "ada", "s", run_ids=("r1", "r2")))
    await store.create_run(RunRequest("r1", "Article", "f", "write", "ada", "s", "t"))
    await store.end_run("r1", status="completed")
    with pytest.raises(Busy):
        await store.delete_run("r1", user_id="ada")
    assert (await store.get_run("r1")).status == "completed"


async def test_another_users_run_is_as_if_there_were_none(store: RunStore) -> None:
    await worked(store)
    for run_id in ("r", "none"):
        with pytest.raises(NotFound):
            await store.delete_run(run_id, user_id="eve")
    assert (await store.get_run("r")).content == SECRET


async def test_a_decision_stored_before_there_were_earlier_runs_still_loads(store: RunStore) -> None:
    await worked(store)
    store._writer.submit(lambda db: db.execute("update turns set decision = json_remove(decision, '$.earlier')"))
    turn = await store.get_turn("t")
    assert turn.decision is not None
    assert turn.decision.earlier is None
