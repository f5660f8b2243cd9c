"""What a message asks for: what it is about, word by word, what it refers back to, and how it is put."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from agents.extraction.topic import topic
from agents.frequency import commonness, is_place
from agents.text import STOPWORDS, WORD, stem, words
from agents.thesaurus import is_verb, related
from storage.records import Turn

from .cues import Cues, cues
from .phrases import CURRENT, GREETS, MEETS, SMALL
from .references import FORM_WORDS
from .vocabulary import ABOUT_THE_WORK, FOREIGN, HOW_IT_IS_PUT, SHORTENED, SLANG

Kind = Literal["small_talk", "again", "about_past", "create", "question"]

COMMON, TELLING = 6.2, 3.6  # Zipf frequencies: of a word that says nothing, and of one that says all
SIDE = 0.8  # least weight of a word that can be a side
LITTLE_ELSE = 1.2  # of weight, beside a greeting that is no sentence
LITTLE = 2.5  # of weight, in a message that only passes the time of day
SOFT = 0.25  # most that a word weighs which only asks or qualifies
_NUMBER = re.compile(r"^\d[\d.,:/-]*$")
_VERSIONED = re.compile(r"\bv\.?(?=\d)", re.IGNORECASE)
_CODE = re.compile(r"^(?=.*\d)\w+$")
# What stands beside another in a list or a comparison: each has to be found.
_SIDES = re.compile(
    r"(\w+)(?: and| or| vs\.?| versus| against| &| und| oder| et| ou| y| o| en| e)\s+(?:the |a |an |in |"
    r"for )?(?=(\w+))",
    re.IGNORECASE,
)
_OF_THE_FORM = re.compile(
    r"\b(?:in (?:plain|simple|easy|other|your own) (?:words|terms|language|english)|"
    r"(?:\d+(?:\s*(?:or|to|-|bis|à)\s*\d+)?|one|two|three|four|five|six|vier|drei|fünf|half a)(?:\s+\w+)?\s+"
    r"(?:bullets?|bullet\s?points?|"
    r"lines?|sentences?|words|points|paragraphs?|pages?|"
    r"slides?|tweets?|minutes?|sätze|zeilen|stichpunkte)|"
    r"(?:to|for|an|für|pour|para|voor)\s+(?:my|our|the|a|meine[nrm]?|de[nmr]|die|mon|ma|mijn|"
    r"mi)\s+(?:\w+\s+)?\w+(?=\W*(?:$|,|auf\b|in\b|please|pls))|"
    r"(?:in|auf|en|into|to)\s+(?:german|deutsch|french|fran[cç]ais|spanish|español|dutch|nederlands|italian|italiano|"
    r"polish|portuguese|english|englisch))\b",
    re.IGNORECASE,
)
# When the user has to have it: "filing at 6", "got 5 min".
_DEADLINE = re.compile(
    r"\b(?:in|at|by|before|for|got|have|until|till)\s+(?:\d{1,2}|1?\d:\d\d|[0-2]\d{3}(?=h| ?hrs))\s*"
    r"(?:min(?:ute)?s?|secs?|am|pm|h|hrs?|o'clock)?(?=\W*(?:$|[.,;!?]|before|and|then|start))"
    r"|\b\d{1,2}\s?(?:min(?:ute)?s?|mins|am|pm)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?<=[.!?])\s*(?:but |and )?I (?:always |just |once |only )*"
    r"(?:thought|guess|assumed?|bet|remember|heard|read|believed?)\b[^.!?]*",
    re.IGNORECASE,
)


# What one is done with, before what one turns to: "forget the tariffs, …", "ok seats sorted. …".
_LEAVING = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|right|alright|well|good|thanks|thx|and|but)\b\W*)*"
    r"(?:(?:leaving|forget|never ?mind|nvm|enough (?:of|about|on|with)|(?:that's |thats |i'm |im )?done with|"
    r"moving on from|apropos|so much for|that's it (?:for|on|with))\b[^.,:;!?]{0,60}"
    r"|[^.,:;!?]{0,50}\b(?:sorted|settled|done|clear|aside|understood))\s*[.,:;!?–-]+\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that has to be found. `weight` (0 to 1) says how much it tells of what is meant.

    An `exact` one (a name, a number) must be there for an answer; `rare` says that hardly any text has it,
    `side` that it stands beside another, as in `tidal or wave`.
    """

    stem: str
    word: str
    weight: float
    exact: bool = False
    rare: bool = False
    side: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A message understood.

    `text` is what to look for: the message and, if it points back or goes on, what it goes on from. `subject` is its
    topic in its own words. `foreign` says that it is not in English.
    """

    message: str
    kind: Kind
    text: str
    subject: str
    terms: tuple[Term, ...]
    cues: Cues
    talk: str = ""
    foreign: bool = False
    points_back: bool = False

    @property
    def about(self) -> tuple[Term, ...]:
        """The terms that say what it is about."""
        return tuple(term for term in self.terms if term.weight > SOFT)

    @property
    def weight(self) -> float:
        """How much it says of what it is about."""
        return sum(term.weight for term in self.about)

    @property
    def compares(self) -> bool:
        """Whether it holds several things against each other, which several runs may be about."""
        return self.cues.compares or sum(term.side for term in self.terms) > 1

    @property
    def orders(self) -> bool:
        """Whether it asks for work, and not just for more of what is talked about."""
        return self.cues.orders and not self.points_back


def understand(message: str, conversation: Sequence[Turn] = ()) -> Question:
    """What `message` asks, with the turns before it (oldest first)."""
    said = cues(message)
    foreign = is_foreign(message)
    plain = undotted(_LEAVING.sub("", _ASIDE.sub("", message)) or message)
    if said.transforms:
        plain = _OF_THE_FORM.sub(" ", plain)
    plain = _DEADLINE.sub(" ", plain)
    if said.current:
        plain = CURRENT.sub(" ", plain)
    terms = _terms(plain, said, foreign)
    about = [term for term in terms if term.weight > SOFT]
    rest = about
    if said.chats or said.murmurs:
        without = SMALL.sub(" ", GREETS.sub(" ", MEETS.sub(" ", plain)))
        rest = [term for term in _terms(without, said, foreign) if term.weight > SOFT]
    earlier = subject_of(conversation)
    leans = bool(conversation) and (not about or said.points or (said.goes_on and not said.brings_up))
    text = f"{message} ({earlier})" if leans and earlier else message
    talk = "\n".join(f"{turn.message}\n{turn.answer}" for turn in conversation[-2:])
    return Question(message, _kind(said, about, rest), text, topic(message), terms, said, talk, foreign, leans)


def subject_of(conversation: Sequence[Turn]) -> str:
    """What the conversation is about now: what was last run or answered, else what the user last said."""
    for turn in reversed(conversation):
        if turn.decision is not None and turn.decision.action != "chat" and turn.decision.input:
            return topic(turn.decision.input)
        if turn.decision is None and turn.message:
            return topic(turn.message)
    return ""


def beside(question: Question, number: Term) -> frozenset[str]:
    """The stems of the words next to a number or letter of the message: what it counts or marks."""
    said = [plain_form(match.group()) for match in WORD.finditer(undotted(question.message))]
    places = [place for place, plain in enumerate(said) if number.stem in (plain, stem(plain))]
    near = {said[at] for place in places for at in (place - 1, place + 1) if 0 <= at < len(said)}
    return frozenset(stem(word) for word in near if word not in STOPWORDS and not word[:1].isdigit())


def is_foreign(message: str) -> bool:
    """Whether the message is in another language than English, by its small words."""
    said = [word.casefold() for word in words(message)]
    other = sum(word in FOREIGN for word in said)
    english = sum(word in STOPWORDS for word in said)
    return other > english and other > 0


def undotted(text: str) -> str:
    """The text with versions as plain numbers: v2.4 is 2.4."""
    return _VERSIONED.sub("", text)


@lru_cache(maxsize=50_000)
def plain_form(word: str) -> str:
    """The word in lower case, without accents and genitive, as `agents.frequency` knows words."""
    if word.isascii():
        return word.lower().removesuffix("'s")
    spread = unicodedata.normalize("NFKD", word.casefold().replace("’", "'").removesuffix("'s"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def _kind(said: Cues, about: Sequence[Term], rest: Sequence[Term]) -> Kind:
    """The kind, where `rest` is what the message is about without its greetings."""
    beside = sum(term.weight for term in rest)
    murmurs = said.murmurs and beside < LITTLE
    greets = said.chats and beside < (LITTLE if said.meets or said.personal else LITTLE_ELSE)
    if (greets or murmurs) and not (said.transforms or said.looks_back):
        return "small_talk"
    if said.redoes:
        return "again"
    if said.transforms or said.looks_back:
        return "about_past"
    if said.orders and about:
        return "create"
    return "question" if about else "about_past"


def _terms(message: str, said: Cues, foreign: bool) -> tuple[Term, ...]:
    found: dict[str, Term] = {}
    shouting = message.isupper() or message.istitle()
    for place, match in enumerate(WORD.finditer(message)):
        word = match.group()
        plain = plain_form(word)
        if len(word) == 1 and word.isupper() and place > 0 and word != "I" and not shouting:
            found[plain] = Term(plain, word, 0.9, exact=True)  # zone C, vitamin D
            continue
        if plain in STOPWORDS or plain in SHORTENED or (len(plain) < 2 and not plain.isdigit()):
            continue
        if foreign and word.casefold() in FOREIGN:
            continue
        opening = place == 0 or message[: match.start()].rstrip()[-1:] in ".!?:\n"
        named = word[:1].isupper() and not opening and not shouting and not foreign and len(word) > 1
        term = _term(word, plain, named=named, foreign=foreign)
        if said.transforms and FORM_WORDS.match(plain):
            term = replace(term, weight=0.0, exact=False)
        kept = found.get(term.stem)
        found[term.stem] = term if kept is None or term.exact else kept
    sides = {plain_form(word) for match in _SIDES.finditer(message) for word in match.groups() if word}
    return tuple(
        replace(term, exact=True, side=True) if term.weight >= SIDE and plain_form(term.word) in sides else term
        for term in found.values()
    )


def _term(word: str, plain: str, *, named: bool, foreign: bool) -> Term:
    root = stem(plain)
    if _NUMBER.match(plain):
        return Term(plain, word, 1.0, exact=True)
    known = commonness(root)
    if plain in SLANG or (known == 0 and len(plain) > 5 and _misspells(plain)):
        return Term(root, word, 0.0)
    place = is_place(plain)
    rare = known < 3.0 and len(plain) > 3 and not related(root) and not foreign
    if root in ABOUT_THE_WORK and not named:
        return Term(root, word, 0.0)
    weight = min(1.0, max(0.05, (COMMON - known) / (COMMON - TELLING)))
    if place or _CODE.match(plain) or (named and known < 5.2):
        return Term(root, word, max(weight, 0.9), exact=True, rare=rare)
    if root in HOW_IT_IS_PUT or len(plain) < 3:
        weight = min(weight, SOFT)
    elif is_verb(root):
        weight *= 0.6
    return Term(root, word, weight, rare=rare)


@lru_cache(maxsize=4096)
def _misspells(plain: str) -> bool:
    """Whether it is a slip of a word that says nothing: exaclty."""
    return any(word[0] == plain[0] and slips(word, plain) == 1 for word in STOPWORDS | SLANG if len(word) > 4)


def slips(one: str, other: str) -> int:
    """How many letters are added, left out, changed or swapped with their neighbour; 3 for more than 2."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return min(row[-1], 3)
