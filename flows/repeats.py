"""Whether a message asks the very thing a run was asked: one word more, less or other may make it another request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from agents.text import STOPWORDS, WORD, stem
from agents.thesaurus import is_verb

from .matching import Vocabulary
from .question import SOFT, Question, Term, plain_form, understand
from .vocabulary import ABOUT_THE_WORK

Relation = Literal["same", "near", "another"]

ALIKE = 0.5  # from this share of common words on, what differs is what matters
NEW = 0.4  # weight of a word that asks for more than the run was asked
NARROWER = 0.75  # from this on, what the run was asked besides matters too

# Words that turn a request round, in groups: two requests must use the same of each group.
_POLES = tuple(
    frozenset(stem(word) for word in group.split())
    for group in (
        "pros advantages advantage benefits benefit upsides strengths positive",
        "cons disadvantages disadvantage drawbacks drawback risks risk downsides dangers harms weaknesses negative",
        "cost costs price prices expense",
        "before prior",
        "after following",
        "more most increase rising rise grow higher highest largest biggest longest best gain",
        "less least fewer decrease falling fall shrink lower lowest smallest shortest worst lose loss",
        "import imports importing",
        "export exports exporting",
        "buy buying purchase",
        "sell selling sale",
        "rent renting",
        "cause causes",
        "effect effects consequences",
        "prevent prevention",
        "treat treatment cure",
        "short-term short",
        "long-term long",
        "indoor indoors inside",
        "outdoor outdoors outside",
        "hot warm",
        "cold cool",
        "old older ancient",
        "new newer modern",
        "history past historical",
        "future outlook forecast",
        "safe safety",
        "dangerous unsafe",
        "start starting open opening begin",
        "stop stopping close closing end ending quit",
        "win winning winners",
        "lose losing losers",
        "against",
        "legal",
        "illegal",
        "male men man boys",
        "female women woman girls",
        "adult adults grown-ups",
        "child children kids toddlers babies",
    )
)
_NO = -1
_NEGATIONS = frozenset({_NO, *(number for number, group in enumerate(_POLES) if group & {"against", "illeg", "unsaf"})})
_BETWEEN = frozenset("to into from in than for by against".split())
_POLITE = re.compile(
    r"""\b(?:sorry\ (?:to\ bother(?:\ you)?|but)|(?:i'?d|i\ would)\ be\ (?:\w+\ )?(?:\w+\ )?grateful(?:\ (?:for|
      if))?|would\ you\ mind(?:\ \w+ing)?(?:\ me)?|
    if\ you\ (?:don'?t|do\ not|wouldn'?t)\ mind|many\ thanks|in\ advance|(?:thanks?|thank\ you)(?:\ \w+){0,3}|
      hi(?:\ there)?|hello|hey|dear\ \w+|please|kindly|pretty|
    i(?:'ve|\ have)\ (?:always\ )?been\ (?:curious|wondering)(?:\ and)?|(?:i\ )?want(?:ed)?\ to\ (?:ask|
      know)(?:\ you)?|what\ i(?:'m|\ am)\ after\ is|what\ i\ want\ to\ find\ out\ is|
    could\ (?:you|i\ get)|can\ (?:you|i)|no\ rush|when\ you\ have\ (?:time|a\ moment)|if\ (?:possible|you\ can)|
      ever\ so|it\ would\ be\ (?:great|nice|lovely))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT = re.compile(
    r"\b(?:not|no|without|never|non|(?:is|are|was|were|do|does|did|ca|wo|would|should|could|has|have)n'?t)\b",
    re.IGNORECASE,
)


