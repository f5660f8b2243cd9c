"""Answers: the sentences of labelled passages that bear on a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.extraction.fitting import Candidate, Fitting, groups
from agents.extraction.glue import NO_ANSWER, NOT_DIRECTLY
from agents.extraction.question import Question, question
from agents.extraction.statements import Statement, alike
from agents.extraction.topic import compared
from agents.extraction.whole import LabelledPassage, contents, labelled, main_sentences, provenance

MOST = 4
_ANSWERS = 0.45  # the share of a question's weight from which a sentence answers it
_BEARS = 0.2  # from which it comes close
_NEAR_BEST = 0.62  # of the best one's points, that another sentence must have
_CLOSEST = 3  # sentences that are given when none answers


def answer(asked: str, passages: Sequence[Mapping[str, Any]], *, message: str = "", before: str = "") -> str:
    """One to five whole sentences of the passages that answer best, each with its label, as `[1]`.

    Passages are those of a recall's evidence: `label`, `text`, `step`, `workflow`, `run_input`. Where none answers,
    those that come closest are given, and it is said so; without any passage it says that there is nothing.
    `message` is what the user wrote, when `asked` is that with its references resolved; `before` is the answer to
    what the user asked before.
    """
    held = [labelled(p) for p in passages]
    if not any(p.document.statements or p.lead for p in held):
        return _without_sentences(held)
    about = question(asked, " ".join(dict.fromkeys(p.run_input for p in held)), message)
    said = _said(held, before)
    text = ""
    if about.kind == "sources":
        text = provenance(held)
    elif about.kind == "contents":
        text = contents(held)
    elif about.kind == "specific":
        text = _specific(about, held, said)
    text = text or _main(about, held, said) or provenance(held)
    if about.needs_model:
        return f"{about.needs_model} would need a language model; here are the sentences that bear on it. {text}"
    return text


def _without_sentences(held: Sequence[LabelledPassage]) -> str:
    return contents(held) or provenance(held) or f"{NO_ANSWER} Ask for a new run to look further."


def _said(held: Sequence[LabelledPassage], before: str) -> list[Statement]:
    """The statements that the answer before quoted, in its order."""
    found = [(before.find(s.text), s) for p in held for s in p.document.statements if s.text in before]
    unique = {s.text: (place, s) for place, s in found}
    return [s for _, s in sorted(unique.values(), key=lambda entry: entry[0])]


def _specific(about: Question, held: Sequence[LabelledPassage], said: Sequence[Statement]) -> str:
    """The sentences that answer, or those that come closest; empty when the question names nothing to look for."""
    statements = [s for p in held for s in p.document.statements]
    fitting = Fitting(about, statements, said)
    ranked = fitting.ranked(groups(statements))
    if about.needs_model:
        sides = compared(about.text)
        chosen = _of_sides(sides, about, statements) if sides else []
        return _cited(chosen or _choose([c for c in ranked if c.bears >= _BEARS]))
    near = [c for c in ranked if c.bears >= _BEARS or c.points >= _ANSWERS]
    if not near:
        signed = [c for c in ranked if c.sign]
        if not signed and not about.stems("about"):
            return ""
        closest = _closest(signed) or [(s,) for s in main_sentences(held, _CLOSEST)]
        return f"{NOT_DIRECTLY} {_cited(closest)}"
    best = near[0]
    if fitting.misses_name or max(best.bears, 0.7 * best.points) < _ANSWERS:
        return f"{NOT_DIRECTLY} {_cited(_closest(ranked))}"
    return _cited(_choose(near), bullets=about.bullets)


def _closest(ranked: Sequence[Candidate]) -> list[tuple[Statement, ...]]:
    """The best few, without those far behind."""
    return [c.chain for c in ranked[:_CLOSEST] if c.points >= _NEAR_BEST / 2 * ranked[0].points]


def _main(about: Question, held: Sequence[LabelledPassage], said: Sequence[Statement]) -> str:
    points = about.kind == "points" or about.bullets
    most = min(about.most, MOST + 1) or MOST + 1
    chosen = main_sentences(held, most, said=said if about.more else ())
    return _cited([(s,) for s in chosen], bullets=points)


def _of_sides(sides: tuple[str, str], about: Question, statements: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """The best sentences on each side of a comparison, a side after the other."""
    found: list[tuple[Statement, ...]] = []
    for side in sides:
        of_side = replace(question(f"what is {side}"), subject=about.subject)
        ranked = Fitting(of_side, statements).ranked(groups(statements))
        free = [c for c in ranked if c.chain not in found and c.bears >= _BEARS]
        found += _choose(free[:2])
    return found


def _choose(ranked: Sequence[Candidate]) -> list[tuple[Statement, ...]]:
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


def _cited(chosen: Sequence[tuple[Statement, ...]], *, bullets: bool = False) -> str:
    if bullets:
        return "\n".join("- " + " ".join(f"{s.text} [{s.origin}]" for s in chain) for chain in chosen)
    return " ".join(f"{s.text} [{s.origin}]" for chain in chosen for s in chain)
