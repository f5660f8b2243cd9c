"""Workflows run in order, tell what happens, keep what is finished, and go on where they stood."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from agents import Agent
from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow
from flows.errors import InvalidInput, TreeChanged
from flows.node import fingerprint
from storage import RunStore
from storage.errors import NotFound
from storage.records import RunRequest
from tests.scripted import ScriptedModel


class Topic(BaseModel):
    name: str
    words: int = 100


def upper(step_input: StepInput) -> str:
    return str(step_input.previous_step_content or step_input.input).upper()


async def exclaim(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content}!"


async def test_steps_run_in_order_and_each_sees_the_one_before() -> None:
    run = await Workflow("Shout", [upper, exclaim]).run("hello")

    assert (run.status, run.content) == ("completed", "HELLO!")
    assert [(step.step_name, step.content) for step in run.steps] == [("upper", "HELLO"), ("exclaim", "HELLO!")]


async def test_outputs_are_found_by_name_at_any_depth_the_nearest_first() -> None:
    async def one(step_input: StepInput) -> str:
        return "outer one"

    async def look(step_input: StepInput) -> list[object]:
        return [step_input.get_step_content(name) for name in ("one", "deep", "missing")]

    async def deep(step_input: StepInput) -> str:
        return "deep inside"

    run = await Workflow("W", [one, Steps("group", [Steps("inner", [deep])]), look]).run("x")

    assert run.content == ["outer one", "deep inside", None]


async def test_two_steps_of_one_name_keep_both_outputs() -> None:
    async def count(step_input: StepInput) -> dict[str, int]:
        return {"seen": len(step_input.previous_step_outputs)}

    async def names(step_input: StepInput) -> list[str]:
        return list(step_input.previous_step_outputs)

    assert (await Workflow("W", [count, count, names]).run("x")).content == ["count", "count#2"]


@pytest.mark.parametrize("name", ["a/b", "a#2", "", " ", "a\nb", "a\x1b[2J"])
def test_a_name_that_cannot_be_part_of_a_path_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be printable"):
        Workflow(name, [upper])


async def test_functions_of_every_shape_may_be_steps() -> None:
    def yields(step_input: StepInput):  # type: ignore[no-untyped-def]
        yield "a"
        yield "b"

    async def yields_async(step_input: StepInput):  # type: ignore[no-untyped-def]
        yield "c"
        yield {"d": step_input.previous_step_content}

    class Callable_:
        name = "callable"

        def __call__(self, step_input: StepInput) -> StepOutput:
            return StepOutput([step_input.previous_step_content])

    def silent(step_input: StepInput) -> None:
        return None

    run = await Workflow("W", [yields, yields_async, Callable_(), silent]).run("x")

    assert [step.content for step in run.steps] == ["ab", {"d": "ab"}, [{"d": "ab"}], [{"d": "ab"}]]


async def test_a_wrong_return_type_is_named_with_its_step() -> None:
    async def number(step_input: StepInput) -> object:
        return 7

    run = await Workflow("W", [number]).run("x")

    assert run.status == "failed"
    assert run.error is not None
    assert "number returned int" in run.error


async def test_sync_functions_run_off_the_loop_with_the_callers_contextvars() -> None:
    flavour: ContextVar[str] = ContextVar("flavour")
    loop_thread = threading.get_ident()

    def where(step_input: StepInput) -> dict[str, object]:
        return {"flavour": flavour.get(), "elsewhere": threading.get_ident() != loop_thread}

    flavour.set("lemon")
    run = await Workflow("W", [where]).run("x")

    assert run.content == {"flavour": "lemon", "elsewhere": True}


async def test_a_runnable_gets_the_input_first_and_is_given_as_one() -> None:
    double = RunnableLambda(lambda text: text * 2, name="double")

    assert (await Workflow("W", [double]).run("ab")).content == "abab"
    assert await Workflow("W", [upper]).as_runnable().ainvoke("ab") == "AB"


async def test_a_nested_workflow_takes_the_content_before_it_and_adds_one_part_to_the_path() -> None:
    async def inner_input(step_input: StepInput) -> str:
        return f"inner got {step_input.input}"

    outer = Workflow("Outer", [upper, Workflow("Inner", [inner_input]), exclaim])
    events = [event async for event in outer.stream("x")]

    assert events[-1].type == "run_finished"
    assert "Inner/inner_input" in [event.path for event in events]
    assert [event.content for event in events if event.type == "run_finished"] == ["inner got X!"]


async def test_stop_ends_the_workflow_but_not_the_one_around_it() -> None:
    async def stop(step_input: StepInput) -> StepOutput:
        return StepOutput("enough", stop=True)

    async def never(step_input: StepInput) -> str:
        raise AssertionError("this step must not run")

    assert (await Workflow("W", [stop, never]).run("x")).content == "enough"
    assert (await Workflow("W", [Steps("s", [stop, never]), never]).run("x")).content == "enough"
    assert (await Workflow("W", [Workflow("In", [stop, never]), exclaim]).run("x")).content == "enough!"


async def test_a_failed_step_fails_the_run_and_says_where_and_why() -> None:
    async def broken(step_input: StepInput) -> str:
        raise ValueError("no such file")

    run = await Workflow("W", [upper, Steps("group", [broken]), exclaim]).run("x")

    assert (run.status, run.error) == ("failed", "group/broken failed: ValueError: no such file")
    assert [step.success for step in run.steps] == [True, False]


async def test_a_reported_failure_counts_like_a_raise() -> None:
    async def reports(step_input: StepInput) -> StepOutput:
        return StepOutput(success=False, error="the source is empty")

    run = await Workflow("W", [reports]).run("x")

    assert (run.status, run.error) == ("failed", "reports failed: the source is empty")


async def test_retries_void_what_was_streamed_and_may_succeed() -> None:
    tries = []

    async def flaky(step_input: StepInput):  # type: ignore[no-untyped-def]
        tries.append(1)
        yield f"try {len(tries)}"
        if len(tries) < 3:
            raise OSError("not yet")

    events = [e async for e in Workflow("W", [Step("flaky", executor=flaky, retries=2, backoff=0)]).stream("x")]

    assert [e.type for e in events].count("step_retried") == 2
    assert next(e.content for e in events if e.type == "run_finished") == "try 3"


async def test_a_timeout_ends_the_step_on_time() -> None:
    async def endless(step_input: StepInput) -> str:
        await asyncio.Event().wait()
        return "never"

    run = await Workflow("W", [Step("slow", executor=endless, timeout=0.02)]).run("x")

    assert (run.status, run.error) == ("failed", "slow failed: it took longer than 0.02 seconds")


async def test_a_skipped_step_passes_the_previous_content_through_and_says_why() -> None:
    async def broken(step_input: StepInput) -> str:
        raise ValueError("bad")

    run = await Workflow("W", [upper, Step("b", executor=broken, on_error="skip"), exclaim]).run("x")

    assert (run.status, run.content) == ("completed", "X!")
    assert (run.steps[1].content, run.steps[1].error) == ("X", "ValueError: bad")


async def test_another_node_may_run_instead_of_a_failed_step() -> None:
    async def broken(step_input: StepInput) -> str:
        raise ValueError("bad")

    run = await Workflow("W", [Step("b", executor=broken, on_error=upper)]).run("plan b")

    assert (run.status, run.content) == ("completed", "PLAN B")


async def test_a_failed_attempt_leaves_no_trace_in_the_session_state() -> None:
    async def writes(step_input: StepInput) -> str:
        step_input.session_state["tries"] = step_input.session_state.get("tries", 0) + 1
        step_input.session_state["left"] = "behind"
        if "failed before" not in seen:
            seen.append("failed before")
            raise OSError("once")
        del step_input.session_state["left"]
        return "done"

    seen: list[str] = []
    workflow = Workflow("W", [Step("writes", executor=writes, retries=1, backoff=0)], session_state={"tries": 10})
    run = await workflow.run("x", session_id="s")

    assert run.session_state == {"tries": 11}
    assert (await workflow.run("y", session_id="s")).session_state == {"tries": 12}
    assert (await workflow.run("y", session_id="other")).session_state == {"tries": 11}


async def test_input_that_breaks_the_schema_is_refused_before_anything_runs() -> None:
    ran = []

    async def note(step_input: StepInput) -> str:
        ran.append(step_input.input)
        return step_input.input.name

    workflow = Workflow("W", [note], input_schema=Topic)
    with pytest.raises(InvalidInput, match="does not fit W"):
        await workflow.run({"words": "many"})

    assert ran == []
    assert (await workflow.run({"name": "bees"})).content == "bees"
    assert (await workflow.run('{"name": "ants"}')).content == "ants"


async def test_resume_tries_the_failed_step_anew_and_runs_nothing_twice() -> None:
    ran: list[str] = []

    async def first(step_input: StepInput) -> str:
        ran.append("first")
        return "one"

    async def second(step_input: StepInput) -> str:
        ran.append("second")
        if len(ran) < 3:
            raise OSError("down")
        return f"{step_input.previous_step_content} two"

    workflow = Workflow("W", [first, second])
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, done.status, done.content) == ("failed", "completed", "one two")
    assert ran == ["first", "second", "second"]
    assert await workflow.resume(failed.id) == await workflow.get_run(failed.id)
    assert ran == ["first", "second", "second"]


async def test_resuming_a_run_that_is_not_there_says_so() -> None:
    with pytest.raises(NotFound, match="There is no run nope"):
        await Workflow("W", [upper]).resume("nope")


async def test_cancelling_keeps_finished_steps_and_a_resume_goes_on() -> None:
    started, gate = asyncio.Event(), asyncio.Event()

    async def waits(step_input: StepInput) -> str:
        started.set()
        await gate.wait()
        return "waited"

    workflow = Workflow("W", [upper, waits])
    task = asyncio.create_task(workflow.run("x"))
    await started.wait()
    run_id = next(iter(workflow._starting._at_work))
    await workflow.cancel(run_id)
    cancelled = await task
    gate.set()
    resumed = await workflow.resume(run_id)

    assert cancelled.status == "cancelled"
    assert (resumed.status, resumed.content) == ("completed", "waited")


async def test_closing_the_stream_cancels_the_run() -> None:
    async def forever(step_input: StepInput) -> None:
        await asyncio.Event().wait()

    workflow = Workflow("W", [upper, forever])
    async with aclosing(workflow.stream("x")) as events:
        async for event in events:
            if event.path == "forever":
                run_id = event.run_id or ""
                break

    assert (await workflow.get_run(run_id)).status == "cancelled"


async def test_events_are_numbered_in_order_and_tell_the_whole_run() -> None:
    events = [event async for event in Workflow("W", [upper, Steps("s", [exclaim])]).stream("x")]

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [(event.type, event.path) for event in events] == [
        ("run_started", ""),
        ("step_started", "upper"),
        ("step_finished", "upper"),
        ("step_started", "s"),
        ("step_started", "s/exclaim"),
        ("step_finished", "s/exclaim"),
        ("step_finished", "s"),
        ("run_finished", ""),
    ]


async def test_an_agent_step_streams_and_counts_its_tokens() -> None:
    model = ScriptedModel(["Bees make honey.", "An article about bees."])
    research = Agent("Researcher", "Find things.", model=model)
    writer = Agent("Writer", "Write.", model=model)
    events = [event async for event in Workflow("W", [research, writer]).stream("Write about bees")]

    streamed = "".join(event.text for event in events if event.type == "step_delta" and event.path == "Writer")
    assert streamed == "An article about bees."
    assert "Bees make honey." in str(model.calls[1].messages[-1].content)
    assert "Write about bees" in str(model.calls[1].messages[-1].content)
    model.assert_done()


async def test_a_workflow_that_contains_itself_is_refused_in_words() -> None:
    loop = Workflow("Loop", [upper])
    loop.steps.nodes = [Step(workflow=loop)]
    loop.steps.names = ["Loop"]

    run = await loop.run("x")

    assert run.status == "failed"
    assert "nested more than 10 deep" in str(run.error)


async def test_a_changed_workflow_is_not_resumed() -> None:
    async def broken(step_input: StepInput) -> str:
        raise OSError("down")

    before = Workflow("W", [upper, broken])
    failed = await before.run("x")
    after = Workflow("W", [upper, exclaim, broken])
    after._memory = before._memory

    with pytest.raises(TreeChanged, match="have changed since run"):
        await after.resume(failed.id)


def test_a_step_takes_exactly_one_kind_of_work() -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        Step("x")
    with pytest.raises(TypeError, match="not int"):
        Workflow("W", [7])


async def test_a_resume_that_comes_after_the_end_gives_the_run_as_it_ended(store: RunStore) -> None:
    ran: list[str] = []

    async def fails_once(step_input: StepInput) -> str:
        ran.append("a")
        if len(ran) == 1:
            raise OSError("down")
        step_input.session_state["n"] += 1
        return "done"

    workflow = Workflow("W", [fails_once], session_state={"n": 0}, store=store)
    failed = await workflow.run("x", session_id="s")
    looked, go_on = asyncio.Event(), asyncio.Event()

    class Late(RunStore):
        async def claim_run(self, run_id: str, **options: Any) -> RunRequest:
            looked.set()
            await go_on.wait()
            return await super().claim_run(run_id, **options)

    other = Late(store.path)
    late = Workflow("W", [fails_once], session_state={"n": 0}, store=other)
    resuming = asyncio.create_task(late.resume(failed.id))
    await looked.wait()
    done = await workflow.resume(failed.id)
    go_on.set()

    assert await resuming == await store.get_run(done.id)
    assert (done.status, ran) == ("completed", ["a", "a"])
    assert await store.session_state("s", "local") == {"n": 1}
    assert [event async for event in late.resume_stream(done.id)] == []
    await other.close()


async def test_a_run_of_another_workflow_of_the_same_shape_is_not_resumed(store: RunStore) -> None:
    one, other = (Workflow(name, [Step("a", executor=upper, confirm="Go?")], store=store) for name in ("One", "Other"))
    paused = await one.run("x")
    with pytest.raises(TreeChanged, match="is one of One, not of Other"):
        await other.resume(paused.id, approve=True)
    assert (await one.resume(paused.id, approve=True)).status == "completed"


async def test_a_step_moved_to_the_other_branch_of_a_condition_is_a_change(store: RunStore) -> None:
    a, b = Step("a", executor=upper, confirm="Go?"), Step("b", executor=exclaim)
    paused = await Workflow("W", [Condition(True, [a], [b])], store=store).run("x")
    for moved in (Condition(True, [a, b]), Condition(True, [], [a, b]), Condition(True, [b], [a])):
        with pytest.raises(TreeChanged):
            await Workflow("W", [moved], store=store).resume(paused.id, approve=True)


def test_the_shape_of_a_tree_is_told_as_it_always_was() -> None:
    a, b = Step("a", executor=upper), Step("b", executor=exclaim)
    routed = Router(lambda given: "a", [a, b])
    tree = Steps("S", [Parallel(a, Workflow("In", [b])), Loop([a]), routed, Condition(True, [b])])

    leaves = {name: ["step", name, []] for name in "ab"}
    inner = ["workflow", "In", [["workflow", "In", [leaves["b"]]]]]
    assert fingerprint(tree) == [
        "steps",
        "S",
        [
            ["parallel", "Parallel", [leaves["a"], inner]],
            ["loop", "Loop", [leaves["a"]]],
            ["router", "Router", [leaves["a"], leaves["b"]]],
            ["condition", "Condition", [leaves["b"]]],
        ],
    ], "runs that earlier versions stored can be resumed"
