"""A process that dies after a run has ended, or asks, and before its turn could say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from flows import Step, StepInput, Workflow, WorkflowAgent
from storage import RunStore
from storage.errors import Busy
from storage.records import Turn

from .scripted import ScriptedModel


def write(step_input: StepInput) -> str:
    return f"About {step_input.input}."


async def agent_over(store: RunStore, *steps: object) -> WorkflowAgent:
    return WorkflowAgent([Workflow("Notes", steps)], store=store, model=ScriptedModel())


async def left_untold(store: RunStore, agent: WorkflowAgent) -> Turn:
    """A turn whose run stands as it ended, while the turn was cut off."""
    turn = await agent.respond("/run Notes wind", session_id="s")
    cut = replace(turn, status="interrupted", answer="", finished_at=None)
    await store.update_turn(cut)
    return cut


async def go_on(agent: WorkflowAgent, turn: Turn) -> Turn:
    await agent.runner.answer(turn.run_ids[0])
    async for _ in agent.runner.follow(turn.id, await agent.store.last_seq(turn.id)):
        pass
    return await agent.store.get_turn(turn.id)


async def test_the_turn_of_a_completed_run_gets_its_answer_and_no_step_runs_again(store: RunStore) -> None:
    done: list[str] = []

    def counted(step_input: StepInput) -> str:
        done.append("")
        return write(step_input)

    agent = await agent_over(store, counted)
    turn = await go_on(agent, await left_untold(store, agent))
    assert (turn.status, turn.answer, len(done)) == ("completed", "About wind.", 1)


async def test_the_turn_of_a_run_that_asks_waits_for_the_answer_and_goes_on_with_it(store: RunStore) -> None:
    agent = await agent_over(store, Step("Write", executor=write, confirm="Go on?"))
    turn = await go_on(agent, await left_untold(store, agent))
    assert turn.status == "paused"
    await agent.runner.answer(turn.run_ids[0], approve=True)
    async for _ in agent.runner.follow(turn.id, await store.last_seq(turn.id)):
        pass
    assert (await store.get_turn(turn.id)).answer == "About wind."


async def test_two_that_go_on_with_it_at_once_do_it_once(store: RunStore) -> None:
    agent = await agent_over(store, write)
    turn = await left_untold(store, agent)
    twice = await asyncio.gather(*(agent.runner.answer(turn.run_ids[0]) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(outcome, Busy) for outcome in twice) == 1
    async for _ in agent.runner.follow(turn.id, await store.last_seq(turn.id)):
        pass
    kinds = [event.type for event in await store.events(turn.id)]
    assert kinds.count("turn_finished") == 2, "one of the turn that was cut off here, one of the turn gone on with"
