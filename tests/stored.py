"""A store with a little of everything in it, as a conversation leaves it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from storage import JournalEntry, RunRequest, RunStore, StepOutput, Turn
from storage.attachments import Page
from storage.records import EventRecord, now

TREE = '[["step","Research",[]],["loop","Refine",[["step","Write",[]]]]]'
SAID = "Wind turbines turn wind into power. They stand where it blows. " * 20


async def fill(store: RunStore) -> None:
    """Two users, a turn each with a run of two steps; ann has vectors and an attachment."""
    for user in ("ann", "bob"):
        turn, run = f"turn-{user}", f"run-{user}"
        await store.create_turn(Turn(turn, "Tell me about wind", user, f"session-{user}", status="running"))
        await store.create_run(RunRequest(run, "Content", TREE, "wind", user, f"session-{user}", turn))
        for path in ("Research", "Refine/1/Write"):
            output = StepOutput(f"{path}: {SAID}", step_name=path.rpartition("/")[2])
            await store.record(run, JournalEntry(path, "step", output=output))
        await store.record(run, JournalEntry("Refine/1#verdict", "verdict", decision=True))
        events = [EventRecord(turn, n, "step_started", turn, run, "Research", "Research", now(), {}) for n in (1, 2)]
        await store.end_run(run, status="completed", content=SAID, events=events)
        ended = EventRecord(turn, 3, "turn_finished", turn, None, "", "", now(), {})
        asked = Turn(turn, "Tell me about wind", user, f"session-{user}", status="completed")
        await store.update_turn(replace(asked, run_ids=(run,), answer=SAID), [ended])
    found = await store.search("wind", user_id="ann")
    await store.keep_vectors("meaning", {passage.id: [0.5, 0.5] for passage in found})
    await store.add_attachment(
        "notes.txt", "text/plain", b"wind", [Page("", "wind")], session_id="session-ann", user_id="ann"
    )


def damage(path: Path, *statements: str) -> None:
    """Change the database behind the store's back; nothing of it is checked."""
    with sqlite3.connect(path, isolation_level=None) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
