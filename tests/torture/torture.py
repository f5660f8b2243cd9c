"""Conversations over a server that is killed at random moments; then everything there is to check."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, fields
from pathlib import Path

from .checks import Found, check
from .conversation import Conversation, Seen
from .server import TortureServer

EARLIEST, LATEST = 0.05, 2.0  # seconds from a server's readiness to its end


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. Lost and doubled are things; `faults` says each in a sentence."""

    kills: int
    restarts: int
    conversations: int
    turns: int
    runs: int
    steps: int
    announced: int
    resumed: int
    asked_again: int
    answered: int
    lost: int
    doubled: int
    seconds: float
    faults: tuple[str, ...]

    def __str__(self) -> str:
        names = [field.name for field in fields(self) if field.name not in ("faults", "seconds")]
        told = [f"{name.replace('_', ' '):<14}{getattr(self, name):>8,}" for name in names]
        return "\n".join([*told, f"{'seconds':<14}{self.seconds:>8,.0f}", *self.faults])


async def torture(
    folder: Path, *, kills: int, conversations: int, seed: int = 1, latest: float = LATEST, quiet: bool = True
) -> Figures:
    """Kill the server so many times, each time between `EARLIEST` and `latest` seconds after it is ready."""
    began = time.monotonic()
    pick, seen, enough = random.Random(seed), Seen(), asyncio.Event()
    server = TortureServer(folder)
    names = [f"c{seed}n{number}" for number in range(conversations)]
    talks = [Conversation(name, server, seen, f"{seed} {name}", enough) for name in names]
    server.prepare()
    try:
        async with asyncio.TaskGroup() as group:
            for talk in talks:
                group.create_task(talk.run())
            await server.up()
            for number in range(kills):
                server.prepare()
                await asyncio.sleep(pick.uniform(EARLIEST, latest))
                server.crash()
                if not quiet:
                    print(f"\rkilled {number + 1} of {kills}, {len(seen.answers)} turns answered", end="", flush=True)
                await server.up()
            enough.set()
        if not quiet:
            print()
        found = await check(server, seen)
    finally:
        server.stop()
    return _figures(kills, conversations, seen, found, time.monotonic() - began)


def _figures(kills: int, conversations: int, seen: Seen, found: Found, seconds: float) -> Figures:
    return Figures(
        kills=kills,
        restarts=kills,
        conversations=conversations,
        turns=found.turns,
        runs=found.runs,
        steps=found.steps,
        announced=len(seen.finished),
        resumed=seen.resumed,
        asked_again=len(seen.given_up),
        answered=len(seen.answers),
        lost=len(found.lost),
        doubled=len(found.doubled),
        seconds=seconds,
        faults=(*found.lost, *found.doubled, *found.wrong),
    )
