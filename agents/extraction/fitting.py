"""How well the sentences of passages fit a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.extraction.cues import KINDRED, signs
from agents.extraction.question import Question
from agents.extraction.ranking import Vocabulary, defines
from agents.extraction.statements import Statement, alike, chains
from agents.text import content_words, stem, words
from agents.thesaurus import related

_ASKS_WHAT_IT_IS = re.compile(
    r"\W*(?:(?:and|so|but|ok|okay)\W+)*(?:what|who)(?:'s|s| is| are| was| were| does| do| actually| counts?)\b|"
    r".*\b(?:mean(?:s|t)? by|definition|define|stands? for)\b",
    re.IGNORECASE,
)
_HEADED = 0.5  # of a match, when the word stands in the heading only
_SAID = 0.25  # points of the first sentence of the answer before, for a question that leans on it


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sentences that may answer: their points, the share of the question that they carry, and of its signs (0 to 1)."""

    chain: tuple[Statement, ...]
    place: int
    points: float
    bears: float
    sign: float = 0.0


class Fitting:
    """Ranks statements for one question. `said` is the answer given before, which the question may lean on."""

    def __init__(self, about: Question, statements: Sequence[Statement], said: Sequence[Statement] = ()) -> None:
        self._about = about
        self._vocabulary = Vocabulary(statements)
        known = frozenset().union(*(s.stems | frozenset(content_words(s.section)) for s in statements), frozenset())
        self._near = {term.stem: nearness(term.stem, known, name=term.name) for term in about.terms}
        self._weights = {term.stem: term.weight * self._vocabulary.weight(term.stem) for term in about.terms}
        self._total = sum(self._weights.values())
        if not about.stems("about", "given", "put"):  # then what the conversation is about anyway carries little
            self._total += self._vocabulary.weight("")
        self._pairs = _pairs(about)
        self._said = list(said) if about.refers else []

    @property
    def misses_name(self) -> bool:
        """Whether a name or number that is asked about is nowhere in the statements."""
        return any(term.name and term.role == "about" and not self._near[term.stem] for term in self._about.terms)

    def ranked(self, pool: Sequence[tuple[Statement, ...]]) -> list[Candidate]:
        """The chains, best first."""
        scored = [self.candidate(chain, place) for place, chain in enumerate(pool)]
        return sorted(scored, key=lambda c: (-c.points, c.place))

    def candidate(self, chain: tuple[Statement, ...], place: int = 0) -> Candidate:
        """The points of a chain, up to about 2, and what it carries of the question."""
        about = self._about
        best = max((self._carried(s.stems, s.section) for s in chain), default=0.0)
        together = self._carried(frozenset().union(*(s.stems for s in chain)), chain[0].section)
        bears = max(best, 0.9 * together)
        sign = max(signs(about.text, s.text) for s in chain)
        points = bears + sign * (0.15 + 0.3 * min(1.0, 2 * bears))
        points += 0.3 * max(self._adjacent(s) for s in chain)
        points += max(self._continues(s) for s in chain) * (1.0 + sign)
        if _ASKS_WHAT_IT_IS.match(about.text):
            points += 0.2 * max(defines(chain[0], stems) for stems in self._defined())
        points -= 0.2 if chain[0].dangling else 0.0
        points -= 0.05 * (len(chain) - 1)
        return Candidate(chain, place, points, bears, sign)

    def _carried(self, stems: frozenset[str], section: str) -> float:
        """The part of the question's weight that these stems hold."""
        headed = frozenset(content_words(section))
        carried = 0.0
        for asked, weight in self._weights.items():
            near = self._near[asked]
            found = max((near.get(s, 0.0) for s in stems), default=0.0)
            carried += weight * max(found, _HEADED * max((near.get(s, 0.0) for s in headed), default=0.0))
        return carried / self._total

    def _adjacent(self, statement: Statement) -> float:
        """The part of the question's neighbouring words that are neighbours in the sentence too."""
        found = set(pairwise(content_words(statement.text)))
        return len(self._pairs & found) / len(self._pairs) if self._pairs else 0.0

    def _continues(self, statement: Statement) -> float:
        """How near a statement is to the answer before: a sentence of it, or one that goes with its first."""
        for place, said in enumerate(self._said):
            if said.text == statement.text:
                return _SAID if place == 0 else _SAID / 2
        if not self._said:
            return 0.0
        first = self._said[0].stems - self._about.subject
        return _SAID / 2 * len(first & statement.stems) / len(first) if first else 0.0

    def _defined(self) -> tuple[frozenset[str], ...]:
        about = self._about.stems("about")
        return (about, self._about.stems("about", "given", "known")) if about else (self._about.subject,)


def nearness(asked: str, stems: Iterable[str], *, name: bool = False) -> dict[str, float]:
    """How nearly each of the stems stands for the asked one, 0 to 1; those that do not are left out."""
    found: dict[str, float] = {}
    close = frozenset[str]() if name else related(asked)
    for other in stems:
        if degree := _degree(asked, other, close, name):
            found[other] = degree
    return found


def _degree(asked: str, other: str, close: frozenset[str], name: bool) -> float:
    if asked == other:
        return 1.0
    if len(asked) >= 4 and len(other) >= 4 and (other.startswith(asked) or asked.startswith(other)):
        return 0.8
    if _misspelt(asked, other):
        return 0.8
    if name:
        return 0.0
    if other in KINDRED.get(asked, ()):
        return 0.6
    if other in close:
        return 0.55
    return 0.25 if close and not close.isdisjoint(related(other)) else 0.0


def _misspelt(one: str, other: str) -> bool:
    """Whether the two differ by one slip: a letter added, left out, changed, or swapped with its neighbour."""
    if one[:1] != other[:1] or min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1])


def _pairs(about: Question) -> set[tuple[str, str]]:
    wanted = about.stems("about", "given")
    asked = [stem(word) for word in words(about.text)]
    return {(a, b) for a, b in pairwise(asked) if a in wanted and b in wanted}


def groups(statements: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """Chains to choose from, each said once; a dangling one gives way to the same with its predecessor."""
    linked = sorted(chains(statements), key=lambda c: c[0].dangling)
    kept: list[tuple[Statement, ...]] = []
    for chain in linked:
        if not any(all(any(alike(s, t) for t in other) for s in chain) for other in kept):
            kept.append(chain)
    return sorted(kept, key=lambda c: statements.index(c[0]))
