"""Pairs of requests: the first was run a moment ago, and the second is served from that, or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import RunStore

from .bench import fill, judge_turn
from .cases import Family, RunCase, StepCase, Strict, TurnCase, WorkflowCase, lines
from .metrics import Figure, figure

WORKFLOW = WorkflowCase(name="Research", description="Researches a topic and writes about it", fresh_for_hours=7 * 24)
MOMENT = 1 / 60  # hours since the first was run


class PairCase(Strict):
    """Two requests; `same` says whether the answer to the first is the answer to the second."""

    first: str
    second: str
    same: bool
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Whether the second was served from the run of the first, and why."""

    pair: PairCase
    served: bool
    reason: str

    @property
    def right(self) -> bool:
        return self.served == self.pair.same


@dataclass(frozen=True, slots=True)
class Count:
    pairs: int
    served: int


@dataclass(frozen=True, slots=True)
class PairReport:
    """`hits` is the share of true repeats that were served, `traps` that of the others."""

    hits: Figure
    traps: Figure
    overall: Count
    kinds: Mapping[str, Count]

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        told: dict[str, Any] = {"hits": self.hits.value, "traps": self.traps.value}
        for name, share in (("hits", self.hits), ("traps", self.traps)):
            told[f"{name}_ci"] = None if share.interval is None else list(share.interval)
        kinds = {kind: {"pairs": count.pairs, "served": count.served} for kind, count in self.kinds.items()}
        return {**told, "kinds": kinds}


def read_pairs(path: Path) -> list[PairCase]:
    """The pairs of a file of JSON lines. Raises BadCases."""
    return [pair for _, pair in lines(path, PairCase)]


async def judged_pairs(store: RunStore, pairs: Sequence[PairCase]) -> list[PairVerdict]:
    """What the product does about each second request, in an empty `store` where each pair has a user of its own."""
    families = [_family(number, pair) for number, pair in enumerate(pairs, 1)]
    await fill(store, families)
    judged = [await judge_turn(store, family, family.turns[0]) for family in families]
    return [
        PairVerdict(pair, one.action == "answer", one.judgement.decision.reason)
        for pair, one in zip(pairs, judged, strict=True)
    ]


def report_pairs(verdicts: Sequence[PairVerdict]) -> PairReport:
    """The shares in all, and the counts by kind."""
    kinds: dict[str, list[PairVerdict]] = {}
    for verdict in verdicts:
        kinds.setdefault(verdict.pair.kind, []).append(verdict)
    return PairReport(
        _share(verdict.served for verdict in verdicts if verdict.pair.same),
        _share(verdict.served for verdict in verdicts if not verdict.pair.same),
        _count(verdicts),
        {kind: _count(kinds[kind]) for kind in sorted(kinds)},
    )


def _share(served: Iterable[bool]) -> Figure:
    return figure((str(number), (float(one), 1)) for number, one in enumerate(served))


def _count(verdicts: Sequence[PairVerdict]) -> Count:
    return Count(len(verdicts), sum(verdict.served for verdict in verdicts))


def _family(number: int, pair: PairCase) -> Family:
    found = f"{pair.first.rstrip(' .?!')}: this is what the research found out. It was written up a moment ago."
    run = RunCase(
        id="first",
        session="s",
        user="u",
        workflow=WORKFLOW.name,
        input=pair.first,
        age_hours=MOMENT,
        steps=(StepCase(name="Researcher", output=found),),
    )
    turn = TurnCase(message=pair.second, session="s", user="u", label="answer" if pair.same else "run")
    return Family(family=f"pair {number}", workflows=(WORKFLOW,), runs=(run,), turns=(turn,))
