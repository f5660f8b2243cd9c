"""Messages that are commands: `/run NAME input` and `/fresh question`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Decision

from .choice import Choice, choose
from .question import Question
from .recall import Known

_COMMAND = re.compile(r"^\s*/(run|fresh)\b\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A message taken apart: `name` is the command without its slash, None for a plain message."""

    name: str | None
    text: str

    @classmethod
    def parse(cls, message: str) -> Command:
        match = _COMMAND.match(message)
        if match is None:
            return cls(None, message)
        return cls(match.group(1).casefold(), message[match.end() :].strip())

    def decide(self, question: Question, known: Known, choices: Sequence[Choice]) -> Decision | None:
        """What the command asks for; None for a plain message."""
        if self.name is None:
            return None
        if not self.text or not choices:
            names = ", ".join(choice.name for choice in choices)
            return _unclear(f"Say what is to be run, as in: /run NAME input. There are: {names}.")
        if self.name == "fresh":
            last = known.last_run.workflow if known.last_run else None
            same = known.same_input.workflow if known.same_input else None
            workflow = same or choose(question, choices, last)
            return _run(workflow, question.text if question.points_back else self.text)
        name = _named(self.text, choices)
        if name is None:
            names = ", ".join(choice.name for choice in choices)
            return _unclear(f"No workflow is called like that. There are: {names}.")
        given = self.text[len(name) :].strip()
        if not given:
            return _unclear(f"Say what {name} is to work on, as in: /run {name} ocean energy.")
        return _run(name, given)


def _named(text: str, choices: Sequence[Choice]) -> str | None:
    lowered = text.casefold()
    fitting = [choice.name for choice in choices if re.match(re.escape(choice.name.casefold()) + r"\b", lowered)]
    return max(fitting, key=len, default=None)


def _unclear(reason: str) -> Decision:
    return Decision("clarify", reason, would_change="Giving the command all it needs.", firm=True)


def _run(workflow: str | None, input: str) -> Decision:
    return Decision(
        "run",
        "You asked for a fresh run.",
        workflow=workflow,
        input=input,
        would_change="Asking without the command.",
        firm=True,
    )
