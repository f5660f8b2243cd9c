"""A fork keeps what came before a step and does the rest again; the tree can be drawn."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow
from flows.errors import WorkflowError
from storage import RunStore


class Says:
    def __init__(self, name: str, ran: list[str]) -> None:
        self.name = name
        self.ran = ran

    async def __call__(self, step_input: StepInput) -> str:
        self.ran.append(self.name)
        return f"{step_input.previous_step_content or step_input.input}>{self.name}{len(self.ran)}"


def flow(ran: list[str]) -> Workflow:
    says = {name: Says(name, ran) for name in ("plan", "web", "books", "write", "check")}
    gather = Parallel(says["web"], says["books"], name="gather")
    return Workflow("W", [says["plan"], gather, says["write"], says["check"]])


async def test_a_fork_keeps_what_came_before_and_runs_the_rest() -> None:
    ran: list[str] = []
    workflow = flow(ran)
    first = await workflow.run("x")
    again = await workflow.fork(first.id, at="write")

    assert ran == ["plan", "web", "books", "write", "check", "write", "check"]
    assert (again.status, again.forked_from) == ("completed", first.id)
    assert again.steps[:2] == first.steps[:2]


async def test_an_edited_output_takes_the_place_of_the_step() -> None:
    ran: list[str] = []
    workflow = flow(ran)
    first = await workflow.run("x")
    again = await workflow.fork(first.id, at="write", output="mine")

    assert again.content == "mine>check6"
    assert ran[5:] == ["check"]


async def test_siblings_in_a_parallel_are_kept() -> None:
    ran: list[str] = []
    workflow = flow(ran)
    first = await workflow.run("x")
    await workflow.fork(first.id, at="gather/web")

    assert ran[5:] == ["web", "write", "check"]


async def test_an_unknown_path_is_refused_with_the_paths_there_are() -> None:
    ran: list[str] = []
    workflow = flow(ran)
    first = await workflow.run("x")
    with pytest.raises(WorkflowError, match="no step at 'Write'") as refused:
        await workflow.fork(first.id, at="Write")
    assert "There are: plan, gather/web, gather/books, write, check" in str(refused.value)


def test_the_tree_is_drawn_with_every_node() -> None:
    drawn = flow([]).mermaid()

    assert drawn.startswith("flowchart TD")
    for name in ("plan", "gather<br/>parallel", "web", "books", "write", "check"):
        assert f'"{name}"' in drawn


def test_the_picture_says_which_way_is_taken_when_and_where_a_person_is_waited_for() -> None:
    async def do(step_input: StepInput) -> str:
        return "done"

    def does(name: str, **options: Any) -> Step:
        return Step(name, executor=do, **options)

    drawn = Workflow(
        "W",
        [
            Condition(True, [does("yes", review=True)], [does("no", confirm="Sure?")]),
            Loop([does("try"), does("look")], max_iterations=4),
            does("risky <b> & c", on_error=does("instead")),
        ],
    ).mermaid()
    named = {name: box for box, name in re.findall(r'^  (\w+)\W+"(.+?)["<]', drawn, re.MULTILINE)}

    assert f"{named['Condition']} -.->|then| {named['yes']}" in drawn
    assert f"{named['Condition']} -.->|else| {named['no']}" in drawn
    assert "yes<br/>waits for a review" in drawn
    assert "no<br/>asks before it runs" in drawn
    assert f"{named['Loop']} -.->|up to 4 times| {named['try']}" in drawn
    assert f"{named['look']} -.->|again| {named['Loop']}" in drawn
    assert "risky #lt;b#gt; #amp; c" in drawn
    assert f"-.->|if it fails| {named['instead']}" in drawn


async def done(step_input: StepInput) -> str:
    return "done"


@pytest.mark.parametrize("kind", ["parallel", "steps", "loop", "condition", "router", "workflow", "branch"])
async def test_an_edited_output_takes_the_place_of_a_container(kind: str, store: RunStore) -> None:
    edited: list[str] = []

    async def once(step_input: StepInput) -> str:
        edited.append("ran")
        return "ran"

    def evaluator(step_input: StepInput) -> bool:
        edited.append("asked")
        return True

    def selector(step_input: StepInput) -> str:
        edited.append("asked")
        return "once"

    made = {
        "parallel": Parallel(once, done, name="C"),
        "steps": Steps("C", [once]),
        "loop": Loop([once], name="C", max_iterations=2),
        "condition": Condition(evaluator, [once], name="C"),
        "router": Router(selector, [once], name="C"),
        "workflow": Workflow("C", [once]),
        "branch": Parallel(Steps("C", [once]), done, name="P"),
    }[kind]
    at = "P/C" if kind == "branch" else "C"
    workflow = Workflow("W", [made, Says("last", [])], store=store)
    first = await workflow.run("x")
    edited.clear()
    again = await workflow.fork(first.id, at=at, output="mine")

    assert edited == [], "neither the steps nor who decides on them is asked"
    before = "## C\n\nmine\n\n## done\n\ndone" if kind == "branch" else "mine"
    assert (again.status, again.content) == ("completed", f"{before}>last2")
    assert [entry.path for entry in await store.journal(again.id) if entry.path.startswith("C/")] == []


async def test_an_edited_output_takes_the_place_of_an_iteration() -> None:
    seen: list[Any] = []
    ran: list[str] = []

    def over(outputs: list[StepOutput]) -> bool:
        seen.append([output.content for output in outputs])
        return len(seen) > 2

    workflow = Workflow("W", [Loop([Says("draft", ran)], over, name="L")])
    first = await workflow.run("x")
    seen.clear()
    again = await workflow.fork(first.id, at="L/1", output="mine")

    assert seen[0] == ["mine"]
    assert again.content == "mine>draft4>draft5"


async def test_the_fork_of_a_run_of_another_name_is_this_workflows_own(store: RunStore) -> None:
    old, new = Workflow("Old", [done], store=store), Workflow("New", [done], store=store)
    again = await new.fork((await old.run("x")).id, at="done")

    assert (again.workflow, (await store.get_run(again.id)).workflow) == ("New", "New")
