"""Messages that answer what a paused run asked."""

from __future__ import annotations

import json
import re
from typing import Any

from storage.records import Question as Asked

from .question import Question

_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|ok(?:ay)?|sure|approved?|accept(?:ed)?|go(?: on| ahead)?|continue|publish(?: it)?|fine|"
    r"(?:looks |it'?s |that'?s )?(?:good|great|perfect))\b"
    r"(?:[\s,.!]*(?:please|thanks|thank you|go on|go ahead|do it|it))*\W*$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no|nope|stop|cancel|reject(?:ed)?|don'?t|never mind|abort)\b(?:[\s,.!]*(?:please|thanks|it|that|do))*\W*$",
    re.IGNORECASE,
)
_EDITED = re.compile(r"^\s*(?:edit(?:ed)?|use this(?: instead)?)\s*:\s*(?P<text>.+)$", re.IGNORECASE | re.DOTALL)


def reply_to(asked: Asked, said: Question) -> dict[str, Any] | None:
    """The answer that the message gives, as `Workflow.resume` takes it; None if it is about something else."""
    message = said.message.strip()
    if _NO.match(message):
        return {"approve": False}
    if asked.kind == "input":
        return _values(asked, message)
    if asked.kind == "route":
        return _choice(asked, message)
    if _YES.match(message):
        return {"approve": True}
    if asked.kind == "review" and not _is_something_else(said):
        edited = _EDITED.match(message)
        return {"output": edited.group("text")} if edited else {"feedback": message}
    return None


def agrees(message: str) -> bool:
    """Whether the message is a plain yes."""
    return _YES.match(message) is not None


def _is_something_else(said: Question) -> bool:
    """Whether it is a question or a request of its own, and not what a reviewer says of a draft."""
    if said.kind in ("small_talk", "again"):
        return True
    return (said.cues.asks or said.kind == "create") and not (said.cues.transforms or said.cues.points)


def _choice(asked: Asked, message: str) -> dict[str, Any] | None:
    named = [choice for choice in asked.choices if re.search(rf"\b{re.escape(choice)}\b", message, re.IGNORECASE)]
    return {"choice": named[0]} if len(named) == 1 else None


def _values(asked: Asked, message: str) -> dict[str, Any] | None:
    """A JSON object, lines of `field: value`, or the one field that there is."""
    fields = list((asked.schema or {}).get("properties", {}))
    try:
        value = json.loads(message)
        if isinstance(value, dict):
            return {"values": value}
    except ValueError:
        pass
    pairs = [line.partition(":") for line in message.splitlines() if ":" in line]
    by_name = {field.casefold(): field for field in fields}
    values = {
        by_name[name.strip().casefold()]: rest.strip() for name, _, rest in pairs if name.strip().casefold() in by_name
    }
    if values:
        return {"values": values}
    return {"values": {fields[0]: message}} if len(fields) == 1 else None
