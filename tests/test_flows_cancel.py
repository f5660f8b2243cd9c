"""A run is cancelled, and a step ended on time, whatever it does at that moment."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents import Agent, Team
from flows import Condition, Loop, Router, Step, StepInput, Steps, Workflow
from storage.records import Run
from tests.scripted import ScriptedModel, calling

SECONDS = 0.3  # in which a cancelled run has to end
TRIES = 3  # a busy machine may miss it once


class Gate:
    """A sync function that says it has begun, and blocks its thread until the test is over."""

    def __init__(self) -> None:
        self.begun, self.over = threading.Event(), threading.Event()

    def wait(self, given: Any = None) -> bool:
        self.begun.set()
        self.over.wait(10)
        return True

    def step(self) -> Step:
        def slow(step_input: StepInput) -> str:
            self.wait()
            return "slow"

        return Step("slow", executor=slow)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.over.set()


def fails(step_input: StepInput) -> str:
    raise OSError("down")


async def cancelled_at(workflow: Workflow, type: str, gate: Gate | None = None) -> tuple[Run, float]:
    """The run, cancelled at its first event of this type, or when something is at the gate; the seconds that took."""
    run_id, asked = "", 0.0
    async for event in workflow.stream("x"):
        if event.type == type and not asked:
            if gate is not None:
                await asyncio.to_thread(gate.begun.wait, 10)
            run_id, asked = event.run_id or "", time.perf_counter()
            await workflow.cancel(run_id)
    return await workflow.get_run(run_id), time.perf_counter() - asked


SYNC: dict[str, Callable[[Gate], Any]] = {
    "an evaluator": lambda gate: Condition(gate.wait, [fails]),
    "a selector": lambda gate: Router(gate.wait, [fails]),
    "an end condition": lambda gate: Loop([lambda step_input: "round"], gate.wait),
    "a step in a loop": lambda gate: Loop([gate.step()]),
    "a step in a nested workflow": lambda gate: Workflow("Inner", [gate.step()]),
    "a fallback": lambda gate: Step("first", executor=fails, on_error=gate.step()),
}


@pytest.mark.parametrize("around", SYNC.values(), ids=SYNC)
async def test_cancel_does_not_wait_for_what_blocks_a_thread(gate: Gate, around: Callable[[Gate], Any]) -> None:
    took = []
    for _ in range(TRIES):
        gate.begun.clear()
        workflow = Workflow("W", [Step("first", executor=lambda step_input: "done before"), around(gate)])
        run, seconds = await cancelled_at(workflow, "run_started", gate)
        took.append(seconds)
        assert (run.status, run.steps[0].content) == ("cancelled", "done before")
    assert min(took) < SECONDS


async def test_cancel_ends_a_wait_between_two_attempts() -> None:
    took = []
    for _ in range(TRIES):
        workflow = Workflow("W", [Step("flaky", executor=fails, retries=3, backoff=60)])
        run, seconds = await cancelled_at(workflow, "step_retried")
        took.append(seconds)
        assert run.status == "cancelled"
    assert min(took) < SECONDS


@pytest.mark.parametrize("mode", ["coordinate", "route", "collaborate"])
async def test_cancel_ends_a_team_at_work(mode: Any) -> None:
    took = []
    for _ in range(TRIES):
        ada = Agent("Ada", model=ScriptedModel(["word " * 1000], pause=0.05))
        leader = ScriptedModel([calling("ask_ada", {"task": "talk"})] if mode != "collaborate" else [])
        workflow = Workflow("W", [Team("Desk", [ada], mode=mode, model=leader)])
        run, seconds = await cancelled_at(workflow, "step_delta")
        took.append(seconds)
        assert run.status == "cancelled"
    assert min(took) < SECONDS


def slow_agent(name: str = "Ada") -> Agent:
    return Agent(name, model=ScriptedModel(["word " * 1000], pause=0.05))


SLOW: dict[str, Callable[[Gate], dict[str, Any]]] = {
    "an agent": lambda gate: {"agent": slow_agent()},
    "a team": lambda gate: {"team": Team("Desk", [slow_agent()], mode="collaborate", model=ScriptedModel())},
    "a nested workflow with a sync step": lambda gate: {"workflow": Workflow("Inner", [Steps("s", [gate.step()])])},
}


@pytest.mark.parametrize("work", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("on_error", ["fail", "skip"])
async def test_a_timeout_ends_any_kind_of_work_on_time(
    gate: Gate, work: Callable[[Gate], dict[str, Any]], on_error: Any
) -> None:
    took = []
    for _ in range(TRIES):
        step = Step("slow", timeout=0.2, on_error=on_error, **work(gate))
        workflow = Workflow("W", [Step("first", executor=lambda step_input: "before"), step])
        started = time.perf_counter()
        run = await workflow.run("x")
        took.append(time.perf_counter() - started)
        if on_error == "fail":
            assert (run.status, run.error) == ("failed", "slow failed: it took longer than 0.2 seconds")
        else:
            assert (run.status, run.content) == ("completed", "before")
            assert run.steps[1].error == "it took longer than 0.2 seconds"
    assert 0.2 <= min(took) < 0.2 + SECONDS


async def test_leaving_a_stream_by_break_cancels_the_run() -> None:
    cancelled = asyncio.Event()

    async def waits(step_input: StepInput) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return "never"

    workflow, run_id = Workflow("W", [waits]), ""
    async for event in workflow.stream("x"):
        run_id = event.run_id or ""
        if event.type == "step_started":
            break
    await asyncio.wait_for(cancelled.wait(), 5)
    for _ in range(100):
        if (await workflow.get_run(run_id)).status != "running":
            break
        await asyncio.sleep(0.01)
    assert (await workflow.get_run(run_id)).status == "cancelled"
