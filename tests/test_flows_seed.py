"""What people rely on in the workflows they know, and what lets them down there: each by its name."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import aclosing
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow
from flows.errors import InvalidInput
from flows.runner import Runner
from storage import RunStore


class Topic(BaseModel):
    name: str


def step(name: str, **options: Any) -> Step:
    async def function(step_input: StepInput) -> str:
        return name

    return Step(name, executor=function, **options)


async def before(step_input: StepInput) -> str:
    return f"<{step_input.previous_step_content}>"


async def stop(step_input: StepInput) -> StepOutput:
    return StepOutput("enough", stop=True)


async def content(*steps: Any) -> Any:
    run = await Workflow("W", steps).run("x")
    assert run.status == "completed", run.error
    return run.content


AROUND: dict[str, Callable[[Any], Any]] = {
    "Steps": lambda node: Steps("Steps", [node]),
    "Condition": lambda node: Condition(True, [node]),
    "Parallel": lambda node: Parallel(node),
    "Loop": lambda node: Loop([node], max_iterations=1),
    "Router": lambda node: Router(lambda given: [node], [node]),
}
IN_EVERY_CONTAINER = pytest.mark.parametrize("wrap", AROUND.values(), ids=AROUND)


# Relied on


async def test_a_condition_has_an_else() -> None:
    assert await content(Condition(lambda given: given.input != "x", [step("a")], [step("b")]), before) == "<b>"


async def test_an_evaluator_may_be_a_literal_or_async() -> None:
    async def yes(step_input: StepInput) -> bool:
        return True

    assert [await content(Condition(evaluator, [step("a")])) for evaluator in (True, yes)] == ["a", "a"]


async def test_a_parallel_gives_a_heading_a_branch() -> None:
    assert await content(Parallel(step("a"), step("b"))) == "## a\n\na\n\n## b\n\nb"


async def test_a_loop_ends_at_its_end_condition_else_at_its_last_iteration() -> None:
    over = [False, True]

    assert await content(Loop([before], lambda outputs: over.pop(0), max_iterations=5)) == "<<None>>"
    assert await content(Loop([before], max_iterations=3)) == "<<<None>>>"


@IN_EVERY_CONTAINER
async def test_a_stop_in_any_container_ends_the_workflow_but_not_the_one_around_it(wrap: Callable[[Any], Any]) -> None:
    alone = await Workflow("W", [wrap(stop), step("never")]).run("x")
    around = await Workflow("W", [Workflow("Inner", [wrap(stop), step("never")]), step("after")]).run("x")

    assert [output.step_name for output in alone.steps] == [alone.steps[0].step_name]
    assert alone.content.endswith("enough")
    assert around.content == "after"
    assert around.steps[0].content.endswith("enough")


async def test_a_router_takes_a_name_a_node_a_list_and_nested_lists_as_one_sequence() -> None:
    a, b = step("a"), step("b")

    for choice in ("a", a, [a], [[["a"]]]):
        assert await content(Router(lambda given, choice=choice: choice, [a, b])) == "a"
    assert await content(Router(lambda given: ["a", [b, ["before"]]], [a, b, before])) == "<b>"


async def test_earlier_outputs_are_found_by_name_at_any_depth_a_direct_match_first() -> None:
    async def look(step_input: StepInput) -> list[Any]:
        return [step_input.get_step_content("deep"), step_input.get_step_content("both")]

    both = Step("both", executor=lambda given: "the direct one")
    deep = Loop([Parallel(Condition(True, [Steps("s", [step("deep"), step("both")])]))], max_iterations=1)

    assert await content(both, deep, look) == ["deep", "the direct one"]


async def test_branches_see_the_contextvars_of_the_caller() -> None:
    caller: ContextVar[str] = ContextVar("caller", default="nobody")
    caller.set("me")

    assert await content(Parallel(Step("who", executor=lambda given: caller.get()))) == "## who\n\nme"


async def test_state_persists_for_each_session_apart(tmp_path: Path) -> None:
    def count(step_input: StepInput) -> None:
        step_input.session_state["n"] = step_input.session_state.get("n", 0) + 1

    states = []
    for session_id in ("one", "one", "other"):
        store = RunStore(tmp_path / "refrain.db")
        run = await Workflow("W", [count], store=store).run("x", session_id=session_id)
        states.append(run.session_state)
        await store.close()

    assert states == [{"n": 1}, {"n": 2}, {"n": 1}]


async def test_input_that_breaks_the_schema_is_refused_before_anything_runs(store: RunStore) -> None:
    workflow = Workflow("W", [step("a")], input_schema=Topic, store=store)

    with pytest.raises(InvalidInput):
        await workflow.run({"title": "bees"})
    assert await store.runs() == []


async def test_people_confirm_fill_in_choose_and_review() -> None:
    async def write(step_input: StepInput) -> str:
        return f"{step_input.answer.name} {step_input.feedback or 'draft'}"

    steps = [
        step("a", confirm="Start?"),
        Router(None, [step("b"), Step("write", executor=write, ask=Topic, review=True)]),
    ]
    workflow = Workflow("W", steps)
    run = await workflow.run("x")
    answers: list[dict[str, Any]] = [
        {"approve": True},
        {"choice": "write"},
        {"values": {"name": "bees"}},
        {"feedback": "longer"},
    ]
    for answer in answers:
        run = await workflow.resume(run.id, **answer)

    assert (await workflow.resume(run.id, output="edited")).content == "edited"
    assert run.question is not None
    assert run.question.draft == "bees longer"


async def test_a_paused_run_survives_a_reload_and_earlier_steps_are_not_run_again(tmp_path: Path) -> None:
    ran = []

    def first(step_input: StepInput) -> None:
        ran.append("first")

    def made(store: RunStore) -> Workflow:
        return Workflow("W", [first, step("publish", confirm="Publish?")], store=store)

    store = RunStore(tmp_path / "refrain.db")
    paused = await made(store).run("x")
    await store.close()
    store = RunStore(tmp_path / "refrain.db")
    done = await made(store).resume(paused.id, approve=True)
    await store.close()

    assert (done.status, done.content, ran) == ("completed", "publish", ["first"])


async def test_cancel_keeps_partial_text_and_finished_steps(store: RunStore) -> None:
    async def streams(step_input: StepInput):  # type: ignore[no-untyped-def]
        yield "half a sent"
        await asyncio.Event().wait()
        yield "ence"

    workflow = Workflow("W", [step("first"), streams], store=store)
    async with aclosing(workflow.stream("x")) as events:
        async for event in events:
            if event.type == "step_delta":
                break
    run_id = str(event.run_id)
    told = await store.events(run_id)

    assert (await store.get_run(run_id)).status == "cancelled"
    assert [entry.path for entry in await store.journal(run_id)] == ["first"]
    assert [event.data["text"] for event in told if event.type == "step_delta"] == ["half a sent"]
    assert told[-1].type == "run_cancelled"


async def test_runs_work_in_the_background_and_can_be_followed_later(store: RunStore) -> None:
    runner = Runner(store, {"W": Workflow("W", [step("a")], store=store)})
    run_id = await runner.start("W", "x", user_id="u", session_id="s")
    events = [event async for event in runner.follow(run_id)]

    assert [events[0].type, events[-1].type] == ["run_started", "run_finished"]
    assert (await store.get_run(run_id)).content == "a"


async def test_a_step_sees_the_sessions_last_completed_runs() -> None:
    async def look(step_input: StepInput) -> list[Any]:
        if step_input.input == "fails":
            raise ValueError
        return [run.input for run in step_input.history]

    workflow = Workflow("W", [look])
    for question in ("one", "fails", "two"):
        await workflow.run(question, session_id="s")
    await workflow.run("elsewhere", session_id="other")

    assert (await workflow.run("three", session_id="s")).content == ["one", "two"]


# Let down


async def test_a_step_that_raises_is_tried_once_and_nothing_after_it_runs() -> None:
    ran = []

    def broken(step_input: StepInput) -> None:
        ran.append("broken")
        raise ValueError("no")

    def next_step(step_input: StepInput) -> None:
        ran.append("next")

    run = await Workflow("W", [broken, next_step]).run("x")

    assert (run.status, run.error, ran) == ("failed", "broken failed: ValueError: no", ["broken"])


@IN_EVERY_CONTAINER
async def test_a_confirmation_in_a_container_is_not_bypassed(wrap: Callable[[Any], Any]) -> None:
    ran = []

    def publish(step_input: StepInput) -> None:
        ran.append("publish")

    workflow = Workflow("W", [wrap(Step("publish", executor=publish, confirm="Publish?"))])
    paused = await workflow.run("x")

    assert (paused.status, ran) == ("paused", [])
    assert (await workflow.resume(paused.id, approve=True)).status == "completed"
    assert ran == ["publish"]


async def test_after_a_parallel_the_next_step_sees_every_branch() -> None:
    async def look(step_input: StepInput) -> list[Any]:
        return [step_input.get_step_content("Parallel"), step_input.previous_step_content]

    assert await content(Parallel(step("a"), step("b")), look) == [{"a": "a", "b": "b"}, "## a\n\na\n\n## b\n\nb"]


async def test_sync_functions_run_at_the_same_time_and_leave_the_loop_free() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def meets(step_input: StepInput) -> str:
        meeting.wait()
        return "met"

    async def meets_from_the_loop(step_input: StepInput) -> str:
        await asyncio.get_running_loop().run_in_executor(None, meeting.wait)
        return "met"

    branches = [Step("a", executor=meets), Step("b", executor=meets), Step("c", executor=meets_from_the_loop)]
    assert await content(Parallel(*branches)) == "## a\n\nmet\n\n## b\n\nmet\n\n## c\n\nmet"


async def test_cancel_does_not_wait_for_the_running_step() -> None:
    running, release = threading.Event(), threading.Event()

    def blocks(step_input: StepInput) -> None:
        running.set()
        release.wait(30)

    task = asyncio.create_task(Workflow("W", [blocks]).run("x"))
    await asyncio.to_thread(running.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    blocked_still = not release.is_set()
    release.set()

    assert blocked_still


async def test_a_step_may_have_a_time_limit_sync_or_async() -> None:
    release = threading.Event()

    async def endless(step_input: StepInput) -> None:
        await asyncio.Event().wait()

    for function in (endless, lambda given: release.wait(30) and None):
        run = await Workflow("W", [Step("slow", executor=function, timeout=0.02)]).run("x")
        assert (run.status, run.error) == ("failed", "slow failed: it took longer than 0.02 seconds")
    release.set()


async def test_a_step_is_stored_when_it_is_finished_and_a_failed_run_goes_on_from_there(store: RunStore) -> None:
    stored: list[str] = []
    ran: list[str] = []

    def first(step_input: StepInput) -> str:
        ran.append("first")
        return "first"

    async def second(step_input: StepInput) -> str:
        (run,) = await store.runs()
        stored.extend(entry.path for entry in await store.journal(run.id))
        if len(stored) == 1:
            raise OSError("down")
        return f"{step_input.previous_step_content}, second"

    workflow = Workflow("W", [first, second], store=store)
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, done.content, ran) == ("failed", "first, second", ["first"])
    assert stored[0] == "first"


CRASHING = """
import asyncio, os, sys
from flows import Loop, Parallel, Step, Workflow
from storage import RunStore

