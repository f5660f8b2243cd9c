from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import JournalEntry, RunRequest, RunStore, StepOutput, recall


async def remember(
    store: RunStore, run_id: str, *texts: Any, user: str = "ada", session: str = "s1", asked: str = "report"
) -> None:
    await store.create_run(RunRequest(run_id, "Content", "f", asked, user, session))
    for number, text in enumerate(texts):
        await store.record(run_id, JournalEntry(f"step{number}", "step", output=StepOutput(text)))


async def found(store: RunStore, text: str, user: str = "ada", **more: Any) -> list[str]:
    return [passage.text for passage in await store.search(text, user_id=user, **more)]


async def test_the_rarer_word_weighs_more(store: RunStore) -> None:
    await remember(store, "r1", *(f"Energy is energy in month {number}." for number in range(10)), "Wind drives tides.")
    assert (await found(store, "wind energy"))[0] == "Wind drives tides."


async def test_more_matching_words_come_first(store: RunStore) -> None:
    texts = ("Solar panels are cheap.", "Solar power is cheap in Spain.", "Spain has beaches.")
    await remember(store, "r1", *texts)
    assert (await found(store, "how cheap is solar power in Spain?"))[0] == texts[1]


async def test_other_forms_and_accents_are_found(store: RunStore) -> None:
    await remember(store, "r1", "The turbines were rotating near Málaga.", "機械学習は便利です。")
    assert len(await found(store, "turbine rotation")) == 1
    assert len(await found(store, "malaga")) == 1
    assert len(await found(store, "学習")) == 1


async def test_words_that_say_nothing_find_nothing(store: RunStore) -> None:
    await remember(store, "r1", "What is it about, and why?")
    assert await found(store, "what is it about and why") == []
    assert await found(store, "") == []
    assert await found(store, "word", user="nobody") == []


async def test_nobody_finds_anothers_passages(store: RunStore) -> None:
    await remember(store, "r1", "Wind is free.")
    await remember(store, "r2", "Wind is loud.", user="eve", session="s1")
    assert await found(store, "wind") == ["Wind is free."]
    assert await found(store, "wind", user="eve", session_id="s1") == ["Wind is loud."]


async def test_nobodys_text_changes_anothers_ranking(store: RunStore) -> None:
    await remember(store, "r1", "Wind in spring.", "Wind in autumn.", "Sun in autumn.", "Rain in summer.")
    before = await store.search("wind autumn summer", user_id="ada")
    await remember(store, "r2", *(f"Summer wind, summer rain {number}." for number in range(50)), user="eve")
    assert await store.search("wind autumn summer", user_id="ada") == before


async def test_this_session_rises_a_little(store: RunStore) -> None:
    await remember(store, "r1", "Wind blows from east.", session="s1")
    await remember(store, "r2", "Wind blows from west.", session="s2")
    await remember(store, "r3", "Wind blows on strong turbine blades.", session="s3")
    assert (await found(store, "wind", session_id="s1"))[0] == "Wind blows from east."
    assert (await found(store, "wind", session_id="s2"))[0] == "Wind blows from west."
    best = (await found(store, "wind turbine blades", session_id="s1"))[0]
    assert best == "Wind blows on strong turbine blades.", "but a better match stays better"


async def test_the_same_text_is_given_once_from_the_newest_run(store: RunStore) -> None:
    for run_id in ("r1", "r2", "r3"):
        await remember(store, run_id, "Wind is free.", "WIND -- is free!")
    hits = await store.search("wind", user_id="ada")
    assert [(hit.run_id, hit.path) for hit in hits] == [("r3", "step0")]


async def test_what_the_run_was_asked_helps(store: RunStore) -> None:
    await remember(store, "r1", "Costs fell by half.", asked="Write about windmills")
    await remember(store, "r2", "Costs fell by half, they say.", asked="Write about beaches")
    assert (await found(store, "windmill costs"))[0] == "Costs fell by half."
    assert await found(store, "windmills") == ["Costs fell by half."]


async def test_runs_of_every_outcome_are_found(store: RunStore) -> None:
    for status in ("completed", "failed", "cancelled", "paused"):
        await remember(store, status, f"Wind of kind {status}.")
        await store.end_run(status, status=status)  # type: ignore[arg-type]
    hits = await store.search("wind", user_id="ada")
    assert {hit.run_status for hit in hits} == {"completed", "failed", "cancelled", "paused"}


async def test_no_more_than_the_limit(store: RunStore) -> None:
    await remember(store, "r1", *(f"Wind number {number}." for number in range(20)))
    assert len(await found(store, "wind")) == 8
    assert len(await found(store, "wind", limit=3)) == 3


async def test_a_long_message_is_asked_for_by_its_ends(store: RunStore) -> None:
    await remember(store, "r1", "The zeppelin flies.", "The glider flies.")
    padding = "the of and " * 20_000
    assert set(await found(store, f"zeppelin {padding} glider")) == {"The zeppelin flies.", "The glider flies."}


async def test_a_word_of_very_many_passages_keeps_its_weight(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Energy report {number}." for number in range(60)]
    await remember(store, "r1", *texts, "Tides rise.")
    full = await store.search("energy tides", user_id="ada")
    monkeypatch.setattr(recall, "MOST_HITS", 20)
    capped = await store.search("energy tides", user_id="ada")
    assert capped[0].text == full[0].text == "Tides rise."
    assert capped[1].score == pytest.approx(full[1].score, abs=0.05)


async def test_odd_queries_do_no_harm(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "refrain.db")
    await remember(store, "r1", "Wind is free.")
    odd = [
        '"',
        "wind AND (",
        "NEAR(wind",
        "words:wind",
        "wind*",
        "^wind",
        "-wind",
        "\ud800 wind",
        "🌬 wind",
        "'; drop",
        "\x00wind",
    ]
    for text in odd:
        assert await found(store, text) == (["Wind is free."] if "wind" in text else []), text
    await store.close()


@pytest.fixture
async def filled(store: RunStore) -> RunStore:
    await remember(store, "r1", "Wind is free.", "Sun and wind — 風力 café.")
    return store


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
async def test_any_text_can_be_asked_for(filled: RunStore, text: str) -> None:
    assert len(await filled.search(text, user_id="ada")) <= 2
