"""Functions of every shape as steps, and what becomes of what they give."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from flows import Step, StepInput, Workflow
from flows.events import StepDelta
from storage import RunStore


class Topic(BaseModel):
    name: str


class Desk:
    """Its methods and instances may be steps."""

    name = "desk"

    def __init__(self, word: str = "desk") -> None:
        self.word = word

    def method(self, step_input: StepInput) -> str:
        return f"{self.word} of {step_input.input}"

    async def async_method(self, step_input: StepInput) -> str:
        return f"{self.word} of {step_input.input}"

    @classmethod
    def of_class(cls, step_input: StepInput) -> str:
        return f"{cls.name} of {step_input.input}"

    @staticmethod
    def static(step_input: StepInput) -> str:
        return f"desk of {step_input.input}"


class AsyncCall(Desk):
    async def __call__(self, step_input: StepInput) -> str:
        return f"{self.word} of {step_input.input}"


class AsyncGeneratorCall(Desk):
    async def __call__(self, step_input: StepInput) -> AsyncIterator[str]:
        yield f"{self.word} of "
        yield str(step_input.input)


class GeneratorCall(Desk):
    def __call__(self, step_input: StepInput) -> Iterator[str]:
        yield f"{self.word} of "
        yield str(step_input.input)


def labelled(step_input: StepInput, *, word: str) -> str:
    return f"{word} of {step_input.input}"


async def labelled_async(step_input: StepInput, *, word: str) -> str:
    return f"{word} of {step_input.input}"


SHAPES: dict[str, Any] = {
    "async call": AsyncCall(),
    "async generator call": AsyncGeneratorCall(),
    "generator call": GeneratorCall(),
    "method": Desk().method,
    "async method": Desk().async_method,
    "class method": Desk.of_class,
    "static method": Desk.static,
    "partial": partial(labelled, word="desk"),
    "partial of an async function": partial(labelled_async, word="desk"),
    "lambda": lambda step_input: f"desk of {step_input.input}",
}


@pytest.mark.parametrize("function", SHAPES.values(), ids=SHAPES)
async def test_a_callable_of_any_shape_may_be_a_step(function: Any) -> None:
    run = await Workflow("W", [function]).run("x")

    assert (run.status, run.content) == ("completed", "desk of x")


def returns_after_text(step_input: StepInput) -> Generator[str, None, str]:
    yield "one "
    return "two"


def returns_a_value(step_input: StepInput) -> Generator[str, None, dict[str, int]]:
    yield "streamed"
    return {"n": 1}


def returns_nothing(step_input: StepInput) -> Generator[str, None, None]:
    return
    yield ""


@pytest.mark.parametrize(
    ("function", "content", "streamed"),
    [
        (returns_after_text, "one two", ["one "]),
        (returns_a_value, {"n": 1}, ["streamed"]),
        (returns_nothing, "was", []),
    ],
)
async def test_what_a_generator_returns_belongs_to_its_content(function: Any, content: Any, streamed: Any) -> None:
    workflow = Workflow("W", [lambda step_input: "was", Step("says", executor=function)])
    events = [event async for event in workflow.stream("x")]

    assert [event.text for event in events if isinstance(event, StepDelta) and event.path == "says"] == streamed
    assert (await workflow.get_run(events[0].run_id or "")).content == content


async def test_a_model_that_no_annotation_declares_is_a_dict_after_a_pause(tmp_path: Path) -> None:
    async def declares(step_input: StepInput) -> Topic:
        return Topic(name="bees")

    seen: list[Any] = []

    async def see(step_input: StepInput) -> str:
        seen.append((step_input.get_step_content("lambda"), step_input.get_step_content("declares")))
        return "seen"

    store = RunStore(tmp_path / "refrain.db")
    undeclared = Step("lambda", executor=lambda step_input: Topic(name="bees"))
    workflow = Workflow("W", [undeclared, declares, Step("see", executor=see, confirm="?")], store=store)
    paused = await workflow.run("x")
    await workflow.resume(paused.id, approve=True)
    await store.close()

    assert seen == [({"name": "bees"}, Topic(name="bees"))]


def yields_a_number(step_input: StepInput) -> Iterator[Any]:
    yield "text"
    yield 7


async def yields_a_set(step_input: StepInput) -> AsyncIterator[Any]:
    yield {1}


def returns_bytes(step_input: StepInput) -> Generator[str, None, bytes]:
    yield "text"
    return b"bytes"


@pytest.mark.parametrize(
    ("function", "kind"), [(yields_a_number, "int"), (yields_a_set, "set"), (returns_bytes, "bytes")]
)
async def test_a_generator_that_gives_what_no_step_may_is_named_with_the_type(function: Any, kind: str) -> None:
    run = await Workflow("W", [Step("odd", executor=function)]).run("x")

    assert run.status == "failed"
    assert run.error is not None
    assert "odd" in run.error
    assert kind in run.error
