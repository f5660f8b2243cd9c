from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import (
    Citation,
    Decision,
    EventRecord,
    Evidence,
    NotFound,
    Passage,
    Preferences,
    RunStore,
    StorageError,
    Turn,
    Usage,
    now,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
PREFERENCES = Preferences("session", 24.0, "offline", "answer", "Content")


def full_turn() -> Turn:
    passage = Passage("r1", "Write", "Write", "Content", "wind", "completed", "s0", START, "Wind is free.", 0, 13, 2.5)
    return Turn(
        "t1",
        "Is wind free?",
        "ada",
        "s1",
        status="completed",
        started_at=START,
        finished_at=START + timedelta(seconds=2),
        decision=Decision(
            "answer",
            "It is known.",
            (Evidence(1, passage, 0.75),),
            "Content",
            "wind",
            0.5,
            "New facts.",
            opens={"panel": "export"},
        ),
        answer="Wind is free. [1]",
        citations=(Citation("r1", "Write", START, "Wind is free.", 1),),
        run_ids=("r1", "r2"),
        usage=Usage(1, 2, 3.0),
        error="none",
        preferences=PREFERENCES,
    )


async def test_a_turn_comes_back_as_it_was(store: RunStore) -> None:
    await store.create_turn(full_turn())
    assert await store.get_turn("t1") == full_turn()
    with pytest.raises(StorageError):
        await store.create_turn(full_turn())


async def test_a_turn_is_written_anew_with_its_events(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "Is wind free?", "ada", "s1", started_at=START, preferences=PREFERENCES))
    event = EventRecord("t1", 1, "decided", "t1", None, "", "", now(), {})
    await store.update_turn(full_turn(), [event])
    assert await store.get_turn("t1") == full_turn()
    assert await store.events("t1") == [event]


async def test_what_is_shown_of_a_session_changes_for_its_turns_alone(store: RunStore) -> None:
    await store.create_turn(full_turn())
    await store.create_turn(Turn("t2", "hi", "ada", "s2"))
    await store.show_steps("s1", "ada", "all")
    await store.show_steps("s2", "eve", "answer")
    await store.update_turn(full_turn())  # whoever works on it has it as it was
    assert (await store.get_turn("t1")).preferences == replace(PREFERENCES, steps="all")
    assert (await store.get_turn("t2")).preferences == Preferences()


async def test_a_turn_stays_its_users(store: RunStore) -> None:
    await store.create_turn(full_turn())
    await store.update_turn(replace(full_turn(), user_id="eve", session_id="s9", answer="new"))
    turn = await store.get_turn("t1", user_id="ada")
    assert (turn.session_id, turn.answer) == ("s1", "new")
    with pytest.raises(NotFound):
        await store.get_turn("t1", user_id="eve")


async def test_unknown_turns_are_not_found(store: RunStore) -> None:
    with pytest.raises(NotFound):
        await store.get_turn("t9")
    with pytest.raises(NotFound):
        await store.update_turn(full_turn())


async def test_turns_are_listed_oldest_first(store: RunStore) -> None:
    for number in range(5):
        await store.create_turn(Turn(f"t{number}", "hi", "ada", "s1", started_at=START))
    await store.create_turn(Turn("theirs", "hi", "eve", "s1", started_at=START))
    assert [turn.id for turn in await store.turns("s1", user_id="ada")] == ["t0", "t1", "t2", "t3", "t4"]
    assert [turn.id for turn in await store.turns("s1", user_id="ada", limit=2)] == ["t3", "t4"]
    assert len(await store.turns("s1")) == 6
    assert await store.turns("s9") == []


async def test_what_is_kept_later_begins_later(store: RunStore) -> None:
    await store.create_turn(Turn("first", "hi", "ada", "s1", started_at=START))
    kept = await store.create_turn(Turn("second", "hi", "ada", "s1", started_at=START - timedelta(days=1)))
    theirs = await store.create_turn(Turn("theirs", "hi", "eve", "s1", started_at=START - timedelta(days=1)))
    assert kept.started_at == (await store.get_turn("second")).started_at > START
    assert theirs.started_at == START - timedelta(days=1)
    assert [turn.id for turn in await store.turns("s1", user_id="ada")] == ["first", "second"]


async def test_odd_text_is_no_obstacle(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "\ud83d 🌬 \x00", "ada", "s1", answer="\udfff", error="\ud800"))
    turn = await store.get_turn("t1")
    assert (turn.message, turn.answer, turn.error) == ("? 🌬 \x00", "?", "?")


async def test_an_override_is_kept_for_its_users_turn_alone_and_outlives_a_later_writing(store: RunStore) -> None:
    await store.create_turn(full_turn())
    assert (await store.get_turn("t1")).override is None
    with pytest.raises(NotFound):
        await store.override_turn("t1", "run", user_id="eve")
    with pytest.raises(NotFound):
        await store.override_turn("t9", "run", user_id="ada")
    await store.override_turn("t1", "run", user_id="ada")
    await store.update_turn(full_turn())
    assert await store.get_turn("t1") == replace(full_turn(), override="run")
    await store.override_turn("t1", "answer", user_id="ada")
    assert [turn.override for turn in await store.overridden_turns("ada")] == ["answer"]
    assert await store.overridden_turns("eve") == []


async def test_a_users_newest_turns_are_found_by_how_their_id_begins(store: RunStore) -> None:
    for number, (id, user) in enumerate([("abc1", "ada"), ("abc2", "ada"), ("abd1", "ada"), ("abc3", "eve")]):
        await store.create_turn(Turn(id, "hi", user, f"s{number}", started_at=START + timedelta(seconds=number)))
    assert [turn.id for turn in await store.newest_turns("ada", limit=2)] == ["abd1", "abc2"]
    assert [turn.id for turn in await store.newest_turns("ada", beginning="abc")] == ["abc2", "abc1"]
    assert await store.newest_turns("ada", beginning="ab%") == []
