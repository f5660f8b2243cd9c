"""Answers: the sentences of labelled passages that bear on a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from agents.extraction.cues import signs
from agents.extraction.glue import NO_ANSWER
from agents.extraction.question import Question, kindred, question
from agents.extraction.ranking import Vocabulary, defines
from agents.extraction.statements import Document, Statement, alike, chains, read
from agents.extraction.themes import OVERVIEW
from agents.extraction.topic import compared
from agents.text import content_words

MOST = 4
_BEARS = 0.34  # the least share of a question's weight that a sentence must carry
_ANSWERS = 0.55
_NEAR_BEST = 0.62  # of the best one's points, that another sentence must have
_ASKS_WHAT_IT_IS = re.compile(r"\W*(?:and )?(?:what|who)(?:'s| is| are| was| were| does| do)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage, read, and the number it is cited by."""

    label: int
    document: Document
    workflow: str
    run_input: str
    step: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Sentences that may answer: their points, and the share of the question that they carry (0 to 1)."""

    chain: tuple[Statement, ...]
    place: int
    points: float
    bears: float


def answer(asked: str, passages: Sequence[Mapping[str, Any]], *, message: str = "") -> str:
    """Two to five whole sentences of the passages that answer best, each with its label, as `[1]`.

    Passages are those of a recall's evidence: `label`, `text`, `step`, `workflow`, `run_input`. Says so when nothing
    in them bears on the question, or when it would take a language model. `message` is what the user wrote, when
    `asked` is that with its references resolved.
    """
    held = [_labelled(p) for p in passages]
    about = question(asked, " ".join(dict.fromkeys(p.run_input for p in held)), message)
    if about.kind == "sources":
        return _sources(held) or _specific(about, held)
    if about.kind == "contents":
        return _contents(held) or _points(about, held)
    text = _specific(about, held) if about.kind == "specific" else _points(about, held)
    if about.needs_model and not text.startswith(NO_ANSWER):
        return f"{about.needs_model} would need a language model; here are the sentences that bear on it. {text}"
    return text


def answers(statement: Statement, about: Question, vocabulary: Vocabulary) -> float:
    """How well a statement answers a question, in points up to about 2."""
    return _candidate((statement,), 0, about, vocabulary).points


def _labelled(passage: Mapping[str, Any]) -> LabelledPassage:
    label = int(passage["label"])
    return LabelledPassage(
        label,
        read(str(passage.get("text") or ""), origin=label),
        str(passage.get("workflow") or ""),
        str(passage.get("run_input") or ""),
        str(passage.get("step") or ""),
    )


def _specific(about: Question, held: Sequence[LabelledPassage]) -> str:
    statements = [s for p in held for s in p.document.statements]
    vocabulary = Vocabulary(statements)
    ranked = _ranked(about, _groups(statements), vocabulary)
    sides = compared(about.text) if about.needs_model else None
    chosen = _of_sides(sides, about, statements, vocabulary) if sides else []
    chosen = chosen or _choose(ranked)
    if about.needs_model:
        return _cited(chosen) or _points(about, held)
    if not chosen:
        return _nothing()
    if ranked[0].bears < _ANSWERS or _misses_name(about, vocabulary):
        return f"The past results do not answer this directly; this comes closest. {_cited(chosen)}"
    return _cited(chosen)


def _of_sides(
    sides: tuple[str, str], about: Question, statements: Sequence[Statement], vocabulary: Vocabulary
) -> list[tuple[Statement, ...]]:
    """The best sentences on each side of a comparison, a side after the other."""
    found: list[tuple[Statement, ...]] = []
    for side in sides:
        named = question(side)
        of_side = replace(named, names=frozenset(), text=f"what is {side}")
        ranked = [c for c in _ranked(of_side, _groups(statements), vocabulary) if c.chain not in found]
        found += _choose(ranked[:2])
    return found


def _ranked(about: Question, pool: Sequence[tuple[Statement, ...]], vocabulary: Vocabulary) -> list[_Candidate]:
    """The chains that bear on the question, best first."""
    scored = [_candidate(chain, place, about, vocabulary) for place, chain in enumerate(pool)]
    return sorted((c for c in scored if c.bears >= _BEARS), key=lambda c: (-c.points, c.place))


def _groups(statements: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """Chains to choose from, each said once; a dangling one gives way to the same with its predecessor."""
    linked = sorted(chains(statements), key=lambda c: c[0].dangling)
    kept: list[tuple[Statement, ...]] = []
    for chain in linked:
        if not any(all(any(alike(s, t) for t in other) for s in chain) for other in kept):
            kept.append(chain)
    return sorted(kept, key=lambda c: statements.index(c[0]))


def _candidate(chain: tuple[Statement, ...], place: int, about: Question, vocabulary: Vocabulary) -> _Candidate:
    best = max((_carried(s, about, vocabulary) for s in chain), default=0.0)
    together = _carried_by(frozenset().union(*(s.stems for s in chain)), chain[0].section, about, vocabulary)
    bears = max(best, 0.9 * together)
    points = bears + 0.45 * max(signs(about.text, s.text) for s in chain) * min(1.0, 2 * bears)
    points += 0.3 * max(_adjacent(s, about) for s in chain)
    if _ASKS_WHAT_IT_IS.match(about.text):
        asked = (frozenset(about.crux), frozenset(about.wanted))
        points += 0.2 * max(defines(chain[0], stems) for stems in asked)
    points -= 0.2 if chain[0].dangling else 0.0
    points -= 0.05 * (len(chain) - 1)
    return _Candidate(chain, place, points, bears)


def _carried(statement: Statement, about: Question, vocabulary: Vocabulary) -> float:
    return _carried_by(statement.stems, statement.section, about, vocabulary)


def _carried_by(stems: frozenset[str], section: str, about: Question, vocabulary: Vocabulary) -> float:
    if not about.wanted:
        return 1.0
    headed = frozenset(content_words(section))
    total = carried = crux = anchored = 0.0
    for asked in about.wanted:
        weight = vocabulary.weight(asked) * (1.0 if asked in about.crux or not about.crux else 0.25)
        total += weight
        found = 1.0 if asked in stems else _near(asked, stems)
        found = max(found, 0.55 if asked in headed else 0.5 * _near(asked, headed))
        carried += weight * found
        crux += found if asked in about.crux else 0.0
        anchored += found if asked in about.anchors else 0.0
    if (about.crux and not crux) or (about.anchors and not anchored):
        return 0.0
    return carried / total


def _near(asked: str, stems: frozenset[str]) -> float:
    """How nearly one of the stems stands for the asked one."""
    if len(asked) >= 4 and any(len(s) >= 4 and (s.startswith(asked) or asked.startswith(s)) for s in stems):
        return 0.8
    return 0.55 if kindred(asked) & stems else 0.0


def _adjacent(statement: Statement, about: Question) -> float:
    """The part of the question's neighbouring words that are neighbours in the sentence too."""
    asked = content_words(about.text)
    pairs = set(pairwise(asked)) & {(a, b) for a in about.wanted for b in about.wanted}
    found = content_words(statement.text)
    return len(pairs & set(pairwise(found))) / len(pairs) if pairs else 0.0


