"""What the store refused for a while is kept as soon as it can be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from storage.errors import Closed, NotFound, StorageError

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0  # between two tries

_trying: set[asyncio.Task[None]] = set()  # the event loop alone would forget them


def keep_trying(keep: Callable[[], Awaitable[None]]) -> None:
    """Do `keep` again and again, in the background, until the store takes it or what it belongs to is gone."""
    task = asyncio.get_running_loop().create_task(_try(keep))
    _trying.add(task)
    task.add_done_callback(_trying.discard)


async def _try(keep: Callable[[], Awaitable[None]]) -> None:
    wait = FIRST_SECONDS
    while True:
        await asyncio.sleep(wait)
        try:
            await keep()
        except (NotFound, Closed):
            return
        except StorageError:
            wait = min(2 * wait, LONGEST_SECONDS)
        else:
            return
