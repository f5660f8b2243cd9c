"""The printed tables are plain lines in columns."""

from __future__ import annotations

from evals.cases import TurnCase
from evals.metrics import Verdict, report
from evals.pairs import PairCase, PairVerdict, report_pairs
from evals.table import misses, pair_misses, pairs_table, table
from tests.test_evals_cases import family, turn


def verdict(home: str, label: str, action: str, message: str = "m", **given: object) -> Verdict:
    told = TurnCase.model_validate(turn(message, label, stratum="contrast" if label == "run" else "detail"))
    return Verdict(family(home), told, action, "Nothing\ncovers it.", **given)  # type: ignore[arg-type]


PRODUCT = [
    verdict("a", "run", "answer", "and  in\nPorto?", leaks=0, milliseconds=1.0),
    verdict("a", "answer", "answer", leaks=0, milliseconds=2.0),
    verdict("b", "answer", "answer", leaks=0, milliseconds=3.0),
]


def test_overall_comes_with_intervals_then_strata_then_baselines() -> None:
    lines = table(report(PRODUCT, {"always_run": [verdict("a", "answer", "run")]}))
    head, _, overall, intervals, _, contrast, detail, _, always_run, _, legend = lines
    assert head.split()[:2] == ["turns", "accuracy"]
    assert overall.split() == ["overall", "3", "66.7", "100.0", *"–", "0.0", *"–––––", "0", "2.0"]
    assert intervals.split() == ["50.0–100.0", "100.0–100.0", "0.0–0.0", "1.5–3.0"]
    assert contrast.split()[:4] == ["contrast", "1", "0.0", "100.0"]
    assert detail.split()[:3] == ["detail", "2", "100.0"]
    assert always_run.split() == ["always", "run", "1", "0.0", *"––", "100.0", *"–––––––"]
    assert len({len(line) for line in (head, overall, contrast, detail, always_run)}) == 1, "columns end together"
    assert "95 %" in legend


def test_each_miss_takes_two_lines() -> None:
    assert misses(PRODUCT) == [
        "a · contrast · wanted run, got answer · and in Porto?",
        "    Nothing covers it.",
    ]


PAIRS = [
    PairVerdict(PairCase(first="Lisbon", second="lisbon", same=True, kind="exact"), True, "Just now."),
    PairVerdict(PairCase(first="Lisbon", second="Porto", same=False, kind="entity"), True, "It\ncovers this."),
]


def test_pairs_are_told_by_kind_with_the_shares_below() -> None:
    lines = pairs_table(report_pairs(PAIRS))
    assert [line.split() for line in lines if line] == [
        ["pairs", "served", "%"],
        ["overall", "2", "2", "100.0"],
        ["entity", "1", "1", "100.0"],
        ["exact", "1", "1", "100.0"],
        "hits 100.0 % (100.0–100.0) of true repeats served".split(),
        "traps 100.0 % (100.0–100.0) of the others served".split(),
    ]


def test_each_wrong_pair_takes_two_lines() -> None:
    assert pair_misses(PAIRS) == ["entity · another, served · Lisbon → Porto", "    It covers this."]
