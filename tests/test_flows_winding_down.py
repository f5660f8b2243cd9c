"""A process that is about to end: steps at work finish or are cut off, nothing begins, all of it can be resumed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from flows import Parallel, Step, Workflow, WorkflowAgent
from flows.runner import Runner
from flows.winding_down import Stopping
from storage import RunStore

from .scripted import ScriptedModel


class Gate:
    """A step that says when it has begun, and ends when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.times = 0

    async def __call__(self, step_input: object) -> AsyncIterator[str]:
        self.times += 1
        self.begun.set()
        yield "It begins. "
        await self.may_end.wait()
        yield "It ends."


async def test_the_step_at_work_finishes_and_the_next_waits_for_a_resume(store: RunStore) -> None:
    gate, after = Gate(), []
    workflow = Workflow("Two", steps=[Step("First", executor=gate), Step("Second", executor=after.append)])
    agent = WorkflowAgent([workflow], store=store, model=ScriptedModel())
    answering = asyncio.create_task(agent.respond("/run Two tides", session_id="s"))
    await gate.begun.wait()
    ending = asyncio.create_task(agent.runner.wind_down(10))
    await asyncio.sleep(0)
    with pytest.raises(Stopping, match="takes nothing new"):
        await agent.respond("Hello", session_id="s")
    gate.may_end.set()
    await ending
    turn = await answering
    run = await store.get_run(turn.run_ids[0])
    assert (turn.status, turn.error, run.status, after) == ("interrupted", None, "interrupted", [])
    assert [entry.path for entry in await store.journal(run.id)] == ["First"]
    with pytest.raises(Stopping):
        await agent.runner.answer(run.id)

    later = WorkflowAgent([workflow], store=store, model=ScriptedModel())
    await later.runner.answer(run.id)
    assert [event async for event in later.runner.follow(turn.id)][-1].type == "turn_finished"
    assert ((await store.get_run(run.id)).status, len(after), gate.times) == ("completed", 1, 1)


async def test_what_takes_too_long_is_cut_off_and_can_be_resumed(store: RunStore) -> None:
    gate = Gate()
    runner = Runner(store, {"One": Workflow("One", steps=[Step("Only", executor=gate)])})
    run_id = await runner.start("One", "tides", user_id="ann", session_id="s")
    await gate.begun.wait()
    async with asyncio.timeout(10):
        await runner.wind_down(0.05)
    run = await store.get_run(run_id)
    assert (run.status, run.finished_at, await store.journal(run_id)) == ("interrupted", None, [])
    texts = [event.data["text"] for event in await store.events(run_id) if event.type == "step_delta"]
    assert texts == ["It begins. "], "what was streamed is kept"

    gate.may_end.set()
    later = Runner(store, runner.workflows)
    await later.answer(run_id)
    assert [event async for event in later.follow(run_id)][-1].type == "run_finished"
    assert (await store.get_run(run_id)).content == "It begins. It ends."


async def test_branches_at_work_all_finish(store: RunStore) -> None:
    gates, after = [Gate(), Gate()], []
    branches = Parallel(*(Step(f"Branch {n}", executor=gate) for n, gate in enumerate(gates)), name="Both")
    runner = Runner(store, {"Many": Workflow("Many", steps=[branches, Step("After", executor=after.append)])})
    run_id = await runner.start("Many", "tides", user_id="ann", session_id="s")
    await asyncio.gather(*(gate.begun.wait() for gate in gates))
    ending = asyncio.create_task(runner.wind_down(10))
    for gate in gates:
        await asyncio.sleep(0)
        gate.may_end.set()
    await ending
    assert {entry.path for entry in await store.journal(run_id)} == {"Both/Branch 0", "Both/Branch 1"}
    assert ((await store.get_run(run_id)).status, after) == ("interrupted", [])


async def test_a_turn_that_waited_behind_another_can_be_asked_again(store: RunStore) -> None:
    gate = Gate()
    agent = WorkflowAgent(
        [Workflow("One", steps=[Step("Only", executor=gate)])], store=store, model=ScriptedModel()
    )  # fmt: skip
    first = await agent.start("/run One tides", session_id="s")
    await gate.begun.wait()
    second = await agent.start("/run One winds", session_id="s")
    await agent.runner.wind_down(0.05)
    assert [(await store.get_turn(id)).status for id in (first, second)] == ["interrupted", "interrupted"]
    assert gate.times == 1
