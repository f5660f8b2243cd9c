"""What a conversation is called: the topic of its first message that has one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.extraction.topic import topic
from flows.commands import Command
from flows.naming import find_name
from flows.question import understand
from flows.words import shorten

UNTITLED = "New conversation"


def title_of(message: str, workflows: Sequence[str]) -> str | None:
    """`Write an article about ocean energy` gives `Ocean energy`; None for what has no topic, as a greeting.

    `workflows` are the names that may stand in front of what is asked.
    """
    command = Command.parse(message)
    if command.name not in (None, "run", "fresh", "recall"):
        return None
    text = _without_name(command, workflows)
    if not text or (command.name != "run" and not _has_topic(text)):
        return None
    subject = topic(text)
    first = subject.split(" ", 1)[0]
    if not any(letter.isupper() for letter in first):
        subject = subject[:1].upper() + subject[1:]
    return shorten(subject)


def _has_topic(text: str) -> bool:
    question = understand(text)
    return question.kind != "small_talk" and bool(question.about)


def _without_name(command: Command, workflows: Sequence[str]) -> str:
    if command.name == "run":
        found = find_name(command.text, workflows)
        return found.rest if len(found.names) == 1 else command.text
    for name in workflows:
        if match := re.match(rf"\s*{re.escape(name)}\s*:\s*", command.text, re.IGNORECASE):
            return command.text[match.end() :]
    return command.text
