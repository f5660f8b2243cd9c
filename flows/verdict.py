"""Verdicts and choices: what an evaluator, a selector or an end condition said, asked for once a run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from agents.context import in_thread
from storage.records import JournalEntry

from .errors import StepError, cause_of
from .node import StepInput
from .off_loop import off_loop
from .scope import Scope
from .state import apply_changes, changes_between, check_changes, copy_of

Asked = Callable[..., Any]


async def verdict(
    scope: Scope, mark: str, asked: Asked, given: Any, *, kind: str = "verdict", plain: Callable[[Any], Any] = bool
) -> Any:
    """`plain(asked(given))`, from the journal if it is known there; else it is asked and recorded.

    `mark` sets the entry apart from others of the same path; `plain` makes what was said a JSON value. What `asked`
    changes in the session state is recorded with it. Sync callables run in a thread. Raises StepError if it fails.
    """
    path = f"{scope.path}#{mark}"
    known = scope.context.journal.known(path)
    if known is not None:
        await apply_changes(scope.state, known.changes)
        return known.decision
    state = await copy_of(scope.state)
    try:
        said = plain(await _call(asked, given.with_state(state) if isinstance(given, StepInput) else given))
        await off_loop(lambda: check_changes(scope.state, state, path), state)
    except Exception as error:
        raise StepError(cause_of(error)) from error
    changes = await off_loop(lambda: changes_between(scope.state, state), state)
    entry = JournalEntry(path, kind, decision=said, changes=changes)
    await scope.keep(entry)
    await apply_changes(scope.state, changes)
    return said


async def _call(asked: Asked, given: Any) -> Any:
    if inspect.iscoroutinefunction(asked) or inspect.iscoroutinefunction(getattr(asked, "__call__", None)):  # noqa: B004
        return await asked(given)
    said = await in_thread(lambda: asked(given))
    return await said if inspect.isawaitable(said) else said
