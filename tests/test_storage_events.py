from __future__ import annotations

import pytest

from storage import EventRecord, RunRequest, RunStore, StorageError, now


def event(stream: str, seq: int, run_id: str | None = None, text: str = "") -> EventRecord:
    return EventRecord(stream, seq, "step_delta", None, run_id, "Write", "Write", now(), {"text": text})


async def test_events_come_back_as_they_were_in_order(store: RunStore) -> None:
    told = [event("t1", 1, None, "a"), event("t1", 2, "r1", "b"), event("t1", 3, "r2", "\U0001f600")]
    await store.append_events([told[2], told[0], event("t2", 1)])
    await store.append_events([told[1]])
    assert await store.events("t1") == told
    assert await store.events("t1", after_seq=1) == told[1:]
    assert await store.events("t1", run_id="r1") == [told[1]]
    assert await store.last_seq("t1") == 3
    assert await store.last_seq("t9") == 0
    assert await store.events("t9") == []


async def test_a_number_is_given_once_and_all_are_kept_or_none(store: RunStore) -> None:
    await store.append_events([event("t1", 1)])
    with pytest.raises(StorageError):
        await store.append_events([event("t1", 2), event("t1", 1)])
    assert await store.last_seq("t1") == 1


async def test_lone_surrogates_are_replaced(store: RunStore) -> None:
    await store.create_run(RunRequest("r1", "Content", "f", "x \ud800", "ada", "s1"))
    await store.append_events([event("r1", 1, "r1", "\ud83d")])
    assert [kept.data for kept in await store.events("r1")] == [{"text": "?"}]
    assert (await store.get_run("r1")).input == "x ?"
