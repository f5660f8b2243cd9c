"""What a new run is given, checked before anything is kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from storage.records import KnownPart, RunRequest

from .inputs import FileLike, checked, checked_files
from .memory import RunKeeper
from .node import HISTORY_RUNS
from .state import copied


async def new_run(
    store: RunKeeper,
    workflow: str,
    fingerprint: str,
    input: Any,
    *,
    schema: type[BaseModel] | None,
    defaults: dict[str, Any],
    session_id: str | None,
    user_id: str | None,
    turn_id: str | None,
    files: Iterable[FileLike],
    known: Iterable[KnownPart],
) -> RunRequest:
    """The request for a run of the workflow of this name; in a session it has what that has come to, over `defaults`.

    Without a session it is one of its own. Raises InvalidInput for what does not fit `schema`.
    """
    run_id, user = uuid4().hex, user_id or "local"
    state = copied(defaults)
    history: Sequence[str] = ()
    if session_id is not None:
        state = await store.starting_state(session_id, user, state)
        history = await store.completed_run_ids(session_id, user, HISTORY_RUNS)
    return RunRequest(
        id=run_id,
        workflow=workflow,
        fingerprint=fingerprint,
        input=checked(input, schema, workflow),
        user_id=user,
        session_id=session_id or run_id,
        turn_id=turn_id,
        session_state=state,
        history=tuple(history),
        files=checked_files(files),
        known=tuple(known),
    )
