"""Whether a text holds a word: as it is, in another form, misspelt, or as a word of the same meaning."""

from __future__ import annotations

from collections.abc import Iterable

from agents.text import stem, words
from agents.thesaurus import related

from .question import Term
from .vocabulary import HOW_IT_IS_PUT


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words of the texts."""
    return frozenset(stem(word) for text in texts for word in words(text))


def holds(stems: frozenset[str], term: Term) -> bool:
    """Whether the term is among the stems. Names and numbers must be there as they are."""
    if term.stem in stems:
        return True
    if term.exact and not term.word.islower():
        return False
    return not stems.isdisjoint(related(term.stem) - HOW_IT_IS_PUT) or any(_alike(term.stem, other) for other in stems)


def _alike(one: str, other: str) -> bool:
    """Whether two stems are of one word: a long common beginning, or a slip of the keyboard."""
    if one[:1] != other[:1] or min(len(one), len(other)) < 4:
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) <= 5:
        return len(shorter) >= 6 or longer[len(shorter) :].rstrip("e") in _COMPOUNDED
    return min(len(one), len(other)) >= 6 and abs(len(one) - len(other)) <= 1 and _one_slip(one, other)


# What common short words are joined with: heat|wave, wind|mill, rain|fall.
_COMPOUNDED = frozenset(stem(word).rstrip("e") for word in "wave mill fall farm land power time work light way".split())


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter added, left out, changed or swapped with its neighbour makes one the other."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, remaining = one[start:], other[start:]
    return (
        rest[1:] == remaining[1:]
        or rest[1:] == remaining
        or rest == remaining[1:]
        or (rest[2:] == remaining[2:] and rest[:2] == remaining[1::-1])
    )
