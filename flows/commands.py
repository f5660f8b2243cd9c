"""Messages that are commands: `/run NAME input`, `/fresh question` and `/recall question`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Decision, Evidence

from .choice import Choice, choose
from .coverage import LEAST, Coverage
from .question import Question
from .recall import Known

_COMMAND = re.compile(r"^\s*/(run|fresh|recall)\b\s*", re.IGNORECASE)

NO_QUESTION = "Say what is to be looked up, as in: /recall how do tides work?"
NOTHING = "There is nothing in memory on this."


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
        if self.name == "recall":
            return _from_memory(question, known) if self.text else _unclear(NO_QUESTION)
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


def bears(evidence: Sequence[Evidence]) -> bool:
    """Whether any of it covers enough of the message to be about the same thing."""
    return any(piece.coverage >= LEAST for piece in evidence)


def _from_memory(question: Question, known: Known) -> Decision:
    """An answer from what is known, however old it is; it names no workflow, so that none is run."""
    same = known.same_input
    passages = [passage for past in known.runs for passage in past.passages]
    evidence = Coverage(question, known.runs).evidence(passages, {same.id: 9.0} if same else {})
    if same is None and not (evidence if question.points_back else bears(evidence)):
        return Decision("clarify", NOTHING, would_change="Asking without the command.", firm=True)
    return Decision(
        "answer",
        "You asked for what is in memory.",
        evidence=evidence,
        confidence=max((piece.coverage for piece in evidence), default=1.0),
        would_change="Asking without the command.",
        firm=True,
    )


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
