"""Meters of usage, and threads that carry the context."""

from __future__ import annotations

import asyncio

import pytest

from agents import Agent, ModelFailed
from agents.context import current_session, current_user, in_thread, record_usage, usage_meter
from storage.records import Usage
from tests.scripted import ScriptedModel, with_usage


async def test_a_meter_sums_all_runs_inside_in_tasks_and_threads() -> None:
    def in_a_loop_of_its_own() -> None:
        asyncio.run(Agent("C", model=ScriptedModel([with_usage("c", 1_000, 3)])).run("x"))

    with usage_meter() as outer:
        await Agent("A", model=ScriptedModel([with_usage("a", 10, 1)])).run("x")
        with usage_meter() as inner:
            await asyncio.gather(
                Agent("B", model=ScriptedModel([with_usage("b", 100, 2)])).run("x"),
                in_thread(in_a_loop_of_its_own),
            )
    await Agent("D", model=ScriptedModel([with_usage("d", 10_000, 4)])).run("x")
    assert (inner.usage.input_tokens, inner.usage.output_tokens) == (1_100, 5)
    assert (outer.usage.input_tokens, outer.usage.output_tokens) == (1_110, 6)


async def test_a_meter_counts_what_a_failed_run_has_cost() -> None:
    with usage_meter() as meter, pytest.raises(ModelFailed):
        await Agent("A", model=ScriptedModel([with_usage("", 10, 0)])).run("x")
    assert meter.usage.input_tokens == 10


async def test_a_meter_loses_nothing_when_many_threads_record() -> None:
    def work() -> None:
        for _ in range(500):
            record_usage(Usage(1, 1))

    with usage_meter() as meter:
        await asyncio.gather(*(in_thread(work) for _ in range(8)))
    assert meter.usage.input_tokens == 4_000


async def test_threads_see_the_callers_user_and_session() -> None:
    assert (current_user.get(), current_session.get()) == ("local", "")
    token = current_session.set("talk")
    try:
        assert await in_thread(current_session.get) == "talk"
    finally:
        current_session.reset(token)


async def test_errors_of_a_thread_reach_the_caller() -> None:
    def fail() -> None:
        raise KeyError("gone")

    def stop() -> None:
        raise StopIteration

    with pytest.raises(KeyError, match="gone"):
        await in_thread(fail)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await in_thread(stop)
