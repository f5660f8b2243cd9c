"""`refrain why`: what a turn decided, and what spoke for it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.terminal import SHORT_ID, AsJson, User, fail, perform, print_json, say
from flows.age import age
from flows.edits import with_edit
from storage import RunStore
from storage.errors import NotFound
from storage.records import Citation, Decision, Evidence, Turn, now

SHORTEST = 4  # characters of a turn's id
FIRST_LINE = 160  # characters of a passage
OVERRIDES = {"run": "Run it fresh", "answer": "Answer from what we have"}


def why(
    turn: Annotated[
        str | None, typer.Argument(help="A turn's id, or at least 4 characters of how it begins; else the newest.")
    ] = None,
    user: User = "local",
    json: AsJson = False,
) -> None:
    """Why a turn answered or ran, what it looked at, and what would have changed it."""
    perform(lambda: _why(turn, user, json))


async def find_turn(store: RunStore, given: str | None, user: str) -> Turn:
    """The turn with this id or the one whose id begins so; without any, the newest.

    Ends the command when there is not exactly one.
    """
    if given is None:
        newest = await store.newest_turns(user, limit=1)
        return newest[0] if newest else fail('No turn yet: refrain ask "What do you know about …"')
    try:
        return await store.get_turn(given, user_id=user)
    except NotFound:
        if len(given) < SHORTEST:
            fail(f"Give at least {SHORTEST} characters of the turn's id.")
    found = await store.newest_turns(user, beginning=given.lower())
    if len(found) > 1:
        fail(f"{len(found)} turns begin with {given}: give more of the id.")
    return found[0] if found else fail(f"There is no turn {given}.")


async def _why(given: str | None, user: str, as_json: bool) -> int:
    store = RunStore()
    try:
        turn = await find_turn(store, given, user)
    finally:
        await store.close()
    if as_json:
        print_json(turn.decision)
        return 0
    say(turn.message, "bold")
    say(f"turn {turn.id}, {turn.status}, {age(turn.started_at, now())}", "dim")
    if turn.decision is None:
        say(f"Nothing was decided. {turn.error or ''}".rstrip())
    else:
        _print_decision(turn.decision, turn.started_at)
    for number, citation in enumerate(turn.citations):
        say(("" if number else "\nCited:\n") + _cited(citation, turn.started_at))
    if turn.override is not None:
        say(f"\nYou chose otherwise: {OVERRIDES[turn.override]}.", "yellow")
    return 0


def _print_decision(decision: Decision, then: datetime) -> None:
    """The decision; ages are told as they were `then`."""
    what = f"{decision.action} {decision.workflow}" if decision.workflow else decision.action
    say(f"\n{what}: {decision.reason}")
    say(f"confidence {decision.confidence:.0%}")
    if decision.would_change:
        say(f"would have changed it: {decision.would_change}")
    for number, piece in enumerate(decision.evidence):
        say(("" if number else "\nConsidered, as old as it was then:\n") + _considered(piece, then))
        say(f"    {_first_line(piece.passage.text)}", "dim")


def _considered(piece: Evidence, then: datetime) -> str:
    passage = piece.passage
    where = with_edit(f"{passage.workflow}/{passage.path}", passage.edited)
    told = f"{age(passage.finished_at, then)} · covers {piece.coverage:.0%} · run {passage.run_id[:SHORT_ID]}"
    return f"[{piece.label}] {where} · {told}"


def _cited(citation: Citation, then: datetime) -> str:
    step = with_edit(citation.path or "result", citation.edited)
    return f"[{citation.label}] {step} · {age(citation.finished_at, then)} · run {citation.run_id[:SHORT_ID]}"


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "(deleted)")
    return line if len(line) <= FIRST_LINE else f"{line[:FIRST_LINE]}…"
