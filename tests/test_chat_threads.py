"""Conversations rendered from the store, also while they go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chat.threads import render_thread, render_turn, unfinished
from flows.wire import to_record
from storage import RunStore
from storage.records import Feedback, Turn, TurnStatus

from .chat_events import ANSWER, START, Script, citation


async def kept(store: RunStore, script: Script) -> Turn:
    await store.create_turn(replace(script.turn, status="queued", decision=None, answer="", citations=()))
    await store.update_turn(script.turn, [to_record(event, script.turn.id) for event in script.events])
    return await store.get_turn(script.turn.id)


def answered(turn_id: str = "turn-1") -> Script:
    cited = tuple(citation(item) for item in ANSWER.evidence)
    return Script("What pulls?", turn_id).decide(ANSWER).answer("The moon [1].").end("The moon [1].", citations=cited)


@pytest.mark.parametrize("status", ["queued", "running", "interrupted"])
async def test_a_turn_that_ended_after_it_was_read_is_shown_ended(store: RunStore, status: TurnStatus) -> None:
    turn = await kept(store, answered())
    read_before = replace(turn, status=status, decision=None, answer="", citations=(), finished_at=None)
    view = await render_turn(store, read_before, now=START)
    assert view.board.steps[view.id]["metadata"]["state"] == "completed"
    assert not unfinished(view.turn)
    assert "Researcher · 2 min ago" in str(view.board.steps)


async def test_a_conversation_with_its_verdicts_in_the_order_of_its_turns(store: RunStore) -> None:
    first, second = answered("a"), answered("b")
    second.turn = replace(second.turn, started_at=second.turn.started_at.replace(minute=30))
    for script in (first, second):
        await kept(store, script)
    await store.upsert_feedback(Feedback("f", "b", "local", 1, "Good"), "local")
    session = await store.get_session("session-1")
    assert session is not None
    thread = await render_thread(store, session)
    assert [step["id"] for step in thread["steps"] if step["type"] == "user_message"] == ["a", "b"]
    assert [step.get("feedback") for step in thread["steps"] if step.get("feedback")] == [
        {"id": "f", "forId": thread.views[1].id, "value": 1, "comment": "Good"}
    ]
    assert thread["userIdentifier"] == "local"
    assert thread["createdAt"].endswith("Z")


async def test_a_turn_behind_an_unfinished_one_waits(store: RunStore) -> None:
    running, waiting = Script("One", "a"), Script("Two", "b")
    await store.create_turn(replace(running.turn, status="running"))
    await store.create_turn(replace(waiting.turn, status="queued", started_at=START.replace(minute=30)))
    session = await store.get_session("session-1")
    assert session is not None
    thread = await render_thread(store, session)
    assert [view.waiting for view in thread.views] == [False, True]
