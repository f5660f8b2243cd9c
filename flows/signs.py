"""What speaks for and against it that the past answers a message: signs, to be weighed."""

from __future__ import annotations

from dataclasses import asdict

from agents.thesaurus import is_verb

from .coverage import Coverage
from .manners import LEXICON
from .phrases import SOUGHT
from .picking import on_topic, same_topic, tied
from .question import SOFT, Question, Term

_MOST = 5.0  # of weight


def signs(question: Question, coverage: Coverage) -> dict[str, float]:
    """The signs by name, each about 0 to 1. Those that are not there are left out."""
    found = {"always": 1.0, **_of_the_wording(question), **_of_the_runs(question, coverage)}
    return {name: value for name, value in found.items() if value}


def _of_the_wording(question: Question) -> dict[str, float]:
    said = {name.replace("_", " "): float(value) for name, value in asdict(question.cues).items()}
    sought = {f"seeks {name}": float(bool(pattern.search(question.message))) for name, pattern in SOUGHT.items()}
    speaks = {name: bool(found.search(question.message)) for name, found in LEXICON.items()}
    someone = speaks["others"] or speaks["someone known"] or any(_is_name(term) for term in question.about)
    states = not (question.cues.asks or question.orders or question.cues.transforms or "?" in question.message)
    bare = not question.talk and not any(term.exact for term in question.about)
    points = question.cues.person or question.cues.points
    return {
        **said,
        **sought,
        **{f"speaks of {name}": float(one) for name, one in speaks.items()},
        "states": float(states),
        "states briefly": float(states and question.weight < 2.5),
        "someone's mind": float(speaks["what goes on in people"] and someone),
        "mind of one known": float(speaks["what goes on in people"] and speaks["someone known"]),
        "own mind": float(speaks["what goes on in people"] and speaks["ours"]),
        "someone's own": float(speaks["a personal fact"] and someone),
        "who of ours": float(bool(sought["seeks who"]) and speaks["ours"]),
        "ours and others": float(speaks["ours"] and speaks["others"]),
        "someone of ours": float(speaks["ours"] and speaks["someone known"]),
        "bare": float(bare and question.weight < 2.2),
        "points at nothing": float(bare and question.weight < 1.5 and points),
        "nothing said": float(not question.about),
        "nothing said, no talk": float(not question.about and not question.talk),
        "question mark": float("?" in question.message),
        "foreign": float(question.foreign),
        "in a talk": float(bool(question.talk)),
        "points back": float(question.points_back),
        "several things": float(question.compares),
        "wants work": float(question.orders),
        "says much": min(question.weight, 8.0) / 4,
    }


def _of_the_runs(question: Question, coverage: Coverage) -> dict[str, float]:
    if not coverage.fits:
        return {"no runs": 1.0}
    top, others = coverage.fits[0], coverage.fits[1:]
    fits = coverage.pair() if question.compares else [top]
    lacking, nowhere = coverage.lacking(fits), coverage.lacking(coverage.fits)
    nouns = [term.weight for term in lacking if term.weight > SOFT and not is_verb(term.stem)]
    most = max(fit.share for fit in fits)
    named = any(_is_name(term) for term in lacking)
    return {
        "has all": float(not nouns),
        "lacks one": float(len(nouns) == 1),
        "lacks two": float(len(nouns) == 2),
        "has most": float(most >= 0.7),
        "has half": float(most >= 0.45),
        "has little": float(most < 0.2),
        "asked for all": float(top.topic >= 0.9),
        "someone new": float(named and bool(LEXICON["what goes on in people"].search(question.message))),
        "share": max(fit.share for fit in fits),
        "share in one passage": coverage.closest(fits),
        "share in what was asked": top.topic,
        "anchor": top.anchor,
        "lead": min(top.score - others[0].score, 2.0) if others else 1.0,
        "runs alike": min(sum(top.score - fit.score < 0.25 for fit in others), 3) / 3,
        "on topic": float(on_topic(coverage.fits) is not None),
        "same topic": float(same_topic(question, coverage.fits, ())),
        "tied": float(bool(tied(question, coverage.fits))),
        "in view": float(top.past.in_view),
        "in session": float(top.past.in_session),
        "ended early": float(top.past.ended_early),
        "lacks": min(sum(nouns), _MOST) / 2,
        "lacks a name": float(named),
        "lacks a number": float(any(term.stem[:1].isdigit() for term in lacking)),
        "lacks exact ones": min(sum(term.exact for term in lacking), 3),
        "lacks rare ones": min(sum(term.rare for term in lacking), 3),
        "nowhere": min(sum(term.weight for term in nowhere), _MOST) / 2,
        "elsewhere": min(sum(term.weight for term in lacking if term not in nowhere), _MOST) / 2,
        "nowhere at all": float(any(term.exact or term.rare for term in nowhere)),
    }


def _is_name(term: Term) -> bool:
    return term.exact and not term.stem[:1].isdigit()
