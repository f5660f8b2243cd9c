"""Long outputs: cut in a thread of its own and written in parts, between other writing."""

from __future__ import annotations

import asyncio
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from storage import JournalEntry, RunRequest, RunStore, StepOutput, content_text, passages, users
from storage.indexing import AT_ONCE, BATCH
from storage.verify import verify
from storage.writer import connect

SENTENCES = [f"The turbine number {number} turns in the wind." for number in range(3 * AT_ONCE // 40)]
LONG = [{"name": "first", "text": " ".join(SENTENCES)}, {"name": "last", "text": "Nothing but gales."}]


async def begun(store: RunStore, content: Any = LONG) -> None:
    await store.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1"))
    await store.record("r1", JournalEntry("Write", "step", output=StepOutput(content)))


def added(monkeypatch: pytest.MonkeyPatch, then: Any) -> list[int]:
    """How many passages were written at a time; `then` is called after the first."""
    sizes: list[int] = []
    add = passages.add

    def spy(db: Any, step_id: int, made: Any, *, last: bool) -> bool:
        sizes.append(len(made))
        if len(sizes) == 1:
            then()
        return add(db, step_id, made, last=last)

    monkeypatch.setattr(passages, "add", spy)
    return sizes


async def test_all_of_a_long_output_is_found_once(store: RunStore) -> None:
    await begun(store)
    (found,) = await store.search("gales", user_id="ada", limit=1)
    assert "Nothing but gales." in found.text
    pieces = await store.passages_of("r1")
    text = content_text(LONG)
    assert len(pieces) > 2 * BATCH
    assert [piece.text for piece in pieces] == [text[piece.start : piece.end] for piece in pieces]
    assert all(earlier.end <= later.start for earlier, later in pairwise(pieces))


async def test_other_writing_goes_between_the_parts(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, told, handed_in = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def wait() -> None:
        loop.call_soon_threadsafe(told.set)
        handed_in.wait()

    sizes = added(monkeypatch, wait)
    parts_before: list[int] = []
    ensure_user = users.ensure_user
    monkeypatch.setattr(users, "ensure_user", lambda *args: (parts_before.append(len(sizes)), ensure_user(*args))[1])
    await begun(store)
    await told.wait()
    other = asyncio.create_task(store.ensure_user("eve"))
    await asyncio.sleep(0)
    handed_in.set()
    await other
    await store.search("gales", user_id="ada")
    assert parts_before == [1]
    assert len(sizes) > 2
    assert max(sizes) <= BATCH


async def test_a_step_done_again_meanwhile_is_found_with_its_new_text_only(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    added(monkeypatch, lambda: loop.call_soon_threadsafe(told.set))
    await begun(store)
    await told.wait()
    await store.record("r1", JournalEntry("Write", "step", output=StepOutput("A new breeze.")))
    assert await store.search("gales turbine", user_id="ada") == []
    assert [piece.text for piece in await store.passages_of("r1")] == ["A new breeze."]


async def test_what_a_process_left_half_done_is_done_anew(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    await begun(store)
    await store.search("gales", user_id="ada")
    whole = [piece.text for piece in await store.passages_of("r1")]
    await store.close()
    db = connect(path)
    db.execute("update steps set indexed = 0")
    db.conn.close()
    store = RunStore(path)
    assert await store.search("gales", user_id="ada")
    assert [piece.text for piece in await store.passages_of("r1")] == whole
    await store.close()
    assert (await verify(path)).clean


async def test_a_store_closed_meanwhile_indexes_the_rest_after_its_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    added(monkeypatch, lambda: loop.call_soon_threadsafe(told.set))
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    await begun(store)
    await told.wait()
    await store.close()
    store = RunStore(path)
    assert await store.search("gales", user_id="ada")
    texts = [piece.text for piece in await store.passages_of("r1")]
    assert len(texts) == len(set(texts)) > 2 * BATCH
    await store.close()
