"""Themes: statements gathered under headings that their sources supply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.extraction.ranking import Vocabulary, defines, merit, share
from agents.extraction.statements import Statement, chains
from agents.text import STOPWORDS, content_words, stem, word_set, words

OVERVIEW = "Overview"
MOST = 5
FEWEST = 3

_GENERIC = word_set(
    """
    introduction overview summary conclusion contents background general home about news article blog
    notes references links faq welcome basics definition
    """
)
_NO_HEADING = re.compile(
    r"^(?:\d|top\b|best\b|how to\b|why\b|the \d|what\b|who\b|when\b)|[?!|]|\.(?:com|org|gov|net|edu|html?|pdf)\b",
    re.IGNORECASE,
)
_SITE = re.compile(r"\s+(?:[|•·»]|[-–—])\s+.*$")
_WORDLIKE = re.compile(r"[A-Za-z][A-Za-z0-9₂’'-]*$")
# Words that make a poor beginning or end of a heading, though they carry meaning in a sentence.
_POOR = word_set(
    """
    new large largest small great good better best high higher low lower big bigger many main major
    important different various several common recent early late later long short full global local able
    likely possible available known called based first second third last next two three four five six
    seven eight nine ten hundred thousand million billion trillion percent cent number amount part kind
    type form example way year years day days month months century centuries today time times people thing
    things world help helps include includes including need needs work works provide provides produce
    produces produced reduce reduces reducing increase increases increased increasing become find found
    show shows showed allow allows allowing require requires required cause causes caused lead leads start
    starts started began begin grow grows growing grew come comes call calls turn turns according around
    less least far per put puts set sets run runs built build create creates created creating change
    changes changed rise rises rising fall falls fell move moves moved store stores stored carry carries
    carried hold holds held reach reaches reached cost costs cover covers remain remains offer offers
    contain contains well half quarter double times total average estimated roughly approximately nearly
    usually often
    """
)


@dataclass(frozen=True, slots=True)
class Theme:
    """A heading and the statements under it, in reading order."""

    heading: str
    statements: tuple[Statement, ...]


def themes(
    statements: Sequence[Statement], wanted: frozenset[str], *, each: int = 4, by_source: bool = False
) -> list[Theme]:
    """Three to five themes where the material gives them, each of at most `each` statements.

    Headings come from section headings and short titles of the sources, else from what the statements speak of.
    `by_source` keeps the sources apart, for a comparison. The first may be an `OVERVIEW`.
    """
    vocabulary = Vocabulary(statements)
    groups, loose = _labelled(statements, wanted, by_source)
    if sum(len(group) > 1 for group in groups.values()) < FEWEST and not by_source:
        groups, loose = _split_by_phrases(groups, loose, wanted)
    ranked = sorted(groups, key=lambda name: -_weight(groups[name], wanted, vocabulary))
    weighty = [name for name in ranked if len(groups[name]) > 1]
    if len(weighty) >= FEWEST:
        ranked = weighty
    chosen = set(_spread(ranked, groups)[:MOST])
    most = each if len(chosen) >= FEWEST else each + 2
    found = [Theme(name, _best(group, wanted, vocabulary, most)) for name, group in groups.items() if name in chosen]
    if sum(bool(s.stems & wanted) for s in loose) > 1:
        loose = [s for chain in chains(loose) if _speaks_of(chain[0], wanted) for s in chain]
    if loose:
        found.insert(0, Theme(OVERVIEW, _best(loose, wanted, vocabulary, most)))
    return [theme for theme in found if theme.statements]


def _spread(ranked: Sequence[str], groups: dict[str, list[Statement]]) -> list[str]:
    """The names in order, but those of a source that has had its share after the others."""
    taken: Counter[str] = Counter()
    first: list[str] = []
    for name in ranked:
        source = groups[name][0].source
        taken[source] += 1
        first += [name] if taken[source] <= MOST // 2 else []
    return [*first, *(name for name in ranked if name not in first)]


def _labelled(
    statements: Sequence[Statement], wanted: frozenset[str], by_source: bool
) -> tuple[dict[str, list[Statement]], list[Statement]]:
    """The statements under the headings their sources give them, and those without one."""
    groups: dict[str, list[Statement]] = {}
    names: dict[frozenset[str], str] = {}
    loose: list[Statement] = []
    single = len({s.source for s in statements}) == 1
    for statement in statements:
        label = _label(statement, wanted, by_source, single)
        if not label:
            loose.append(statement)
            continue
        name = names.setdefault(frozenset(content_words(label)), label)
        groups.setdefault(name, []).append(statement)
    return groups, loose


def _label(statement: Statement, wanted: frozenset[str], by_source: bool, single: bool) -> str:
    title = short_title(statement.source)
    stems = frozenset(content_words(title))
    of_topic = single or share(stems, wanted) == 1 or share(wanted, stems) == 1
    if by_source and title:
        return title
    if statement.section and (of_topic or not title):
        return "" if _is_generic(statement.section) else _sentence_case(statement.section)
    return "" if of_topic or not title else _sentence_case(title)


def short_title(title: str) -> str:
    """A title without the name of its site, if it can be a heading, else an empty string."""
    short = _SITE.sub("", title).strip(" :")
    if len(words(short)) > 5 or _NO_HEADING.search(short) or _is_generic(short) or ":" in short:
        return ""
    return short


def _is_generic(label: str) -> bool:
    stems = [w.casefold() for w in words(label)]
    return all(w in _GENERIC or w in STOPWORDS for w in stems)


def _sentence_case(label: str) -> str:
    """`The Silk Road` stays; `the cost of capital` gets a capital."""
    return label[:1].upper() + label[1:]


def _weight(group: Sequence[Statement], wanted: frozenset[str], vocabulary: Vocabulary) -> float:
    best = sorted((merit(s, wanted, vocabulary) for s in group), reverse=True)[:4]
    titled = frozenset(content_words(f"{group[0].source} {group[0].section}"))
    return sum(best) + 2 * share(wanted, titled) - 0.05 * group[0].origin


def _best(
    group: Sequence[Statement], wanted: frozenset[str], vocabulary: Vocabulary, most: int
) -> tuple[Statement, ...]:
    """The best whole chains of a group, back in the order of their texts."""
    linked = [c for c in chains(group) if not c[0].dangling] or chains(group)

    def worth(place: int) -> float:
        first = linked[place][0]
        opens = place == 0 or linked[place - 1][0].origin != first.origin
        return merit(first, wanted, vocabulary) + (0.5 if opens else 0.0)

    taken: list[int] = []
    room = most
    for place in sorted(range(len(linked)), key=lambda p: (-worth(p), p)):
        if len(linked[place]) <= room:
            taken.append(place)
            room -= len(linked[place])
    if not taken and linked:
        return linked[0][:most]
    order = sorted(taken, key=lambda p: (-_opens(linked[p][0], wanted), p))
    return tuple(s for place in order for s in linked[place])


def _speaks_of(statement: Statement, wanted: frozenset[str]) -> bool:
    return bool(statement.stems & wanted) or wanted <= frozenset(content_words(statement.source))


def _opens(statement: Statement, wanted: frozenset[str]) -> bool:
    """Whether a statement says what the topic is, and so comes first."""
    return defines(statement, wanted) > 1.3


def _split_by_phrases(
    groups: dict[str, list[Statement]], loose: list[Statement], wanted: frozenset[str]
) -> tuple[dict[str, list[Statement]], list[Statement]]:
    """Add themes for what several statements speak of, until there are enough."""
    kept = {name: group for name, group in groups.items() if len(group) > 1}
    pool = [*loose, *(s for name, group in groups.items() if name not in kept for s in group)]
    found: dict[str, list[Statement]] = {}
    opening = max(chains(pool), key=lambda c: defines(c[0], wanted), default=())
    pool = [s for s in pool if s not in opening]
    while len(kept) + len(found) < MOST - 1:
        phrase = _leading_phrase(pool, wanted, [*kept, *found])
        if not phrase:
            break
        stems = frozenset(content_words(phrase))
        linked = chains(pool)
        inside = [c for c in linked if any(stems <= s.stems for s in c)]
        pool = [s for c in linked if c not in inside for s in c]
        found[phrase] = [s for c in inside for s in c]
    return {**found, **kept}, [*opening, *pool]


def _leading_phrase(pool: Sequence[Statement], wanted: frozenset[str], taken: Sequence[str]) -> str:
    """The phrase that most statements of the pool share, as it is mostly written; "" if none will do."""
    used = {frozenset(content_words(name)) for name in taken}
    counts: Counter[frozenset[str]] = Counter()
    forms: dict[frozenset[str], Counter[str]] = {}
    for statement in pool:
        seen: set[frozenset[str]] = set()
        for phrase in _phrases(statement.text):
            key = frozenset(stem(w) for w in phrase.split())
            if (
                len(key) != len(phrase.split())
                or key <= wanted
                or wanted <= key
                or any(key & u and key <= u | wanted for u in used)
            ):
                continue
            forms.setdefault(key, Counter())[phrase] += 1
            seen.add(key)
        counts.update(seen)
    least = 2
    fit = [
        (count * (2.0 if len(key) > 1 else 0.8), len(key), min(forms[key]), key)
        for key, count in counts.items()
        if count >= least + (1 if len(key) == 1 else 0) and count <= max(3, 0.6 * len(pool))
    ]
    if not fit:
        return ""
    *_, key = max(fit, key=lambda f: (f[0], f[1], f[2]))
    return _sentence_case(max(forms[key].items(), key=lambda f: (f[1], f[0]))[0])


def _phrases(text: str) -> list[str]:
    """Runs of one to three meaningful words between small words and punctuation."""
    found: list[str] = []
    tokens = re.findall(r"[\w’'₂-]+|[^\w\s]", text)
    run: list[str] = []
    for place, token in enumerate([*tokens, "."]):
        lowered = token.casefold()
        if _WORDLIKE.match(token) and lowered not in STOPWORDS and lowered not in _POOR and not lowered.endswith("ly"):
            run.append(token if place and _keeps_case(token) else lowered if not _acronym(token) else token)
            continue
        found += [" ".join(run)] if 1 < len(run) <= 3 else []
        found += [run[0]] if len(run) == 1 and len(run[0]) > 4 else []
        found += [" ".join(run[:2]), " ".join(run[-2:])] if len(run) == 3 else []
        run = []
    return found


def _keeps_case(token: str) -> bool:
    return any(c.isupper() for c in token)


def _acronym(token: str) -> bool:
    return sum(c.isupper() for c in token) > 1
