"""What a message asks for: its topic, what it refers back to, and what must be found to answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agents.extraction.topic import topic
from agents.text import STOPWORDS, WORD, stem, words
from agents.thesaurus import is_verb
from storage.records import Turn

from .vocabulary import ABOUT_THE_WORK, HOW_IT_IS_PUT

Kind = Literal["small_talk", "again", "about_past", "create", "question"]

_REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|theirs|these|those|he|she|his|her|him|himself|herself|itself|there|"
    r"ones?|else|former|latter|same|all (?:of )?(?:it|this|that)|"
    r"the (?:first|second|third|last|other|article|report|brief|summary|text|notes|run|result)s?)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:and|but|so|or|also|then|why|how so|how come|for example|such as|more|go on|continue|really|since when|"
    r"ok(?:ay)?,? (?:and|but|so))\b",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"^\W*(?:(?:and|but|so|or|also|then|now|ok(?:ay)?)\W+)*"
    r"(?:(?:what|how) about|tell me about|explain|describe|what (?:is|are|was|were)|who (?:is|was|are|were)|"
    r"how (?:do|does|did) .+ work)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:compared?|comparison|versus|vs|instead of|rather than|contrast|"
    r"than(?! (?:that|this|it|before|usual|normal|expected|ever)\b))\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+)?(?:run|do|try|start|make|generate|write)\s+"
    r"(?:it|that|this|the (?:same|last)(?: one| thing| run| workflow)?)\s+"
    r"(?:again|once more|anew|afresh|over|fresh)\b.*$"
    r"|^\W*(?:please\s+)?(?:re-?run|redo|refresh|repeat|retry)(?:\s+(?:it|that|this|the (?:last|same)(?: run| one)?|"
    r"the run|the workflow))?(?:\s+(?:please|again|now))?\W*$|^\W*(?:once more|again)(?:,? please)?\W*$",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|thx|ty|great|cool|nice|ok|okay|"
    r"perfect|awesome|bye|goodbye|see you|well done|lol|yes|no|sure|got it|that'?s? (?:great|all|helpful|it)|"
    r"how are you|who are you|what are you|what can you do|what do you do|help|can you help(?: me)?|"
    r"(?:very|so) much|a lot|there|everyone|again|for (?:that|this|your help|the help|the answer))\b[\s,.!?]*)+$",
    re.IGNORECASE,
)
_CREATES = re.compile(
    r"^\W*(?:(?:please|ok(?:ay)?|now|then|next|and|also|can you|could you|"
    r"i (?:want|need|would like|'?d like)(?: you)?(?: to)?)\W+)*"
    r"(?:write|draft|compose|create|produce|prepare|generate|research|investigate|brief me|look into|find out|"
    r"do (?:some )?research|(?:do|make|give me) (?:one|another(?: one)?|the same|something|an? (?:new )?(?:\w+ )?"
    r"(?:article|brief|briefing|report|overview)) (?:on|about|for)\b|"
    r"give me (?:a|an)\s+(?:new\s+)?(?:\w+\s+)?(?:article|brief|briefing|report|overview))\b",
    re.IGNORECASE,
)
_ASKS_WHAT_WAS_SAID = re.compile(
    r"\b(?:does|did|do) (?:it|this|that|you|he|she|they|the \w+)(?:\s+\w+)? "
    r"(?:mention|say|talk|look|cover|include|find)\b",
    re.IGNORECASE,
)
_TRANSFORMS = re.compile(
    r"^\W*(?:(?:please|ok(?:ay)?|now|and|can you|could you|would you)\W+)*"
    r"(?:translate|summari[sz]e|shorten|rewrite|rephrase|simplify|condense|expand|make|turn|put|convert|explain|format|"
    r"say|give|show|list|repeat|tell)\b(?: me| us)?\s+(?:it|this|that|them|(?:the|your)(?: whole| entire| last)? "
    r"(?:article|answer|brief|report|summary|text|notes|result|story|piece))s?\b(?!\s+\w+\s+(?:of|about)\b)",
    re.IGNORECASE,
)
_ASKS_ABOUT = re.compile(
    r"^\W*(?:and|but|so|ok|okay)?\W*(?:(?:what|how) about|(?:what|anything|something) (?:.*?\b)?"
    r"(?:say|says|said|tell|tells|know|knows|mention|mentions|write|written|cover|covers)\b.*?\babout)\s+(?P<subject>.+)$",
    re.IGNORECASE | re.DOTALL,
)
# What somebody says of themselves beside the question: "I always thought it was the other one."
_ASIDE = re.compile(
    r"(?<=[.!?])\s*(?:but |and )?I (?:always |just |once |only )*"
    r"(?:thought|guess|assumed?|bet|remember|heard|read|believed?)\b[^.!?]*",
    re.IGNORECASE,
)
_EXACT = re.compile(r"^(?:\d[\d.,:/-]*|\d+\w{1,3})$")
_JOINING = frozenset("and or but so also then now ok okay the a an any some".split())
# After one of these comes what is done, not what it is about.
_BEFORE_A_VERB = frozenset(
    """to what who it they he she we you i don't doesn't didn't can't couldn't wouldn't won't not just stop keep start
    actually really ever by""".split()
)

_BEFORE_A_NOUN = frozenset("a an the this that these those my your our their its of in on for from with about".split())


@dataclass(frozen=True, slots=True)
class Term:
    """A word that has to be found. `weight` is 1 for what the question is about, less for how it is put.

    An `exact` one (a name, a number, a side of a comparison) must be there for an answer; `doing` says that it
    stands where verbs do; `before` is the stem of the next word if that is joined to it, as in `ocean energy`.
    """

    stem: str
    word: str
    weight: float
    exact: bool = False
    doing: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A message understood.

    `text` names what it refers back to; `subject` is its topic in its own words. A message may point back by a
    word (`it`, `those`), may go on with the conversation without one, or introduce a topic.
    """

    message: str
    kind: Kind
    text: str
    subject: str
    terms: tuple[Term, ...]
    points_back: bool = False
    introduces: bool = False

    @property
    def about(self) -> tuple[Term, ...]:
        """The terms that say what it is about."""
        return tuple(term for term in self.terms if term.weight == 1.0)


