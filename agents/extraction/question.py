"""A question: the words it asks with, and the signs by which a sentence may answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agents.extraction.cues import ASKING, KINDRED
from agents.text import STOPWORDS, stem, word_set, words

Kind = Literal["summary", "points", "contents", "sources", "specific"]

_SOURCES = re.compile(
    r"\b(?:which|what|list|show|give|name|where)\b.*\b(?:sources?|references|citations)\b|^(?:the )?sources\b|"
    r"\bwhere (?:did|does|do) (?:this|that|it|the|you)\b.*\b(?:come|get|find|found)\b",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"\bwhat (?:does|did|do) (?:the|this|that|it|your|my) ?(?:\w+ )?"
    r"(?:cover|contain|include|talk about|deal with|say)\W*$|"
    r"\bwhat (?:is|was) (?:the|this|that|it|your) ?(?:\w+ )?about\W*$|\b(?:headings|table of contents)\b|"
    r"\b(?:what|which) (?:topics|sections|themes|parts)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:main|key|most important|central|essential) (?:points?|ideas?|findings?|messages?|facts?|insights?)\b|"
    r"\b(?:takeaways?|bullet points?|highlights|list the (?:points|facts))\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:summar(?:y|i[sz]e[ds]?|i[sz]ing)|sum (?:it|this|that|them|everything)? ?up|shorter|shorten|in short|"
    r"in brief|briefly|tl;?dr|the gist|in (?:a|one|two|three|a few) (?:nutshell|sentences?|words|lines)|condense|"
    r"recap|overview)\b",
    re.IGNORECASE,
)
_NEEDS_MODEL = re.compile(
    r"\b(?:(?P<compare>compar(?:e|ed|ing|ison)|contrast|versus|vs\.?|differences? between|pros and cons)|"
    r"(?P<translate>translat(?:e|ion)|in (?:german|french|spanish|italian|chinese|japanese|dutch|portuguese))|"
    r"(?P<rewrite>re-?write|rephrase|reword|paraphrase|turn (?:it|this|that) into|"
    r"as a (?:poem|tweet|song|letter|dialogue|story|haiku|speech)|simpler|in simple (?:words|terms|language)|"
    r"(?:more|less) (?:formal|casual|funny|playful|technical|friendly|engaging)|"
    r"(?:like|as if) i(?:'m| am| was| were) (?:five|5)|eli5|in the style of|for (?:kids|children|a child))|"
    r"(?P<opinion>(?:what )?(?:do|would|should) you (?:think|recommend|prefer|believe|suggest|agree)|"
    r"your (?:opinion|view|take|favou?rite)|is it (?:good|worth|right|fair)|should (?:i|we)))\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"\b(?:in|to|as|with) (?:about |at most )?(?:\d+|an?|one|two|three|four|five|six|a few) (?:short )?"
    r"(?:words?|sentences?|paragraphs?|lines?|bullets?|bullet points?|points?|pages?)\b",
    re.IGNORECASE,
)
_LANGUAGES = word_set("german french spanish italian chinese japanese dutch portuguese russian polish english")
_NEEDS = {
    "compare": "Comparing",
    "translate": "Translating",
    "rewrite": "Putting this into other words",
    "opinion": "An opinion",
}


@dataclass(frozen=True, slots=True)
class Question:
    """`wanted` are the stems it asks about, `crux` those that the run's own input does not have already.

    `anchors` are those of the crux that no other word can stand for. `names` are its names and numbers, as stems:
    what lacks them answers something else.
    """

    text: str
    kind: Kind
    wanted: tuple[str, ...]
    crux: tuple[str, ...]
    names: frozenset[str]
    anchors: tuple[str, ...] = ()
    needs_model: str = ""


def question(resolved: str, run_inputs: str = "", message: str = "") -> Question:
    """Read a question about runs with these inputs; `message` is its wording before references were resolved."""
    text = message or resolved
    asked = words(_LENGTH.sub(" ", resolved))
    meaning = [
        w for w in asked if w.casefold() not in STOPWORDS and w.casefold() not in ASKING and (len(w) > 1 or w.isdigit())
    ]
    match = _NEEDS_MODEL.search(text)
    needs = next((_NEEDS[k] for k, v in match.groupdict().items() if v), "") if match else ""
    if needs == _NEEDS["translate"]:
        meaning = [w for w in meaning if w.casefold() not in _LANGUAGES]
    wanted = tuple(dict.fromkeys(stem(w) for w in meaning))
    # What only the conversation adds is known already; what the message itself says has to be found.
    own = {stem(w) for w in words(_LENGTH.sub(" ", message))} & set(wanted)
    given = {stem(w) for w in words(run_inputs)} | (set(wanted) - own if own else set())
    names = frozenset(
        stem(w) for place, w in enumerate(asked) if w in meaning and (w[0].isdigit() or (place and w[0].isupper()))
    )
    crux = tuple(s for s in wanted if s not in given)
    anchors = tuple(s for s in crux if s not in KINDRED)
    return Question(text, _kind(text, crux, of_whole=bool(message) and not own), wanted, crux, names, anchors, needs)


def kindred(one: str) -> frozenset[str]:
    """The stems that stand for this one in an answer, itself included."""
    return KINDRED.get(one, frozenset()) | {one}


def _kind(text: str, crux: tuple[str, ...], *, of_whole: bool) -> Kind:
    if _SOURCES.search(text):
        return "sources"
    if len(crux) > 1:  # "summarise what it says about storage costs" asks about storage costs
        return "specific"
    if _CONTENTS.search(text):
        return "contents"
    if _POINTS.search(text):
        return "points" if not crux else "specific"
    if _SUMMARY.search(text) and not _is_subject(text, crux):
        return "summary"
    return "summary" if of_whole else "specific"


def _is_subject(text: str, crux: tuple[str, ...]) -> bool:
    return bool(crux) and bool(re.search(r"\b(?:about|on|of|regarding)\b", text, re.IGNORECASE))
