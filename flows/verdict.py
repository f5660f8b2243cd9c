"""Verdicts and choices: what an evaluator, a selector or an end condition said, asked for once a run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from agents.context import in_thread
from storage.records import JournalEntry

from .scope import Scope

Asked = Callable[..., Any]


async def verdict(scope: Scope, mark: str, asked: Asked, given: Any, *, kind: str = "verdict") -> Any:
    """What `asked(given)` says, from the journal if it is known there; else it is asked and recorded.

    `mark` sets the entry apart from others of the same path. Sync callables run in a thread.
    """
    path = f"{scope.path}#{mark}"
    known = scope.context.journal.known(path)
    if known is not None:
        return known.decision
    said = await call(asked, given)
    await scope.context.journal.record(JournalEntry(path, kind, decision=said), scope.context.stream.take_unstored())
    return said


async def call(asked: Asked, given: Any) -> Any:
    """`asked(given)`; sync callables run in a thread."""
    if inspect.iscoroutinefunction(asked) or inspect.iscoroutinefunction(getattr(asked, "__call__", None)):  # noqa: B004
        return await asked(given)
    said = await in_thread(lambda: asked(given))
    return await said if inspect.isawaitable(said) else said
