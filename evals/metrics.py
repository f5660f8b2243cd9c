"""The figures: how often the right thing was done, with intervals that draw whole families anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .bench import own
from .cases import Family, TurnCase

RESAMPLES = 1_000
SEED = 20260601
WORK = ("run", "refresh")

Part = tuple[float, float]  # what a message reached of a figure, and what it could have


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was done about a message.

    `found` are the steps it recalled, the best first, and `cited` those its answer cites, both as `run/step`; `leaks`
    counts what of them is another user's. None stands where there is nothing to count: a way that recalls nothing.
    """

    family: Family
    turn: TurnCase
    action: str
    reason: str = ""
    confidence: float = 1.0
    found: tuple[str, ...] | None = None
    cited: tuple[str, ...] | None = None
    leaks: int | None = None
    milliseconds: float | None = None

    @property
    def right(self) -> bool:
        return self.action == self.turn.label


@dataclass(frozen=True, slots=True)
class Figure:
    """A share or a mean, and its 95 % interval; None for both where no message counts towards it."""

    value: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of some verdicts; `rates` by name, in the order of RATES."""

    turns: int
    leaks: int | None
    rates: Mapping[str, Figure] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers by name, and beside each but `turns` and `leaks` its interval as `<name>_ci`."""
        told: dict[str, Any] = {"turns": self.turns}
        for name, figure in self.rates.items():
            told[name] = figure.value
            told[f"{name}_ci"] = None if figure.interval is None else list(figure.interval)
        return {**told, "leaks": self.leaks}


@dataclass(frozen=True, slots=True)
class Report:
    """What a file of cases gave: in all, by stratum, and for each baseline on the same messages."""

    overall: Figures
    strata: Mapping[str, Figures]
    baselines: Mapping[str, Figures]

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "overall": self.overall.to_dict(),
            "strata": {name: figures.to_dict() for name, figures in self.strata.items()},
            "baselines": {name: figures.to_dict() for name, figures in self.baselines.items()},
        }


def report(product: Sequence[Verdict], baselines: Mapping[str, Sequence[Verdict]]) -> Report:
    """The figures of the product, strata in the order of their names, and of the baselines."""
    strata: dict[str, list[Verdict]] = {}
    for verdict in product:
        strata.setdefault(verdict.turn.stratum, []).append(verdict)
    return Report(
        figures_of(product),
        {name: figures_of(strata[name]) for name in sorted(strata)},
        {name: figures_of(verdicts) for name, verdicts in baselines.items()},
    )


def figures_of(verdicts: Sequence[Verdict]) -> Figures:
    """Every figure of these verdicts."""
    leaks = [verdict.leaks for verdict in verdicts if verdict.leaks is not None]
    rates = {
        name: figure((v.family.family, part) for v in verdicts if (part := part_of(v)) is not None)
        for name, part_of in RATES.items()
    }
    return Figures(len(verdicts), sum(leaks) if leaks else None, rates)


def figure(parts: Iterable[tuple[str, Part]]) -> Figure:
    """The sum of what was reached by the sum of what could be, of parts that each belong to a family.

    The interval draws families, not messages: those of one family are right and wrong together.
    """
    sums: dict[str, list[float]] = {}
    for family, (reached, possible) in parts:
        known = sums.setdefault(family, [0.0, 0.0])
        known[0] += reached
        known[1] += possible
    table = np.array(list(sums.values())).reshape(-1, 2)
    reached, possible = table.sum(axis=0)
    if not possible:
        return Figure()
    picks = np.random.default_rng(SEED).integers(len(table), size=(RESAMPLES, len(table)))
    drawn = table[picks].sum(axis=1)
    shares = drawn[drawn[:, 1] > 0]
    low, high = np.percentile(shares[:, 0] / shares[:, 1], [2.5, 97.5])
    return Figure(_plain(reached / possible), (_plain(low), _plain(high)))


def leaks(family: Family, turn: TurnCase, run_ids: Iterable[str]) -> int:
    """How many of these runs (ids as in the store) are not of the user who speaks, or of another family."""
    owners = {own(family, run.id): run.user for run in family.runs}
    return sum(owners.get(run_id) != turn.user for run_id in run_ids)


def _accuracy(verdict: Verdict) -> Part | None:
    return float(verdict.right), 1


def _false_hit(verdict: Verdict) -> Part | None:
    return (float(verdict.action == "answer"), 1) if verdict.turn.label in WORK else None


def _stale_hit(verdict: Verdict) -> Part | None:
    return (float(verdict.action == "answer"), 1) if verdict.turn.label == "refresh" else None


def _needless_run(verdict: Verdict) -> Part | None:
    return (float(verdict.action in WORK), 1) if verdict.turn.label == "answer" else None


def _recall_at(most: int) -> Callable[[Verdict], Part | None]:
    def recalled(verdict: Verdict) -> Part | None:
        if verdict.found is None or not _is_sought(verdict):
            return None
        return _reached(verdict.turn, verdict.found[:most]), 1

    return recalled


def _reciprocal_rank(verdict: Verdict) -> Part | None:
    if verdict.found is None or not _is_sought(verdict):
        return None
    gold = set(verdict.turn.gold)
    return next((1 / rank for rank, step in enumerate(verdict.found, 1) if step in gold), 0.0), 1


def _citation_precision(verdict: Verdict) -> Part | None:
    if verdict.cited is None or verdict.action != "answer" or not _is_sought(verdict):
        return None
    cited = set(verdict.cited)
    return len(cited & set(verdict.turn.gold)), len(cited)


def _citation_recall(verdict: Verdict) -> Part | None:
    if verdict.cited is None or verdict.action != "answer" or not _is_sought(verdict):
        return None
    return _reached(verdict.turn, verdict.cited), 1


def _milliseconds(verdict: Verdict) -> Part | None:
    return None if verdict.milliseconds is None else (verdict.milliseconds, 1)


RATES: dict[str, Callable[[Verdict], Part | None]] = {
    "accuracy": _accuracy,
    "false_hit_rate": _false_hit,
    "stale_hit_rate": _stale_hit,
    "needless_run_rate": _needless_run,
    "recall_at_1": _recall_at(1),
    "recall_at_5": _recall_at(5),
    "mrr": _reciprocal_rank,
    "citation_precision": _citation_precision,
    "citation_recall": _citation_recall,
    "ms_per_decision": _milliseconds,
}


def _is_sought(verdict: Verdict) -> bool:
    """Whether the answer stands in steps that are known."""
    return verdict.turn.label == "answer" and bool(verdict.turn.gold)


def _reached(turn: TurnCase, steps: Iterable[str]) -> float:
    """The share of the gold runs of which one gold step is among these."""
    there, wanted = set(steps), turn.gold_by_run.values()
    return sum(not there.isdisjoint(gold) for gold in wanted) / len(wanted)


def _plain(number: Any) -> float:
    return round(float(number), 6)
