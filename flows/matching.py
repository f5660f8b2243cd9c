"""Whether a text has a word: as it is, in another form, misspelt, shortened, or as a word of the same meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from agents.frequency import common_stems, commonness, is_place
from agents.text import stem
from agents.thesaurus import related

from .question import Term, plain_form, slips
from .vocabulary import HOW_IT_IS_PUT, NATIONS

SAME, ALIKE, RELATED, COGNATE = 1.0, 0.85, 0.75, 0.6
MOST_CORRECTIONS = 3
UNUSUAL = 3.5  # Zipf frequency below which a word may be another one misspelt
COMMONER = 0.75  # how much commoner that other one has to be
_VERSION = re.compile(r"^\d+(?:\.\d+)*$")


class Vocabulary:
    """The stems of some texts, by their first letter: what terms are looked for in."""

    def __init__(self, stems: Iterable[str]) -> None:
        self.stems = frozenset(stems)
        self._by_letter: dict[str, list[str]] = {}
        for one in self.stems:
            self._by_letter.setdefault(one[:1], []).append(one)

    def matches(self, term: Term, *, foreign: bool = False) -> Mapping[str, float]:
        """The stems that may stand for the term, with how well they do (0 to 1)."""
        found: dict[str, float] = {}
        if term.stem[:1].isdigit():
            return {one: SAME for one in self._by_letter.get(term.stem[:1], ()) if _same_number(term.stem, one)}
        found.update(dict.fromkeys(NATIONS.get(term.stem, frozenset()) & self.stems, ALIKE))
        near = self._by_letter.get(term.stem[:1], ())
        if not (term.exact and not term.rare):
            found.update(dict.fromkeys((related(term.stem) - HOW_IT_IS_PUT) & self.stems, RELATED))
        found.update({one: ALIKE for one in near if not term.exact and _begins_alike(term.stem, one)})
        if may_be_misspelt(term):
            most, known = (1 if len(term.stem) < 7 else 2), commonness(term.stem)
            slipped = (one for one in near if len(one) > 3 and slips(term.stem, one) <= most)
            found.update({one: ALIKE for one in slipped if not known or commonness(one) > known + COMMONER})
        if foreign:
            found.update({one: COGNATE for one in near if one not in found and _cognate(term.stem, one)})
        if term.stem in self.stems:
            found[term.stem] = SAME
        return found


def best(found: Mapping[str, float], stems: frozenset[str]) -> float:
    """How well the term that `found` is of stands in a text of these stems."""
    return max((quality for one, quality in found.items() if one in stems), default=0.0)


def _same_number(one: str, other: str) -> bool:
    """Equal, or one a version that begins with the other: 4.2 and 4.2.0."""
    one, other = one.replace(",", ""), other.replace(",", "")
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return (
        bool(_VERSION.match(longer)) and longer.startswith(f"{shorter}.") and set(longer[len(shorter) :]) <= {".", "0"}
    )


def corrections(term: Term) -> list[str]:
    """Common words that a misspelt term may stand for, the likeliest first; none for a word that is known."""
    if not may_be_misspelt(term) or commonness(term.stem) or term.stem[:1].isdigit():
        return []
    return list(_corrections(term.stem))


@lru_cache(maxsize=1024)
def _corrections(stem: str) -> tuple[str, ...]:
    near = [one for one in common_stems(stem[:1], len(stem) - 1, len(stem) + 1) if slips(stem, one) == 1]
    return tuple(sorted(near, key=commonness, reverse=True)[:MOST_CORRECTIONS])


def may_be_misspelt(term: Term) -> bool:
    """Whether the term may be a slip of the keyboard: a word that English hardly has."""
    return len(term.stem) > 3 and commonness(term.stem) < UNUSUAL and not is_place(plain_form(term.word))


def _begins_alike(one: str, other: str) -> bool:
    """Whether two stems have a long common beginning: coloni and colony, heat and heatwave."""
    if one == other or min(len(one), len(other)) < 4:
        return False
    shorter, longer = sorted((one, other), key=len)
    if longer.startswith(shorter) and len(longer) - len(shorter) <= 5:
        return len(shorter) >= 5 or longer[len(shorter) :].rstrip("e") in _COMPOUNDED
    return False


def _cognate(one: str, other: str) -> bool:
    """Whether words of two languages begin alike for most of their length."""
    shorter, longer = sorted((one, other), key=len)
    common = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return common >= 4 and common >= 0.6 * len(longer)


# What common short words are joined with: heat|wave, wind|mill, rain|fall.
_COMPOUNDED = frozenset(stem(word).rstrip("e") for word in "wave mill fall farm land power time work light way".split())
