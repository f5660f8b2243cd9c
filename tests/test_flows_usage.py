"""Tokens are counted once, however a step came by its output."""

from __future__ import annotations

from agents import Agent
from flows import Step, StepInput, Workflow
from storage.records import Usage
from tests.scripted import ScriptedModel, with_usage


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
