"""A message is judged on what a store holds, and the reason given is what decides: changing it changes the decision."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from storage import RunStore
from storage.records import Decision
from tests.remembered import Kept, judged, keep

THINGS = ("wind turbines", "heat pumps", "solar panels", "night trains", "bicycle lanes", "grain silos", "fish ladders")
PLACES = ("Denmark", "Portugal", "Norway", "Lisbon", "Kyoto", "Toronto", "Chile", "Vienna")
YEARS = ("1994", "2003", "2011", "2019", "2022")
ASIDES = ("Local firms build them.", "Two rivers were moved for them.", "Schools visit them.")
QUESTIONS = (
    "How many painters did {thing} in {place} employ?",
    "which painters came to {thing} in {place} with the {year} festival?",
    "Who paid the painters of {thing} in {place}?",
)
numbers = itertools.count()


@dataclass(frozen=True)
class Asked:
    """A message on a thing, a place and a year, and the run that is held against it."""

    thing: str
    place: str
    year: str
    question: str
    aside: str

    @property
    def message(self) -> str:
        return self.question.format(thing=self.thing, place=self.place, year=self.year)

    def run(self, number: int, *, place: str = "", year: str = "", hours: float = 1.0, user: str = "") -> Kept:
        place, year = place or self.place, year or self.year
        text = (
            f"For the festival of {year}, {self.thing} in {place} employed 470 painters, "
            f"who came from abroad and were paid by the mayor. {self.aside}"
        )
        return Kept(f"r{number}", f"{self.thing} in {place}", text, hours=hours, user=user or f"u{number}")


asked = st.builds(
    Asked,
    st.sampled_from(THINGS),
    st.sampled_from(PLACES),
    st.sampled_from(YEARS),
    st.sampled_from(QUESTIONS),
    st.sampled_from(ASIDES),
)
PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest_asyncio.fixture
async def shared(tmp_path: Path) -> AsyncIterator[RunStore]:
    """One store for all examples, each with a user of its own."""
    opened = RunStore(tmp_path / "shared.db")
    yield opened
    await opened.close()


async def decided(store: RunStore, message: str, *runs: Kept, user: str = "") -> Decision:
    """The decision for a user who has just these runs."""
    await keep(store, *runs)
    return (await judged(store, message, user=user or runs[0].user)).decision


@PROPERTY
@given(one=asked, hours=st.floats(169, 5000))
async def test_what_is_refreshed_for_its_age_is_answered_when_it_is_fresh(
    shared: RunStore, one: Asked, hours: float
) -> None:
    old = await decided(shared, one.message, one.run(next(numbers), hours=hours))
    assert old.action == "refresh"
    assert "older" in old.reason
    assert (await decided(shared, one.message, one.run(next(numbers)))).action == "answer"


@PROPERTY
@given(one=asked, place=st.sampled_from(PLACES), year=st.sampled_from(YEARS))
async def test_a_name_or_number_that_is_missed_is_missed_no_more_when_it_is_there(
    shared: RunStore, one: Asked, place: str, year: str
) -> None:
    run = one.run(next(numbers), place=place, year=year)
    before = await decided(shared, one.message, run)
    named = [word for word in (one.place, one.year) if f"“{word}”" in before.reason]
    assume(place != one.place or named)
    assert before.action == "run"
    assert one.place == place or named
    assert before.firm, "no model may answer it"
    number = next(numbers)
    more = f"{run.text} {' and '.join(named)} too."
    after = await decided(shared, one.message, replace(run, id=f"r{number}", user=f"u{number}", text=more))
    assert after.action == "answer" or not any(f"“{word}”" in after.reason for word in named)


@PROPERTY
@given(one=asked)
async def test_what_is_anothers_answers_once_it_is_ones_own(shared: RunStore, one: Asked) -> None:
    number = next(numbers)
    theirs = one.run(number, user=f"other{number}")
    before = await decided(shared, one.message, theirs, user=f"me{number}")
    assert (before.action, before.evidence) == ("run", ())
    assert before.reason.startswith("Nothing in memory covers")
    after = await decided(shared, one.message, replace(theirs, id=f"{theirs.id}-mine", user=f"me{number}"))
    assert after.action == "answer"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("the pros of remote work", "the cons of remote work"),
        ("banana bread with eggs", "banana bread without eggs"),
        ("flights from Berlin to Rome", "flights from Rome to Berlin"),
        ("import of steel", "export of steel"),
        ("wind power in Denmark", "wind power in Norway"),
        ("vitamin D for adults", "vitamin D for children"),
        ("python 3.11 changes", "python 3.12 changes"),
    ],
)
async def test_a_request_that_is_a_word_away_is_run(store: RunStore, first: str, second: str) -> None:
    run = Kept("r", first, f"{first}: this is what the research found out. It was written up a moment ago.")
    assert (await decided(store, second, run)).action == "run"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Heat pumps cost 9000 euros.", "what do heat pumps cost?"),
    ],
)
async def test_age_is_only_named_when_it_is_what_decides(store: RunStore, text: str, message: str) -> None:
    run = Kept("r", "heat pumps", text, hours=200)
    old = await decided(store, message, run)
    assert (old.action, "older" in old.reason) == ("refresh", True)
    fresh = await decided(store, message, replace(run, id="r2", user="bob", hours=1))
    assert fresh.action == "answer"


@pytest.mark.parametrize("message", ["heat pumps", "Heat  pumps?", "please tell me about heat pumps"])
async def test_a_request_put_again_is_answered(store: RunStore, message: str) -> None:
    assert (await decided(store, message, Kept("r", "heat pumps", "They move heat."))).action == "answer"


@pytest.mark.parametrize(
    ("message", "action", "as_asked"),
    [
        ("/run Research tides", "run", True),
        ("/fresh heat pumps", "run", True),
        ("run it again", "refresh", True),
        ("heat pumps", "answer", False),
        ("/run Opera tides", "clarify", False),
        ("how do vaccines work?", "run", False),
    ],
)
async def test_what_a_person_orders_is_done_as_asked(
    store: RunStore, message: str, action: str, as_asked: bool
) -> None:
    await keep(store, Kept("r", "heat pumps", "They move heat.", session="now"))
    judgement = await judged(store, message)
    assert (judgement.decision.action, judgement.as_asked) == (action, as_asked)


async def test_why_it_failed_is_answered_from_the_run_that_failed(store: RunStore) -> None:
    run = Kept("r", "tides", "The moon pulls.", status="failed", error="the disk is full", session="now")
    decision = await decided(store, "why did the tides one fail?", run)
    assert decision.action == "answer"
    assert "the disk is full" in decision.reason


async def test_evidence_is_what_the_decision_shows(store: RunStore) -> None:
    await keep(store, Kept("r", "heat pumps", "They move heat."))
    judgement = await judged(store, "what do heat pumps move?")
    assert judgement.known.evidence == judgement.decision.evidence
    assert [piece.passage.run_id for piece in judgement.known.evidence] == ["r"]
