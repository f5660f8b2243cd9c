"""The picture shows how both rates move with the bar; without matplotlib it says what to install."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from evals import picture
from evals.cases import TurnCase
from evals.metrics import Verdict
from evals.picture import NoPicture, Point, draw, swept
from tests.test_evals_cases import family, turn

HOME = family("a")


def verdict(label: str, action: str, confidence: float = 1.0) -> Verdict:
    return Verdict(HOME, TurnCase.model_validate(turn("m", label)), action, confidence=confidence)


PRODUCT = [
    verdict("run", "answer", 0.5),
    verdict("refresh", "run"),
    verdict("answer", "answer", 0.5),
    verdict("answer", "answer", 0.9),
    verdict("answer", "refresh"),
    verdict("answer", "clarify"),
    verdict("chat", "answer", 0.7),
]


def test_a_higher_bar_turns_answers_into_runs() -> None:
    assert swept(PRODUCT) == [
        Point(0.0, 1 / 2, 1 / 4),
        Point(0.5, 1 / 2, 1 / 4),
        Point(0.9, 0.0, 2 / 4),
        Point(float("inf"), 0.0, 3 / 4),
    ]


def test_without_one_of_the_labels_there_is_nothing_to_draw() -> None:
    assert swept([verdict("run", "run"), verdict("chat", "chat")]) == []
    assert swept([]) == []


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(NoPicture, match=r"pip install 'refrain\[bench\]'"):
        picture.pyplot()


class Canvas:
    """Takes down what is drawn, as matplotlib's pyplot, figure and axes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.labels: list[tuple[str, tuple[float, float]]] = []
        self.saved: list[Path] = []
        self.spines = {("top", "right"): self}

    def __getitem__(self, names: Any) -> Canvas:
        return self

    def subplots(self, **_: Any) -> tuple[Canvas, Canvas]:
        self.spines = self  # type: ignore[assignment]
        return self, self

    def plot(self, *_: Any, **options: Any) -> None:
        self.lines += [options["label"]] if "label" in options else []

    def annotate(self, label: str, place: tuple[float, float], **_: Any) -> None:
        self.labels.append((label, place))

    def savefig(self, path: Path, **_: Any) -> None:
        self.saved.append(path)

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


BASELINES = {
    "always_run": [verdict("run", "run"), verdict("answer", "run")],
    "exact_repeat": [verdict("run", "run"), verdict("answer", "run")],
    "bm25_threshold": [verdict("run", "run", 1.2), verdict("answer", "answer", 2.5)],
}


def test_the_product_and_the_baselines_are_points_with_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = Canvas()
    monkeypatch.setattr(picture, "pyplot", lambda: canvas)
    draw(tmp_path / "new" / "eval.png", PRODUCT, BASELINES)
    assert canvas.lines == ["Refrain, by its confidence", "BM25, by its score"]
    assert canvas.labels == [
        ("always run, exact repeat", (0, 100)),
        ("bm25 threshold", (0, 0)),
        ("Refrain", (50, 25)),
    ]
    assert canvas.saved == [tmp_path / "new" / "eval.png"]
    assert (tmp_path / "new").is_dir()
