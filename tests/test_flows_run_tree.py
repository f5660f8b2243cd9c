"""A run as a tree: live, finished, paused, failed, forked and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agents import Agent
from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow
from flows.run_node import RunNode, walk
from flows.run_reading import earlier_run, read_tree
from flows.runner import Runner
from storage import RunStore
from storage.records import Run
from tests.scripted import ScriptedModel, calling, with_usage


def says(name: str) -> Any:
    def work(step_input: StepInput) -> str:
        return f"{name}({step_input.previous_step_content or step_input.input})"

    work.__name__ = name
    return work


async def tree(store: RunStore, run: Run, workflow: Workflow | None = None) -> list[RunNode]:
    return await read_tree(store, run, workflow=workflow)


def states(nodes: Sequence[RunNode]) -> dict[str, str]:
    return {node.path: node.state for node in walk(nodes)}


def at(nodes: Sequence[RunNode], path: str) -> RunNode:
    (found,) = (node for node in walk(nodes) if node.path == path)
    return found


async def test_every_kind_of_container_is_told_with_what_is_in_it(store: RunStore) -> None:
    a, b = says("a"), says("b")
    inner = Workflow("Inner", [a, b])
    workflow = Workflow(
        "W",
        [
            Steps("Both", [a, b]),
            Parallel(a, b, name="Gather"),
            Loop([a], max_iterations=2, name="Refine"),
            Condition(lambda given: True, [b], name="If"),
            Router(lambda given: "b", [a, b], name="Which"),
            inner,
        ],
        store=store,
    )
    run = await workflow.run("x")
    nodes = await tree(store, run, workflow)

    assert [(node.path, node.kind) for node in walk(nodes)] == [
        ("Both", "steps"),
        ("Both/a", "step"),
        ("Both/b", "step"),
        ("Gather", "parallel"),
        ("Gather/a", "step"),
        ("Gather/b", "step"),
        ("Refine", "loop"),
        ("Refine/1", "round"),
        ("Refine/1/a", "step"),
        ("Refine/2", "round"),
        ("Refine/2/a", "step"),
        ("If", "condition"),
        ("If/b", "step"),
        ("Which", "router"),
        ("Which/b", "step"),
        ("Inner", "workflow"),
        ("Inner/a", "step"),
        ("Inner/b", "step"),
    ]
    assert set(states(nodes).values()) == {"done"}
    assert [at(nodes, f"Refine/{number}").round for number in (1, 2)] == [1, 2]
    assert states(await tree(store, run)) == states(nodes), "without the workflow the same is told of a finished run"


async def test_a_step_was_given_what_came_before_it(store: RunStore) -> None:
    a, b = says("a"), says("b")
    workflow = Workflow(
        "W", [a, Parallel(a, b, name="P"), Loop([a, b], max_iterations=2, name="L"), Workflow("In", [a])], store=store
    )
    nodes = await tree(store, await workflow.run("x"), workflow)

    assert at(nodes, "a").input == "x"
    assert at(nodes, "P/a").input == at(nodes, "P/b").input == "a(x)"
    assert at(nodes, "L/1/a").input == at(nodes, "P").content == "## a\n\na(a(x))\n\n## b\n\nb(a(x))"
    assert at(nodes, "L/1/b").input == at(nodes, "L/1/a").output
    assert at(nodes, "L/2/a").input == at(nodes, "L/1/b").output
    assert at(nodes, "In/a").input == at(nodes, "L").output == at(nodes, "L/2/b").output


async def test_a_run_at_work_shows_what_it_has_written_and_what_is_to_come(store: RunStore) -> None:
    written, gate = asyncio.Event(), asyncio.Event()

    async def essay(step_input: StepInput) -> Any:
        yield "Once "
        yield "upon"
        written.set()
        await gate.wait()
        yield " a time."

    workflow = Workflow("W", [says("notes"), Parallel(essay, says("quick"), name="P"), says("check")], store=store)
    runner = Runner(store, {"W": workflow})
    run_id = await runner.start("W", "x", user_id="ada", session_id="s")
    await written.wait()
    run = await store.get_run(run_id)
    nodes = await read_tree(store, run, workflow=workflow, live=runner.seen(run))

    found = states(nodes)
    assert {path: found[path] for path in ("notes", "P", "P/essay", "check")} == {
        "notes": "done",
        "P": "running",
        "P/essay": "running",
        "check": "waiting",
    }
    assert at(nodes, "P/essay").output == "Once upon"
    assert at(nodes, "P/essay").input == "notes(x)"
    assert at(nodes, "check").input is None

    gate.set()
    async for _ in runner.follow(run_id):
        pass
    run = await store.get_run(run_id)
    nodes = await read_tree(store, run, workflow=workflow, live=runner.seen(run))
    assert set(states(nodes).values()) == {"done"}
    assert at(nodes, "P/essay").output == "Once upon a time."


async def test_branches_tell_when_they_worked(store: RunStore) -> None:
    both = asyncio.Barrier(2)

    async def one(step_input: StepInput) -> str:
        await both.wait()
        return "1"

    async def two(step_input: StepInput) -> str:
        await both.wait()
        return "2"

    workflow = Workflow("W", [Parallel(one, two, name="P")], store=store)
    nodes = await tree(store, await workflow.run("x"), workflow)
    first, second = at(nodes, "P/one"), at(nodes, "P/two")
    began = [node.started_at for node in (first, second) if node.started_at]
    ended = [node.finished_at for node in (first, second) if node.finished_at]
    assert len(began) == len(ended) == 2
    assert max(began) < min(ended)


async def test_attempts_that_failed_are_told_with_their_errors(store: RunStore) -> None:
    tries = iter([RuntimeError("no line"), RuntimeError("busy"), None])

    def flaky(step_input: StepInput) -> str:
        if error := next(tries):
            raise error
        return "done"

    def broken(step_input: StepInput) -> str:
        raise ValueError("torn")

    workflow = Workflow(
        "W",
        [
            Step("flaky", executor=flaky, retries=2, backoff=0.001),
            Step("lenient", executor=broken, on_error="skip"),
            broken,
            says("never"),
        ],
        store=store,
    )
    run = await workflow.run("x")
    nodes = await tree(store, run, workflow)

    assert states(nodes) == {"flaky": "done", "lenient": "skipped", "broken": "failed", "never": "waiting"}
    assert [(tried.number, tried.error) for tried in at(nodes, "flaky").attempts] == [
        (1, "RuntimeError: no line"),
        (2, "RuntimeError: busy"),
    ]
    assert "torn" in (at(nodes, "lenient").error or "")
    assert at(nodes, "lenient").output is None
    assert at(nodes, "broken").input == "done", "a skipped step passes on what it was given"
    assert "torn" in (at(nodes, "broken").error or "")


async def test_a_paused_step_is_told_with_what_is_around_it_and_later_what_was_kept(store: RunStore) -> None:
    workflow = Workflow(
        "W", [says("a"), Steps("Out", [Step("Publish", executor=says("b"), confirm="Sure?"), says("c")])], store=store
    )
    run = await workflow.run("x")
    nodes = await tree(store, run, workflow)
    assert states(nodes) == {"a": "done", "Out": "paused", "Out/Publish": "paused", "Out/c": "waiting"}

    run = await workflow.resume(run.id, approve=True)
    nodes = await tree(store, run, workflow)
    assert set(states(nodes).values()) == {"done"}
    assert {node.path: node.kept for node in walk(nodes)} == {
        "a": True,
        "Out": False,
        "Out/Publish": False,
        "Out/c": False,
    }


async def test_a_draft_that_waits_for_its_review_is_the_steps_output(store: RunStore) -> None:
    workflow = Workflow("W", [Step("Write", executor=says("draft"), review=True)], store=store)
    run = await workflow.run("x")
    (node,) = await tree(store, run, workflow)
    assert (node.state, node.output) == ("paused", "draft(x)")
    run = await workflow.resume(run.id, feedback="shorter")
    run = await workflow.resume(run.id, output="mine")
    (node,) = await tree(store, run, workflow)
    assert (node.path, node.state, node.output) == ("Write", "done", "mine")


async def test_a_fork_keeps_steps_with_what_their_tools_found(store: RunStore) -> None:
    def search(query: str) -> str:
        """Search."""
        return f"found {query}"

    model = ScriptedModel(
        [calling("search", {"query": "wind"}), with_usage("Notes.", 30, 12), "Text one.", "Text two.", "Text three."]
    )
    researcher = Agent(name="Researcher", model=model, tools=[search])
    writer = Agent(name="Writer", model=model)
    workflow = Workflow("W", [Parallel(researcher, name="Gather"), writer], store=store)
    first = await workflow.run("wind", user_id="ada")
    again = await workflow.fork(first.id, at="Writer")
    nodes = await tree(store, again, workflow)

    kept = at(nodes, "Gather/Researcher")
    assert (kept.kept, kept.state, kept.tokens) == (True, "done", at(nodes, "Gather").tokens)
    assert kept.tokens >= 42
    assert [(use.tool, dict(use.arguments), use.result) for use in kept.calls] == [
        ("search", {"query": "wind"}, "found wind")
    ]
    assert (at(nodes, "Gather").state, at(nodes, "Gather").kept) == ("done", True)
    assert (at(nodes, "Writer").kept, at(nodes, "Writer").output) == (False, "Text two.")
    assert await earlier_run(store, again) == first.id

    edited = await workflow.fork(first.id, at="Gather/Researcher", output="My notes.")
    assert at(await tree(store, edited, workflow), "Gather/Researcher").calls == []
    model.assert_done()


async def test_a_cancelled_run_shows_where_it_was_stopped(store: RunStore) -> None:
    begun = asyncio.Event()

    async def forever(step_input: StepInput) -> Any:
        yield "So far"
        begun.set()
        await asyncio.Event().wait()

    workflow = Workflow("W", [says("a"), forever, says("b")], store=store)
    runner = Runner(store, {"W": workflow})
    run_id = await runner.start("W", "x", user_id="ada", session_id="s")
    await begun.wait()
    await runner.close()
    nodes = await tree(store, await store.get_run(run_id), workflow)
    assert states(nodes) == {"a": "done", "forever": "stopped", "b": "waiting"}
    assert at(nodes, "forever").output == "So far"


async def test_steps_that_a_stop_left_out_are_not_told(store: RunStore) -> None:
    def stop(step_input: StepInput) -> StepOutput:
        return StepOutput("enough", stop=True)

    workflow = Workflow("W", [Steps("S", [stop, says("b")]), says("c")], store=store)
    nodes = await tree(store, await workflow.run("x"), workflow)
    assert states(nodes) == {"S": "done", "S/stop": "done"}


async def test_a_workflow_that_has_changed_since_plans_nothing(store: RunStore) -> None:
    workflow = Workflow("W", [says("a"), Step("wait", executor=says("b"), confirm="Sure?")], store=store)
    run = await workflow.run("x")
    changed = Workflow("W", [says("a"), says("new")], store=store)
    assert states(await tree(store, run, changed)) == {"a": "done", "wait": "paused"}
    assert (await tree(store, replace(run, status="interrupted", question=None), changed))[0].state == "done"
