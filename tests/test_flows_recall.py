"""Recall gives the runs a message may be about, of this user alone: by words, by nearness, by the conversation."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from flows.question import understand
from flows.recall import Known, recall
from storage import RunStore
from storage.records import Citation, Decision, Turn
from tests.remembered import NOW, Kept, judged, keep

PUMPS = Kept("pumps", "heat pumps", "A pump gives three units of heat for one of power.", hours=30)
WIND = Kept("wind", "wind power in Denmark", "Turbines met 47 percent of demand in Denmark.", hours=20, session="now")


async def known(
    store: RunStore, message: str, conversation: Sequence[Turn] = (), *, user: str = "ann", **more: str
) -> Known:
    question = understand(message, conversation)
    return await recall(store, question, conversation, user_id=user, session_id="now", **more)  # type: ignore[arg-type]


def ids(found: Known) -> set[str]:
    return {past.run_id for past in found.runs}


async def test_runs_of_all_sessions_are_known_and_those_of_this_one_marked(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    found = await known(store, "how much heat does a pump give?")
    assert {past.run_id: past.in_session for past in found.runs} == {"pumps": False, "wind": True}
    assert found.last_run is not None
    assert found.last_run.id == "wind"


async def test_a_conversation_may_reach_no_further_than_itself(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    found = await known(store, "heat pumps", reach="session")
    assert ids(found) == {"wind"}
    assert found.same_input is None


async def test_nothing_of_others_is_known(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    assert await known(store, "heat pumps", user="bob") == Known()


@pytest.mark.parametrize("message", ["heat pumps", "Heat  pumps?", "HEAT PUMPS."])
async def test_the_run_of_the_very_same_is_found(store: RunStore, message: str) -> None:
    await keep(store, PUMPS, WIND)
    same = (await known(store, message)).same_input
    assert same is not None
    assert same.id == "pumps"


async def test_old_runs_are_found_by_a_slip(store: RunStore) -> None:
    later = [Kept(f"r{n}", f"violins {n}", f"Violin {n} is old.") for n in range(20)]
    await keep(store, PUMPS, *later)
    assert "pumps" in ids(await known(store, "what do pmups give?"))


@pytest.mark.parametrize(
    "message", ["what do pumps give?", "what did the turbine do", "anything on heating?", "danish demand"]
)
async def test_old_runs_are_found_by_other_forms_of_their_words(store: RunStore, message: str) -> None:
    later = [Kept(f"r{n}", f"violins {n}", f"Violin {n} is old.") for n in range(20)]
    wind = Kept("wind", WIND.asked, WIND.text, hours=20)
    await keep(store, PUMPS, wind, *later)
    assert ids(await known(store, message)) & {"pumps", "wind"}


async def test_a_failed_run_without_a_finished_step_is_known_with_its_error(store: RunStore) -> None:
    await keep(store, Kept("r", "tides", "", status="failed", error="no network", session="now"))
    found = await known(store, "why did it fail?")
    (past,) = found.ended_early
    assert (past.run_id, past.error, past.passages) == ("r", "no network", ())


async def test_the_run_of_the_last_turn_is_in_view(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    ran = Turn("t1", "heat pumps", decision=Decision("run", "", input="heat pumps"), run_ids=("pumps",))
    cites = Turn("t2", "and pumps?", citations=(Citation("pumps", "Notes", NOW, "…", 1),))
    gone = Turn("t3", "hello", run_ids=("deleted",))
    for conversation in ([ran], [cites], [ran, gone]):
        found = await known(store, "make it shorter", conversation)
        assert [past.run_id for past in found.runs if past.in_view] == ["pumps"]
        assert found.last_run is not None
        assert found.last_run.id == "pumps"


async def test_a_run_that_is_only_talked_about_is_in_view_too(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    talk = Turn("t1", "what about turbines?", answer="Turbines met 47 percent of demand.")
    found = await known(store, "and why?", [talk])
    assert [past.run_id for past in found.runs if past.in_view] == ["wind"]


async def test_all_of_a_run_is_looked_at_when_a_part_of_it_is_found(store: RunStore) -> None:
    text = "\n\n".join(f"Turbines of kind {n} are loud. " * 12 for n in range(8)) + "\n\nPlovers nest below them."
    await keep(store, Kept("r", "wind", text, session="then"))
    found = await known(store, "where do plovers nest?")
    (past,) = found.runs
    assert len(past.passages) > 4
    assert len({passage.start for passage in past.passages}) == len(past.passages)


async def test_after_5000_unrelated_runs_the_one_that_answers_is_found(store: RunStore) -> None:
    unrelated = [
        Kept(
            f"r{n}",
            f"garden number {n}",
            f"Garden {n} grows {n % 97} kinds of beans.",
            hours=n / 60,
            session=f"s{n % 50}",
        )
        for n in range(5_000)
    ]
    await keep(store, Kept("wind", WIND.asked, WIND.text, hours=100), *unrelated)
    started = time.perf_counter()
    judgement = await judged(store, "What share of the demand did turbines meet in Denmark?")
    seconds = time.perf_counter() - started

    assert judgement.decision.action == "answer"
    assert judgement.decision.evidence[0].passage.run_id == "wind"
    assert seconds < 5, "with the time to read the tables of words"


async def test_the_newest_version_of_what_was_run_again_comes_first_and_the_same_text_once(store: RunStore) -> None:
    old = Kept("old", "heat pumps", "Heat pumps gave three units.", hours=50)
    new = Kept("new", "Heat pumps.", "Heat pumps give four units.", hours=1)
    same = Kept("same", "heat pumps", "Heat pumps give four units.", hours=2)
    await keep(store, old, new, same)
    found = await known(store, "how many units do heat pumps give?")
    assert {past.run_id: past.superseded for past in found.runs} == {"old": True, "new": False, "same": True}

    judgement = await judged(store, "how many units do heat pumps give?")
    cited = [piece.passage.run_id for piece in judgement.decision.evidence]
    assert (judgement.decision.action, cited) == ("answer", ["new", "old"])
