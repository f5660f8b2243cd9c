"""What lies between a run's row, which says `running`, and the end of the work on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from storage.errors import AlreadyCompleted, Busy, Closed, NotFound, StorageError
from storage.records import JournalEntry, Run, RunRequest, Usage

from .errors import TreeChanged, cause_of
from .execution import Execution
from .memory import MemoryStore, RunKeeper
from .retrying import keep_trying
from .work import shielded


class Starting:
    """The runs that are about to be worked on, and those that are."""

    def __init__(self) -> None:
        self._cancelled: dict[str, bool] = {}
        self._at_work: dict[str, Execution] = {}

    def run(self, store: RunKeeper, run_id: str) -> _Start:
        """A context around what is done before the work on a run begins: whatever cuts that short ends the run.

        A run that is not this process's (Busy, AlreadyCompleted, NotFound) is left alone.
        """
        self._cancelled.setdefault(run_id, False)
        return _Start(self, store, run_id)

    async def create(self, store: RunKeeper, request: RunRequest, known: Iterable[JournalEntry] = ()) -> None:
        """Keep a new run, and what is known of it already."""
        async with self.run(store, request.id):
            creating = store.create_run(request)
            await (creating if isinstance(store, MemoryStore) else shielded(creating))  # in memory nothing interferes
            for entry in known:
                await store.record(request.id, replace(entry, spent=Usage()))  # what it cost, another run paid

    async def work(self, execution: Execution, store: RunKeeper) -> Run:
        """Work on a run to its end, which can be brought about by `cancel`."""
        run_id = execution.request.id
        self._at_work[run_id] = execution
        if self.begins(run_id):
            execution.cancel()
        try:
            return await execution.run()
        except Exception as error:  # its end could not be told or kept
            await let_go(store, run_id, error)
            raise
        finally:
            del self._at_work[run_id]

    def cancel(self, run_id: str) -> None:
        """End the work on the run, or let it end as soon as it begins; nothing happens if there is none."""
        if run_id in self._cancelled:
            self._cancelled[run_id] = True
        if execution := self._at_work.get(run_id):
            execution.cancel()

    def begins(self, run_id: str) -> bool:
        """Note that the work on the run begins; whether it was cancelled before."""
        return self._cancelled.pop(run_id, False)


class _Start:
    def __init__(self, starting: Starting, store: RunKeeper, run_id: str) -> None:
        self._starting, self._store, self._run_id = starting, store, run_id

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception | asyncio.CancelledError):
            return
        self._starting.begins(self._run_id)
        if not isinstance(error, Busy | AlreadyCompleted | NotFound):
            await let_go(self._store, self._run_id, error)


def refuse_other_tree(request: RunRequest, workflow: str, fingerprint: str) -> None:
    """Raises TreeChanged unless the run is one of the workflow of this name, and that has the steps it had."""
    if request.workflow != workflow:
        raise TreeChanged(f"Run {request.id} is one of {request.workflow}, not of {workflow}; fork it or start anew.")
    if request.fingerprint != fingerprint:
        raise TreeChanged(f"The steps of {workflow} have changed since run {request.id} began; fork it or start anew.")


async def let_go(store: RunKeeper, run_id: str, error: BaseException) -> None:
    """End a run that cannot be worked on because of `error`, so that it can be resumed; what is stored of it stays."""
    try:
        await shielded(_end(store, run_id, error))
    except (NotFound, Closed):
        pass
    except StorageError:  # else it would be said to be at work for as long as this process lives
        keep_trying(partial(_end, store, run_id, error))


async def _end(store: RunKeeper, run_id: str, error: BaseException) -> None:
    cancelled = isinstance(error, asyncio.CancelledError)
    run = await store.get_run(run_id)
    await store.end_run(
        run_id,
        status="cancelled" if cancelled else "failed",
        content=run.content,
        error=None if cancelled else cause_of(error),
        session_state=run.session_state,
        usage=run.usage,
        steps=run.steps,
    )
