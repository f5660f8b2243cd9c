"""A step that does not end when it is told to is left behind, and what it gives later is dropped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from flows import Loop, Parallel, Step, StepInput, Workflow
from storage import RunStore

SECONDS = 0.3  # in which a cancelled run has to end
LONG = 30.0


class Stubborn:
    """An async step that goes on for as long as it likes when it is cancelled."""

    def __init__(self, then: Callable[[Stubborn], Awaitable[object]]) -> None:
        self.begun, self.may_end, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.calls = 0
        self._then = then

    async def __call__(self, step_input: StepInput) -> object:
        self.calls += 1
        self.begun.set()
        try:
            await asyncio.sleep(LONG)
        except asyncio.CancelledError:
            return await self._then(self)
        finally:
            self.ended.set()
        return None


async def cleans_up_slowly(step: Stubborn) -> object:
    await step.may_end.wait()
    raise asyncio.CancelledError


async def gives_a_result_late(step: Stubborn) -> object:
    await step.may_end.wait()
    return "late"


async def gives_a_result_at_once(step: Stubborn) -> object:
    return "all the same"


async def fails_instead(step: Stubborn) -> object:
    raise ValueError("not cancelled but broken")


def bare(step: Step) -> object:
    return step


AROUND = [
    bare,
    lambda step: Parallel(step, Step("other", executor=never), name="P"),
    lambda step: Loop([step]),
    lambda step: Workflow("Inner", [step]),
    lambda step: Step("guarded", workflow=Workflow("Inner", [step]), retries=3, backoff=0),
]


async def never(step_input: StepInput) -> str:
    await asyncio.Event().wait()
    return ""


async def later(step_input: StepInput) -> str:
    return "later"


@pytest.mark.parametrize("around", AROUND, ids=["bare", "parallel", "loop", "workflow", "retried"])
@pytest.mark.parametrize("then", [cleans_up_slowly, gives_a_result_late, gives_a_result_at_once, fails_instead])
async def test_cancel_does_not_wait_for_a_step_that_handles_cancellation(
    around: Callable[[Step], object], then: Callable[[Stubborn], Awaitable[object]], store: RunStore
) -> None:
    step = Stubborn(then)
    workflow = Workflow("W", [around(Step("slow", executor=step, retries=2, backoff=0)), later], store=store)
    running = asyncio.create_task(workflow.run("x"))
    await step.begun.wait()
    (run,) = await store.runs()
    asked = time.perf_counter()
    await workflow.cancel(run.id)
    ended = await running

    assert time.perf_counter() - asked < SECONDS
    assert ended.status == (await store.get_run(run.id)).status == "cancelled"
    step.may_end.set()
    await step.ended.wait()
    await asyncio.sleep(0)
    assert await store.journal(run.id) == [], "what it gives after the end does not count"
    assert step.calls == 1, "nothing is tried again"


async def test_a_timeout_is_on_time_for_a_step_that_handles_cancellation() -> None:
    step = Stubborn(gives_a_result_late)
    began = time.perf_counter()
    run = await Workflow("W", [Step("slow", executor=step, timeout=0.1)]).run("x")
    took = time.perf_counter() - began
    step.may_end.set()

    assert run.status == "failed"
    assert run.error is not None
    assert "longer than 0.1 seconds" in run.error
    assert took < 0.1 + SECONDS


async def test_an_attempt_that_was_left_behind_says_and_records_nothing_any_more(store: RunStore) -> None:
    go_on, over = asyncio.Event(), asyncio.Event()
    calls = 0

    async def twice(step_input: StepInput) -> AsyncIterator[str]:
        nonlocal calls
        calls += 1
        if calls == 2:
            go_on.set()
            await over.wait()
            yield "second"
            return
        yield "first"
        try:
            await asyncio.sleep(LONG)
        except asyncio.CancelledError:
            await go_on.wait()
            yield "too late"
        finally:
            over.set()

    inner = Workflow("Inner", [Step("says", executor=twice)])
    workflow = Workflow("W", [Step("N", workflow=inner, timeout=0.1, retries=1, backoff=0)], store=store)
    events = [event async for event in workflow.stream("x")]

    assert [event.text for event in events if event.type == "step_delta"] == ["first", "second"]
    (run,) = await store.runs()
    assert (run.status, run.content) == ("completed", "second")
    told = [(entry.path, entry.output.content) for entry in await store.journal(run.id) if entry.output]
    assert told == [("N/says", "second")]
