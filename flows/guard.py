"""Which of the runs that a model wants the user has asked for, whatever the texts say that the model has read.

What a model reads of past runs and earlier answers was written by others, and may tell it what to do. A model that
does so must not start anything by it: what it calls counts as far as the user's own words call for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from agents.material import material
from storage.encoding import content_text
from storage.records import Decision, Turn

from .judgement import Judgement
from .past import stems_of
from .prompt import RECENT_TURNS, tool_name
from .question import understand
from .replies import agrees
from .turn_runs import Call
from .words import beginning

OWN = 0.5  # least share of what an input is about that the user has spoken of
BORROWED = 0.3  # most of it that stands in what others wrote, and not in what the user said
MOST_CALLS = 8
NOT_ASKED_FOR = "The message does not ask for what the model wanted to run."
SENTENCE_LIMIT = 300  # characters
_LAST_WORDS = 400  # characters of an answer, which a plain yes agrees to


@dataclass(frozen=True, slots=True)
class Wanted:
    """The calls that count, and those that do not."""

    admitted: tuple[Call, ...]
    refused: tuple[Call, ...] = ()


def warranted(calls: Sequence[Call], judged: Judgement, conversation: Sequence[Turn]) -> Wanted:
    """Tell the calls apart. Where the rules want work too, theirs stands in for what does not count."""
    read = _read(judged, conversation)
    calls = _once(calls)
    if not read:
        return Wanted(tuple(calls[:MOST_CALLS]), tuple(calls[MOST_CALLS:]))
    decision, check = judged.decision, _Check(judged, conversation, read)
    rules_work = _works(decision) and decision.workflow is not None
    admitted = [call for call in calls if check.counts(call, rules_work)][:MOST_CALLS]
    refused = tuple(call for call in calls if call not in admitted)
    if not admitted and rules_work and decision.workflow is not None:
        return Wanted((Call(decision.workflow, decision.input, decision.reason),), refused)
    return Wanted(tuple(admitted), refused)


def refusal(refused: Sequence[Call], message: str) -> str:
    """What the user is told of calls that do not count, and how to have the work done all the same."""
    names = " and ".join(dict.fromkeys(call.workflow for call in refused))
    example = beginning(" ".join(message.split()), SENTENCE_LIMIT)
    return (
        f"The model wanted to run {names}, and your message does not ask for that, so nothing was run. "
        f"To have it done, say: /run {refused[0].workflow} {example}"
    )


def plain_reason(reason: object) -> str:
    """A model's reason for a call, in one line of bounded length."""
    return beginning(" ".join(material(str(reason or "")).split()), SENTENCE_LIMIT)


class _Check:
    """One message's own words, held against what the model has read beside them."""

    def __init__(self, judged: Judgement, conversation: Sequence[Turn], read: Sequence[str]) -> None:
        question = judged.question
        agreed = agrees(question.message) and bool(conversation)
        recent = conversation[-RECENT_TURNS:]
        said = [question.message, question.text, *(turn.message for turn in recent)]
        # What was worked on has passed here before; what an answer rests on has not.
        said += [done.input or "" for done in (judged.decision, *(turn.decision for turn in recent)) if _works(done)]
        if agreed:
            said.append(conversation[-1].answer[-_LAST_WORDS:])
        self._said = _folded(" ".join(said))
        self._own = stems_of(said)
        self._read = stems_of(read) - self._own
        self._told = _folded(" ".join(read))
        self._chats = question.kind == "small_talk"
        self._orders = question.orders or question.kind in ("again", "create") or agreed
        self._suggested = judged.decision.workflow

    def counts(self, call: Call, rules_work: bool) -> bool:
        if self._chats or not self._is_own(content_text(call.input)):
            return False
        if rules_work and call.workflow == self._suggested:
            return True
        if (rules_work or self._orders) and _named(call.workflow, self._said):
            return True
        return not _named(call.workflow, self._told)  # a text may speak of it instead of the user

    def _is_own(self, given: str) -> bool:
        terms = understand(given).about
        total = sum(term.weight for term in terms)
        own = sum(term.weight for term in terms if term.stem in self._own)
        borrowed = sum(term.weight for term in terms if term.stem in self._read)
        return total > 0 and own >= OWN * total and borrowed <= BORROWED * total


def _read(judged: Judgement, conversation: Sequence[Turn]) -> list[str]:
    """What the model has read that the user has not written."""
    read = [piece.passage.text for piece in judged.known.evidence]
    read += [f"{past.input} {past.error or ''}" for past in judged.known.ended_early]
    read += [turn.answer or turn.error or "" for turn in conversation[-RECENT_TURNS:]]
    return [text for text in read if text]


def _works(decision: Decision | None) -> TypeGuard[Decision]:
    return decision is not None and decision.action in ("run", "refresh")


def _once(calls: Iterable[Call]) -> list[Call]:
    return list({(call.workflow, content_text(call.input)): call for call in calls}.values())


def _named(workflow: str, text: str) -> bool:
    """Whether the folded text has the name of the workflow, or of its tool."""
    name = re.escape(_folded(workflow))
    return tool_name(workflow) in text or re.search(rf"(?<!\w){name}(?!\w)", text) is not None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", material(text)).casefold().split())
