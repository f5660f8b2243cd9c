"""Reads a run from the store, and from the process that works on it, as a tree to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from agents.context import in_thread
from storage import RunStore
from storage.errors import NotFound
from storage.records import EventRecord, Run

from .events import Event
from .run_node import RunNode, walk
from .run_tree import run_tree
from .wire import from_record
from .workflow import Workflow

MOST_FORKS = 10  # runs back to which the tool calls of kept steps are looked for


async def read_tree(
    store: RunStore, run: Run, *, workflow: Workflow | None = None, live: Sequence[Event] = ()
) -> list[RunNode]:
    """The run's top-level nodes. `live` are the events that the process at work on it has seen by now."""
    stored = await store.run_events(run.id)
    request = await store.run_request(run.id)
    nodes = workflow.steps.nodes if workflow is not None and workflow.fits(request) else ()
    entries = await store.journal(run.id)

    def tree() -> list[RunNode]:
        events = [from_record(record) for record in stored if record.type not in ("decided", "turn_finished")]
        return run_tree(run, entries, events + _not_in(stored, run, live), nodes)

    read = await in_thread(tree)
    await _add_calls(store, run, read)
    return read


async def earlier_run(store: RunStore, run: Run) -> str | None:
    """The run that this one is compared with: the one it was made from, or the last of the same request before it."""
    if run.forked_from is not None and await store.run_lines(run.user_id, [run.forked_from]):
        return run.forked_from
    return await store.run_before(run.id)


def _not_in(stored: Sequence[EventRecord], run: Run, live: Sequence[Event]) -> list[Event]:
    stream = run.turn_id or run.id
    last = max((record.seq for record in stored if record.stream == stream), default=0)
    return [event for event in live if event.seq > last]


async def _add_calls(store: RunStore, run: Run, tree: Sequence[RunNode]) -> None:
    """Give steps kept by a fork the tool calls of the run that made them."""
    for _ in range(MOST_FORKS):
        without = {node.path: node for node in walk(tree) if node.kept and not node.calls and not node.children}
        if run.forked_from is None or not without:
            return
        try:
            run = await store.get_run(run.forked_from, user_id=run.user_id)
        except NotFound:
            return
        records = await store.run_events(run.id)
        for node in walk(run_tree(run, (), [from_record(record) for record in records if record.path in without])):
            kept = without.get(node.path)
            if kept is not None and kept.content == node.content:  # else a person has put their own in its place
                kept.calls = node.calls
