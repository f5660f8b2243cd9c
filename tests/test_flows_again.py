"""A turn that does an earlier run again, or a part of it; a runner that forks; the earlier run of a request."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flows import StepInput, Workflow, WorkflowAgent
from flows.again import Again
from flows.errors import WorkflowError
from flows.events import RunStarted, StepStarted
from flows.fork import Fork
from flows.runner import Runner
from storage import Busy, NotFound, RunStore, Turn


class Study:
    """A workflow of two steps that counts how often they ran; the second can be held up."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.workflow = Workflow("Study", [self.notes, self.essay])

    def notes(self, step_input: StepInput) -> str:
        self.ran.append("notes")
        return f"notes {len(self.ran)} on {step_input.input}"

    async def essay(self, step_input: StepInput) -> str:
        self.ran.append("essay")
        await self.open.wait()
        return f"essay from {step_input.previous_step_content}"


async def ended(agent: WorkflowAgent, turn_id: str) -> Turn:
    async for _ in agent.runner.follow(turn_id):
        pass
    return await agent.store.get_turn(turn_id)


async def again(agent: WorkflowAgent, what: Again, *, session: str = "s2") -> Turn:
    message = what.message("Study")
    return await ended(agent, await agent.start(message, session_id=session, user_id="ada", again=what))


async def test_a_step_is_done_again_as_a_turn_and_what_came_before_is_kept(store: RunStore) -> None:
    study = Study()
    agent = WorkflowAgent([study.workflow], store=store)
    first = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    turn = await again(agent, Again(first.run_ids[0], "essay"))

    assert study.ran == ["notes", "essay", "essay"]
    assert (turn.status, turn.message, turn.answer) == (
        "completed",
        "Run Study again from essay",
        "essay from notes 1 on tides",
    )
    assert turn.decision is not None
    assert (turn.decision.action, turn.decision.firm, turn.decision.earlier) == ("run", True, first.run_ids[0])
    assert turn.decision.reason == "You asked to run it again from essay."
    run = await store.get_run(turn.run_ids[0])
    assert (run.forked_from, run.session_id, run.turn_id) == (first.run_ids[0], "s2", turn.id)


async def test_a_persons_text_takes_the_place_of_a_step(store: RunStore) -> None:
    study = Study()
    agent = WorkflowAgent([study.workflow], store=store)
    first = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    turn = await again(agent, Again(first.run_ids[0], "notes", "my notes"))
    assert turn.answer == "essay from my notes"
    assert turn.decision is not None
    assert turn.decision.reason == "You asked to run it again from notes, with your text in its place."

    last = await again(agent, Again(first.run_ids[0], "essay", "my essay"))
    assert (last.status, last.answer) == ("completed", "my essay")
    assert study.ran == ["notes", "essay", "essay"]


async def test_a_run_is_done_again_on_the_very_input_it_had(store: RunStore) -> None:
    study = Study()
    agent = WorkflowAgent([study.workflow], store=store)
    run_id = await agent.runner.start("Study", {"topic": "tides"}, user_id="ada", session_id="s1")
    async for _ in agent.runner.follow(run_id):
        pass
    turn = await again(agent, Again(run_id))
    run = await store.get_run(turn.run_ids[0])
    assert (run.input, run.forked_from) == ({"topic": "tides"}, None)
    assert (turn.message, turn.decision and turn.decision.earlier) == ("Run Study again", run_id)
    assert study.ran == ["notes", "essay"] * 2


async def test_what_cannot_be_done_again_is_refused_before_there_is_a_turn(store: RunStore) -> None:
    study = Study()
    agent = WorkflowAgent([study.workflow], store=store)
    first = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    run_id = first.run_ids[0]
    study.open.clear()
    working = await agent.start("/run Study moons", session_id="s1", user_id="ada")
    async for event in agent.runner.follow(working):
        if isinstance(event, StepStarted) and event.path == "essay":
            break
    at_work = (await store.get_turn(working)).run_ids[0]

    refused: list[tuple[Again, str, type[Exception]]] = [
        (Again("none"), "ada", NotFound),
        (Again(run_id), "eve", NotFound),
        (Again(run_id, "essay"), "eve", NotFound),
        (Again(run_id, "nowhere"), "ada", WorkflowError),
        (Again(at_work, "notes"), "ada", Busy),
    ]
    for what, user, error in refused:
        with pytest.raises(error):
            await agent.start("again", session_id="s2", user_id=user, again=what)
    other = WorkflowAgent([], store=store)
    with pytest.raises(WorkflowError, match="no workflow called 'Study'"):
        await other.start("again", session_id="s2", user_id="ada", again=Again(run_id))
    assert await store.turns("s2") == []
    study.open.set()
    await ended(agent, working)


async def test_such_a_turn_is_gone_on_with_after_its_process_has_died(store: RunStore) -> None:
    study = Study()
    agent = WorkflowAgent([study.workflow], store=store)
    first = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    study.open.clear()
    what = Again(first.run_ids[0], "notes", "my notes")
    turn_id = await agent.start("again", session_id="s2", user_id="ada", again=what)
    async for event in agent.runner.follow(turn_id):
        if isinstance(event, StepStarted) and event.path == "essay":
            break
    await agent.runner.close()

    study.open.set()
    restarted = WorkflowAgent([study.workflow], store=store)
    run_id = (await store.get_turn(turn_id)).run_ids[0]
    await restarted.runner.answer(run_id)
    turn = await ended(restarted, turn_id)
    assert (turn.status, turn.answer) == ("completed", "essay from my notes")
    assert study.ran == ["notes", "essay", "essay", "essay"]


async def test_a_runner_forks(store: RunStore) -> None:
    study = Study()
    runner = Runner(store, {"Study": study.workflow})
    first = await runner.start("Study", "tides", user_id="ada", session_id="s1")
    async for _ in runner.follow(first):
        pass
    fork = await runner.start("Study", user_id="ada", session_id="s2", fork=Fork(first, "essay"))
    events = [event async for event in runner.follow(fork)]
    assert isinstance(events[0], RunStarted)
    assert events[0].resumed
    run = await store.get_run(fork)
    assert (run.status, run.content, run.forked_from) == ("completed", "essay from notes 1 on tides", first)
    with pytest.raises(NotFound):
        await runner.start("Study", user_id="eve", session_id="s3", fork=Fork(first, "essay"))
    with pytest.raises(WorkflowError, match="no step at 'x'"):
        await runner.start("Study", user_id="ada", session_id="s2", fork=Fork(first, "x"))


@pytest.mark.parametrize("message", ["/run Study tides", "/fresh tides"])
async def test_a_request_that_is_run_anew_names_the_run_before_it(store: RunStore, message: str) -> None:
    agent = WorkflowAgent([Study().workflow], store=store)
    first = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    eves = await agent.respond("/run Study tides", session_id="s1", user_id="eve")
    second = await agent.respond(message, session_id="s1", user_id="ada")
    earlier: list[Any] = [turn.decision and turn.decision.earlier for turn in (first, eves, second)]
    assert earlier == [None, None, first.run_ids[0]]
    kept = (await store.get_turn(second.id)).decision
    assert kept is not None
    assert kept.earlier == first.run_ids[0]
