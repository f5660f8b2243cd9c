"""Each figure is counted by hand on a few verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evals.bench import own
from evals.cases import Family, TurnCase
from evals.metrics import RATES, Figure, Verdict, figure, figures_of, leaks, report
from tests.test_evals_cases import family, run, turn

STEPS = [{"name": "Notes", "output": "n"}, {"name": "Letter", "output": "l"}]
HOME = family("a", [run("r1", "one", steps=STEPS), run("r2", "two", steps=STEPS)])


def verdict(label: str, action: str, *, gold: Sequence[str] = (), of: Family = HOME, **given: Any) -> Verdict:
    return Verdict(of, TurnCase.model_validate(turn("m", label, gold=gold)), action, **given)


def rates(*verdicts: Verdict) -> dict[str, float | None]:
    return {name: figure.value for name, figure in figures_of(verdicts).rates.items()}


def test_actions_are_counted_by_what_was_wanted() -> None:
    found = rates(
        verdict("answer", "answer"),
        verdict("answer", "run"),
        verdict("answer", "refresh"),
        verdict("answer", "clarify"),
        verdict("run", "answer"),
        verdict("run", "run"),
        verdict("run", "refresh"),
        verdict("refresh", "answer"),
        verdict("refresh", "refresh"),
        verdict("chat", "answer"),
    )
    assert found["accuracy"] == pytest.approx(3 / 10)
    assert found["false_hit_rate"] == pytest.approx(2 / 5), "of the three `run` and two `refresh`"
    assert found["stale_hit_rate"] == pytest.approx(1 / 2)
    assert found["needless_run_rate"] == pytest.approx(2 / 4), "to ask back is wrong, but no needless run"


def test_a_figure_without_a_message_is_nothing() -> None:
    figures = figures_of([verdict("chat", "chat")])
    assert {name for name, figure in figures.rates.items() if figure.value is not None} == {"accuracy"}
    assert figures.leaks is None
    assert figures_of([]).to_dict()["accuracy"] is None


def test_recall_counts_runs_and_any_gold_step_of_a_run_suffices() -> None:
    both = ["r1/Notes", "r1/Letter", "r2/Letter"]
    first = verdict("answer", "answer", gold=both, found=("r1/Letter", "x/Notes", "r2/Letter"))
    found = rates(first)
    assert (found["recall_at_1"], found["recall_at_5"], found["mrr"]) == (0.5, 1.0, 1.0)

    late = verdict("answer", "run", gold=["r2/Notes"], found=("1", "2", "3", "4", "r2/Letter", "r2/Notes"))
    found = rates(first, late)
    assert (found["recall_at_1"], found["recall_at_5"]) == (0.25, 0.5), "the sixth is not among the first five"
    assert found["mrr"] == pytest.approx((1 + 1 / 6) / 2)
    assert rates(verdict("answer", "answer", gold=["r1/Notes"], found=()))["mrr"] == 0


def test_recall_asks_only_for_answers_with_gold() -> None:
    stale = verdict("refresh", "refresh", gold=["r1/Notes"], found=("r1/Notes",))
    found = rates(stale, verdict("answer", "answer", found=("r1/Notes",)))
    assert found["recall_at_5"] is None
    assert found["mrr"] is None


def test_citations_are_those_of_answers_that_were_wanted() -> None:
    gold = ["r1/Notes", "r2/Letter"]
    found = rates(
        verdict("answer", "answer", gold=gold, cited=("r1/Notes", "r1/Letter", "r2/Notes")),
        verdict("answer", "answer", gold=["r1/Letter"], cited=("r1/Letter",)),
        verdict("answer", "answer", gold=["r1/Letter"], cited=()),
        verdict("answer", "run", gold=["r1/Letter"], cited=()),
        verdict("run", "answer", cited=("r1/Letter",)),
    )
    assert found["citation_precision"] == pytest.approx(2 / 4), "two of the four steps cited are gold"
    assert found["citation_recall"] == pytest.approx((1 / 2 + 1 + 0) / 3)


def test_milliseconds_are_a_mean_and_leaks_a_sum() -> None:
    figures = figures_of(
        [
            verdict("run", "run", milliseconds=1.0, leaks=0),
            verdict("run", "run", milliseconds=4.0, leaks=2),
            verdict("run", "run"),
        ]
    )
    assert figures.rates["ms_per_decision"].value == 2.5
    assert figures.leaks == 2


def test_a_leak_is_of_another_user_or_of_another_family() -> None:
    shared = family("a", [run("mine", "x"), run("theirs", "y", user="v")])
    asked = TurnCase.model_validate(turn("m", "answer"))
    other = own(family("b", [run("mine", "x")]), "mine")
    assert leaks(shared, asked, [own(shared, "mine")]) == 0
    assert leaks(shared, asked, [own(shared, "mine"), own(shared, "theirs"), other, own(shared, "theirs")]) == 3


def test_an_interval_draws_families_and_not_messages() -> None:
    alone = figure(("one", (float(n % 2), 1)) for n in range(50))
    assert alone == Figure(0.5, (0.5, 0.5)), "of one family there is nothing to draw"
    together = figure((str(n % 2), (float(n % 2), 1)) for n in range(50))
    assert together == Figure(0.5, (0.0, 1.0)), "two families, one all right and one all wrong"
    apart = figure((str(n), (float(n % 2), 1)) for n in range(50))
    assert apart.interval is not None
    low, high = apart.interval
    assert 0.3 < low < 0.5 < high < 0.7
    assert apart == figure((str(n), (float(n % 2), 1)) for n in range(50)), "the seed is fixed"


def test_a_report_has_strata_by_name_and_plain_numbers() -> None:
    odd = Verdict(HOME, TurnCase.model_validate(turn("m", "chat", stratum="a new one")), "run")
    told = report([verdict("run", "run", leaks=0), odd], {"always_run": [verdict("run", "run")]}).to_dict()
    assert list(told) == ["overall", "strata", "baselines"]
    assert list(told["strata"]) == ["a new one", "plain"]
    names = {"turns", "leaks", *RATES, *(f"{name}_ci" for name in RATES)}
    assert all(
        set(figures) == names for figures in (told["overall"], *told["strata"].values(), *told["baselines"].values())
    )
    assert (told["overall"]["turns"], told["overall"]["accuracy"], told["overall"]["leaks"]) == (2, 0.5, 0)
    assert told["overall"]["accuracy_ci"] == [0.5, 0.5]
    assert told["strata"]["a new one"]["false_hit_rate"] is None
    assert told["strata"]["a new one"]["false_hit_rate_ci"] is None
    assert told["baselines"]["always_run"]["leaks"] is None
