"""The store in memory forgets only what has ended, and knows in which order runs ended."""

from __future__ import annotations

import asyncio

import pytest

from flows import Step, StepInput, Workflow
from flows.memory import REMEMBERED_RUNS, MemoryStore
from storage import AlreadyCompleted, NotFound


async def a(step_input: StepInput) -> str:
    return "a"


async def test_runs_that_have_not_ended_are_not_forgotten() -> None:
    go_on, all_wait = asyncio.Event(), asyncio.Event()
    waiting, many = 0, REMEMBERED_RUNS + 50

    async def waits(step_input: StepInput) -> str:
        nonlocal waiting
        waiting += 1
        if waiting == many:
            all_wait.set()
        await go_on.wait()
        return "done"

    workflow = Workflow("W", [waits])
    runs = [asyncio.create_task(workflow.run("x")) for _ in range(many)]
    await all_wait.wait()
    go_on.set()
    assert {run.status for run in await asyncio.gather(*runs)} == {"completed"}


async def test_a_paused_run_is_there_after_many_others_and_ended_ones_go() -> None:
    workflow = Workflow("W", [Step("a", executor=a, confirm="Go on?")])
    paused = await workflow.run("first")
    workflow.steps = Workflow("W", [a]).steps
    ended = [await workflow.run("x") for _ in range(REMEMBERED_RUNS + 1)]

    assert (await workflow.get_run(paused.id)).status == "paused"
    assert (await workflow.get_run(ended[1].id)).status == "completed"
    with pytest.raises(NotFound):
        await workflow.get_run(ended[0].id)


async def test_history_is_in_the_order_in_which_runs_ended() -> None:
    begun, slow = asyncio.Event(), asyncio.Event()

    async def echo(step_input: StepInput) -> str:
        if step_input.input == "slow":
            begun.set()
            await slow.wait()
        return " ".join(str(run.input) for run in step_input.history)

    workflow = Workflow("W", [echo])
    first = asyncio.create_task(workflow.run("slow", session_id="s"))
    await begun.wait()
    await workflow.run("quick", session_id="s")
    slow.set()
    await first

    assert (await workflow.run("now", session_id="s")).content == "quick slow"


async def test_a_completed_run_is_not_claimed() -> None:
    store = MemoryStore()
    run = await Workflow("W", [a], store=store).run("x")
    with pytest.raises(AlreadyCompleted):
        await store.claim_run(run.id)
