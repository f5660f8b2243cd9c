"""`refrain ask`: a turn of a conversation in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.attaching import Attach, attached_to
from cli.run import WAITS
from cli.terminal import SHORT_ID, AsJson, User, fail, perform, say
from cli.watching import Screen, opened_agent, print_event
from flows.age import age
from storage.records import Citation, Turn, now


def ask(
    message: Annotated[str, typer.Argument(help='What you want to know, or "/run NAME input".')],
    session: Annotated[str | None, typer.Option(help="The conversation; else the terminal's own.")] = None,
    file: Attach = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Get an answer, from what was worked out before or by a new run; with --json, events as lines of JSON.

    A file joins the conversation: it is searched first from now on.
    """
    perform(lambda: _ask(message, file or [], session or f"terminal-{user}", user, json))


async def _ask(message: str, files: list[Path], session: str, user: str, as_json: bool) -> int:
    async with opened_agent() as agent:
        attached = await attached_to(agent.store, files, session, user)
        turn_id = await agent.start(message, session_id=session, user_id=user, files=attached)
        with Screen() as screen:
            async for event in agent.runner.follow(turn_id):
                if as_json:
                    print_event(event)
                else:
                    screen.show(event)
        turn = await agent.store.get_turn(turn_id)
    if turn.status == "paused":
        return WAITS
    if turn.status != "completed":
        fail(turn.error or f"The turn is {turn.status}.")
    if not as_json:
        _print_end(turn)
    return 0


def _print_end(turn: Turn) -> None:
    if turn.citations:
        say()
    for citation in turn.citations:
        say(_cited(citation), "dim")
    if turn.run_ids:
        say(f"run {turn.run_ids[-1]}", "dim")


def _cited(citation: Citation) -> str:
    step = citation.path or "result"
    return f"[{citation.label}] {step} · {age(citation.finished_at, now())} · run {citation.run_id[:SHORT_ID]}"
