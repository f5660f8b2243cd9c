"""What the disk refuses is told in words that say what to do; nothing hangs, and what was said is not lost."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows import Workflow, WorkflowAgent, retrying, stream
from flows.age import age
from flows.events import AnswerDelta, Event, StepDelta, StepFinished, TurnFinished
from storage import Run, RunRequest, RunStore, StorageError, Turn
from storage.faults import DAMAGED, FULL, LOCKED, READ_ONLY
from storage.verify import verify

from .scripted import ScriptedModel

LONG = "Tides turn twice a day. " * 4_000


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(retrying, "LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(stream, "RETRY_SECONDS", 0.01)


async def set_pragma(store: RunStore, pragma: str) -> None:
    await store._writer.run(lambda db: db.execute(f"pragma {pragma}").fetchone())


async def fill_disk(store: RunStore) -> None:
    """Let the file grow no more, as on a disk without room."""
    with sqlite3.connect(store.path) as db:
        (pages,) = db.execute("pragma page_count").fetchone()
    db.close()
    await set_pragma(store, f"max_page_count = {pages}")


async def make_room(store: RunStore) -> None:
    await set_pragma(store, "max_page_count = 1000000")


async def works(store: RunStore, turn_id: str) -> bool:
    """Whether the store says that the turn, or a run, is at work."""
    return "running" in {(await store.get_turn(turn_id)).status, *(run.status for run in await store.runs())}


async def at_rest(store: RunStore, turn_id: str) -> None:
    """Wait until the store no longer says that the turn, or a run, is at work: that is tried anew all the while."""
    async with asyncio.timeout(20):
        while await works(store, turn_id):  # noqa: ASYNC110 - it is tried in the background
            await asyncio.sleep(0.01)


class Tides:
    """A workflow that says much, and what it waits for before it has said all."""

    def __init__(self, store: RunStore) -> None:
        self.may_end = asyncio.Event()
        self.workflow = Workflow("Tides", steps=[self._tell], description="Tells of tides.")
        self.agent = WorkflowAgent([self.workflow], store=store, model=ScriptedModel())

    async def _tell(self, step_input: object) -> AsyncIterator[str]:
        yield "The tide rises. "
        await self.may_end.wait()
        yield LONG

    async def seen_until_end(self, message: str = "/run Tides tides", session: str = "s") -> list[Event]:
        events = []
        async for event in self.agent.stream(message, session_id=session):
            events.append(event)
        return events


async def test_a_full_disk_in_mid_turn_ends_it_with_a_sentence_and_loses_no_text(store: RunStore) -> None:
    tides = Tides(store)
    events: list[Event] = []
    async with asyncio.timeout(20):
        async for event in tides.agent.stream("/run Tides tides", session_id="s"):
            events.append(event)
            if isinstance(event, StepDelta) and not tides.may_end.is_set():
                await fill_disk(store)
                tides.may_end.set()
    ended = events[-1]
    assert isinstance(ended, TurnFinished)
    assert (ended.turn.status, ended.turn.error) == ("failed", FULL)
    assert "The disk is full" in FULL
    assert "Make room" in FULL
    said = "".join(event.text for event in events if isinstance(event, StepDelta))
    assert said == f"The tide rises. {LONG}", "the page keeps what was streamed"
    assert not [event for event in events if isinstance(event, StepFinished)], "what is not on disk is not finished"

    with pytest.raises(StorageError, match="The disk is full"):
        await tides.agent.respond(LONG, session_id="s")
    (turn,) = await store.turns("s")
    assert turn.message == "/run Tides tides", "what is there can still be read"

    await make_room(store)
    await at_rest(store, turn.id)
    kept = [event for event in await store.events(turn.id) if event.type == "step_delta"]
    assert "".join(event.data["text"] for event in kept) == said, "once there is room, all that was said is kept"
    run: Run = (await store.runs())[0]
    assert (run.status, run.error, (await store.get_turn(turn.id)).error) == ("failed", FULL, FULL)
    await tides.agent.runner.answer(run.id)
    async with asyncio.timeout(20):
        assert [event async for event in tides.agent.runner.follow(turn.id)][-1].type == "turn_finished"
    assert (await store.get_run(run.id)).status == "completed"
    assert [finding.text for finding in (await verify(store.path)).wrong] == []


async def test_a_file_that_becomes_read_only_ends_the_turn_with_a_sentence(store: RunStore) -> None:
    tides = Tides(store)
    tides.may_end.set()
    await set_pragma(store, "query_only = on")
    with pytest.raises(StorageError) as refused:
        await tides.agent.respond("/run Tides tides", session_id="s")
    assert str(refused.value) == READ_ONLY
    assert "write access" in READ_ONLY
    store._writer._db.execute("pragma query_only = off")
    assert (await tides.agent.respond("/run Tides tides", session_id="s")).status == "completed"


def test_a_file_and_a_folder_that_may_not_be_written_are_told_when_the_store_opens() -> None:
    """In a process that is not root's, which may write everywhere."""
    script = (
        "import os, sys; from storage import RunStore, StorageError\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: RunStore(sys.argv[1])\n"
        "except StorageError as error: print(error)"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "refrain.db"
        asyncio.run(RunStore(path).close())
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", script, str(path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        Path(folder).chmod(0o755)
    assert f"{path} can't be used as a database" in ended.stdout, ended.stderr
    assert READ_ONLY in ended.stdout


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the right to write until it is given a line."""
    script = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "db.execute('begin immediate'); print('held', flush=True); sys.stdin.readline(); db.execute('rollback')"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


async def test_a_turn_waits_for_another_process_that_writes_and_is_answered(store: RunStore) -> None:
    tides = Tides(store)
    tides.may_end.set()
    with locked_by_another_process(store.path) as process:
        answering = asyncio.create_task(tides.agent.respond("/run Tides tides", session_id="s"))
        done, _ = await asyncio.wait([answering], timeout=1.0)
        assert not done
        assert await store.turns("s") == [], "others are read meanwhile"
        process.communicate("\n")
        async with asyncio.timeout(20):
            assert (await answering).status == "completed"


async def test_a_process_that_never_stops_writing_is_told_and_the_next_turn_is_answered(store: RunStore) -> None:
    tides = Tides(store)
    tides.may_end.set()
    await set_pragma(store, "busy_timeout = 200")
    with locked_by_another_process(store.path):
        with pytest.raises(StorageError) as refused:
            await tides.agent.respond("/run Tides tides", session_id="s")
        assert str(refused.value) == LOCKED
    assert (await tides.agent.respond("/run Tides tides", session_id="s")).status == "completed"


def spoil(path: Path) -> None:
    """Random bytes in the middle of the file."""
    content = path.read_bytes()
    middle = len(content) // 4
    path.write_bytes(content[:middle] + os.urandom(len(content) // 2) + content[middle + len(content) // 2 :])


async def test_a_damaged_file_is_told_in_the_turn(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    tides = Tides(store)
    tides.may_end.set()
    for n in range(3):
        await tides.agent.respond(f"/run Tides tides {n}", session_id="s")
    await store.close()
    spoil(path)
    with pytest.raises(StorageError, match="damaged") as refused:
        await used(path)
    assert "refrain verify" in str(refused.value)
    assert "refrain restore" in DAMAGED


async def used(path: Path) -> None:
    """Open the store and take a turn; what goes wrong is raised, whether it is found at opening or in the turn."""
    store = RunStore(path)
    try:
        tides = Tides(store)
        tides.may_end.set()
        turn = await tides.agent.respond("/run Tides once more", session_id="s")
        if turn.error:
            raise StorageError(turn.error)
        await store.events(turn.id)
    finally:
        await store.close()


async def test_a_clock_set_back_breaks_nothing(store: RunStore) -> None:
    tides = Tides(store)
    tides.may_end.set()
    ahead = datetime.now(UTC) + timedelta(days=400)
    await store.create_turn(Turn("t0", "What are tides?", "local", "s", status="completed", started_at=ahead))
    await store.create_run(RunRequest("r0", "Tides", "f", "tides", "local", "s", started_at=ahead))
    await store.end_run("r0", status="completed", content="Tides rise.", finished_at=ahead)
    events = await tides.seen_until_end()
    turn = events[-1].turn if isinstance(events[-1], TurnFinished) else None
    assert turn is not None
    assert (turn.status, turn.usage.seconds >= 0.0) == ("completed", True)
    assert [other.id for other in await store.turns("s")] == ["t0", turn.id], "what was said later stands below"
    stored = await store.get_turn(turn.id)
    assert stored.finished_at is not None
    assert stored.finished_at >= stored.started_at
    assert age(ahead, datetime.now(UTC)) == "just now"
    assert any(isinstance(event, StepDelta | AnswerDelta) for event in events)
