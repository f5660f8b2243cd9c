from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.errors import StorageError
from storage.readers import Readers
from storage.writer import connect


async def test_readers_see_what_was_written_and_write_nothing(tmp_path: Path) -> None:
    file = tmp_path / "numbers.db"
    db = connect(file)
    db.enable_wal()
    db.execute("create table numbers(n)")
    readers = Readers(file)
    for n in range(5):
        db.execute("insert into numbers values (?)", [n])
        counts = await asyncio.gather(*(readers.run(lambda read: read.table("numbers").count) for _ in range(8)))
        assert counts == [n + 1] * 8
    with pytest.raises(StorageError, match="read-only"):
        await readers.run(lambda read: read.execute("delete from numbers"))
    readers.close()
    with pytest.raises(StorageError, match="closed"):
        await readers.run(lambda read: read.table("numbers").count)
