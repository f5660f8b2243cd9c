"""What a failed run tells: which step, at which attempt, and why."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from agents import Agent, ModelFailed, Team
from flows import Condition, Loop, Parallel, Step, StepInput, StepOutput, Steps, Workflow
from flows.errors import failure_of
from flows.events import StepFailed, StepSkipped
from tests.scripted import ScriptedModel


def failing(message: str, calls: list[str] | None = None) -> Any:
    async def fail(step_input: StepInput) -> str:
        if calls is not None:
            calls.append(message)
        raise ValueError(message)

    return fail


async def test_a_failure_names_path_attempt_and_cause() -> None:
    flaky = Step("flaky", executor=failing("boom"), retries=2, backoff=0)
    run = await Workflow("W", [Steps("g", [flaky])]).run("x")

    assert run.error == "g/flaky failed: ValueError: boom (attempt 3 of 3)"


async def test_the_attempts_of_a_nested_workflow_are_told_after_the_step_that_failed_in_it() -> None:
    nested = Step("N", workflow=Workflow("Inner", [Loop([failing("boom")])]), retries=1, backoff=0)
    run = await Workflow("W", [Parallel(nested)]).run("x")

    assert run.error == "Parallel/N/Loop/1/fail failed: ValueError: boom; Parallel/N: (attempt 2 of 2)"


async def test_a_failed_fallback_is_named_and_so_is_what_it_ran_for() -> None:
    fallback = Step("planb", executor=failing("B"))
    workflow = Workflow("W", [Steps("g", [Step("first", executor=failing("A"), on_error=fallback)])])
    events = [event async for event in workflow.stream("x")]
    run = await workflow.get_run(events[-1].run_id or "")

    assert run.error == "g/first/planb failed: ValueError: B; g/first: ValueError: A"
    told = {event.path: event.error for event in events if isinstance(event, StepFailed)}
    assert told == {"g/first/planb": "ValueError: B", "g/first": "ValueError: A", "g": "ValueError: A"}


async def test_what_was_skipped_says_which_step_inside_it_failed() -> None:
    inner = Workflow("Inner", [Condition(True, [failing("boom")])])
    workflow = Workflow("W", [Step("N", workflow=inner, on_error="skip")])
    events = [event async for event in workflow.stream("x")]
    run = await workflow.get_run(events[-1].run_id or "")

    assert (run.status, run.steps[0].error) == ("completed", "Condition/fail failed: ValueError: boom")
    assert [event.error for event in events if isinstance(event, StepSkipped)] == [run.steps[0].error]


async def test_a_reported_failure_without_a_word_is_told_too() -> None:
    run = await Workflow("W", [Step("mute", executor=lambda step_input: StepOutput(success=False))]).run("x")

    assert run.error == "mute failed: it reported a failure"
    assert failure_of(StepOutput(success=False, error="no")) == "no"


@pytest.mark.parametrize("depth", [10, 11])
async def test_workflows_nest_ten_deep_and_no_deeper(depth: int) -> None:
    workflow = Workflow("leaf", [lambda step_input: "deep"])
    for number in range(depth):
        workflow = Workflow(f"w{number}", [workflow])
    run = await workflow.run("x")

    if depth == 10:
        assert (run.status, run.content) == ("completed", "deep")
    else:
        assert run.error is not None
        assert run.error.endswith("/leaf failed: workflows are nested more than 10 deep. Does one contain itself?")
        assert run.error.count("leaf") == 1


async def test_a_value_that_cannot_be_kept_fails_the_step_that_put_it_into_the_state() -> None:
    def keep(step_input: StepInput) -> str:
        step_input.session_state["l"] = threading.Lock()
        return "kept"

    run = await Workflow("W", [Steps("g", [keep]), lambda step_input: "after"]).run("x")

    assert run.status == "failed"
    assert run.error is not None
    assert run.error.startswith("g/keep failed: ")


def agent(name: str, *failures: Exception) -> tuple[Agent, ScriptedModel]:
    model = ScriptedModel(failures)
    return Agent(name, model=model), model


def answering(status: int, calls: list[int]) -> Any:
    async def fetch(step_input: StepInput) -> str:
        calls.append(status)
        asked = httpx.Request("GET", "http://x")
        httpx.Response(status, request=asked).raise_for_status()
        return "fetched"

    return fetch


REFUSED = ModelFailed("The key was refused.", permanent=True)
BUSY = ModelFailed("The server is busy.")


@pytest.mark.parametrize(("failure", "asked"), [(REFUSED, 1), (BUSY, 3)])
async def test_only_failures_that_may_get_better_are_tried_again(failure: ModelFailed, asked: int) -> None:
    lone, model = agent("Writer", *[failure] * asked)
    run = await Workflow("W", [Step(agent=lone, retries=2, backoff=0)]).run("x")
    assert (run.status, len(model.calls)) == ("failed", asked)

    inner, model = agent("Writer", *[failure] * asked)
    nested = Workflow("In", [Steps("s", [inner])])
    run = await Workflow("W", [Step(workflow=nested, retries=2, backoff=0)]).run("x")
    assert (run.status, len(model.calls)) == ("failed", asked)

    ada, hers = agent("Ada", *[failure] * asked)
    bob, his = agent("Bob", *[failure] * asked)
    team = Team("Duo", [ada, bob], mode="collaborate", model=ScriptedModel())
    run = await Workflow("W", [Step(team=team, retries=2, backoff=0)]).run("x")
    assert (run.status, len(hers.calls), len(his.calls)) == ("failed", asked, asked)


@pytest.mark.parametrize(("status", "asked"), [(400, 1), (401, 1), (500, 3), (429, 3)])
async def test_the_status_of_a_functions_http_error_says_whether_it_is_tried_again(status: int, asked: int) -> None:
    calls: list[int] = []
    run = await Workflow("W", [Step(executor=answering(status, calls), retries=2, backoff=0)]).run("x")

    assert (run.status, len(calls)) == ("failed", asked)
    assert run.error is not None
    assert f"(attempt {asked} of 3)" in run.error


async def test_a_step_may_say_that_its_failure_is_for_good() -> None:
    calls = []

    async def refuses(step_input: StepInput) -> StepOutput:
        calls.append(1)
        return StepOutput(success=False, error="never", permanent=True)

    run = await Workflow("W", [Step(executor=refuses, retries=2, backoff=0)]).run("x")
    assert (run.status, len(calls)) == ("failed", 1)


async def test_retries_wait_twice_as_long_each_time_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("flows.step.asyncio.sleep", sleep)
    for _ in range(20):
        await Workflow("W", [Step(executor=failing("boom"), retries=3, backoff=2.0)]).run("x")

    by_attempt = [waited[number::3] for number in range(3)]
    for number, seconds in enumerate(by_attempt):
        assert all(1.0 * 2**number <= second <= 3.0 * 2**number for second in seconds)
        assert len(set(seconds)) > 1
