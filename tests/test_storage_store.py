from __future__ import annotations

import asyncio
import gc
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from storage import EventRecord, JournalEntry, RunRequest, RunStore, StepOutput, StorageError, now


def request(run_id: str) -> RunRequest:
    return RunRequest(run_id, "Content", "f", "wind", "ada", "s1")


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent.parent,
    )


async def test_the_file_is_the_one_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "named.db"))
    for store, file in ((RunStore("own/own.db"), "own/own.db"), (RunStore(), "named.db")):
        assert store.path == tmp_path / file
        assert await asyncio.to_thread(store.path.is_file)
        await store.close()
    monkeypatch.delenv("REFRAIN_DB")
    store = RunStore()
    assert store.path == tmp_path / ".refrain" / "refrain.db"
    await store.close()


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "refrain.db")
    await store.create_run(request("r1"))
    await store.record("r1", JournalEntry("Write", "step", output=StepOutput("Wind is free.")))
    await store.end_run("r1", status="completed", content="Wind is free.")
    await store.close()
    again = RunStore(tmp_path / "refrain.db")
    assert (await again.get_run("r1")).content == "Wind is free."
    assert len(await again.search("wind", user_id="ada")) == 1
    await again.close()


async def test_three_hundred_records_at_once_lose_nothing_and_keep_their_order(store: RunStore) -> None:
    await store.create_run(request("r1"))
    await asyncio.gather(
        *(
            store.record(
                "r1",
                JournalEntry(f"Step/{number}", "step", output=StepOutput(f"Result {number}.")),
                [EventRecord("r1", number + 1, "step_finished", None, "r1", "", "", now(), {"number": number})],
            )
            for number in range(300)
        )
    )
    assert [entry.path for entry in await store.journal("r1")] == [f"Step/{number}" for number in range(300)]
    assert [event.data["number"] for event in await store.events("r1")] == list(range(300))
    assert len(await store.search("result", user_id="ada", limit=1000)) == 300
    assert len(await store.passages_of("r1")) == 300


def test_one_store_serves_two_event_loops_in_two_threads(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "refrain.db")
    asyncio.run(store.create_run(request("r1")))
    lengths: list[int] = []

    async def work(name: str) -> None:
        for number in range(60):
            await store.record("r1", JournalEntry(f"{name}/{number}", "step", output=StepOutput(f"{name} {number}")))
            await store.search(name, user_id="ada")
        lengths.append(len(await store.passages_of("r1")))

    threads = [threading.Thread(target=lambda name=name: asyncio.run(work(name))) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(lengths) == 2
    entries = asyncio.run(store.journal("r1"))
    for name in ("left", "right"):
        paths = [entry.path for entry in entries if entry.path.startswith(name)]
        assert paths == [f"{name}/{number}" for number in range(60)]
    asyncio.run(store.close())


async def test_a_closed_store_says_so_and_lets_go(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "refrain.db")
    await store.create_run(request("r1"))
    pending = [asyncio.ensure_future(store.record("r1", JournalEntry(f"p{n}", "step"))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*pending)
    await store.close()
    for call in (store.create_run(request("r2")), store.get_run("r1"), store.search("wind", user_id="ada")):
        with pytest.raises(StorageError, match="closed"):
            await call
    assert files(tmp_path) == ["opening", "refrain.db"], "no journal and no lock stays behind"


def test_a_forgotten_store_keeps_no_process_alive_and_loses_nothing(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from storage import JournalEntry, RunRequest, RunStore, StepOutput
store = RunStore(sys.argv[1])
asyncio.run(store.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1")))
from functools import partial
from storage import journal
for n in range(200):
    entry = JournalEntry(f"p{n}", "step", output=StepOutput(f"wind {n}"))
    store._writer.submit(partial(journal.record, run_id="r1", entry=entry, events=()))
"""
    ended = python(script, tmp_path / "refrain.db")
    assert (ended.returncode, ended.stderr) == (0, "")
    store = RunStore(tmp_path / "refrain.db")
    assert len(asyncio.run(store.journal("r1"))) == 200
    asyncio.run(store.close())


def test_a_store_nobody_holds_ends_its_threads(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    store = RunStore(tmp_path / "refrain.db")
    asyncio.run(store.create_run(request("r1")))
    asyncio.run(store.get_run("r1"))
    ours = set(threading.enumerate()) - before
    assert ours
    del store
    gc.collect()
    for thread in ours:
        thread.join(10)
        assert not thread.is_alive(), f"{thread.name} goes on"
    reopened = RunStore(tmp_path / "refrain.db")
    assert asyncio.run(reopened.get_run("r1")).status == "interrupted"
    asyncio.run(reopened.close())


async def test_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from storage import RunStore
store = RunStore(sys.argv[1])
asyncio.run(store.ensure_user(sys.argv[2]))
asyncio.run(store.close())
"""
    ended = await asyncio.gather(
        *(asyncio.to_thread(python, script, tmp_path / "refrain.db", name) for name in ("ada", "eve", "bob"))
    )
    assert [(one.returncode, one.stderr) for one in ended] == [(0, "")] * 3
    store = RunStore(tmp_path / "refrain.db")
    assert all([await store.get_user(name) for name in ("ada", "eve", "bob")])
    await store.close()


async def test_a_small_record_takes_well_under_five_milliseconds(store: RunStore) -> None:
    await store.create_run(request("r1"))
    times = []
    for number in range(200):
        entry = JournalEntry(f"p{number}", "step", output=StepOutput(f"Result {number}."))
        started = time.perf_counter()
        await store.record("r1", entry)
        times.append(time.perf_counter() - started)
    assert statistics.median(times) < 0.005, "0.2 ms on an idle machine"