def _misses_name(about: Question, vocabulary: Vocabulary) -> bool:
    return any(not vocabulary.held(name) for name in about.names if name in about.crux)


def _choose(ranked: Sequence[_Candidate]) -> list[tuple[Statement, ...]]:
    """The best chain, then those that come near it and add something, in the order of their texts."""
    if not ranked:
        return []
    best = ranked[0]
    chosen = [best]
    room = MOST - len(best.chain)
    for candidate in ranked[1:]:
        repeats = any(alike(s, t) for c in chosen for s in candidate.chain for t in c.chain)
        if candidate.points >= _NEAR_BEST * best.points and len(candidate.chain) <= room and not repeats:
            chosen.append(candidate)
            room -= len(candidate.chain)
    rest = sorted(chosen[1:], key=lambda c: (c.chain[0].origin != best.chain[0].origin, c.place))
    return [c.chain for c in (best, *rest)]


def _points(about: Question, held: Sequence[LabelledPassage]) -> str:
    """The leading sentence of every section of the run that the best passage is of."""
    of_run = _of_best_run(held)
    leading: list[Statement] = []
    seen: set[tuple[str, str]] = set()
    for passage in of_run:
        for chain in _groups(passage.document.statements):
            key = (chain[0].section, chain[0].source if not chain[0].section else "")
            if key not in seen and not chain[0].dangling and not any(alike(chain[0], s) for s in leading):
                seen.add(key)
                leading.append(chain[0])
    for statement in (s for p in of_run for s in p.document.statements):
        if len(leading) < 3 and not statement.dangling and not any(alike(statement, s) for s in leading):
            leading.append(statement)
    if not leading:
        return _nothing()
    chosen = leading[: MOST + 1 if about.kind == "points" else MOST]
    if about.kind == "points":
        return "\n".join(f"- {s.text} [{s.origin}]" for s in chosen)
    return " ".join(f"{s.text} [{s.origin}]" for s in chosen)


def _of_best_run(held: Sequence[LabelledPassage]) -> list[LabelledPassage]:
    """The passages of the first passage's run, those of its titled text first (the article rather than the notes)."""
    if not held:
        return []
    first = held[0]
    of_run = [p for p in held if (p.workflow, p.run_input) == (first.workflow, first.run_input)]
    titled = [p for p in of_run if p.document.title]
    step = (titled or of_run)[0].step
    return sorted(of_run, key=lambda p: (p.step != step, not p.document.title))


def _contents(held: Sequence[LabelledPassage]) -> str:
    """The headings of the run that the best passage is of."""
    seen: dict[str, int] = {}
    of_run = _of_best_run(held)
    for passage in (p for p in of_run if p.step == of_run[0].step):
        for heading in passage.document.headings:
            if heading != OVERVIEW:
                seen.setdefault(heading, passage.label)
    if not seen:
        return ""
    return "\n".join(["Its sections are:", "", *(f"- {heading} [{label}]" for heading, label in seen.items())])


def _sources(held: Sequence[LabelledPassage]) -> str:
    """The sources that the passages list or name."""
    seen: dict[str, tuple[str, int]] = {}
    of_run = _of_best_run(held)
    for passage in of_run:
        for title, address in passage.document.sources:
            if not seen.get(title, ("", 0))[0]:
                seen[title] = (address, passage.label)
    for passage in of_run:
        for title in (t for s in passage.document.statements for t in s.source.split("; ") if t):
            seen.setdefault(title, ("", passage.label))
    lines = [f"- {title}{f' — {address}' if address else ''} [{label}]" for title, (address, label) in seen.items()]
    return "\n".join(["It draws on these sources:", "", *lines]) if lines else ""


def _nothing() -> str:
    return f"{NO_ANSWER} Ask for a new run to look further."


def _cited(chosen: Sequence[tuple[Statement, ...]]) -> str:
    return " ".join(f"{s.text} [{s.origin}]" for chain in chosen for s in chain)
