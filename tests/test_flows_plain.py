"""What JSON would change is refused where it appears, so that a replay sees what the steps saw."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from flows import Condition, Run, Step, StepInput, StepOutput, Workflow
from flows.errors import InvalidAnswer, InvalidInput, StepError
from flows.plain import odd_part
from storage import RunStore


class Brief(BaseModel):
    topic: str


ROUND: list[Any] = []
ROUND.append(ROUND)
ODD: list[tuple[Any, str]] = [
    ({1: "one"}, "a dict with a key of type int"),
    ({"a": [{"b": {1, 2}}]}, "a set"),
    ([(1, 2)], "a tuple"),
    ({"at": datetime.now(UTC)}, "a datetime"),
    ([Brief(topic="x")], "a Brief"),
    ([object()], "an object"),
    (ROUND, "something that contains itself"),
]


async def a(step_input: StepInput) -> str:
    return "a"


def gives(content: Any) -> Step:
    async def give(step_input: StepInput) -> Any:
        return content

    return Step("gives", executor=give)


@pytest.mark.parametrize("plain", ["x", 1, 2.5, True, None, [], {"a": [1, {"b": None}]}])
def test_json_values_are_plain(plain: Any) -> None:
    assert odd_part(plain) is None


@pytest.mark.parametrize(("content", "odd"), ODD)
@pytest.mark.parametrize("wrapped", [False, True])
async def test_content_that_json_would_change_fails_its_step(content: Any, odd: str, wrapped: bool) -> None:
    run = await Workflow("W", [gives(StepOutput(content) if wrapped else content)]).run("x")

    assert run.status == "failed"
    assert run.error is not None
    assert f"The step gives returned {odd} in its {type(content).__name__}" in run.error


@pytest.mark.parametrize(("content", "kind"), [(object(), "object"), (7, "int"), ({1}, "set")])
async def test_the_content_of_a_step_output_is_checked_like_any_other(content: Any, kind: str) -> None:
    run = await Workflow("W", [gives(StepOutput(content))]).run("x")

    assert run.error is not None
    assert f"The step gives returned {kind}" in run.error


@pytest.mark.parametrize("value", [(1, 2), {1, 2}, {1: 2}, threading.Lock()], ids=["tuple", "set", "key", "lock"])
async def test_state_that_json_would_change_fails_the_step_that_wrote_it(value: Any) -> None:
    async def writes(step_input: StepInput) -> str:
        step_input.session_state["odd"] = value
        return "written"

    run = await Workflow("W", [a, writes, a], session_state={"n": 1}).run("x")
    assert (run.status, run.session_state) == ("failed", {"n": 1})
    assert run.error is not None
    assert run.error.startswith("writes failed: writes put a")

    def evaluator(step_input: StepInput) -> bool:
        step_input.session_state["odd"] = value
        return True

    run = await Workflow("W", [Condition(evaluator, [a], name="C")]).run("x")
    assert run.error is not None
    assert "C#verdict put a" in run.error


def test_a_starting_state_that_json_would_change_is_refused_at_construction() -> None:
    with pytest.raises(ValueError, match="The session_state of W has a set in it"):
        Workflow("W", [a], session_state={"seen": set()})


async def test_an_input_that_json_would_change_is_refused() -> None:
    for given in ({1: "x"}, (1, 2), object()):
        with pytest.raises(InvalidInput, match="The input of W has a"):
            await Workflow("W", [a]).run(given)


async def test_a_model_as_input_without_a_schema_is_its_dict_before_a_pause_and_after_it(store: RunStore) -> None:
    async def tells(step_input: StepInput) -> str:
        return f"{type(step_input.input).__name__} {step_input.input['topic']}"

    workflow = Workflow("W", [Step("one", executor=tells), Step("two", executor=tells, confirm="Go?")], store=store)
    paused = await workflow.run(Brief(topic="wind"))
    done = await workflow.resume(paused.id, approve=True)

    assert [step.content for step in done.steps] == ["dict wind", "dict wind"]


async def test_an_edited_output_that_json_would_change_is_refused() -> None:
    workflow = Workflow("W", [Step("a", executor=a, review=True)])
    paused = await workflow.run("x")
    with pytest.raises(InvalidAnswer, match="a set in it"):
        await workflow.resume(paused.id, output={"a": {1}})
    done: Run = await workflow.resume(paused.id, output={"a": [1]})
    assert done.content == {"a": [1]}
    with pytest.raises(StepError, match="a returned a set in its dict"):
        await workflow.fork(done.id, at="a", output={"a": {1}})
