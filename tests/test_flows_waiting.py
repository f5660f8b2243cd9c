"""Several people waited for at once, and a person's choice of the way anywhere in a workflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from agents import Agent, Team
from flows import Condition, Loop, Parallel, Router, Step, StepInput, Steps, Workflow
from storage import RunStore
from storage.records import Run
from tests.scripted import ScriptedModel


class Trip(BaseModel):
    city: str


def said(text: str, **options: Any) -> Step:
    return Step(text, executor=lambda step_input: text, **options)


def route() -> Router:
    return Router(None, [said("train"), said("ship")], name="Way")


WRAPPED: dict[str, tuple[Callable[[], Any], str]] = {
    "steps": (lambda: Steps("Group", [route()]), "Group/Way"),
    "parallel": (lambda: Parallel(said("other"), route()), "Parallel/Way"),
    "loop": (lambda: Loop([route()], max_iterations=1), "Loop/1/Way"),
    "condition": (lambda: Condition(True, [Condition(False, [], [route()], name="inner")]), "Condition/inner/Way"),
    "nested": (lambda: Workflow("Inner", [route()]), "Inner/Way"),
}


@pytest.mark.parametrize(("around", "path"), WRAPPED.values(), ids=WRAPPED)
async def test_a_person_chooses_the_way_at_any_depth(around: Callable[[], Any], path: str) -> None:
    workflow = Workflow("W", [said("first"), around()])
    run = await workflow.run("x")
    assert run.question is not None
    assert (run.question.kind, run.question.path, run.question.choices) == ("route", path, ("train", "ship"))

    done = await workflow.resume(run.id, choice="ship")
    assert done.status == "completed"
    assert done.content in ("ship", "## other\n\nother\n\n## Way\n\nship")


def mixed(store: RunStore | None = None) -> Workflow:
    def book(step_input: StepInput) -> str:
        return str(step_input.answer.city)

    branches = Parallel(
        said("sent", confirm="Send?"), Step("book", executor=book, ask=Trip), said("draft", review=True), route()
    )
    return Workflow("W", [branches], store=store)


ANSWERS: list[dict[str, Any]] = [
    {"approve": True},
    {"values": {"city": "Oslo"}},
    {"output": "edited"},
    {"choice": "train"},
]
KINDS = ["confirm", "input", "review", "route"]
WHOLE = "## sent\n\nsent\n\n## book\n\nOslo\n\n## draft\n\nedited\n\n## Way\n\ntrain"


def kind_of(run: Run) -> str:
    assert run.question is not None
    return run.question.kind


async def test_questions_of_every_kind_wait_in_one_parallel_and_are_asked_in_the_order_written() -> None:
    workflow = mixed()
    run, asked = await workflow.run("x"), []
    for answer in ANSWERS:
        asked.append(kind_of(run))
        run = await workflow.resume(run.id, **answer)

    assert asked == KINDS
    assert (run.status, run.content) == ("completed", WHOLE)


async def test_several_that_wait_survive_a_restart_between_any_two_answers(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    run, asked = await mixed(store).run("x"), []
    for answer in ANSWERS:
        await store.close()
        store = RunStore(path)
        assert (await store.get_run(run.id)).question == run.question
        asked.append(kind_of(run))
        run = await mixed(store).resume(run.id, **answer)
    await store.close()

    assert asked == KINDS
    assert (run.status, run.content) == ("completed", WHOLE)


@pytest.mark.parametrize("rejected", range(4), ids=KINDS)
async def test_rejecting_one_of_several_that_wait_cancels_the_run(rejected: int) -> None:
    workflow = mixed()
    run = await workflow.run("x")
    for answer in ANSWERS[:rejected]:
        run = await workflow.resume(run.id, **answer)
    run = await workflow.resume(run.id, approve=False)

    name = ["sent", "book", "draft", "Way"][rejected]
    assert (run.status, run.question, run.error) == ("cancelled", None, f"Parallel/{name} was rejected.")


async def test_a_finished_team_is_not_asked_again_after_a_pause(tmp_path: Path) -> None:
    ada, leader = ScriptedModel(["Yes."]), ScriptedModel(["Both say yes."])
    team = Team("Desk", [Agent("Ada", model=ada)], mode="collaborate", model=leader)
    store = RunStore(tmp_path / "refrain.db")
    workflow = Workflow("W", [team, said("sent", confirm="Send?")], store=store)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)
    await store.close()

    assert [step.content for step in done.steps] == ["Both say yes.", "sent"]
    ada.assert_done()
    leader.assert_done()
