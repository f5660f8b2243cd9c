"""Routers: what a selector may say, what an unknown name gives, and that a choice once made stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows import Router, Step, StepInput, StepOutput, Steps, Workflow
from storage import RunStore


async def a(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content or ''}a"


async def b(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content or ''}b"


async def after(step_input: StepInput) -> str:
    return f"{step_input.previous_step_content} after"


step = Step("s", executor=b)
group = Steps("g", [a, a])
CHOICES = [a, b, step, group]


async def later(step_input: StepInput) -> list[str]:
    return ["b", "a"]


@pytest.mark.parametrize(
    ("selector", "content"),
    [
        (lambda given: "b", "b"),
        (lambda given: a, "a"),
        (lambda given: step, "b"),
        (lambda given: group, "aa"),
        (lambda given: ["b", step, a], "bba"),
        (lambda given: [[a, ["b"]], ["g"]], "abaa"),
        (lambda given: ("b", "b"), "bb"),
        (later, "ba"),
        (lambda given: later(given), "ba"),
    ],
)
async def test_a_selector_names_one_or_several_that_run_in_its_order(
    selector: Callable[[StepInput], Any], content: str
) -> None:
    run = await Workflow("W", [Router(selector, CHOICES), after]).run("x")

    assert (run.status, run.content) == ("completed", f"{content} after")


@pytest.mark.parametrize("choice", ["c", "A", Step("other", executor=b), 7])
async def test_an_unknown_choice_fails_and_says_which_there_are(choice: object) -> None:
    run = await Workflow("W", [a, Router(lambda given: choice, CHOICES, name="Which"), after]).run("x")

    assert run.status == "failed"
    assert str(run.error).startswith("Which failed: Which has no choice called")
    assert str(run.error).endswith("There are: a, b, s, g.")
    assert [output.step_name for output in run.steps] == ["a", "Which"]


async def test_one_unknown_name_in_a_list_runs_nothing() -> None:
    ran: list[str] = []

    async def noted(step_input: StepInput) -> None:
        ran.append("noted")

    run = await Workflow("W", [Router(lambda given: ["noted", "nope"], [noted])]).run("x")

    assert (run.status, ran) == ("failed", [])
    assert "'nope'" in str(run.error)


async def test_a_selector_that_raises_fails_the_router() -> None:
    def broken(step_input: StepInput) -> str:
        raise KeyError("topic")

    run = await Workflow("W", [Router(broken, [a])]).run("x")

    assert (run.status, run.error) == ("failed", "Router failed: KeyError: 'topic'")


async def test_what_is_chosen_twice_runs_twice_with_a_path_for_each() -> None:
    events = [event async for event in Workflow("W", [Router(lambda given: ["a", "b", "a"], CHOICES)]).stream("x")]

    finished = [event for event in events if event.type == "step_finished"]
    assert [event.path for event in finished] == ["Router/a", "Router/b", "Router/a#2", "Router"]
    assert finished[-1].output.content == "aba"


async def test_a_choice_stands_whatever_the_selector_would_say_after_a_restart(store: RunStore) -> None:
    said = [["b", "a"], ["a"]]
    failures = [OSError("down")]

    async def fragile(step_input: StepInput) -> str:
        if failures:
            raise failures.pop()
        return f"{step_input.previous_step_content}!"

    workflow = Workflow("W", [Router(lambda given: said.pop(0), [a, b]), fragile], store=store)
    failed = await workflow.run("x")
    done = await workflow.resume(failed.id)

    assert (failed.status, done.status, done.content) == ("failed", "completed", "ba!")
    assert said == [["a"]]


async def test_a_stop_in_a_chosen_step_ends_the_workflow() -> None:
    async def enough(step_input: StepInput) -> StepOutput:
        return StepOutput("enough", stop=True)

    assert (await Workflow("W", [Router(lambda given: ["enough", "a"], [enough, a]), after]).run("x")).content == (
        "enough"
    )


async def test_choices_of_one_name_are_told_apart() -> None:
    first, second = Step("s", executor=a), Step("s", executor=b)

    assert (await Workflow("W", [Router(lambda given: second, [first, second])]).run("x")).content == "b"
    assert (await Workflow("W", [Router(lambda given: "s", [first, second])]).run("x")).content == "a"
    assert (await Workflow("W", [Router(lambda given: ["s", "s", "s#2"], [first, second])]).run("x")).content == "aab"


async def test_a_selector_that_forgets_to_choose_fails_and_one_that_chooses_none_passes_on() -> None:
    forgetful = await Workflow("W", [a, Router(lambda given: None, CHOICES, name="Which"), after]).run("x")
    modest = await Workflow("W", [a, Router(lambda given: [], CHOICES), after]).run("x")

    assert forgetful.status == "failed"
    assert "Which's selector returned None" in str(forgetful.error)
    assert (modest.status, modest.content) == ("completed", "a after")
