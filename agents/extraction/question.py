"""A question: the words it asks with, and what kind of answer it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agents.extraction.cues import ASKING, SIGNED, in_other_words
from agents.text import STOPWORDS, stem, word_set, words

Kind = Literal["summary", "points", "contents", "sources", "specific"]

_WEIGHTS = {"about": 1.0, "given": 0.25, "put": 0.3, "known": 0.05}

_SOURCES = re.compile(
    r"\b(?:which|what|list|show|give|name|where|only|just|one|two|single|many|any)\b.*\b(?:sources?|references|citations)\b|"
    r"^\W*(?:the )?sources\b|\bsources? (?:used|for (?:this|that|it))\b|\bhow (?:reliable|trustworthy|up to date)\b|"
    r"\bwhere (?:did|does|do|is|are) (?:all )?(?:this|that|it|the|these|those|you)\b.*\b(?:from|get|find|found)\b|"
    r"\b(?:look|looked|looking|search|searched|check|checked|google|googled)\b.*"
    r"\b(?:up|online|web|internet|library|google)\b|"
    r"\b(?:from|on|off) (?:the )?(?:web|internet|google|wikipedia)\b|\bhow do you know\b|\bsays who\b|"
    r"\bis (?:any|all|some|none) of (?:this|that|it) (?:based|made up)\b|\bbased on\W*$",
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
    r"\b(?:takeaways?|highlights|list the (?:points|facts))\b",
    re.IGNORECASE,
)
_BULLETS = re.compile(
    r"\bbullet(?:s|ed|ing)?\b|\b(?:as|in|into|make|give me|to) (?:it )?(?:an? )?(?:\w+ )?(?:list|points)\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:summar(?:y|i[sz]e[ds]?|i[sz]ing)|sum (?:it|this|that|them|everything)? ?up|shorter|shorten|in short|"
    r"in brief|briefly|tl;?dr|the gist|in (?:a|one|two|three|a few) (?:nutshell|sentences?|words|lines|paragraphs?)|"
    r"condense|recap|overview)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^\W*(?:(?:and|ok|okay|please|pls|can you|could you)\W+)*(?:(?:tell|give|show) (?:me|us) )?"
    r"(?:(?:some|any|a bit|anything) )?(?:more|else|go on|continue|elaborate|expand|carry on|keep going|what else)\b",
    re.IGNORECASE,
)
_NEEDS_MODEL = re.compile(
    r"\b(?:(?P<compare>compar(?:e|ed|ing|ison)|contrast|versus|vs\.?|differences? between|pros and cons)|"
    r"(?P<translate>translat(?:e|ion)|in(?:to)? (?:german|french|spanish|italian|chinese|japanese|dutch|portuguese))|"
    r"(?P<rewrite>re-?write|rephrase|reword|paraphrase|turn (?:it|this|that) into|"
    r"as a (?:poem|tweet|song|letter|dialogue|story|haiku|speech)|simpler|in simple (?:words|terms|language)|"
    r"(?:more|less) (?:formal|casual|funny|playful|technical|friendly|engaging)|"
    r"(?:like|as if) i(?:'m| am| was| were) (?:five|5)|eli5|in the style of|for (?:kids|children|a child))|"
    r"(?P<opinion>(?:what )?(?:do|would|should) you (?:think|recommend|prefer|believe|suggest|agree)|"
    r"your (?:opinion|view|take|favou?rite)|is it (?:good|worth|right|fair)|should (?:i|we)))\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|these|those|he|she|his|her|him|himself|herself|itself|there|ones?)\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"\b(?:in|to|as|with|like|just) (?:about |at most )?(?:\d+|an?|one|two|three|four|five|six|a few) (?:short )?"
    r"(?:words?|sentences?|paragraphs?|lines?|bullets?|bullet points?|points?|pages?|list)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(\d|one|two|three|four|five|six) (?:\w+ )?(?:sentences?|lines?|bullets?|(?:bullet )?points|things|takeaways)\b",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_LANGUAGES = word_set("german french spanish italian chinese japanese dutch portuguese russian polish english")
_NEEDS = {
    "compare": "Comparing",
    "translate": "Translating",
    "rewrite": "Putting this into other words",
    "opinion": "An opinion",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A stem of a question.

    It says what the question is `about`, or that much is `given` because the run was asked for it, or it is how the
    question is `put`, or it is `known` from the conversation alone.
    """

    stem: str
    role: Literal["about", "given", "put", "known"] = "about"
    name: bool = False

    @property
    def weight(self) -> float:
        return _WEIGHTS[self.role]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `terms` are what it asks about, `subject` the stems that the runs were asked for. `bullets`: it wants a list.
    `more`: it wants what was not said yet. `refers`: it leans on the answer before. `needs_model` says what takes a
    language model, as in `Comparing`. `most` is how many sentences it asks for, 0 if it does not say.
    """

    text: str
    kind: Kind
    terms: tuple[Asked, ...]
    subject: frozenset[str] = frozenset()
    bullets: bool = False
    more: bool = False
    refers: bool = False
    needs_model: str = ""
    most: int = 0

    def stems(self, *roles: str) -> frozenset[str]:
        """The stems in these roles."""
        return frozenset(term.stem for term in self.terms if term.role in roles)


def question(resolved: str, run_inputs: str = "", message: str = "") -> Question:
    """Read a question about runs with these inputs; `message` is its wording before references were resolved."""
    text = message or resolved
    subject = frozenset(stem(w) for w in words(run_inputs) if w.casefold() not in STOPWORDS | ASKING)
    terms = _terms(text, resolved, subject)
    bullets = bool(_BULLETS.search(text))
    needs = _needs(text)
    if needs == _NEEDS["translate"]:
        terms = tuple(term for term in terms if term.stem not in _LANGUAGE_STEMS)
    if needs == _NEEDS["rewrite"] and bullets:
        needs = ""
    more = bool(_MORE.match(text))
    refers = bool(_REFERS.search(text))
    return Question(text, _kind(text, terms, bullets), terms, subject, bullets, more, refers, needs, _most(text))


_LANGUAGE_STEMS = frozenset(stem(word) for word in _LANGUAGES)


def _most(text: str) -> int:
    count = _COUNT.search(text)
    return (_NUMBERS.get(count.group(1).casefold()) or int(count.group(1))) if count else 0


def _needs(text: str) -> str:
    match = _NEEDS_MODEL.search(text)
    return next((_NEEDS[k] for k, v in match.groupdict().items() if v), "") if match else ""


def _terms(text: str, resolved: str, subject: frozenset[str]) -> tuple[Asked, ...]:
    """What the message says, then what only the conversation adds."""
    found: dict[str, Asked] = {}
    for place, word in enumerate(words(in_other_words(_LENGTH.sub(" ", text)))):
        term = _term(word, subject, opening=place == 0)
        if term is not None and (term.stem not in found or term.weight > found[term.stem].weight):
            found[term.stem] = term
    for word in words(resolved) if resolved != text else ():
        if word.casefold() not in STOPWORDS | ASKING | SIGNED:
            found.setdefault(stem(word), Asked(stem(word), "known"))
    return tuple(found.values())


def _term(word: str, subject: frozenset[str], *, opening: bool) -> Asked | None:
    plain = word.casefold()
    if plain in STOPWORDS | SIGNED or (len(plain) < 2 and not plain.isdigit()):
        return None
    root = stem(word)
    name = word[0].isdigit() or (not opening and word[0].isupper())
    if root in subject:
        return Asked(root, "given", name)
    return Asked(root, "put" if plain in ASKING and not name else "about", name)


def _kind(text: str, terms: tuple[Asked, ...], bullets: bool) -> Kind:
    crux = [term for term in terms if term.role == "about"]
    if _SOURCES.search(text) and len(crux) < 2:
        return "sources"
    if len(crux) > 1:  # "summarise what it says about storage costs" asks about storage costs
        return "specific"
    if _CONTENTS.search(text):
        return "contents"
    if _is_subject(text, crux):
        return "specific"
    if _POINTS.search(text) or (bullets and not crux):
        return "points"
    return "summary" if _SUMMARY.search(text) or (_MORE.match(text) and not crux) else "specific"


def _is_subject(text: str, crux: list[Asked]) -> bool:
    return bool(crux) and bool(re.search(r"\b(?:about|on|of|regarding)\b", text, re.IGNORECASE))
