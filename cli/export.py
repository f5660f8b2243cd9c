"""`refrain export`: a run or a conversation as a document to keep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.runs import SEARCHED
from cli.terminal import AsJson, User, fail, perform, printable, say
from cli.watching import opened_agent
from flows.exporting import Exported, find_export
from storage import RunStore
from storage.errors import NotFound


def export(
    id: Annotated[
        str, typer.Argument(metavar="RUN_OR_SESSION", help="A run's or conversation's id, or how it begins.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file to write, or a folder to put one in; else it is printed."),
    ] = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """A run or a conversation as Markdown, with its steps, sources and run ids; with --json for programs."""
    perform(lambda: _export(id, output, user, json))


async def _export(given: str, output: Path | None, user: str, json: bool) -> int:
    async with opened_agent() as agent:
        try:
            exported = await find_export(agent, given, user)
        except NotFound:
            exported = await find_export(agent, await _whole_id(agent.store, given, user), user)
    text = exported.json if json else exported.markdown
    if output is None:
        sys.stdout.write(printable(text) if sys.stdout.isatty() else text)
        return 0
    file = _file(output, exported, json)
    file.write_text(text, encoding="utf-8")
    say(str(file))
    return 0


async def _whole_id(store: RunStore, given: str, user: str) -> str:
    """The id of the run or conversation that begins so. Ends the command when there is not exactly one."""
    ids = [run.id for run in await store.runs(user_id=user, limit=SEARCHED)]
    ids += [session.id for session in await store.sessions(user, limit=SEARCHED)]
    found = list(dict.fromkeys(id for id in ids if given and id.startswith(given.lower())))
    if not found:
        fail(f"There is no run or conversation {given}. The runs there are: refrain runs")
    if len(found) > 1:
        fail(f"{len(found)} runs or conversations begin with {given}: give more of the id.")
    return found[0]


def _file(output: Path, exported: Exported, json: bool) -> Path:
    return output / f"{exported.name}.{'json' if json else 'md'}" if output.is_dir() else output
