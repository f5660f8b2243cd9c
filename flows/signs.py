"""How likely the past answers a question: signs of it, weighed."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from .coverage import Coverage
from .question import Question

# Fitted to evals/dev.jsonl by evals/fit.py: logistic regression over the messages that no earlier rule decides.
WEIGHTS: Mapping[str, float] = {
    "bias": 0.14,
    "share": 1.05,
    "passage": 0.64,
    "heaviest": -0.06,
    "exact": -1.26,
    "rare": -0.73,
    "apart": -1.00,
    "ended early": -1.47,
    "orders": -1.08,
    "asks": 1.00,
    "current": 1.05,
    "which of": 1.15,
    "topic": -1.46,
    "nowhere": -0.79,
}


def likelihood(question: Question, coverage: Coverage) -> float:
    """How likely (0 to 1) the runs hold what is asked."""
    found = signs(question, coverage)
    if not found:
        return 0.0
    weighed = sum(WEIGHTS[name] * value for name, value in found.items())
    return 1 / (1 + exp(-max(-30.0, min(30.0, weighed))))


def signs(question: Question, coverage: Coverage) -> dict[str, float]:
    """What speaks for and against it, each about 0 to 1; empty without runs."""
    said = question.cues
    if not coverage.fits:
        return {}
    top = coverage.fits[0]
    fits = coverage.pair() if question.compares else [top]
    lacking = coverage.lacking(fits)
    loose = [term.weight for term in lacking if not term.exact]
    return {
        "bias": 1.0,
        "share": max(fit.share for fit in fits),
        "passage": coverage.closest(fits),
        "heaviest": max(loose, default=0.0),
        "exact": float(any(term.exact for term in lacking)),
        "rare": float(any(term.rare for term in lacking)),
        "apart": float(bool(coverage.apart(fits))),
        "ended early": float(top.past.ended_early),
        "orders": float(question.orders),
        "asks": float(said.asks),
        "current": float(said.current),
        "which of": float(said.which_of),
        "topic": top.topic,
        "nowhere": float(any(term.exact or term.rare for term in coverage.lacking(coverage.fits))),
    }
