"""A run that is cut short before its work begins can be resumed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel, Field

from flows import Run, Step, StepInput, Workflow
from flows.errors import InvalidInput
from storage import RunStore
from storage.records import EventRecord


class Holding(RunStore):
    """A store that says when `method` is called, and goes on when it may; cancelled or not, it does its work."""

    def __init__(self, path: Any) -> None:
        super().__init__(path)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def hold(self, method: str) -> None:
        real = getattr(self, method)

        async def held(*args: Any, **kwargs: Any) -> Any:
            result = await real(*args, **kwargs)
            setattr(self, method, real)
            self.reached.set()
            await self.go_on.wait()
            return result

        setattr(self, method, held)


async def a(step_input: StepInput) -> str:
    return "a"


@pytest.fixture
async def held(tmp_path: Any) -> Any:
    store = Holding(tmp_path / "held.db")
    yield store
    await store.close()


async def cut_off(task: asyncio.Task[Run], store: Holding) -> None:
    await store.reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    store.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("method", ["create_run", "get_runs"])
async def test_a_run_whose_caller_is_cancelled_before_its_work_is_cancelled(method: str, held: Holding) -> None:
    workflow = Workflow("W", [a], store=held)
    await workflow.run("x", session_id="s")
    held.hold(method)
    await cut_off(asyncio.create_task(workflow.run("y", session_id="s")), held)

    (run,) = [run for run in await held.runs() if run.input == "y"]
    assert run.status == "cancelled"
    assert (await workflow.resume(run.id)).content == "a"


@pytest.mark.parametrize("method", ["claim_run", "record", "last_seq", "journal", "get_runs"])
async def test_a_resume_that_is_cut_short_leaves_the_run_to_be_resumed(method: str, held: Holding) -> None:
    workflow = Workflow("W", [a, Step("b", executor=a, confirm="Go on?")], store=held)
    await Workflow("Before", [a], store=held).run("x", session_id="s")
    paused = await workflow.run("x", session_id="s")
    held.hold(method)
    await cut_off(asyncio.create_task(workflow.resume(paused.id, approve=True)), held)

    stored = await held.get_run(paused.id)
    assert (stored.status, stored.question, stored.steps) == ("cancelled", None, paused.steps)
    again = await workflow.resume(paused.id)
    if again.status == "paused":
        again = await workflow.resume(paused.id, approve=True)
    assert (again.status, again.content) == ("completed", "a")


@pytest.mark.parametrize("method", ["claim_run", "last_seq", "journal"])
async def test_cancel_works_before_the_work_begins(method: str, held: Holding) -> None:
    workflow = Workflow("W", [Step("a", executor=a, confirm="Go on?")], store=held)
    paused = await workflow.run("x")
    held.hold(method)
    resuming = asyncio.create_task(workflow.resume(paused.id, approve=True))
    await held.reached.wait()
    await workflow.cancel(paused.id)
    held.go_on.set()

    assert (await resuming).status == "cancelled"
    assert (await workflow.resume(paused.id)).status == "completed"


async def test_a_run_that_cannot_be_gone_on_with_can_be_resumed_later(store: RunStore) -> None:
    class Trip(BaseModel):
        city: str

    class LongTrip(Trip):
        days: int

    step = Step("a", executor=a, confirm="Go on?")
    paused = await Workflow("W", [step], input_schema=Trip, store=store).run({"city": "Oslo"})
    with pytest.raises(InvalidInput, match="no longer fits W"):
        await Workflow("W", [step], input_schema=LongTrip, store=store).resume(paused.id, approve=True)

    assert (await store.get_run(paused.id)).status == "failed"
    assert (await Workflow("W", [step], input_schema=Trip, store=store).resume(paused.id)).status == "completed"


async def test_an_input_with_an_alias_is_the_model_again_after_a_pause(store: RunStore) -> None:
    class Trip(BaseModel):
        city: str = Field(alias="where to")

    async def tells(step_input: StepInput) -> str:
        return str(step_input.input.city)

    workflow = Workflow("W", [Step("t", executor=tells, confirm="Go?")], input_schema=Trip, store=store)
    paused = await workflow.run({"where to": "Oslo"})

    assert (await workflow.resume(paused.id, approve=True)).content == "Oslo"


async def test_a_run_whose_end_cannot_be_told_is_not_left_running(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(event: Any, stream: str) -> EventRecord:
        raise ValueError("no JSON")

    workflow = Workflow("W", [a], store=store)
    monkeypatch.setattr("flows.stream.to_record", broken)
    with pytest.raises(ValueError, match="no JSON"):
        await workflow.run("x")
    monkeypatch.undo()

    (run,) = await store.runs()
    assert run.status == "failed"
    assert (await workflow.resume(run.id)).content == "a"
