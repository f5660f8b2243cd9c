"""The workflows of the torture: every kind of node, steps of a few milliseconds that give the same for the same input.

A step notes in TORTURE_LOG, if that is set, when it begins and when it is done, by what it was asked and what it gives.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from typing import Any

from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow

GO_ON = "Shall it go on?"


def digest(text: str) -> str:
    """A few characters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _note(what: str, asked: str, given: str) -> None:
    if log := os.environ.get("TORTURE_LOG"):
        with open(log, "ab", buffering=0) as file:  # what a dead process has written stays
            file.write(f"{what} {time.time():.6f} {digest(given)} {asked}\n".encode())


def subject(asked: object) -> str:
    """What a run is about: a workflow inside another one is asked with what that one has found so far."""
    found = re.search(r"subject \w+", str(asked))
    return found[0] if found else str(asked)


def _result(name: str, step_input: StepInput) -> str:
    before = str(step_input.previous_step_content or step_input.input)
    return f"{name} found {digest(name + before)} for {subject(step_input.input)} in {len(before)} characters."


def streaming(name: str) -> Step:
    """A step on the event loop, that tells what it gives word by word."""

    async def work(step_input: StepInput) -> Any:
        given = _result(name, step_input)
        _note("begun", subject(step_input.input), given)
        for word in given.split(" "):
            yield f"{word} "
            await asyncio.sleep(0.0005)
        _note("done", subject(step_input.input), given)
        yield StepOutput(given)

    return Step(name, executor=work)


def blocking(name: str, **options: Any) -> Step:
    """A step in a thread."""

    def work(step_input: StepInput) -> str:
        given = _result(name, step_input)
        _note("begun", subject(step_input.input), given)
        time.sleep(0.004)
        _note("done", subject(step_input.input), given)
        return given

    return Step(name, executor=work, **options)


def _chance(text: object) -> int:
    """0 to 15, the same for the same text."""
    return int(digest(str(text))[0], 16)


def _even(step_input: StepInput) -> bool:
    return _chance(step_input.previous_step_content) % 2 == 0


async def _good(outputs: list[StepOutput]) -> bool:
    return _chance(outputs[-1].content) < 6


def _ways(step_input: StepInput) -> list[str]:
    return ["North", "South"][: 1 + _chance(step_input.previous_step_content) % 2]


def _flow(name: str, *steps: Any) -> Workflow:
    return Workflow(name, steps, description=f"Works in the way of {name}.")


sequence = _flow("Sequence", streaming("First"), blocking("Second"), streaming("Third"))
branches = _flow(
    "Branches",
    blocking("Begin"),
    Parallel(streaming("Left"), blocking("Middle"), streaming("Right"), name="Gather"),
    streaming("Join"),
)
rounds = _flow(
    "Rounds",
    streaming("Begin"),
    Loop([blocking("Draft"), streaming("Review")], _good, max_iterations=4, name="Refine"),
    blocking("Close"),
)
choice = _flow(
    "Choice",
    streaming("Weigh"),
    Condition(_even, [blocking("Heads")], [streaming("Tails"), blocking("Again")], name="Toss"),
    Router(_ways, [blocking("North"), streaming("South")], name="Ways"),
    streaming("Arrive"),
)
nested = _flow("Nested", blocking("Outside"), Steps("Group", [branches, streaming("Inside")]), streaming("Back"))
confirmed = _flow(
    "Confirmed", streaming("Plan"), blocking("Act", confirm=GO_ON), Parallel(blocking("One"), streaming("Two"))
)

OURS: dict[str, Workflow] = {flow.name: flow for flow in (sequence, branches, rounds, choice, nested, confirmed)}
