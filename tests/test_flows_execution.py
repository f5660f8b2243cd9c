"""A cancelled run ends at once, whatever its step does, and keeps what it has."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import Loop, Parallel, Step, StepInput, Steps, Workflow
from flows.events import Event
from storage import RunStore
from storage.records import Run

SECONDS = 0.3  # in which a cancelled run has to end
TRIES = 3  # a busy machine may miss it once


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    store = RunStore(tmp_path / "refrain.db")
    yield store
    await store.close()


async def first(step_input: StepInput) -> str:
    return "done before"


class Blocking:
    """A sync step: says something, then blocks its thread until `go_on` is set, and says more."""

    def __init__(self) -> None:
        self.go_on, self.ended = threading.Event(), threading.Event()

    def __call__(self, step_input: StepInput) -> Iterator[str]:
        yield "so far"
        self.go_on.wait(10)
        yield " and too late"
        self.ended.set()


async def awaiting(step_input: StepInput) -> AsyncIterator[str]:
    yield "so far"
    await asyncio.Event().wait()


async def cancelled_when_it_speaks(workflow: Workflow) -> tuple[Run, list[Event], float]:
    """The run, its events, and the seconds from `cancel`, at the first text of a step, to the end."""
    asked, run_id = 0.0, ""
    events = []
    async for event in workflow.stream("x"):
        events.append(event)
        if event.type == "step_delta" and not run_id:
            run_id, asked = event.run_id or "", time.perf_counter()
            await workflow.cancel(run_id)
    seconds = time.perf_counter() - asked
    return await workflow.get_run(run_id), events, seconds


async def test_cancel_leaves_a_blocked_thread_behind_and_drops_what_it_gives_later(store: RunStore) -> None:
    took = []
    for _ in range(TRIES):
        blocking = Blocking()
        workflow = Workflow("W", [first, Step("slow", executor=blocking)], store=store)
        run, events, seconds = await cancelled_when_it_speaks(workflow)
        took.append(seconds)
        last = await store.last_seq(run.id)

        blocking.go_on.set()
        assert await asyncio.to_thread(blocking.ended.wait, 10)
        later = asyncio.Event()
        asyncio.get_running_loop().call_soon(later.set)  # after all that the thread has handed over
        await later.wait()

        assert run.status == "cancelled"
        assert [step.content for step in run.steps] == ["done before"]
        assert events[-1].type == "run_cancelled"
        assert [entry.path for entry in await store.journal(run.id)] == ["first"]
        told = [record.data["text"] for record in await store.events(run.id) if record.type == "step_delta"]
        assert told == ["so far"], "partial text is kept, later text is not"
        assert await store.last_seq(run.id) == last
    assert min(took) < SECONDS


@pytest.mark.parametrize(
    "around",
    [
        lambda step: step,
        lambda step: Steps("s", [first, step]),
        lambda step: Parallel(Step("fast", executor=first), step),
        lambda step: Loop([step]),
        lambda step: Workflow("Inner", [step]),
    ],
    ids=["bare", "steps", "parallel", "loop", "workflow"],
)
async def test_cancel_ends_the_run_at_any_depth(around: Callable[[Step], object], store: RunStore) -> None:
    took = []
    for _ in range(TRIES):
        workflow = Workflow("W", [first, around(Step("slow", executor=awaiting))], store=store)
        run, events, seconds = await cancelled_when_it_speaks(workflow)
        took.append(seconds)
        assert run.status == "cancelled"
        assert run.steps[0].content == "done before"
        assert [event.text for event in events if event.type == "step_delta"] == ["so far"]
    assert min(took) < SECONDS


async def test_text_of_an_attempt_that_timed_out_does_not_reach_the_next() -> None:
    blocking = Blocking()
    calls = 0

    def twice(step_input: StepInput) -> Iterator[str]:
        nonlocal calls
        calls += 1
        if calls == 1:
            yield from blocking(step_input)
        else:
            blocking.go_on.set()
            blocking.ended.wait(10)
            yield "second try"

    workflow = Workflow("W", [Step("slow", executor=twice, timeout=0.2, retries=1, backoff=0)])
    events = [event async for event in workflow.stream("x")]
    assert [event.text for event in events if event.type == "step_delta"] == ["so far", "second try"]
    assert events[-1].type == "run_finished"


async def test_cancel_while_the_end_is_written_changes_nothing(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = asyncio.Event(), asyncio.Event()
    end_run = store.end_run

    async def slowly(run_id: str, **outcome: Any) -> None:
        writing.set()
        await go_on.wait()
        await end_run(run_id, **outcome)

    monkeypatch.setattr(store, "end_run", slowly)
    workflow = Workflow("W", [first], store=store)
    running = asyncio.create_task(workflow.run("x"))
    await writing.wait()
    (run,) = await store.runs()
    await workflow.cancel(run.id)
    await workflow.cancel(run.id)
    go_on.set()

    assert (await running).status == (await store.get_run(run.id)).status == "completed"


async def test_cancelling_twice_is_cancelling_once(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks, writing, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    end_run = store.end_run

    async def slowly(run_id: str, **outcome: Any) -> None:
        writing.set()
        await go_on.wait()
        await end_run(run_id, **outcome)

    async def slow(step_input: StepInput) -> None:
        speaks.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)

    monkeypatch.setattr(store, "end_run", slowly)
    workflow = Workflow("W", [first, slow], store=store)
    running = asyncio.create_task(workflow.run("x"))
    await speaks.wait()
    (run,) = await store.runs()
    await workflow.cancel(run.id)
    await workflow.cancel(run.id)
    await writing.wait()
    await workflow.cancel(run.id)
    go_on.set()
    ended = await running
    await workflow.cancel(run.id)

    assert (ended.status, [step.content for step in ended.steps]) == ("cancelled", ["done before"])


async def test_a_caller_that_is_cancelled_while_the_end_is_written_finds_the_run_ended(store: RunStore) -> None:
    ends = asyncio.Event()

    async def last(step_input: StepInput) -> str:
        asyncio.get_running_loop().call_soon(ends.set)
        return "last"

    workflow = Workflow("W", [last], store=store)
    running = asyncio.create_task(workflow.run("x"))
    await ends.wait()
    running.cancel()
    await asyncio.wait([running])

    (run,) = await store.runs()
    assert run.status in ("completed", "cancelled")
    assert (await workflow.resume(run.id)).content == "last"
