"""How likely each outcome of a message is: the signs of it, weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import Literal, get_args

from .coverage import Coverage
from .question import Question
from .signs import signs
from .weights import WEIGHTS

# The past answers it; it has to be worked on; it cannot be told what is meant; nothing is asked.
Outcome = Literal["covered", "open", "unclear", "chat"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def weighed(question: Question, coverage: Coverage) -> Mapping[Outcome, float]:
    """The chance (0 to 1) of each outcome of the message, together 1."""
    return chances(signs(question, coverage), WEIGHTS)


def chances(found: Mapping[str, float], weights: Mapping[str, Sequence[float]]) -> Mapping[Outcome, float]:
    """The chance of each outcome by these signs; a sign without weights says nothing."""
    weighty = [(value, weights[name]) for name, value in found.items() if name in weights]
    sums = [sum(value * row[place] for value, row in weighty) for place in range(len(OUTCOMES))]
    parts = [exp(one - max(sums)) for one in sums]
    return {outcome: part / sum(parts) for outcome, part in zip(OUTCOMES, parts, strict=True)}