def works(step_input):
    os.write(1, b"worked\\n")
    return "work"

def crashes(step_input):
    if sys.argv[2] == "crash":
        os._exit(9)
    return "crashed no more"

async def main():
    store = RunStore(sys.argv[1])
    inside = Loop([Parallel(Step("a", executor=works), Step("b", executor=works), name="Both")], max_iterations=2)
    workflow = Workflow("W", [inside, crashes], store=store)
    waiting = await store.runs(status="interrupted")
    run = await (workflow.resume(waiting[0].id) if waiting else workflow.run("x"))
    print(run.status, run.content, flush=True)
    await store.close()

asyncio.run(main())
"""


async def test_a_process_that_dies_loses_no_finished_step(tmp_path: Path) -> None:
    said = []
    for ending in ("crash", "end well"):
        command = [sys.executable, "-c", CRASHING, str(tmp_path / "refrain.db"), ending]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parent.parent
        )
        out, _ = await process.communicate()
        said.append((process.returncode, out.decode().split("\n")[:-1]))

    assert said == [(9, ["worked"] * 4), (0, ["completed crashed no more"])]


async def test_eight_branches_that_read_modify_and_write_one_number_add_eight() -> None:
    together = threading.Barrier(8, timeout=10)

    def add_one(step_input: StepInput) -> None:
        number = step_input.session_state["n"]
        together.wait()
        step_input.session_state["n"] = number + 1

    branches = [Step(f"b{number}", executor=add_one) for number in range(8)]
    assert (await Workflow("W", [Parallel(*branches)], session_state={"n": 0}).run("x")).session_state == {"n": 8}


async def test_an_unknown_route_fails_the_run() -> None:
    run = await Workflow("W", [Router(lambda given: "nowhere", [step("a"), step("b")])]).run("x")

    assert (run.status, run.error) == (
        "failed",
        "Router failed: Router has no choice called 'nowhere'. There are: a, b.",
    )


async def test_two_steps_of_one_name_keep_both_outputs() -> None:
    async def look(step_input: StepInput) -> dict[str, Any]:
        return {name: output.content for name, output in step_input.previous_step_outputs.items()}

    twins = [Step("twin", executor=lambda given: "one"), Step("twin", executor=lambda given: "two")]
    assert await content(*twins, look) == {"twin": "one", "twin#2": "two"}


async def test_one_workflow_serves_eight_threads_with_each_run_in_its_own_session(store: RunStore) -> None:
    async def add(step_input: StepInput) -> str:
        step_input.session_state.setdefault("inputs", []).append(step_input.input)
        return f"{step_input.input} in"

    workflow = Workflow("W", [add, Parallel(step("a"), before)], store=store)
    wrong: list[str] = []

    async def ten_runs(thread: str) -> None:
        for number in range(10):
            run = await workflow.run(f"{thread} {number}", session_id=thread, user_id=thread)
            wanted = [f"{thread} {earlier}" for earlier in range(number + 1)]
            if f"<{thread} {number} in>" not in run.content or run.session_state != {"inputs": wanted}:
                wrong.append(f"{thread} {number}: {run.status} {run.content} {run.session_state}")

    threads = [threading.Thread(target=lambda name=f"t{n}": asyncio.run(ten_runs(name))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)

    assert wrong == []
    assert len(await store.runs(limit=200)) == 80
