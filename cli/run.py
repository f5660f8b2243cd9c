"""`refrain run` and `refrain resume`: a workflow in the terminal.

The exit status is 0 for a completed run, 3 for one that waits for a person's answer, 1 for any other end.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.attaching import Attach, attached_to, readable
from cli.runs import find_run
from cli.terminal import SHORT_ID, AsJson, User, fail, perform, say
from cli.watching import Screen, opened_agent, print_event
from flows import WorkflowAgent
from flows.answers import asked_for, resume_command
from flows.node import as_text
from storage.records import Run

WAITS = 3  # the exit status of a run that waits for an answer
STOPPED = 130  # and of one that was stopped with the program


def run(
    workflow: Annotated[str, typer.Argument(help="A workflow's name.")],
    text: Annotated[str, typer.Argument(metavar="INPUT", help="What it works on.")],
    session: Annotated[str | None, typer.Option(help="The conversation it belongs to; else one of its own.")] = None,
    file: Attach = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Run a workflow and watch its steps; with --json, its events as lines of JSON.

    A run that needs a person's answer prints its question and how to answer it, and ends with exit status 3.
    """
    perform(lambda: _run(workflow, text, file or [], session or uuid4().hex, user, json))


def resume(
    run: Annotated[str, typer.Argument(help="A run's id, or how it begins.")],
    approve: Annotated[bool | None, typer.Option("--approve/--reject", help="Yes or no to its question.")] = None,
    feedback: Annotated[str | None, typer.Option(help="What should be different: the step runs again.")] = None,
    choice: Annotated[list[str] | None, typer.Option(help="The way to go; several in the order given.")] = None,
    values: Annotated[
        str | None, typer.Option(metavar="JSON", help="The values it asks for, as a JSON object.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="Your own text in the place of the step's.")] = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Go on with a run that was cut off, cancelled or failed, or answer the question of one that waits.

    Finished steps are not done again. Exit status 3: it waits for an answer.
    """
    answer = {
        "approve": approve,
        "feedback": feedback,
        "choice": choice or None,
        "values": None if values is None else _parsed(values),
        "output": output,
    }
    given = {name: value for name, value in answer.items() if value is not None}
    perform(lambda: _resume(run, given, user, json))


async def _run(name: str, text: str, files: list[Path], session: str, user: str, as_json: bool) -> int:
    async with opened_agent() as agent:
        workflow = named(agent.workflows, name)
        await attached_to(agent.store, readable(files), session, user)
        run_id = await agent.runner.start(workflow, text, user_id=user, session_id=session, files=files)
        return await _watch(agent, run_id, run_id, 0, as_json)


async def _resume(given: str, answer: dict[str, Any], user: str, as_json: bool) -> int:
    async with opened_agent() as agent:
        before = await find_run(agent.store, given, user)
        if before.status == "completed" and not answer:
            say(f"Run {before.id[:SHORT_ID]} is completed: refrain show {before.id[:SHORT_ID]}")
            return 0
        if before.question is not None and not answer:
            _print_question(before)
            return WAITS
        seen = await agent.store.last_seq(before.turn_id or before.id)
        stream = await agent.runner.answer(before.id, **answer)
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
    if run.status == "interrupted":
        short = run.id[:SHORT_ID]
        fail(f"Run {short} was stopped; what is finished is kept. Go on with: refrain resume {short}", STOPPED)
    if run.status not in ("completed", "paused"):
        why = f": {run.error}" if run.error else "."
        fail(f"Run {run.id[:SHORT_ID]} is {run.status}{why}")
    if not as_json:
        say(f"run {run.id}", "dim")
    return WAITS if run.status == "paused" else 0


def _print_question(run: Run) -> None:
    """What a run waits for; what it asks about is the draft, if there is one."""
    assert run.question is not None
    if run.question.draft is not None:
        say(as_text(run.question.draft))
        say()
    say(f"{run.workflow} waits: {run.question.prompt}", "yellow")
    for line in [*asked_for(run.question), *resume_command(run.id, run.question)]:
        say(f"  {line}", "yellow")


def _parsed(values: str) -> Any:
    try:
        return jsonlib.loads(values)
    except ValueError:
        fail('--values must be JSON, as in --values \'{"name": "value"}\'.')


def named(workflows: Iterable[str], given: str) -> str:
    """The name of the workflow that is meant, however it is capitalised and joined."""
    names = list(workflows)
    found = next((name for name in names if _slug(name) == _slug(given)), None)
    if found is None:
        fail(f"There is no workflow {given}. There are: {', '.join(names)}.")
    return found


def _slug(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
