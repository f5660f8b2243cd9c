"""The picture: answers that were wrong against runs that were needless, as the bar for answering moves."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .metrics import WORK, Verdict

PRODUCT, PEER, PLAIN = "#2f6f5e", "#c98b3c", "#7d86a8"  # colours


class NoPicture(Exception):
    """There is nothing to draw with; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Point:
    """Both rates, 0 to 1, when an answer takes a confidence of at least `threshold`."""

    threshold: float
    false_hits: float
    needless_runs: float


def pyplot() -> Any:
    """What draws, without a window. Raises NoPicture if it is not installed."""
    try:
        importlib.import_module("matplotlib").use("agg")
        return importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise NoPicture("A picture needs matplotlib: pip install 'refrain[bench]'") from error


def swept(verdicts: Sequence[Verdict]) -> list[Point]:
    """The rates as the threshold rises from 0, which changes nothing, until nothing is answered.

    What was decided to be an answer with less confidence than the threshold counts as a run; all else stays. Empty if
    no message wants work, or none an answer.
    """
    working = [verdict for verdict in verdicts if verdict.turn.label in WORK]
    answering = [verdict for verdict in verdicts if verdict.turn.label == "answer"]
    if not working or not answering:
        return []
    wrong, right = _confidences(working), _confidences(answering)
    ran = sum(verdict.action in WORK for verdict in answering)
    bars = np.unique([0.0, *wrong, *right, np.inf])
    false_hits = (len(wrong) - np.searchsorted(wrong, bars)) / len(working)
    needless = (ran + np.searchsorted(right, bars)) / len(answering)
    return [Point(*map(float, rates)) for rates in zip(bars, false_hits, needless, strict=True)]


def draw(path: Path, product: Sequence[Verdict], baselines: Mapping[str, Sequence[Verdict]]) -> None:
    """Save the picture; what kind it is says the ending of `path`. Raises NoPicture."""
    plot = pyplot()
    figure, axes = plot.subplots(figsize=(7.2, 5.6), layout="constrained")
    _line(axes, swept(product), PRODUCT, "Refrain, by its confidence")
    scored = [replace(verdict, action="answer") for verdict in baselines.get("bm25_threshold", ())]
    _line(axes, swept(scored), PEER, "BM25, by its score")
    places: dict[tuple[int, int], list[tuple[str, Point]]] = {}
    for name, verdicts in baselines.items():
        for point in swept(verdicts)[:1]:  # as it decided
            place = round(100 * point.false_hits), round(100 * point.needless_runs)
            places.setdefault(place, []).append((name.replace("_", " "), point))
    for together in places.values():
        _point(axes, together[0][1], PLAIN, ", ".join(name for name, _ in together), "o", 6)
    for point in swept(product)[:1]:
        _point(axes, point, PRODUCT, "Refrain", "*", 16)
    axes.set_xlabel("false hits: answered where work was needed (%)")
    axes.set_ylabel("needless runs: worked where the answer was known (%)")
    axes.set_xlim(-3, 103)
    axes.set_ylim(-3, 103)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)
    plot.close(figure)


def _line(axes: Any, points: Sequence[Point], colour: str, label: str) -> None:
    if points:
        across = [100 * point.false_hits for point in points]
        axes.plot(across, [100 * point.needless_runs for point in points], "-", color=colour, alpha=0.8, label=label)


def _point(axes: Any, point: Point, colour: str, label: str, marker: str, size: int) -> None:
    place = (100 * point.false_hits, 100 * point.needless_runs)
    axes.plot(*place, marker, color=colour, markersize=size, zorder=3)
    # The label stands where there is room for it.
    aside, above = (-9 if point.false_hits > 0.8 else 9), (-13 if point.needless_runs > 0.9 else 6)
    side = "right" if aside < 0 else "left"
    axes.annotate(label, place, xytext=(aside, above), textcoords="offset points", ha=side, fontsize=9)


def _confidences(verdicts: Sequence[Verdict]) -> list[float]:
    """Those of the answers, rising."""
    return sorted(verdict.confidence for verdict in verdicts if verdict.action == "answer")
