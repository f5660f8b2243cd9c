"""What to do next where nothing was found: said once, and handed on by the steps that come after."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.extraction.glue import NEAR, WAYS

MOST_TITLES = 4

_MARKS = (NEAR, WAYS, "near:", "ways:")
_SAID = re.compile(rf"^(?:{re.escape(NEAR)}|{re.escape(WAYS)}).*$", re.MULTILINE)
_LISTED = re.compile(r"^(?:near|ways):\n(?:[ \t]+- .*(?:\n|\Z))+", re.MULTILINE)  # as a search's result is read


def advice(results: Sequence[Mapping[str, Any]]) -> str:
    """What searches that found nothing know to be near, and what could be done: a sentence or two, or nothing."""
    return _told(
        [str(title).replace("; ", ", ") for result in results for title in result.get("near") or ()],
        _listed(list(dict.fromkeys(str(way) for result in results for way in result.get("ways") or ()))),
    )


def handed_on(texts: Sequence[str]) -> str:
    """The advice that earlier steps gave, if they did: all titles, and one sentence on what could be done."""
    titles, ways = list[str](), ""
    for line in (line for text in texts for line in _lines(text)):
        near, _, told = line.partition(WAYS)
        titles += near.removeprefix(NEAR).strip().removesuffix(".").split("; ") if near else []
        ways = ways or told.strip().removesuffix(".")
    return _told(titles, ways)


def with_advice(text: str, advice: str) -> str:
    """The text, and below it what to do next."""
    return f"{text}\n\n{advice}" if advice else text


def without_advice(text: str) -> str:
    """The text without what could be done next: what that names was not worked out in it."""
    if not any(mark in text for mark in _MARKS):
        return text
    return _LISTED.sub("", _SAID.sub("", text))


def _told(titles: Sequence[str], ways: str) -> str:
    named = "; ".join(list(dict.fromkeys(titles))[:MOST_TITLES])
    return " ".join(part for part in (f"{NEAR}{named}." if named else "", f"{WAYS}{ways}." if ways else "") if part)


def _lines(text: str) -> Iterator[str]:
    """The lines of advice in what a step gave; a search's own result has none yet."""
    if text.lstrip().startswith("{"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return
        text = advice([value]) if isinstance(value, dict) and value.get("sources") == [] else ""
    yield from (line for line in text.splitlines() if line.startswith((NEAR, WAYS)))


def _listed(ways: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(ways[:-1]), *ways[-1:]) if part)
