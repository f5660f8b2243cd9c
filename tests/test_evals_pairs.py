"""Pairs are judged each for itself, and counted by whether the second should have been served."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import BadCases
from evals.pairs import PairCase, PairVerdict, judged_pairs, read_pairs, report_pairs
from storage import RunStore
from tests.test_evals_cases import written

FIRST = "Recipes for banana bread with eggs"


async def test_a_repeat_is_served_from_its_own_pair_alone(store: RunStore) -> None:
    pairs = [
        PairCase(first=FIRST, second="recipes for banana bread with eggs!", same=True, kind="exact"),
        PairCase(first="The tides of the Bay of Fundy", second=FIRST, same=False, kind="topic"),
    ]
    verdicts = await judged_pairs(store, pairs)
    assert [verdict.served for verdict in verdicts] == [True, False]
    assert all(verdict.right and verdict.reason for verdict in verdicts)


def test_hits_and_traps_are_counted_by_hand() -> None:
    def verdict(same: bool, served: bool, kind: str) -> PairVerdict:
        return PairVerdict(PairCase(first="a", second="b", same=same, kind=kind), served, "So.")

    report = report_pairs(
        [
            *(verdict(True, True, "typo") for _ in range(3)),
            verdict(True, False, "typo"),
            verdict(False, True, "entity"),
            verdict(False, False, "entity"),
            verdict(False, False, "number"),
            verdict(False, False, "number"),
        ]
    ).to_dict()
    assert (report["hits"], report["traps"]) == (0.75, 0.25)
    assert report["kinds"] == {
        "entity": {"pairs": 2, "served": 1},
        "number": {"pairs": 2, "served": 0},
        "typo": {"pairs": 4, "served": 3},
    }
    for name in ("hits", "traps"):
        low, high = report[f"{name}_ci"]
        assert 0 <= low < report[name] < high <= 1


def test_without_traps_there_is_no_share_of_them() -> None:
    report = report_pairs([PairVerdict(PairCase(first="a", second="a", same=True), True, "So.")]).to_dict()
    assert (report["hits"], report["hits_ci"], report["traps"], report["traps_ci"]) == (1, [1, 1], None, None)


def test_a_bad_line_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "pairs.jsonl", {"first": "a", "second": "b", "same": True}, {"first": "a", "same": True})
    with pytest.raises(BadCases, match="line 2: second: Field required"):
        read_pairs(path)
