from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.errors import StorageError
from storage.writer import Writer, connect


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "numbers.db"


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    db = connect(file)
    db.enable_wal()
    db.execute("create table numbers(n integer unique)")
    writer = Writer(db)
    yield writer
    writer.close()


def numbers(file: Path) -> list[int]:
    return [n for (n,) in connect(file).execute("select n from numbers order by rowid")]


def insert(db: Database, n: int) -> int:
    db.execute("insert into numbers values (?)", [n])
    return n


def hold(writer: Writer) -> threading.Event:
    """Keep the writer busy until the event is set."""
    held = threading.Event()
    writer.submit(lambda db: held.wait(10))
    return held


async def test_units_are_done_in_order_and_on_disk(writer: Writer, file: Path) -> None:
    results = await asyncio.gather(*(writer.run(lambda db, n=n: insert(db, n)) for n in range(200)))
    assert results == list(range(200))
    assert numbers(file) == list(range(200))


async def test_a_unit_that_fails_undoes_itself_alone(writer: Writer, file: Path) -> None:
    def half(db: Database) -> None:
        insert(db, 2)
        raise ValueError("no")

    held = hold(writer)
    units = [writer.submit(lambda db: insert(db, 1)), writer.submit(half), writer.submit(lambda db: insert(db, 3))]
    held.set()
    ended = await asyncio.gather(*map(asyncio.wrap_future, units), return_exceptions=True)
    assert isinstance(ended[1], ValueError)
    assert numbers(file) == [1, 3]


async def test_an_error_of_the_database_is_a_storage_error(writer: Writer) -> None:
    await writer.run(lambda db: insert(db, 1))
    with pytest.raises(StorageError, match="UNIQUE"):
        await writer.run(lambda db: insert(db, 1))


async def test_a_unit_is_done_though_its_caller_is_cancelled(writer: Writer, file: Path) -> None:
    held = hold(writer)
    task = asyncio.create_task(writer.run(lambda db: insert(db, 1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.set()
    await writer.run(lambda db: insert(db, 2))
    assert numbers(file) == [1, 2]


async def test_what_nobody_waits_for_yields_to_the_rest(writer: Writer, file: Path) -> None:
    held = hold(writer)
    later = writer.submit_later(lambda db: insert(db, 1))
    writer.submit(lambda db: insert(db, 2))
    held.set()
    await asyncio.wrap_future(later)
    assert numbers(file) == [2, 1]


def test_closing_does_what_was_handed_in(writer: Writer, file: Path) -> None:
    for n in range(100):
        writer.submit(lambda db, n=n: insert(db, n))
    writer.submit_later(lambda db: insert(db, 100))
    writer.close()
    assert numbers(file) == list(range(101))
    with pytest.raises(StorageError, match="closed"):
        writer.submit(lambda db: insert(db, 101))
    writer.close()


def test_upkeep_is_done_in_pieces_while_nothing_is_written_and_again_after_the_next_write(file: Path) -> None:
    left, ended = [3], threading.Event()

    def upkeep(db: Database) -> bool:
        insert(db, 100 + left[0])
        left[0] -= 1
        if left[0] in (0, 9):
            ended.set()
        return left[0] not in (0, 9)

    db = connect(file)
    db.execute("create table numbers(n integer unique)")
    writer = Writer(db, upkeep=upkeep)
    try:
        writer.submit(lambda db: insert(db, 1))
        assert ended.wait(10)
        left[0] = 10
        ended.clear()
        writer.submit(lambda db: insert(db, 2))
        assert ended.wait(10)
    finally:
        writer.close()
    assert numbers(file) == [1, 103, 102, 101, 2, 110]
