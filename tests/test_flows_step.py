"""A step's options: what they may be, and which node runs instead of a failed one."""

from __future__ import annotations

from typing import Any

import pytest

from flows import Step, StepInput, StepOutput, Workflow
from storage import RunStore


async def writes(step_input: StepInput) -> str:
    return "inner"


async def instead(step_input: StepInput) -> str:
    return "instead"


async def breaks(step_input: StepInput) -> str:
    raise ValueError("no good")


@pytest.mark.parametrize("inside", [["Writer"], ["Writer", "Writer"]])
async def test_a_fallback_named_like_a_step_inside_runs(inside: list[str], store: RunStore) -> None:
    inner = Workflow("In", [*(Step(name, executor=writes) for name in inside), Step("check", executor=breaks)])
    step = Step("N", workflow=inner, on_error=Step("Writer", executor=instead, confirm="Instead?"))
    workflow = Workflow("W", [step], store=store)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)

    assert paused.question is not None
    assert paused.question.path == f"N/Writer#{len(inside) + 1}"
    assert (done.status, done.content) == ("completed", "instead")
    again = await workflow.fork(done.id, at=paused.question.path, output="edited")
    assert again.content == "edited"


async def test_a_fallback_of_another_name_keeps_its_own() -> None:
    step = Step("N", workflow=Workflow("In", [breaks]), on_error=Step("Writer", executor=instead, confirm="Instead?"))
    paused = await Workflow("W", [step]).run("x")
    assert paused.question is not None
    assert paused.question.path == "N/Writer"


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": -1.0}, {"retries": -1}, {"backoff": -0.5}])
def test_numbers_that_make_no_sense_are_refused_at_construction(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="write needs retries and backoff of at least 0, and a timeout above 0"):
        Step("write", executor=writes, **wrong)


async def test_a_step_output_with_a_plain_content_passes() -> None:
    async def gives(step_input: StepInput) -> StepOutput:
        return StepOutput({"a": 1})

    assert (await Workflow("W", [gives]).run("x")).content == {"a": 1}
