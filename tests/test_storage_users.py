from __future__ import annotations

import pytest

from storage import Feedback, NotFound, RunStore, Turn


async def test_a_user_is_made_once_and_metadata_is_merged(store: RunStore) -> None:
    assert await store.get_user("ada") is None
    made = await store.ensure_user("ada", {"theme": "dark"})
    merged = await store.ensure_user("ada", {"language": "en"})
    assert made.created_at == merged.created_at
    found = await store.get_user("ada")
    assert found == merged
    assert merged.metadata == {"theme": "dark", "language": "en"}


async def test_a_verdict_is_kept_once_a_turn(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "hello", "ada", "s1"))
    await store.upsert_feedback(Feedback("f1", "t1", "ada", 1), "ada")
    await store.upsert_feedback(Feedback("f1", "t1", "ada", 0, "not what I asked"), "ada")
    assert await store.feedback_of(["t1", "t2"]) == {"t1": Feedback("f1", "t1", "ada", 0, "not what I asked")}
    await store.upsert_feedback(Feedback("f2", "t1", "ada", 1), "ada")
    assert await store.feedback_of(["t1"]) == {"t1": Feedback("f2", "t1", "ada", 1)}
    assert await store.feedback_of([]) == {}


async def test_nobody_touches_anothers_verdict(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "hello", "ada", "s1"))
    await store.create_turn(Turn("t2", "hello", "eve", "s2"))
    await store.upsert_feedback(Feedback("f1", "t1", "ada", 1), "ada")
    for stolen in (Feedback("f1", "t1", "ada", 0), Feedback("f9", "t1", "eve", 0), Feedback("f1", "t2", "eve", 0)):
        with pytest.raises(NotFound):
            await store.upsert_feedback(stolen, "eve")
    assert not await store.delete_feedback("f1", "eve")
    assert await store.feedback_of(["t1"]) == {"t1": Feedback("f1", "t1", "ada", 1)}
    assert await store.delete_feedback("f1", "ada")
    assert not await store.delete_feedback("f1", "ada")
    assert await store.feedback_of(["t1"]) == {}
