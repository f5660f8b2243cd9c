"""Conditions: which way they go, what passes through, and that a verdict once given stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from flows import Condition, StepInput, StepOutput, Workflow
from storage import RunStore


async def a(step_input: StepInput) -> str:
    return "a"


async def b(step_input: StepInput) -> str:
    return "b"


async def after(step_input: StepInput) -> str:
    return f"after {step_input.previous_step_content}"


def says_yes(step_input: StepInput) -> bool:
    return True


async def says_no(step_input: StepInput) -> bool:
    return False


class Asks:
    async def __call__(self, step_input: StepInput) -> bool:
        return step_input.input == "yes"


@pytest.mark.parametrize(
    ("evaluator", "content"),
    [(True, "a"), (False, "b"), (says_yes, "a"), (says_no, "b"), (lambda given: says_no(given), "b"), (Asks(), "a")],
)
async def test_it_runs_its_steps_or_else_the_others(evaluator: bool | Callable[[StepInput], Any], content: str) -> None:
    assert (await Workflow("W", [Condition(evaluator, [a], [b])]).run("yes")).content == content


async def test_without_else_the_content_before_passes_through_untouched() -> None:
    given = {"rows": [1, 2]}

    async def first(step_input: StepInput) -> dict[str, list[int]]:
        return given

    async def same(step_input: StepInput) -> list[Any]:
        return [step_input.previous_step_content is given, list(step_input.previous_step_outputs)]

    run = await Workflow("W", [first, Condition(False, [a], name="Maybe"), same]).run("x")

    assert run.content == [True, ["first", "Maybe"]]


async def test_the_evaluator_sees_what_a_step_would_see_and_a_sync_one_is_off_the_loop() -> None:
    saw: list[Any] = []

    def evaluator(step_input: StepInput) -> bool:
        saw.append((step_input.input, step_input.previous_step_content, step_input.session_state["n"]))
        saw.append(threading.current_thread() is not threading.main_thread())
        return True

    await Workflow("W", [a, Condition(evaluator, [b])], session_state={"n": 3}).run("x")

    assert saw == [("x", "a", 3), True]


async def test_its_steps_see_each_other_and_stand_below_it() -> None:
    workflow = Workflow("W", [Condition(True, [a, after], [b], name="Check"), after])
    events = [event async for event in workflow.stream("x")]

    finished = [event for event in events if event.type == "step_finished"]
    assert [event.path for event in finished] == ["Check/a", "Check/after", "Check", "after"]
    assert finished[-1].output.content == "after after a"


async def test_a_stop_inside_ends_the_workflow() -> None:
    async def enough(step_input: StepInput) -> StepOutput:
        return StepOutput("enough", stop=True)

    run = await Workflow("W", [Condition(True, [enough, a]), b]).run("x")

    assert (run.status, run.content) == ("completed", "enough")


@pytest.mark.parametrize("no", [None, 0, "", [], {}])
async def test_what_is_empty_means_no(no: object) -> None:
    assert (await Workflow("W", [Condition(lambda given: no, [a], [b])]).run("x")).content == "b"


async def test_an_evaluator_that_raises_fails_the_condition_and_is_asked_anew() -> None:
    asked: list[int] = []

    async def evaluator(step_input: StepInput) -> bool:
        asked.append(1)
        if len(asked) == 1:
            raise LookupError("no such key")
        return True

    workflow = Workflow("W", [a, Condition(evaluator, [b], name="Check"), after])
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, failed.error) == ("failed", "Check failed: LookupError: no such key")
    assert [(step.step_name, step.success) for step in failed.steps] == [("a", True), ("Check", False)]
    assert done.content == "after b"


class Odd:
    """Says no, though its text does not look like it."""

    def __bool__(self) -> bool:
        return False


async def test_a_verdict_stands_whatever_the_evaluator_would_say_after_a_restart(store: RunStore) -> None:
    verdicts: list[object] = [Odd(), True]
    failures = [OSError("down")]

    async def evaluator(step_input: StepInput) -> object:
        return verdicts.pop(0)

    async def fragile(step_input: StepInput) -> str:
        if failures:
            raise failures.pop()
        return f"fine after {step_input.previous_step_content}"

    workflow = Workflow("W", [Condition(evaluator, [a], [b]), fragile], store=store)
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, done.status, done.content) == ("failed", "completed", "fine after b")
    assert verdicts == [True]


async def test_what_an_evaluator_changes_in_the_state_is_there_after_a_resume_too() -> None:
    failures = [OSError("down")]

    async def evaluator(step_input: StepInput) -> bool:
        step_input.session_state["asked"] = step_input.session_state.get("asked", 0) + 1
        return True

    async def fragile(step_input: StepInput) -> dict[str, Any]:
        if failures:
            raise failures.pop()
        return dict(step_input.session_state)

    workflow = Workflow("W", [Condition(evaluator, [a]), fragile])
    done = await workflow.resume((await workflow.run("x")).id)

    assert done.content == {"asked": 1}
    assert done.session_state == {"asked": 1}
