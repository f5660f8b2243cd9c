"""The short sentences said when there is nothing to extract: greetings, thanks, questions back."""

from __future__ import annotations

import re
from collections.abc import Sequence

_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|great|perfect|nice|cool|awesome|good job|well done)\b", re.IGNORECASE
)
_BYE = re.compile(r"\b(?:bye|goodbye|see you|good night)\b", re.IGNORECASE)
_WHO = re.compile(
    r"\bwho are you\b|\bwhat are you\b|\byour name\b|"
    r"\bare you (?:an? )?(?:ai|bot|human|real|chatgpt|language model|llm)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\b(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings)\b", re.IGNORECASE)


def chat(message: str, tools: Sequence[str]) -> str:
    """A friendly sentence or two; `tools` are the names of the workflows' tools."""
    can = _abilities(tools)
    if _WHO.search(message):
        return f"I am the offline model: I am no language model, I work by quoting whole sentences of sources. {can}"
    if _BYE.search(message):
        return "Goodbye! What was worked out here stays, so you can ask about it again."
    if _THANKS.search(message):
        return "You are welcome. Ask about anything worked out so far, or name a new topic."
    if _GREETING.search(message):
        return f"Hello! {can}"
    return can


def clarify(reason: str, tools: Sequence[str]) -> str:
    """A question back: which workflow, or which topic."""
    told = f"{reason.rstrip('.!? ')}. " if reason.strip() else ""
    names = _names(tools)
    if len(names) > 1:
        return f"{told}Which should I run, {_listed(names, 'or')}, and about what topic?"
    if names:
        return f"{told}What topic should {names[0]} work on?"
    return f"{told}What is it about?"


def nothing_to_work_from() -> str:
    """What to say to a prompt without sources."""
    return (
        "The offline model works by extraction: it quotes whole sentences of sources, "
        "and here it had no sources to work from. Give it a search tool or a longer text."
    )


def _abilities(tools: Sequence[str]) -> str:
    names = _names(tools)
    if not names:
        return "I answer questions from what was worked out here before, with its sources."
    run = f"run {_listed(names, 'or')} on a topic you name"
    return f"I can {run}, and answer questions from what was worked out before, with its sources."


def _names(tools: Sequence[str]) -> list[str]:
    """`run_content_creation` is the tool of Content Creation."""
    named = (tool.removeprefix("run_").replace("_", " ").strip() for tool in tools if tool != "recall")
    return [name.title() for name in named if name]


def _listed(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
