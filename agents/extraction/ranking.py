"""How well statements fit a topic: which to keep, and which come first."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from agents.extraction.statements import Statement, chains
from agents.text import content_words, words

_PERSONAL = re.compile(r"\b(?:we|our|us|you|your|i|my|me)\b", re.IGNORECASE)
_VERB_AFTER = re.compile(
    r"((?:\S+ ){1,6}?)(?:is|are|was|were|means?|refers?|describes?|trains?|works?|turns?|uses?|lets?|helps?|began)\b"
)
_CALLED = re.compile(r"\b(?:called|known as|named|termed) (?:the |an? )?([\w' -]+?)(?=[,.;:)]|$)")
_FRAGMENTED = re.compile(r"[|•·»>]|:$|\s-\s.*\s-\s")


class Vocabulary:
    """How many of the statements hold each stem."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._held: Counter[str] = Counter()
        self.size = 0
        for statement in statements:
            self._held.update(statement.stems)
            self.size += 1

    def held(self, stem: str) -> int:
        return self._held[stem]

    def weight(self, stem: str) -> float:
        """More for a rarer stem; most for one that no statement holds."""
        return math.log(1 + (self.size + 1) / (self._held[stem] + 0.5))


def share(wanted: frozenset[str], found: Iterable[str]) -> float:
    """The part of the wanted stems that is found, 0 to 1."""
    return len(wanted & frozenset(found)) / len(wanted) if wanted else 0.0


def on_topic(statements: Sequence[Statement], wanted: frozenset[str]) -> list[Statement]:
    """The statements that have to do with the topic: of fitting texts, and in them of fitting sentences."""
    if not wanted:
        return list(statements)
    fits = {key: _text_fit(group, wanted) for key, group in _by_text(statements).items()}
    least = min(1.0, max(fits.values(), default=0.0)) * 0.5
    if not least:
        return []
    # A web search judged whole pages, of which this is an excerpt; of a library's passage there is no more than this.
    kept = [s for s in statements if fits[_text_key(s)] >= least or s.address.startswith("http")]
    vocabulary = Vocabulary(kept)
    linked = [c for c in chains(kept) if any(_belongs(s, wanted, vocabulary) for s in c)]
    return [s for chain in linked for s in chain]


def merit(statement: Statement, wanted: frozenset[str], vocabulary: Vocabulary) -> float:
    """How much a statement tells about the topic, in points around 1."""
    stems = statement.stems
    if not stems:
        return 0.0
    central = sum(math.log(1 + vocabulary.held(s)) for s in stems) / len(stems)
    length = len(words(statement.text))
    points = share(wanted, stems) + 0.4 * central
    points += 0.25 if 10 <= length <= 32 else -0.25 if length < 7 or length > 45 else 0.0
    points += 0.1 if any(c.isdigit() for c in statement.text) else 0.0
    points -= 0.3 if _PERSONAL.search(statement.text) else 0.0
    points -= 0.4 if _FRAGMENTED.search(statement.text) else 0.0
    points -= 0.6 if statement.dangling else 0.0
    return points


def defines(statement: Statement, wanted: frozenset[str]) -> float:
    """How much a statement looks like the one that says what the topic is, 0 to 2.

    Such a sentence begins with the topic and goes on with a verb, best of all with `is` or `means`.
    """
    if statement.dangling or statement.follows or not wanted:
        return 0.0
    if (named_so := _CALLED.search(statement.text)) and wanted == frozenset(content_words(named_so.group(1))):
        return 2.0
    subject = frozenset(content_words(statement.text)[: len(wanted)])
    named = share(wanted, subject)
    says = _VERB_AFTER.match(statement.text)
    told_of = frozenset(content_words(says.group(1))) if says else frozenset()
    says_what_it_is = bool(told_of) and told_of <= wanted
    return (named if named == 1 else named / 2) * (2.0 if says_what_it_is else 1.0)


def _text_key(statement: Statement) -> tuple[int, str]:
    return statement.origin, statement.source


def _by_text(statements: Sequence[Statement]) -> dict[tuple[int, str], list[Statement]]:
    groups: dict[tuple[int, str], list[Statement]] = {}
    for statement in statements:
        groups.setdefault(_text_key(statement), []).append(statement)
    return groups


def _text_fit(group: Sequence[Statement], wanted: frozenset[str]) -> float:
    titles = set(content_words(f"{group[0].source} {group[0].section}"))
    held = set().union(*(s.stems for s in group))
    fit = share(wanted, titles | held) + 0.25 * share(wanted, titles)
    if wanted <= titles:
        return fit
    told = any(_together(s.text, wanted) for s in group) if len(wanted) > 1 else _mentions(group, wanted) > 1
    return fit if told else fit * 0.45


def _mentions(group: Sequence[Statement], wanted: frozenset[str]) -> int:
    return sum(bool(s.stems & wanted) for s in group)


def _together(text: str, wanted: frozenset[str]) -> bool:
    """Whether two of the wanted stems stand side by side."""
    return any(a != b and {a, b} <= wanted for a, b in pairwise(content_words(text)))


def _belongs(statement: Statement, wanted: frozenset[str], vocabulary: Vocabulary) -> bool:
    near = wanted | set(content_words(f"{statement.source} {statement.section}"))
    return bool(statement.stems & near) or any(vocabulary.held(s) > 1 for s in statement.stems)
