"""`refrain runs` and `refrain show`: what has been worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.terminal import SHORT_ID, AsJson, User, fail, perform, print_json, printable, say
from flows.age import age
from flows.node import as_text
from storage import RunStore
from storage.errors import NotFound
from storage.records import JournalEntry, Run, now

STYLES = {"completed": "green", "running": "cyan", "paused": "yellow", "interrupted": "yellow"}
SEARCHED = 1000  # newest runs among which the beginning of an id is looked for


@dataclass(frozen=True, slots=True)
class Told:
    """A run with its journal."""

    run: Run
    journal: list[JournalEntry]


def runs(
    user: User = "local",
    session: Annotated[str | None, typer.Option(help="Of this conversation, and what it has used in all.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    json: AsJson = False,
) -> None:
    """The newest runs."""
    perform(lambda: _runs(user, session, limit, json))


def show(
    run: Annotated[str, typer.Argument(help="A run's id, or how it begins.")],
    user: User = "local",
    json: AsJson = False,
) -> None:
    """A run and its steps."""
    perform(lambda: _show(run, user, json))


async def find_run(store: RunStore, given: str, user: str) -> Run:
    """The run with this id, or the one whose id begins so. Ends the command when there is not exactly one."""
    try:
        return await store.get_run(given, user_id=user)
    except NotFound:
        newest = await store.runs(user_id=user, limit=SEARCHED)
    found = [run for run in newest if given and run.id.startswith(given.lower())]
    if not found:
        fail(f"There is no run {given}. The runs there are: refrain runs")
    if len(found) > 1:
        fail(f"{len(found)} runs begin with {given}: give more of the id.")
    return await store.get_run(found[0].id, user_id=user)


async def _runs(user: str, session: str | None, limit: int, json: bool) -> int:
    store = RunStore()
    try:
        newest = await store.runs(user_id=user, session_id=session, limit=limit)
        used = None if session is None else await store.session_usage(session, user_id=user)
    finally:
        await store.close()
    if json:
        for run in newest:
            print_json(run)
    elif newest:
        Console().print(_table(newest))
        if used is not None:
            say(f"in all {used.total_tokens:,} tokens, {used.seconds:.1f} s", "dim")
    else:
        say('No run yet: refrain ask "Write an article about …"')
    return 0


async def _show(given: str, user: str, json: bool) -> int:
    store = RunStore()
    try:
        run = await find_run(store, given, user)
        journal = await store.journal(run.id)
    finally:
        await store.close()
    if json:
        print_json(Told(run, journal))
        return 0
    _print_head(run)
    for entry in journal:
        _print_entry(entry)
    return 0


def _table(found: list[Run]) -> Table:
    rows = [
        (run.id[:SHORT_ID], run.workflow, run.status, age(run.started_at, now()), as_text(run.input)) for run in found
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(("run", "workflow", "status", "started")):
        table.add_column(heading, no_wrap=True, min_width=max(len(heading), *(len(row[number]) for row in rows)))
    table.add_column("input", no_wrap=True, overflow="ellipsis")  # the one that gives way
    for row in rows:
        cells = [Text(" ".join(printable(cell).split())) for cell in row]
        cells[2].stylize(STYLES.get(row[2], "red"))
        table.add_row(*cells)
    return table


def _print_head(run: Run) -> None:
    seconds = f", took {run.usage.seconds:.1f} s" if run.finished_at else ""
    tokens = f", {run.usage.total_tokens:,} tokens" if run.usage.total_tokens else ""
    say(f"{run.workflow}: {as_text(run.input)}", "bold")
    say(f"run {run.id}, {run.status}, {age(run.started_at, now())}{seconds}{tokens}", "dim")
    if run.forked_from:
        say(f"forked from run {run.forked_from}", "dim")
    if run.error:
        say(run.error, "red")
    if run.question:
        say(f"Waits for an answer at {run.question.path}: {run.question.prompt}", "yellow")


def _print_entry(entry: JournalEntry) -> None:
    seconds = (entry.finished_at - entry.started_at).total_seconds()
    tried = f", attempt {entry.attempt}" if entry.attempt > 1 else ""
    say(f"\n{entry.path} ({entry.kind}, {entry.status}, {seconds:.1f} s{tried})", "cyan")
    content: Any = entry.decision
    if entry.output is not None:
        content = entry.output.error if entry.output.error else entry.output.content
    say(as_text(content))
