"""A workflow keeps its own options when it is a step of another one."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from flows import Step, StepInput, Workflow


class Brief(BaseModel):
    topic: str
    words: int = 100


async def tells(step_input: StepInput) -> str:
    return f"{step_input.input.topic} in {step_input.input.words}"


def gives(content: Any) -> Step:
    async def give(step_input: StepInput) -> Any:
        return content

    return Step("gives", executor=give)


@pytest.mark.parametrize("content", [{"topic": "wind"}, '{"topic": "wind"}', Brief(topic="wind")])
async def test_a_nested_workflow_gets_its_input_as_its_schema_says(content: Any) -> None:
    inner = Workflow("Inner", [tells], input_schema=Brief)
    assert (await Workflow("W", [gives(content), inner]).run("x")).content == "wind in 100"


async def test_an_input_that_does_not_fit_a_nested_workflow_fails_its_step() -> None:
    inner = Workflow("Inner", [tells], input_schema=Brief)
    run = await Workflow("W", [gives({"subject": "wind"}), inner]).run("x")

    assert run.status == "failed"
    assert run.error is not None
    assert run.error.startswith("Inner failed: The input does not fit Inner")


async def test_a_nested_workflow_fills_in_the_state_it_starts_with() -> None:
    async def counts(step_input: StepInput) -> str:
        step_input.session_state["seen"].append("x")
        return f"{step_input.session_state['style']} {len(step_input.session_state['seen'])}"

    inner = Workflow("Inner", [counts], session_state={"seen": [], "style": "plain"})
    workflow = Workflow("W", [Step("one", workflow=inner), Step("two", workflow=inner)], session_state={"style": "own"})
    run = await workflow.run("x", session_id="s")

    assert run.content == "own 2"
    assert run.session_state == {"style": "own", "seen": ["x", "x"]}
    assert inner.session_state == {"seen": [], "style": "plain"}
    assert (await workflow.run("x", session_id="s")).content == "own 4"


@pytest.mark.parametrize("budget", [{"max_tokens": 10}, {"max_seconds": 1.0}])
def test_a_workflow_with_a_budget_of_its_own_is_no_step(budget: dict[str, Any]) -> None:
    inner = Workflow("Inner", [gives("x")], **budget)
    for wrong in (lambda: Workflow("W", [inner]), lambda: Step(workflow=inner)):
        with pytest.raises(ValueError, match="Inner has max_tokens or max_seconds"):
            wrong()