def relation(question: Question, asked: str, missing: Sequence[Term] = ()) -> Relation | None:
    """How the message stands to the request `asked`: the same, near it, another one put alike, or neither (None).

    `missing` are the terms that what came of that request lacks; a word that is found there makes no other request.
    """
    message, asked = _POLITE.sub(" ", question.message), _POLITE.sub(" ", asked)
    mine, theirs = _telling(_understood(message), asked), _telling(_understood(asked), message)
    common, back = _paired(mine, theirs)
    total = sum(term.weight for term in (*mine, *theirs))
    shared = sum(term.weight for term in (*common, *back)) / total if total else 0.0
    if shared < ALIKE or len(common) < min(2, len(theirs)):
        return None
    if _turned(message, asked):
        return "another"
    gone = {term.stem for term in missing}
    lacking = [term for term in _heavy(mine) if term not in common and (term.exact or term.stem in gone)]
    besides = [term for term in _heavy(theirs) if term not in back]
    new = [term for term in lacking if term.exact or term.weight >= NEW]
    if (lacking and besides) or (shared >= NARROWER and (new or any(term.exact for term in besides))):
        return "another"
    turned_round = _opposed(_poles(message), _poles(asked))
    others = [term for term in (*lacking, *besides) if not any(term.stem in group for group in _POLES)]
    if turned_round and not others:
        return "another"
    if shared < NARROWER or besides or any(term not in common for term in _heavy(mine)):
        return "near"
    return "another" if turned_round else "same"


def _heavy(terms: Sequence[Term]) -> list[Term]:
    """What tells requests apart. What is done to things is put in many words."""
    return [term for term in terms if term.exact or (term.weight > SOFT and not is_verb(term.stem))]


@lru_cache(maxsize=512)
def _understood(message: str) -> Question:
    return understand(message)


def _telling(question: Question, other: str) -> list[Term]:
    """The terms of a request, without abbreviations of the other's words, and words that the other abbreviates."""
    telling = [term for term in question.terms if term.weight > 0]
    short = {plain_form(match.group()) for match in WORD.finditer(other) if match.group().isupper()}
    if not short and not any(term.word.isupper() for term in telling):
        return telling
    abbreviated = set().union(*(_initials(question.message)[one] for one in short & _initials(question.message).keys()))
    known = _initials(other)
    return [
        term
        for term in telling
        if not (term.word.isupper() and plain_form(term.word) in known) and plain_form(term.word) not in abbreviated
    ]


def _paired(mine: Sequence[Term], theirs: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """The terms of each that stand for one of the other's, whichever of the two is the misspelt one."""
    here, there = Vocabulary(term.stem for term in mine), Vocabulary(term.stem for term in theirs)
    forth = {term.stem: there.matches(term).keys() for term in mine}
    back = {term.stem: here.matches(term).keys() for term in theirs}
    from_mine = {stem for found in forth.values() for stem in found}
    from_theirs = {stem for found in back.values() for stem in found}
    return (
        [term for term in mine if forth[term.stem] or term.stem in from_theirs],
        [term for term in theirs if back[term.stem] or term.stem in from_mine],
    )


def _poles(message: str) -> frozenset[int]:
    said = {stem(plain_form(match.group())) for match in WORD.finditer(message)}
    found = {number for number, group in enumerate(_POLES) if group & said - ABOUT_THE_WORK}
    return frozenset(found | ({_NO} if _NOT.search(message) else set()))


def _opposed(mine: frozenset[int], theirs: frozenset[int]) -> bool:
    """Whether each has a pole that the other lacks, or one of them a negation alone."""
    apart = mine ^ theirs
    return bool(apart & _NEGATIONS) or bool(mine - theirs and theirs - mine)


def _turned(message: str, asked: str) -> bool:
    """Whether what stands before and after a word such as `to` has changed places."""
    mine, theirs = _around(message), _around(asked)
    return any(
        word == other and (before - before_there) & after_there and (after - after_there) & before_there
        for word, before, after in mine
        for other, before_there, after_there in theirs
    )


def _around(message: str) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    said = [plain_form(match.group()) for match in WORD.finditer(message)]
    found = []
    for place, word in enumerate(said):
        if word in _BETWEEN:
            before = [stem(one) for one in said[:place] if one not in STOPWORDS]
            after = [stem(one) for one in said[place + 1 :] if one not in STOPWORDS][:2]
            found.append((word, frozenset(before), frozenset(after)))
    return found


def _initials(message: str) -> dict[str, set[str]]:
    """Runs of two to five words by their initials, with and without small words: `un` is United Nations."""
    every = [plain_form(match.group()) for match in WORD.finditer(message)]
    return {
        "".join(word[0] for word in said[start:end]): set(said[start:end])
        for said in (every, [word for word in every if word not in STOPWORDS])
        for start in range(len(said))
        for end in range(start + 2, min(len(said), start + 5) + 1)
    }
