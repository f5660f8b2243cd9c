"""A message judged: what it asks, what the past holds for it, and what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from langchain_core.embeddings import Embeddings

from storage import RunStore
from storage.attachments import Attachment
from storage.files import Attached
from storage.records import Decision, Turn

from .attached import AboutFiles, about_files, decided
from .choice import Choice
from .commands import Command, always_run
from .decision import decide
from .question import Question, understand
from .recall import Known, Reach, recall


@dataclass(frozen=True, slots=True)
class Judgement:
    """`command` is the message taken apart; `decision` what the rules say, without a model.

    `always` says that the conversation is one that always runs the same workflow.
    """

    command: Command
    question: Question
    known: Known
    decision: Decision
    always: bool = False
    about_files: AboutFiles | None = None

    @property
    def as_asked(self) -> bool:
        """Whether a run is to be started just as it is, without asking a model: by command, anew, or always."""
        work = self.decision.firm and self.decision.workflow is not None
        return work and (self.command.name is not None or self.always or self.decision.action == "refresh")


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
    always: str | None = None,
    files: Sequence[Attached] = (),
    attached: Sequence[Attachment] = (),
) -> Judgement:
    """What to do about `message`, said after `conversation` (oldest first), at the moment `now` (UTC).

    `embeddings` change what is shown as evidence and in which order, not what is decided. `always` is the workflow
    that runs for every message but commands; evidence is not asked then. `files` came with the message, `attached` is
    what the conversation has of them.
    """
    command = Command.parse(message)
    about = about_files(command.text, files, attached, conversation)
    if about is not None:
        command = replace(command, text=about.text)
    bound = always if command.name is None else None
    embeddings = None if bound else embeddings
    question = understand(command.text, conversation)
    known = Known()
    if command.looks_back:
        known = await recall(
            store, question, conversation, user_id=user_id, session_id=session_id, reach=reach, embeddings=embeddings
        )
    if bound is not None:
        decision = always_run(bound, about.text if about else message, choices)
    else:
        decision = command.decide(question, known, choices, always) or decide(question, known, choices, now)
        if about is not None and command.name is None:
            decision = decided(about, decision, question, choices, session_id)
    known = replace(known, evidence=decision.evidence)
    return Judgement(command, question, known, decision, bound is not None, about)
