"""Messages that are commands: `/run NAME input`, `/fresh question`, `/runs failed` and the like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Decision, Evidence

from .choice import Choice, choose
from .coverage import LEAST, Coverage
from .naming import find_name
from .question import Question
from .recall import Known

NO_QUESTION = "Say what is to be looked up, as in: /recall how do tides work?"
NOTHING = "There is nothing in memory on this."


@dataclass(frozen=True, slots=True)
class Usage:
    """A command there is: its name, what is written after it, and a line that says what it does.

    One that `tells` is answered by rules from what is stored; the others work on what is written after them.
    """

    name: str
    after: str
    says: str
    tells: bool = False

    @property
    def form(self) -> str:
        return f"/{self.name} {self.after}".strip()


COMMANDS = (
    Usage("run", "NAME input", "Run a workflow by its name; the beginning of the name is enough"),
    Usage("fresh", "question", "Work it out anew instead of answering from earlier runs"),
    Usage("recall", "question", "Answer from memory alone, and run nothing"),
    Usage("runs", "words", "List your runs: by words, workflow, status, or time as in “today”", tells=True),
    Usage("why", "", "Say why the last message was answered or run", tells=True),
    Usage("export", "", "Save this conversation as Markdown or JSON", tells=True),
    Usage("help", "", "Say what one can write here, and which workflows there are", tells=True),
)
TELLING = frozenset(command.name for command in COMMANDS if command.tells)

_NAMES = "|".join(command.name for command in sorted(COMMANDS, key=lambda command: -len(command.name)))
_COMMAND = re.compile(rf"^\s*/(?:({_NAMES})\b|(\w+)(?=\s|$))\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A message taken apart: `name` is the command without its slash, None for a plain message.

    A name that is none of `COMMANDS` is one that somebody made up.
    """

    name: str | None
    text: str

    @classmethod
    def parse(cls, message: str) -> Command:
        match = _COMMAND.match(message)
        if match is None:
            return cls(None, message)
        return cls((match.group(1) or match.group(2)).casefold(), message[match.end() :].strip())

    @property
    def tells(self) -> bool:
        """Whether it is answered from what is stored: no recall, no model and no run."""
        return self.name in TELLING

    @property
    def looks_back(self) -> bool:
        """Whether what is to be done depends on earlier runs."""
        return self.name in (None, "fresh", "recall")

    def decide(
        self, question: Question, known: Known, choices: Sequence[Choice], always: str | None = None
    ) -> Decision | None:
        """What the command asks for; None for a plain message.

        `always` is the workflow that the conversation always runs, if it does.
        """
        if self.name is None or self.tells:
            return None
        if self.name == "recall":
            return _from_memory(question, known) if self.text else _unclear(NO_QUESTION)
        if self.name not in ("run", "fresh"):
            return _unclear(f"There is no command /{self.name}. {listed()}")
        if not self.text or not choices:
            return _unclear(f"Say what is to be run, as in: /{self._form(always)}. {_there_are(choices)}")
        if self.name == "fresh":
            last = known.last_run.workflow if known.last_run else None
            same = known.same_input.workflow if known.same_input else None
            workflow = always or same or choose(question, choices, last)
            return _run(workflow, question.text if question.points_back else self.text)
        return self._run_named(choices, always)

    def _run_named(self, choices: Sequence[Choice], always: str | None) -> Decision:
        found = find_name(self.text, [choice.name for choice in choices])
        if len(found.names) > 1:
            return _unclear(f"“{found.written}” could be {' or '.join(found.names)}. Write more of the name.")
        if not found.names:
            if always is not None:
                return _run(always, self.text)
            return _unclear(f"No workflow is called like that. {_there_are(choices)}")
        name, given = found.names[0], found.rest
        if not given:
            return _unclear(f"Say what {name} is to work on, as in: /run {name} ocean energy.")
        return _run(name, given)

    def _form(self, always: str | None) -> str:
        return f"{self.name} input" if always or self.name == "fresh" else f"{self.name} NAME input"


def listed() -> str:
    """The commands there are, as a sentence."""
    names = [f"/{command.name}" for command in COMMANDS]
    return f"There are: {', '.join(names[:-1])} and {names[-1]}."


def bears(evidence: Sequence[Evidence]) -> bool:
    """Whether any of it covers enough of the message to be about the same thing."""
    return any(piece.coverage >= LEAST for piece in evidence)


def always_run(workflow: str, input: str, choices: Sequence[Choice]) -> Decision:
    """What to do about a plain message of a conversation that always runs `workflow`."""
    if all(choice.name != workflow for choice in choices):
        return Decision(
            "clarify",
            f"This conversation always runs {workflow}, which is not among the workflows any more. "
            f"{_there_are(choices)} Begin a new conversation, or use /run.",
            would_change=f"A workflow called {workflow}.",
            firm=True,
        )
    return Decision(
        "run",
        f"This conversation always runs {workflow}.",
        workflow=workflow,
        input=input,
        would_change="A command, or a conversation that answers from memory.",
        firm=True,
    )


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


def _there_are(choices: Sequence[Choice]) -> str:
    return f"There are: {', '.join(choice.name for choice in choices) or 'none'}."


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
