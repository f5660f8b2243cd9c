from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from storage import Busy, JournalEntry, RunRequest, RunStore, StepOutput, Turn
from storage.processes import Owner


def killed(script: str, *arguments: Path) -> None:
    """Run the script in a process that ends as by kill -9: nothing is closed."""
    tail = "\nimport os; os._exit(9)\n"
    command = [sys.executable, "-c", textwrap.dedent(script) + tail, *map(str, arguments)]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parent.parent).returncode == 9


WORKING = """
    import asyncio, sys
    from storage import EventRecord, JournalEntry, RunRequest, RunStore, StepOutput, Turn, now

    async def main():
        global store
        store = RunStore(sys.argv[1])
        await store.create_turn(Turn("t1", "hello", "ada", "s1"))
        await store.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1", "t1"))
        for number in range(50):
            output = StepOutput(f"The windmill number {number} turns.", step_name="Mill")
            event = EventRecord("t1", number + 1, "step_finished", "t1", "r1", "Mill", "Mill", now(), {})
            await store.record("r1", JournalEntry(f"Mill/{number}", "step", output=output), [event])
        import os; os._exit(9)

    asyncio.run(main())
"""


async def test_a_killed_process_leaves_all_it_recorded_as_interrupted(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    killed(WORKING, file)
    store = RunStore(file)
    assert (await store.get_run("r1")).status == "interrupted"
    assert (await store.get_turn("t1")).status == "interrupted"
    assert len(await store.journal("r1")) == 50
    assert await store.last_seq("t1") == 50
    found = await store.search("windmill number", user_id="ada", limit=100)
    assert len(found) == 50, "what was not indexed when the process died is indexed now"
    assert len(list((tmp_path / "refrain.db.owners").glob("*.lock"))) == 1, "the dead owner's file is gone"

    await store.claim_run("r1")
    await store.record("r1", JournalEntry("Write", "step", output=StepOutput("done")))
    await store.end_run("r1", status="completed")
    assert (await store.get_run("r1")).status == "completed"
    await store.close()


async def test_what_a_living_process_works_on_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    first = RunStore(file)
    await first.create_turn(Turn("t1", "hello", "ada", "s1"))
    await first.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1", "t1"))
    second = RunStore(file)
    assert (await second.get_run("r1")).status == "running"
    assert (await second.get_turn("t1")).status == "running"
    for store in (first, second):
        with pytest.raises(Busy):
            await store.claim_run("r1")
    await first.close()
    assert (await second.claim_run("r1")).input == "wind", "its owner is gone"
    with pytest.raises(Busy):
        await second.claim_run("r1")
    await second.close()


def test_an_owner_lives_until_it_is_released(tmp_path: Path) -> None:
    one, other = Owner(tmp_path), Owner(tmp_path)
    assert one.lives(one.id)
    assert one.lives(other.id)
    assert not one.lives("nobody")
    assert not one.lives(None)
    other.release()
    assert not one.lives(other.id)
    one.clear_files()
    assert [file.stem for file in tmp_path.glob("*.lock")] == [one.id]
    one.release()
    assert not one.lives(one.id)
