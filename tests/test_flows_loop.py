"""Loops: when they end, what each iteration sees, and that an ended iteration is not done again."""

from __future__ import annotations

from typing import Any

import pytest

from flows import Loop, Parallel, Step, StepInput, StepOutput, Workflow


async def grow(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content or ''}x"


async def after(step_input: StepInput) -> str:
    return f"after {step_input.previous_step_content}"


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_it_ends_when_its_condition_holds(asynchronous: bool) -> None:
    def long_enough(outputs: list[StepOutput]) -> bool:
        return len(outputs[-1].content) >= 2

    async def long_enough_later(outputs: list[StepOutput]) -> bool:
        return long_enough(outputs)

    condition = long_enough_later if asynchronous else long_enough
    run = await Workflow("W", [Loop([grow], condition, max_iterations=9), after]).run("go")

    assert run.content == "after xx"
    assert [iteration.step_name for iteration in run.steps[0].steps] == ["1", "2"]


async def test_it_ends_at_the_last_iteration_it_may_do() -> None:
    assert (await Workflow("W", [Loop([grow], lambda outputs: False, max_iterations=4)]).run("x")).content == "xxxx"
    assert (await Workflow("W", [Loop([grow])]).run("x")).content == "xxx"
    with pytest.raises(ValueError, match="at least 1, not 0"):
        Loop([grow], max_iterations=0)


async def test_iterations_count_from_one_in_events_and_paths() -> None:
    events = [event async for event in Workflow("W", [Loop([grow], max_iterations=2, name="Refine")]).stream("x")]

    assert [(e.path, e.number) for e in events if e.type == "iteration_started"] == [("Refine/1", 1), ("Refine/2", 2)]
    finished = [event.path for event in events if event.type == "step_finished"]
    assert finished == ["Refine/1/grow", "Refine/2/grow", "Refine"]


async def test_each_iteration_sees_what_came_before_the_loop_and_the_iteration_before() -> None:
    saw: list[Any] = []

    async def first(step_input: StepInput) -> str:
        return "first"

    async def draft(step_input: StepInput) -> str:
        saw.append([step_input.previous_step_content, *map(step_input.get_step_content, ("first", "draft", "check"))])
        return f"draft {len(saw)}"

    async def check(step_input: StepInput) -> str:
        return f"check of {step_input.previous_step_content}"

    await Workflow("W", [first, Loop([draft, check], max_iterations=2)]).run("x")

    assert saw == [
        ["first", "first", None, None],
        ["check of draft 1", "first", "draft 1", "check of draft 1"],
    ]


async def test_the_condition_gets_the_outputs_of_this_iteration_alone() -> None:
    got: list[list[str]] = []

    def note(outputs: list[StepOutput]) -> bool:
        got.append([f"{output.step_name}={output.content}" for output in outputs])
        return False

    await Workflow("W", [Loop([grow, after], note, max_iterations=2)]).run("x")

    assert got == [["grow=x", "after=after x"], ["grow=after xx", "after=after after xx"]]


async def test_a_stop_ends_the_loop_and_the_workflow() -> None:
    async def enough(step_input: StepInput) -> StepOutput:
        return StepOutput("enough", stop=True)

    assert (await Workflow("W", [Loop([grow, enough, after]), after]).run("x")).content == "enough"
    assert (await Workflow("W", [Workflow("In", [Loop([enough])]), after]).run("x")).content == "after enough"


async def test_a_failure_ends_the_loop_and_names_the_iteration() -> None:
    async def breaks_on_second(step_input: StepInput) -> str:
        if step_input.previous_step_content == "once":
            raise ValueError("twice is too much")
        return "once"

    run = await Workflow("W", [Loop([breaks_on_second], name="Refine"), after]).run("x")

    assert run.status == "failed"
    assert run.error == "Refine/2/breaks_on_second failed: ValueError: twice is too much"


async def test_a_condition_that_raises_fails_the_loop() -> None:
    def broken(outputs: list[StepOutput]) -> bool:
        raise KeyError("score")

    run = await Workflow("W", [grow, Loop([grow], broken)]).run("x")

    assert (run.status, run.error) == ("failed", "Loop failed: KeyError: 'score'")
    assert [step.success for step in run.steps] == [True, False]


async def test_finished_iterations_and_their_verdicts_are_not_done_again() -> None:
    ran: list[str] = []
    failures = [OSError("down")]

    async def draft(step_input: StepInput) -> str:
        number = len(ran) + 1
        if number == 3 and failures:
            raise failures.pop()
        ran.append(f"draft {number}")
        return ran[-1]

    def over(outputs: list[StepOutput]) -> bool:
        asked.append(outputs[-1].content)
        return asked.count("draft 1") > 1 or len(asked) == 3  # it would end the first iteration, if asked once more

    asked: list[str] = []
    workflow = Workflow("W", [Loop([draft], over, max_iterations=5)])
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, done.status, done.content) == ("failed", "completed", "draft 3")
    assert ran == ["draft 1", "draft 2", "draft 3"]
    assert asked == ["draft 1", "draft 2", "draft 3"]


async def test_a_parallel_inside_adds_up_over_the_iterations() -> None:
    async def count(step_input: StepInput) -> None:
        step_input.session_state["n"] += 1

    branches = [Step(name, executor=count) for name in "ab"]
    run = await Workflow("W", [Loop([Parallel(*branches)], max_iterations=3)], session_state={"n": 0}).run("x")

    assert run.session_state == {"n": 6}
