"""Branches at the same time: what they give together, what they change, and what happens when one fails or waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import pytest

from flows import Condition, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow
from storage import RunStore

Function = Callable[[StepInput], Awaitable[Any]]


def says(content: Any, *, after: asyncio.Event | None = None, then: asyncio.Event | None = None) -> Function:
    """A function that waits for one event, sets another, and gives `content`; an exception it raises."""

    async def function(step_input: StepInput) -> Any:
        if after is not None:
            await after.wait()
        if then is not None:
            then.set()
        if isinstance(content, Exception):
            raise content
        return content

    return function


def step(name: str, content: Any = None, **options: Any) -> Step:
    waits = {key: options.pop(key) for key in ("after", "then") if key in options}
    return Step(name, executor=says(content or name, **waits), **options)


def changes(name: str, change: Callable[[dict[str, Any]], Any]) -> Step:
    async def function(step_input: StepInput) -> None:
        change(step_input.session_state)

    return Step(name, executor=function)


async def look(step_input: StepInput) -> list[Any]:
    names = ("Gather", "web", "files", "deep")
    return [step_input.previous_step_content, *(step_input.get_step_content(name) for name in names)]


async def forever(step_input: StepInput) -> None:
    await asyncio.Event().wait()


async def state_after(*branches: Any, start: dict[str, Any]) -> dict[str, Any]:
    run = await Workflow("W", [Parallel(*branches)], session_state=start).run("x")
    assert run.status == "completed", run.error
    return run.session_state


async def test_the_contents_stand_under_headings_in_the_order_written_whatever_ends_first() -> None:
    second_done = asyncio.Event()
    parallel = Parallel(step("slow", after=second_done), step("quick", {"n": 1}, then=second_done), step("slow"))

    run = await Workflow("W", [parallel]).run("x")

    assert run.content == '## slow\n\nslow\n\n## quick\n\n{\n  "n": 1\n}\n\n## slow#2\n\nslow'


async def test_the_next_step_sees_every_branch_by_name_and_what_is_inside_it() -> None:
    gather = Parallel(step("web"), Steps("files", [step("deep"), step("top")]), name="Gather")

    run = await Workflow("W", [gather, look]).run("x")

    assert run.content == [
        "## web\n\nweb\n\n## files\n\ntop",
        {"web": "web", "files": "top"},
        "web",
        "top",
        "deep",
    ]


async def test_every_branch_sees_what_came_before_and_not_its_siblings() -> None:
    async def saw(step_input: StepInput) -> list[Any]:
        return [step_input.previous_step_content, list(step_input.previous_step_outputs)]

    branches = [Step(name, executor=saw) for name in "ab"]
    run = await Workflow("W", [step("first"), Parallel(*branches)]).run("x")

    assert [branch.content for branch in run.steps[1].steps] == [["first", ["first"]]] * 2


@pytest.mark.parametrize(("limit", "most"), [(None, 5), (2, 2), (1, 1)])
async def test_no_more_run_at_once_than_allowed(limit: int | None, most: int) -> None:
    running: list[str] = []
    seen: list[int] = []

    async def busy(step_input: StepInput) -> None:
        running.append("one")
        for _ in range(10):
            await asyncio.sleep(0)
            seen.append(len(running))
        running.pop()

    await Workflow("W", [Parallel(*(Step(n, executor=busy) for n in "abcde"), max_concurrency=limit)]).run("x")

    assert max(seen) == most


def test_a_limit_that_lets_nothing_run_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        Parallel(step("a"), max_concurrency=0)


async def test_the_callers_contextvars_are_seen_in_branches_sync_or_async() -> None:
    flavour: ContextVar[str] = ContextVar("flavour", default="none")

    def in_thread(step_input: StepInput) -> str:
        return flavour.get()

    async def on_loop(step_input: StepInput) -> str:
        return flavour.get()

    flavour.set("lemon")
    run = await Workflow("W", [Parallel(in_thread, on_loop)]).run("x")

    assert [branch.content for branch in run.steps[0].steps] == ["lemon", "lemon"]


async def test_a_failure_cancels_the_siblings_and_what_was_finished_is_kept() -> None:
    finished, ran = asyncio.Event(), []
    failures = [ValueError("no network")]

    async def noted(step_input: StepInput) -> str:
        ran.append("noted")
        return "noted"

    async def hangs_once(step_input: StepInput) -> str:
        if failures:
            finished.set()
            await asyncio.Event().wait()
        return "went on"

    async def fails_once(step_input: StepInput) -> str:
        await finished.wait()
        if failures:
            raise failures.pop()
        return "now it works"

    workflow = Workflow("W", [Parallel(Steps("long", [noted, hangs_once]), fails_once, name="Gather")])
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, failed.error) == ("failed", "Gather/fails_once failed: ValueError: no network")
    assert done.content == "## long\n\nwent on\n\n## fails_once\n\nnow it works"
    assert ran == ["noted"]


async def test_on_error_continue_leaves_the_failed_branch_out() -> None:
    gather = Parallel(step("web", OSError("down")), step("files"), name="Gather", on_error="continue")

    run = await Workflow("W", [gather, look]).run("x")

    assert run.status == "completed"
    assert run.content == ["## files\n\nfiles", {"files": "files"}, None, "files", None]
    assert [(branch.step_name, branch.success) for branch in run.steps[0].steps] == [("web", False), ("files", True)]


async def test_on_error_continue_fails_when_no_branch_is_left() -> None:
    gather = Parallel(step("a", OSError("down")), step("b", OSError("down too")), on_error="continue")

    run = await Workflow("W", [gather]).run("x")

    assert (run.status, run.error) == ("failed", "Parallel/a failed: OSError: down")


async def test_a_branch_that_was_left_out_stays_out_when_the_run_goes_on_later(store: RunStore) -> None:
    ran: list[str] = []

    async def recovers(step_input: StepInput) -> str:
        ran.append("recovers")
        if len(ran) == 1:
            raise OSError("down")
        return "up again"

    gather = Parallel(recovers, step("files"), on_error="continue")
    workflow = Workflow("W", [gather, step("publish", confirm="Publish?")], store=store)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)

    assert (paused.status, done.status) == ("paused", "completed")
    assert ran == ["recovers"]
    assert [branch.success for branch in done.steps[0].steps] == [False, True]


@pytest.mark.parametrize(
    "broken",
    [
        Condition(lambda given: 1 / 0 > 0, [step("x")], name="broken"),
        Router(lambda given: "nowhere", [step("x")], name="broken"),
    ],
)
async def test_a_decision_that_fails_is_a_failed_branch_like_any_other(broken: Any) -> None:
    run = await Workflow("W", [Parallel(broken, step("files"), on_error="continue")]).run("x")

    assert (run.status, run.content) == ("completed", "## files\n\nfiles")


async def test_each_branch_works_on_its_own_copy_of_the_state() -> None:
    first_wrote, second_looked = asyncio.Event(), asyncio.Event()

    async def writes(step_input: StepInput) -> None:
        step_input.session_state["deep"]["mine"] = 1
        first_wrote.set()
        await second_looked.wait()

    async def looks(step_input: StepInput) -> dict[str, Any]:
        await first_wrote.wait()
        second_looked.set()
        return dict(step_input.session_state["deep"])

    run = await Workflow("W", [Parallel(writes, looks)], session_state={"deep": {}}).run("x")

    assert run.steps[0].steps[1].content == {}
    assert run.session_state == {"deep": {"mine": 1}}


async def test_branches_that_change_nothing_leave_the_state_alone() -> None:
    assert await state_after(step("a"), step("b"), start={"n": 1, "list": [1]}) == {"n": 1, "list": [1]}


async def test_eight_branches_that_add_one_add_eight() -> None:
    def increment(state: dict[str, Any]) -> None:
        state["n"] = state["n"] + 1

    assert await state_after(*(changes(f"b{i}", increment) for i in range(8)), start={"n": 0}) == {"n": 8}


async def test_dicts_merge_at_any_depth_and_list_tails_follow_each_other() -> None:
    one = changes("one", lambda s: (s["a"]["b"].update(x=1), s["log"].extend(["one"]), s.update(only=1)))
    two = changes("two", lambda s: (s["a"]["b"].update(y=2), s["log"].extend(["two", "2"]), s.pop("old")))

    merged = await state_after(one, two, start={"a": {"b": {}}, "log": ["start"], "old": True})

    assert merged == {"a": {"b": {"x": 1, "y": 2}}, "log": ["start", "one", "two", "2"], "only": 1}


async def test_two_branches_that_set_one_value_differently_fail_and_are_both_named() -> None:
    branches = [changes(name, lambda s, name=name: s["a"].update(owner=name)) for name in ("left", "right")]

    run = await Workflow("W", [Parallel(*branches, name="Both")], session_state={"a": {}, "n": 1}).run("x")

    assert run.status == "failed"
    assert run.error == "Both failed: The branches left and right set a.owner differently."
    assert run.session_state == {"a": {}, "n": 1}


async def test_a_failed_branch_changes_nothing() -> None:
    async def writes_then_fails(step_input: StepInput) -> None:
        step_input.session_state["n"] = 100
        raise OSError("down")

    inside = Steps("inside", [changes("wrote", lambda s: s.update(n=50)), writes_then_fails])
    good = changes("good", lambda s: s.update(ok=True))
    run = await Workflow("W", [Parallel(inside, good, on_error="continue")], session_state={"n": 1}).run("x")

    assert run.session_state == {"n": 1, "ok": True}


async def test_a_stop_lets_the_others_finish_and_ends_the_workflow() -> None:
    stopped = asyncio.Event()
    stops = step("stops", StepOutput("enough", stop=True), then=stopped)

    run = await Workflow("W", [Parallel(stops, step("slow", after=stopped)), step("never")]).run("x")

    assert (run.status, run.content) == ("completed", "## stops\n\nenough\n\n## slow\n\nslow")
    assert len(run.steps) == 1


async def test_a_waiting_branch_lets_the_others_finish() -> None:
    ran: list[str] = []

    async def noted(step_input: StepInput) -> str:
        await asyncio.sleep(0)
        ran.append("noted")
        return "noted"

    workflow = Workflow("W", [Parallel(step("asks", confirm="Go on?"), Steps("s", [noted, noted]))])
    paused = await workflow.run("x")
    ran_before = list(ran)
    done = await workflow.resume(paused.id, approve=True)

    assert (paused.status, ran_before, ran) == ("paused", ["noted"] * 2, ["noted"] * 2)
    assert done.content == "## asks\n\nasks\n\n## s\n\nnoted"


@pytest.mark.parametrize(
    ("branches", "status"),
    [
        ([step("asks", confirm="?"), step("stops", StepOutput("s", stop=True)), step("fails", OSError())], "failed"),
        ([step("asks", confirm="?"), step("stops", StepOutput("s", stop=True))], "completed"),
        ([step("asks", confirm="?"), step("good")], "paused"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
async def test_failure_outranks_stop_and_stop_outranks_pause(
    branches: list[Step], status: str, backwards: bool
) -> None:
    ordered = branches[::-1] if backwards else branches

    assert (await Workflow("W", [Parallel(*ordered), step("later")]).run("x")).status == status


async def test_a_branch_that_waits_may_still_save_a_parallel_that_goes_on_without_the_failed() -> None:
    workflow = Workflow("W", [Parallel(step("fails", OSError()), step("asks", confirm="?"), on_error="continue")])
    paused = await workflow.run("x")

    assert paused.status == "paused"
    assert (await workflow.resume(paused.id, approve=True)).content == "## asks\n\nasks"


async def test_cancelling_the_run_ends_every_branch() -> None:
    running: list[str] = []
    ended: list[str] = []
    all_run = asyncio.Event()

    def hangs(name: str) -> Step:
        async def function(step_input: StepInput) -> None:
            try:
                running.append(name)
                if len(running) == 3:
                    all_run.set()
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return Step(name, executor=function)

    task = asyncio.create_task(Workflow("W", [Parallel(hangs("a"), Parallel(hangs("b"), hangs("c")))]).run("x"))
    await all_run.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert sorted(ended) == ["a", "b", "c"]


async def test_a_parallel_ends_on_the_timeout_of_the_step_around_it() -> None:
    inner = Workflow("In", [Parallel(forever, step("quick"))])

    run = await Workflow("W", [Step("limited", workflow=inner, timeout=0.02)]).run("x")

    assert (run.status, run.error) == ("failed", "limited failed: it took longer than 0.02 seconds")


async def test_a_branch_whose_work_is_cancelled_from_inside_has_failed() -> None:
    async def leaks(step_input: StepInput) -> None:
        raise asyncio.CancelledError

    run = await Workflow("W", [Parallel(leaks, forever)]).run("x")

    assert (run.status, run.error) == ("failed", "Parallel/leaks failed: something it waited for was cancelled")


async def test_a_parallel_of_nothing_passes_the_content_before_it_through() -> None:
    async def say(step_input: StepInput) -> str:
        return "before"

    assert (await Workflow("W", [say, Parallel()]).run("x")).content == "before"
