"""The workflows that could run, and which of them fits a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from agents.text import stem, words

from .past import stems_of
from .question import Question


@dataclass(frozen=True, slots=True)
class Choice:
    """A workflow that could run."""

    name: str
    description: str = ""
    fresh_for: timedelta | None = None


def choose(question: Question, choices: Sequence[Choice], last: str | None = None) -> str | None:
    """The workflow whose name and description fit the message best; the one used last breaks a tie."""
    asked = set(stems_of([question.message]))
    if question.message.rstrip().endswith("?"):
        asked.add(stem("question"))

    def fit(choice: Choice) -> tuple[float, bool]:
        points = 3.0 * len(asked & stems_of([choice.name])) + len(asked & stems_of([choice.description]))
        return points, choice.name == last and points > 0

    return max(choices, key=fit).name if choices else None


def named(question: Question, choices: Sequence[Choice]) -> str | None:
    """The workflow that the message begins with the name of, as in `Fact check: …`; None if there is none."""
    opening = [word.casefold() for word in words(question.message)]
    fitting = [choice.name for choice in choices if _begins(opening, [word.casefold() for word in words(choice.name)])]
    return max(fitting, key=len, default=None)


def _begins(opening: Sequence[str], name: Sequence[str]) -> bool:
    return bool(name) and len(opening) > len(name) and list(opening[: len(name)]) == list(name)
