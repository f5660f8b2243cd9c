"""A message judged: what it asks, what the past holds for it, and what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from langchain_core.embeddings import Embeddings

from storage import RunStore
from storage.records import Decision, Turn

from .choice import Choice
from .commands import Command
from .decision import decide
from .question import Question, understand
from .recall import Known, Reach, recall


@dataclass(frozen=True, slots=True)
class Judgement:
    """`command` is the message taken apart; `decision` what the rules say, without a model."""

    command: Command
    question: Question
    known: Known
    decision: Decision

    @property
    def as_asked(self) -> bool:
        """Whether a run is to be started just as it is, without asking a model: by command, or anew."""
        work = self.decision.firm and self.decision.workflow is not None
        return work and (self.command.name is not None or self.decision.action == "refresh")


async def judge(
    store: RunStore,
    message: str,
    conversation: Sequence[Turn],
    choices: Sequence[Choice],
    *,
    user_id: str,
    session_id: str,
    now: datetime,
    reach: Reach = "user",
    embeddings: Embeddings | None = None,
) -> Judgement:
    """What to do about `message`, said after `conversation` (oldest first), at the moment `now` (UTC).

    `embeddings` change what is shown as evidence and in which order, not what is decided.
    """
    command = Command.parse(message)
    question = understand(command.text, conversation)
    known = await recall(
        store, question, conversation, user_id=user_id, session_id=session_id, reach=reach, embeddings=embeddings
    )
    decision = command.decide(question, known, choices) or decide(question, known, choices, now)
    return Judgement(command, question, replace(known, evidence=decision.evidence), decision)
