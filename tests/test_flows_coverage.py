"""Runs are held against a question word by word: which fits best, what it lacks, which passages are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.coverage import MOST_EVIDENCE, Coverage
from flows.past import Past, of_passages
from flows.question import understand
from tests.remembered import passage, past

PUMPS = past("A pump gives three units of heat. It needs 40 litres in Norway.", "heat pumps", run_id="pumps")
WIND = past("Turbines met 47 percent of demand in Denmark.", "wind power", run_id="wind")


def coverage(message: str, *runs: Past) -> Coverage:
    return Coverage(understand(message), runs or (WIND, PUMPS))


def missing(message: str, *runs: Past) -> list[str]:
    covered = coverage(message, *runs)
    return [term.word for term in covered.lacking(covered.fits)]


@pytest.mark.parametrize(
    ("message", "best"),
    [("how much heat do pumps give?", "pumps"), ("what share of demand in Denmark?", "wind"), ("turbnes?", "wind")],
)
def test_the_run_that_has_the_words_comes_first(message: str, best: str) -> None:
    fits = coverage(message).fits
    assert fits[0].past.run_id == best
    assert fits[0].share > fits[1].share


def test_of_two_runs_alike_the_one_talked_about_comes_first() -> None:
    other = replace(PUMPS, run_id="other", in_view=True)
    assert coverage("how much heat do pumps give?", PUMPS, other).fits[0].past.run_id == "other"


def test_what_no_run_has_is_lacking() -> None:
    assert missing("how many turbines are there in Portugal?") == ["Portugal"]
    assert missing("how many turbines and pumps?") == []


def test_a_second_run_is_the_one_that_adds_what_the_first_lacks() -> None:
    pair = coverage("copper or turbines or pumps?", PUMPS, replace(PUMPS, run_id="again"), WIND).pair()
    assert {fit.past.run_id for fit in pair} >= {"wind"}
    assert len(coverage("turbines?", WIND).pair()) == 1


def test_a_number_elsewhere_in_the_text_does_not_count_for_another_thing() -> None:
    apart = coverage("are there 40 turbines?", past("They have 40 sheep. Turbines are loud."))
    beside = coverage("are there 40 turbines?", past("They have 40 turbines. Sheep are loud."))
    assert [term.word for term in apart.apart(apart.fits)] == ["40"]
    assert beside.apart(beside.fits) == []


def test_words_of_another_language_count_only_where_they_can_be_found() -> None:
    assert missing("wie warm sind die Häuser von Portugal") == ["Portugal"]


def test_evidence_is_labelled_and_says_how_much_of_the_question_it_has() -> None:
    pieces = coverage("how much heat do pumps give in Norway?").evidence([*WIND.passages, *PUMPS.passages], {})
    assert [(piece.label, piece.passage.run_id) for piece in pieces] == [(1, "pumps"), (2, "wind")]
    assert 1 >= pieces[0].coverage > pieces[1].coverage >= 0


def test_a_step_with_many_passages_leaves_room_for_others() -> None:
    many = [replace(passage(f"Pumps give heat {n}."), start=n * 100) for n in range(20)]
    runs = of_passages([*many, passage("Turbines give none.", "wind", run_id="wind")])
    shown = coverage("how much heat do pumps give?", *runs).evidence([p for run in runs for p in run.passages], {})
    assert len(shown) == MOST_EVIDENCE
    assert {piece.passage.run_id for piece in shown} == {"r1", "wind"}


def test_a_favoured_run_rises() -> None:
    covered = coverage("how much heat do pumps give?")
    passages = [*WIND.passages, *PUMPS.passages]
    assert covered.evidence(passages, {"wind": 99.0})[0].passage.run_id == "wind"


def test_a_message_about_nothing_is_covered_by_anything() -> None:
    (piece,) = coverage("and that?", PUMPS).evidence(PUMPS.passages, {})
    assert piece.coverage == 1
