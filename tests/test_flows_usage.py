"""Tokens are counted once, however a step came by its output."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from agents import Agent, Team
from flows import Condition, Loop, Parallel, Router, Step, StepInput, Steps, Workflow
from storage import RunStore
from storage.records import Usage
from tests.scripted import ScriptedModel, calling, with_usage


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    store = RunStore(tmp_path / "refrain.db")
    yield store
    await store.close()


def writer(*replies: str) -> Agent:
    return Agent("Writer", "Write.", model=ScriptedModel([with_usage(reply, 70, 30) for reply in replies]))


async def broken(step_input: StepInput) -> str:
    raise OSError("down")


def tokens(usage: Usage) -> int:
    return usage.total_tokens


async def test_a_reviewed_step_counts_its_versions_before_and_after_the_review() -> None:
    workflow = Workflow("W", [Step(agent=writer("one", "two"), review=True)])
    first = await workflow.run("x")
    second = await workflow.resume(first.id, feedback="shorter")
    done = await workflow.resume(first.id, approve=True)

    assert [tokens(run.usage) for run in (first, second, done)] == [100, 200, 200]


async def test_a_fallback_counts_once() -> None:
    run = await Workflow("W", [Step("b", executor=broken, on_error=writer("plan b"))]).run("x")

    assert tokens(run.usage) == 100


async def test_a_skipped_nested_workflow_counts_what_it_used() -> None:
    nested = Workflow("N", [writer("one"), broken])
    run = await Workflow("W", [writer("zero"), Step(workflow=nested, on_error="skip")]).run("x")

    assert (run.status, tokens(run.usage)) == ("completed", 200)


async def test_an_agent_used_inside_a_function_counts() -> None:
    agent = writer("inside")

    async def asks(step_input: StepInput) -> str:
        return str((await agent.run("x")).content)

    run = await Workflow("W", [asks]).run("x")

    assert (tokens(run.usage), tokens(run.steps[0].usage)) == (100, 100)


async def test_a_run_that_used_what_it_may_asks_before_it_goes_on() -> None:
    workflow = Workflow("W", [writer("one"), writer("two"), writer("three")], max_tokens=150)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)

    assert paused.question is not None
    assert (paused.status, paused.question.kind, tokens(paused.usage)) == ("paused", "budget", 200)
    assert (done.status, tokens(done.usage)) == ("completed", 300)


async def test_one_yes_is_enough_for_another_part_of_the_budget() -> None:
    steps = [Step(f"s{number}", agent=writer("one")) for number in range(4)]
    big = Agent("Big", model=ScriptedModel([with_usage("big", 700, 300)]))
    workflow = Workflow("W", [big, *steps], max_tokens=250)
    run, asked = await workflow.run("x"), []
    while run.question is not None:
        asked.append((run.question.id, tokens(run.usage)))
        run = await workflow.resume(run.id, approve=True)

    assert asked == [("#budget/1", 1000), ("#budget/2", 1300)]
    assert (run.status, tokens(run.usage)) == ("completed", 1400)


async def test_working_time_is_budgeted_and_waiting_time_is_not() -> None:
    ran = []

    async def works(step_input: StepInput) -> str:
        await asyncio.sleep(0.05)
        ran.append("worked")
        return "worked"

    workflow = Workflow("W", [Step(name, executor=works) for name in "abcd"], max_seconds=0.04)
    run, asked = await workflow.run("x"), []
    while run.question is not None:
        asked.append((run.question.kind, len(ran)))
        await asyncio.sleep(0.1)
        run = await workflow.resume(run.id, approve=True)

    assert asked == [("budget", 1), ("budget", 2), ("budget", 3)], "waiting would have used up what was granted"
    assert run.status == "completed"
    assert 0.2 <= run.usage.seconds < 0.4


async def test_a_fork_that_pauses_counts_its_own_work_before_and_after(store: RunStore) -> None:
    send = Step("send", agent=writer("sent", "sent", "sent"), confirm="Send?")
    workflow = Workflow("W", [writer("one", "two"), send], store=store)
    first = await workflow.run("x")
    await workflow.resume(first.id, approve=True)

    fork = await workflow.fork(first.id, at="Writer")
    done = await workflow.resume(fork.id, approve=True)
    assert [tokens(run.usage) for run in (fork, done)] == [100, 200]

    late = await workflow.fork(first.id, at="send")
    assert (late.status, tokens(late.usage)) == ("paused", 0)


class CutOff(Exception):
    """The process dies."""


async def test_a_run_that_is_cut_off_after_a_pause_has_used_all_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(store: RunStore) -> Workflow:
        return Workflow("W", [writer("one"), Step("ok", agent=writer("yes"), confirm="Go on?")], store=store)

    store = RunStore(tmp_path / "refrain.db")
    paused = await made(store).run("x")

    async def die(*arguments: Any, **options: Any) -> None:
        raise CutOff

    with monkeypatch.context() as patched:
        patched.setattr(store, "end_run", die)
        with pytest.raises(CutOff):
            await made(store).resume(paused.id, approve=True)
    await store.close()

    store = RunStore(tmp_path / "refrain.db")
    assert tokens(await store.session_usage(paused.session_id)) == 200
    done = await made(store).resume(paused.id)
    assert (done.status, tokens(done.usage)) == ("completed", 200)
    assert tokens(await store.session_usage(paused.session_id)) == 200
    await store.close()


async def test_a_reviewed_step_has_used_what_all_its_versions_have(store: RunStore) -> None:
    inner = Workflow("Inner", [writer("one", "two")])
    for reviewed in (Step(agent=writer("one", "two"), review=True), Step(workflow=inner, review=True)):
        workflow = Workflow("W", [reviewed], store=store)
        run = await workflow.run("x")
        await workflow.resume(run.id, feedback="shorter")
        done = await workflow.resume(run.id, approve=True)

        assert (tokens(done.usage), tokens(done.steps[0].usage)) == (200, 200)


@pytest.mark.parametrize("pauses", [False, True], ids=["at once", "after a pause"])
async def test_containers_have_used_what_their_steps_have(store: RunStore, pauses: bool) -> None:
    def two() -> list[Any]:
        return [writer("one"), Step("second", agent=writer("two"))]

    containers = [
        Steps("steps", two()),
        Parallel(*two(), name="parallel"),
        Condition(True, two(), name="condition"),
        Loop([writer("one", "two")], max_iterations=2, name="loop"),
        Router(lambda step_input: ["Writer", "second"], two(), name="router"),
        Workflow("nested", two()),
        Steps("outer", [Loop(two(), max_iterations=1), lambda step_input: "nothing"]),
        Step("rescued", executor=broken, on_error=Steps("instead", two())),
    ]
    end = Step("end", executor=lambda step_input: "end", confirm="End?" if pauses else None)
    workflow = Workflow("W", [*containers, end], store=store)
    run = await workflow.run("x")
    if pauses:
        run = await workflow.resume(run.id, approve=True)

    assert run.status == "completed"
    assert {step.step_name: tokens(step.usage) for step in run.steps[:-1]} == {
        getattr(container, "name", ""): 200 for container in containers
    }
    assert all(step.usage.seconds > 0 for step in run.steps[:-1])
    assert (await store.get_run(run.id)).steps == run.steps


async def test_branches_at_the_same_time_take_as_long_as_the_longest() -> None:
    entered = [asyncio.Event(), asyncio.Event()]

    def meets(number: int) -> Any:
        async def meet(step_input: StepInput) -> str:
            entered[number].set()
            await entered[1 - number].wait()
            return "met"

        return meet

    run = await Workflow("W", [Parallel(Step("a", executor=meets(0)), Step("b", executor=meets(1)))]).run("x")

    (parallel,) = run.steps
    assert parallel.usage.seconds == max(branch.usage.seconds for branch in parallel.steps)


async def test_a_bare_model_and_a_chain_count_and_agents_inside_a_chain_count_once() -> None:
    model = ScriptedModel([with_usage("one", 70, 30), with_usage("two", 70, 30)])
    agent = writer("three")

    async def ask(value: str) -> str:
        return str((await agent.run(value)).content)

    run = await Workflow("W", [model, RunnableLambda(str) | model, RunnableLambda(ask)]).run("x")

    assert [step.content for step in run.steps] == ["one", "two", "three"]
    assert [tokens(step.usage) for step in run.steps] == [100, 100, 100]
    assert tokens(run.usage) == 300


async def test_an_agent_in_a_sync_function_counts() -> None:
    agent = writer("inside")

    def asks(step_input: StepInput) -> str:
        return str(asyncio.run(agent.run("x")).content)

    run = await Workflow("W", [asks]).run("x")

    assert (tokens(run.usage), tokens(run.steps[0].usage)) == (100, 100)


async def test_an_agent_in_an_evaluator_counts() -> None:
    agent = writer("yes")

    async def agrees(step_input: StepInput) -> bool:
        return (await agent.run("x")).content == "yes"

    run = await Workflow("W", [Condition(agrees, [lambda step_input: "held"])]).run("x")

    assert (run.content, tokens(run.usage)) == ("held", 100)


async def test_a_workflow_run_inside_a_function_counts() -> None:
    inner = Workflow("Inner", [writer("inside")])

    async def runs(step_input: StepInput) -> str:
        return str((await inner.run("x")).content)

    run = await Workflow("W", [runs]).run("x")

    assert (tokens(run.usage), tokens(run.steps[0].usage)) == (100, 100)


async def test_failed_attempts_count() -> None:
    agent, left = writer("one", "two", "three"), [True, True, False]

    async def asks(step_input: StepInput) -> str:
        await agent.run("x")
        if left.pop(0):
            raise OSError("down")
        return "up"

    run = await Workflow("W", [Step(executor=asks, retries=2, backoff=0)]).run("x")

    assert (run.content, tokens(run.usage), tokens(run.steps[0].usage)) == ("up", 300, 300)


@pytest.mark.parametrize("mode", ["coordinate", "route", "collaborate"])
async def test_a_team_counts_its_leader_and_its_members(mode: Any) -> None:
    asks = calling("ask_writer", {"task": "write"})
    asks.usage_metadata = with_usage("", 70, 30).usage_metadata
    replies = {"coordinate": [asks, "All."], "route": [asks], "collaborate": [with_usage("All.", 70, 30)]}
    leader = ScriptedModel(replies[mode])
    run = await Workflow("W", [Team("Desk", [writer("one")], mode=mode, model=leader)]).run("x")

    assert (run.status, tokens(run.usage), tokens(run.steps[0].usage)) == ("completed", 200, 200)


async def test_a_session_has_used_what_its_runs_have(store: RunStore) -> None:
    workflow = Workflow("W", [writer("one", "two", "three", "four")], store=store)
    runs = [await workflow.run("x", session_id="s") for _ in range(2)]
    await workflow.run("x", session_id="t")
    await workflow.run("x", session_id="s", user_id="eve")

    used = await store.session_usage("s", user_id="local")
    assert tokens(used) == 200
    assert used.seconds == pytest.approx(sum(run.usage.seconds for run in runs))
