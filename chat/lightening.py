"""What Chainlit does for every message though nothing here needs it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import chainlit.message
from chainlit.chat_context import chat_context


def lighten() -> None:
    """Keep no message in memory, and wait for none.

    Chainlit keeps every message of every page for as long as the process lives. It also sleeps a millisecond for each
    one it makes, on the event loop: opening a conversation of 200 turns would hold everybody up for half a second.
    """
    cast(Any, chat_context).add = lambda message: message
    cast(Any, chainlit.message).time = SimpleNamespace(sleep=lambda seconds: None)
