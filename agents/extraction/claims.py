"""A claim held against sentences: what to search for, which sentences bear on it, and whether sources agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from agents.extraction.statements import Statement, from_sources
from agents.text import content_words, stem, words
from agents.thesaurus import is_verb
from agents.tools.sources import Source

ROUNDS = 3  # of searching, each in another wording
ENOUGH = 2  # independent sources
LEAST_HELD = 0.5  # of a claim's words, for a sentence to bear on it

Stand = Literal["supports", "contradicts", "near"]
ORDER: tuple[Stand, ...] = ("supports", "contradicts", "near")

_OPENING = re.compile(
    r"(?:please\s+)?(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?"
    r"(?:(?:(?:fact[- ]?)?check(?:ing)?|verify|confirm|debunk|tell me|is it (?:really )?(?:true|right|a fact))\b)?"
    r"[\s:,-]*(?:(?:the|this) (?:claim|fact|statement)\b[\s:,]*)?(?:(?:if|whether)\s+(?:it is (?:true|right) )?)?"
    r"(?:that\s+)?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[\s\"“”',–—-]*\b(?:(?:is (?:that|this|it) )?(?:true(?: or false)?|right|correct))?[\s\"“”'?.!]*$", re.I
)
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|cannot|neither|nor|without|false|myth)\b|n['’]t\b", re.I)
_LOOSE = frozenset(stem(word) for word in "percent per cent approximately roughly nearly almost around exactly".split())


def claim_of(request: str) -> str:
    """The claim without the request around it, as a sentence: `Is it true that X?` gives `X.`"""
    lines = [line for line in request.strip().splitlines() if line.strip()]
    claim = _CLOSING.sub("", _OPENING.sub("", lines[0], count=1), count=1).strip(" \t\"“”'") if lines else ""
    return f"{claim[:1].upper()}{claim[1:]}." if claim else ""


def wordings(claim: str) -> list[str]:
    """What to search for, round by round: the claim, its words that are no verbs, its subject with its numbers."""
    held = [word for word in words(claim) if content_words(word)]
    nouns = [word for word in held if not is_verb(stem(word))]
    verb = next((place for place, word in enumerate(held) if place and is_verb(stem(word))), 3)
    subject = [*held[:verb], *(word for word in held[verb:] if word[0].isdigit())]
    bare = claim.rstrip(".")
    tried = [bare, " ".join(nouns), " ".join(subject), f"{bare} evidence", f"{bare} facts"]
    return list(dict.fromkeys(wording for wording in tried if wording))[:ROUNDS]


def compared_words(claim: str, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """For each source that bears on the claim its sentence that holds most of the claim's words and numbers."""
    wanted = stems(claim)
    best: dict[str, tuple[float, dict[str, Any]]] = {}
    for statement in from_sources(sources):
        held = wanted & stems(statement.text)
        share = len(held) / len(wanted)
        if share < LEAST_HELD or share <= best.get(statement.address, (0.0, {}))[0]:
            continue
        denies = bool(_NEGATION.search(claim)) != bool(_NEGATION.search(statement.text))
        stand: Stand = "near" if held < wanted else "contradicts" if denies else "supports"
        lacks = [word for word in dict.fromkeys(words(claim)) if stems(word) - held]
        best[statement.address] = share, finding_of(statement, stand, lacks)
    return [finding for _, finding in sorted(best.values(), key=lambda found: -found[0])]


def merged(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One finding a source, the one that says most; those that take a stand come first."""
    kept: dict[str, dict[str, Any]] = {}
    for finding in sorted(findings, key=lambda one: (ORDER.index(one["stand"]), len(one["lacks"]))):
        kept.setdefault(finding["address"], dict(finding))
    return list(kept.values())


def agreement(findings: Sequence[Mapping[str, Any]]) -> Stand | None:
    """What two independent sources say of the claim, unless others say the opposite as often."""
    supports, contradicts = (len(independent(findings, stand)) for stand in ("supports", "contradicts"))
    if max(supports, contradicts) < ENOUGH or supports == contradicts:
        return None
    return "supports" if supports > contradicts else "contradicts"


def independent(findings: Sequence[Mapping[str, Any]], stand: str) -> list[Mapping[str, Any]]:
    """Of the sources with this stand those of different titles and hosts that do not say it in the same words."""
    kept: list[Mapping[str, Any]] = []
    for finding in (one for one in findings if one["stand"] == stand):
        if all(_apart(finding, other) for other in kept):
            kept.append(finding)
    return kept


def told(findings: Sequence[Mapping[str, Any]], offline: bool) -> str:
    """What the weighing came to, in a sentence."""
    held, against = (len(independent(findings, stand)) for stand in ("supports", "contradicts"))
    how = "hold all words and numbers of the claim" if offline else "support the claim"
    near = sum(one["stand"] == "near" for one in findings)
    opposite = f", {against} {'say it with a “not” more or less' if offline else 'contradict it'}" if against else ""
    return f"Independent sources that {how}: {held}{opposite}. Sources that bear on it otherwise: {near}."


def finding_of(statement: Statement, stand: Stand, lacks: Sequence[str]) -> dict[str, Any]:
    """The sentence with its stand and the claim's words that it lacks."""
    return {
        "title": statement.source,
        "address": statement.address,
        "snippet": statement.text,
        "stand": stand,
        "lacks": list(lacks),
    }


def stems(text: str) -> frozenset[str]:
    """The stems a sentence must share with the claim; `1,000` and `1000` are one number."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", _NEGATION.sub(" ", text))
    return frozenset(content_words(plain)) - _LOOSE


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["title"].casefold() == other["title"].casefold() or _home(one["address"]) == _home(other["address"]):
        return False
    return bool(one["snippet"].casefold() != other["snippet"].casefold())


def _home(address: str) -> str:
    """Where a source lives: the host of a web address, the document of a library's."""
    host = urlsplit(address).hostname
    return host.removeprefix("www.") if host else address
