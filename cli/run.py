"""`refrain run` and `refrain resume`: a workflow in the terminal."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from cli.runs import find_run
from cli.terminal import SHORT_ID, AsJson, User, fail, perform, say
from cli.watching import Screen, opened_agent, print_event
from flows import WorkflowAgent
from storage.records import Run


def run(
    workflow: Annotated[str, typer.Argument(help="A workflow's name.")],
    text: Annotated[str, typer.Argument(metavar="INPUT", help="What it works on.")],
    session: Annotated[str | None, typer.Option(help="The conversation it belongs to; else one of its own.")] = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Run a workflow and watch its steps; with --json, its events as lines of JSON."""
    perform(lambda: _run(workflow, text, session or uuid4().hex, user, json))


def resume(
    run: Annotated[str, typer.Argument(help="A run's id, or how it begins.")],
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Go on with a run that was cut off, cancelled or failed; finished steps are not done again."""
    perform(lambda: _resume(run, user, json))


async def _run(name: str, text: str, session: str, user: str, as_json: bool) -> int:
    async with opened_agent() as agent:
        run_id = await agent.runner.start(_named(agent, name), text, user_id=user, session_id=session)
        return await _watch(agent, run_id, run_id, 0, as_json)


async def _resume(given: str, user: str, as_json: bool) -> int:
    async with opened_agent() as agent:
        before = await find_run(agent.store, given, user)
        if before.status == "completed":
            say(f"Run {before.id[:SHORT_ID]} is completed: refrain show {before.id[:SHORT_ID]}")
            return 0
        seen = await agent.store.last_seq(before.turn_id or before.id)
        stream = await agent.runner.answer(before.id)
        return await _watch(agent, stream, before.id, seen, as_json)


async def _watch(agent: WorkflowAgent, stream: str, run_id: str, after_seq: int, as_json: bool) -> int:
    """Show the work until it ends; gives the exit status."""
    with Screen() as screen:
        async for event in agent.runner.follow(stream, after_seq):
            if as_json:
                print_event(event)
            else:
                screen.show(event)
    return _ended(await agent.store.get_run(run_id), as_json)


def _ended(run: Run, as_json: bool) -> int:
    if run.status != "completed":
        why = f": {run.error}" if run.error else "."
        fail(f"Run {run.id[:SHORT_ID]} is {run.status}{why}")
    if not as_json:
        say(f"run {run.id}", "dim")
    return 0


def _named(agent: WorkflowAgent, given: str) -> str:
    """The name of the workflow that is meant, however it is capitalised and joined."""
    found = next((name for name in agent.workflows if _slug(name) == _slug(given)), None)
    if found is None:
        fail(f"There is no workflow {given}. There are: {', '.join(agent.workflows)}.")
    return found


def _slug(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