def understand(message: str, conversation: Sequence[Turn] = ()) -> Question:
    """What `message` asks, with the turns before it (oldest first)."""
    terms = _of_the_work(_terms(_ASIDE.sub("", message) or message))
    about = [term for term in terms if term.weight == 1.0]
    kind = _kind(message, about)
    earlier = subject_of(conversation)
    introduces = bool(_INTRODUCES.match(message)) or _is_bare(message, about)
    in_talk = bool(earlier) and kind != "small_talk"
    points_back = in_talk and (not about or bool(_REFERS.search(message)))
    goes_on = in_talk and bool(_CONTINUES.match(message)) and (not introduces or len(about) < 2)
    asked = _ASKS_ABOUT.match(message)
    plain = asked.group("subject").strip(" ?!.") if asked else message
    text = f"{plain} ({earlier})" if points_back or goes_on else plain
    return Question(message, kind, text, topic(plain), terms, points_back, introduces)


def subject_of(conversation: Sequence[Turn]) -> str:
    """What the conversation is about now: the topic of the last turn that ran something or was about something."""
    for turn in reversed(conversation):
        if turn.decision is not None and turn.decision.action in ("run", "refresh") and turn.decision.input:
            return topic(turn.decision.input)
        if turn.decision is None or turn.decision.action == "chat":
            continue
        if turn.decision.input:
            return topic(turn.decision.input)
    return ""


def _kind(message: str, about: Sequence[Term]) -> Kind:
    if _SMALL_TALK.match(message):
        return "small_talk"
    if _AGAIN.match(message):
        return "again"
    if _CREATES.match(message) and about:
        return "create"
    if not about or _ASKS_WHAT_WAS_SAID.search(message) or _TRANSFORMS.match(message):
        return "about_past"
    return "question"


def _is_bare(message: str, about: Sequence[Term]) -> bool:
    """Whether the message is nothing but a topic, as in `and cars?`."""
    named = {term.word for term in about}
    return bool(about) and all(word in named or word.casefold() in _JOINING for word in words(message))


def _of_the_work(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """In `the main points in 3 bullets` the number asks for a form and not for itself."""
    numbers = [term for term in terms if term.weight == 1.0 and term.word[:1].isdigit()]
    others = [term for term in terms if term.weight == 1.0 and term not in numbers]
    if others or not any(term.weight == 0.0 for term in terms):
        return terms
    return tuple(replace(term, weight=0.0, exact=False) if term in numbers else term for term in terms)


def _terms(message: str) -> tuple[Term, ...]:
    found: dict[str, Term] = {}
    compares = bool(_COMPARES.search(message))
    spans = [(match.group(), match.start(), match.end()) for match in WORD.finditer(message)]
    previous: Term | None = None
    before = ""
    for place, (word, start, _) in enumerate(spans):
        plain = word.casefold().replace("’", "'").removesuffix("'s")
        adjoining = place > 0 and message[spans[place - 1][2] : start].strip(" -") == ""
        if plain in STOPWORDS or (len(plain) < 2 and not plain.isdigit()):
            previous, before = None, plain
            continue
        term = _term(word, plain, opening=place == 0, before=before)
        if compares and term.weight == 1.0:
            term = replace(term, exact=True)
        found.setdefault(term.stem, term)
        if previous is not None and adjoining and _are_joined(previous, term):
            found[previous.stem] = replace(found[previous.stem], before=term.stem)
        previous, before = term, plain
    return tuple(found.values())


def _are_joined(one: Term, other: Term) -> bool:
    """Whether two neighbours make one notion, as `ocean energy` does, and `plants absorb` does not."""
    return one.weight == other.weight == 1.0 and not one.doing and not other.doing


def _raised(plain: str) -> str:
    """The stem of an adjective that `plain` raises: `oldest` gives `old`, `bigger` `big`, `heavier` `heavy`."""
    base = re.sub(r"(?:er|est)$", "", plain)
    if base == plain or len(base) < 3:
        return ""
    base = re.sub(r"i$", "y", base)
    return stem(re.sub(r"([bdgmnt])\1$", r"\1", base))


def _term(word: str, plain: str, *, opening: bool, before: str) -> Term:
    root = stem(plain)
    exact = bool(_EXACT.match(plain)) or (word[:1].isupper() and not opening and len(word) > 1)
    if root in ABOUT_THE_WORK and not exact:
        return Term(root, word, 0.0)
    soft = not exact and (root in HOW_IT_IS_PUT or len(plain) < 3 or _raised(plain) in HOW_IT_IS_PUT)
    doing = not exact and (
        before in _BEFORE_A_VERB or (plain.endswith("ing") and before not in _BEFORE_A_NOUN) or is_verb(root)
    )
    return Term(root, word, 0.25 if soft else 1.0, exact, doing)
