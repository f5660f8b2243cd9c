"""When memory that nothing leads to any more is looked for: a look through all of it holds everybody up."""

from __future__ import annotations

import asyncio
import gc

from flows.runner import Runner

LOOK_SECONDS = 5.0  # between two looks whether anybody is at work
RARELY = 100  # looks through what is younger, before all is gone through while people are at work

_looking: set[asyncio.Task[None]] = set()


def collect_when_calm(runner: Runner) -> None:
    """From now on go through all memory when `runner` has nothing to do; what is loaded by now is left out for good.

    To be called on the event loop of the server.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, RARELY)
    task = asyncio.get_running_loop().create_task(_look_again_and_again(runner))
    _looking.add(task)
    task.add_done_callback(_looking.discard)


def collect_if_calm(runner: Runner) -> None:
    """Go through all memory, unless nothing has become old since the last time or somebody is at work."""
    if gc.get_count()[2] and not runner.works:
        gc.collect()


async def _look_again_and_again(runner: Runner) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        collect_if_calm(runner)
