"""A run as the decision looks back on it: what it was asked, and which words it and its steps hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.past import of_passages, of_run, stems_of
from storage.records import Run, RunStatus
from tests.remembered import NOW, passage


def test_passages_are_gathered_by_run_in_the_order_they_come() -> None:
    one, other = passage("Wind is free.", run_id="r1"), passage("Sun is free.", run_id="r2")
    runs = of_passages([other, one, replace(one, path="Letter", text="Dear wind.")], session_id="s", in_view="r1")

    assert [(run.run_id, len(run.passages), run.in_view) for run in runs] == [("r2", 1, False), ("r1", 2, True)]
    assert all(run.in_session for run in runs)
    assert stems_of(["dear"]) <= runs[1].stems
    assert not stems_of(["dear"]) & runs[0].stems


def test_what_a_run_was_asked_counts_among_its_words() -> None:
    (run,) = of_passages([passage("They are loud.", "heat pumps")])
    assert run.input_stems == stems_of(["heat pumps"])
    assert run.input_stems < run.stems
    assert not run.in_session


def test_a_run_without_passages_is_what_it_was_asked() -> None:
    run = of_run(Run("r", "Research", "failed", "heat pumps", error="no power", session_id="s", finished_at=NOW), "s")
    assert (run.input, run.error, run.in_session, run.passages) == ("heat pumps", "no power", True, ())
    assert run.stems == stems_of(["heat pumps"])


@pytest.mark.parametrize(
    ("status", "early"),
    [("failed", True), ("cancelled", True), ("interrupted", True), ("completed", False), ("paused", False)],
)
def test_a_run_that_came_to_no_end_is_known_as_such(status: RunStatus, early: bool) -> None:
    assert of_run(Run("r", "Research", status, "x")).ended_early is early


@pytest.mark.parametrize(
    ("one", "other"), [("12,000 homes", "12000 homes"), ("version v2.4", "version 2.4"), ("Málaga's", "malaga")]
)
def test_what_is_written_differently_is_the_same(one: str, other: str) -> None:
    assert stems_of([one]) >= stems_of([other])
