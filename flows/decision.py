"""Whether to answer from the past or to work: a pure function of what is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agents.text import stem, words
from storage.records import Decision, Evidence, Run

from .matching import holds, stems_of
from .question import Question, Term

ENOUGH = 0.6  # of the weight of what is asked; half covered is not covered
_ASKS = re.compile(r"(?:how|why|who|what|when|where|which|is|are|was|were|do|does|did|can|could|i)\b", re.IGNORECASE)
_CURRENT = frozenset(
    "latest newest current currently today now nowadays recent recently update updated tonight".split()
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A workflow that could run."""

    name: str
    description: str = ""
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What recall found: evidence for the question, the conversation's last run, and a run of the same input."""

    evidence: tuple[Evidence, ...] = ()
    last_run: Run | None = None
    same_input: Run | None = None


def decide(question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> Decision:
    """The action, with the reason and what would have changed it, in sentences for the user."""
    if question.kind == "small_talk":
        return Decision("chat", "This needs no memory and no run.", would_change="A question with a topic.")
    if question.kind == "again" and known.last_run is not None:
        run = known.last_run
        return _run(run.workflow, input_text(run.input), "you asked for it again", action="run")
    fresh_for = {choice.name: choice.fresh_for for choice in choices}
    if (same := repeated(known, choices, now)) is not None:
        return Decision(
            "answer",
            f"{same.workflow} was run on exactly this {age(same.finished_at, now)}, which is still current.",
            evidence=known.evidence,
            workflow=same.workflow,
            input=input_text(same.input),
            would_change="Asking for a fresh run.",
        )
    if question.kind == "about_past":
        return _about_past(known)
    coverage = covered(question, known)
    by_name = named(question, choices)
    if by_name is not None and (coverage.missing or not _same_topic(question, known, by_name)):
        return _run(by_name, question.text, f"you asked for {by_name}", action="run")
    if not coverage.missing and (question.kind != "create" or _same_topic(question, known)):
        return _from_memory(question, known, coverage.share, fresh_for, choices, now)
    return _nothing_covers(question, known, coverage, choices)


def repeated(known: Known, choices: Sequence[Choice], now: datetime) -> Run | None:
    """The run of exactly this input, if there is one and it still counts as current."""
    same = known.same_input
    fresh_for = {choice.name: choice.fresh_for for choice in choices}
    if same is None or is_stale(same.finished_at, fresh_for.get(same.workflow), now):
        return None
    return same


def is_stale(finished_at: datetime | None, fresh_for: timedelta | None, now: datetime) -> bool:
    """Whether a result is older than its workflow says a result may be."""
    return fresh_for is not None and finished_at is not None and now - finished_at > fresh_for


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question the evidence holds (0 to 1), and which words keep it from answering."""

    share: float
    missing: tuple[str, ...]


def covered(question: Question, known: Known) -> Coverage:
    """How well the evidence covers the question; `missing` is empty when it is enough to answer."""
    wanted = [term for term in question.terms if term.weight > 0]
    if not known.evidence or not wanted:
        return Coverage(0.0, tuple(term.word for term in wanted))
    held = stems_of(f"{piece.passage.text} {piece.passage.run_input}" for piece in known.evidence)
    lacking = [term for term in wanted if not holds(held, term)]
    share = 1.0 - sum(term.weight for term in lacking) / sum(term.weight for term in wanted)
    absent = [term for term in lacking if term.weight == 1.0]
    if known.last_run is not None and not question.introduces:
        missing = _missing_in_conversation(question, absent)
    elif any(term.exact for term in absent) or _too_few(question, absent, share):
        missing = absent or lacking
    else:
        missing = []
    return Coverage(share, tuple(term.word for term in missing))


def _missing_in_conversation(question: Question, absent: Sequence[Term]) -> Sequence[Term]:
    """A follow-up puts things in its own words: of what it is about, only what narrows the topic must be there.

    That is a name or number, and in words joined as `ocean energy` each, unless the message points back.
    """
    gone = {term.stem for term in absent}
    broken = {term.stem for term in question.about if term.before and (term.stem in gone) != (term.before in gone)}
    broken |= {term.before for term in question.about if term.stem in broken}
    narrowing = [term for term in absent if term.exact or (not question.points_back and term.stem in broken)]
    anchored = question.points_back or len(absent) < len(question.about) or all(term.doing for term in absent)
    return narrowing if anchored else absent


def _too_few(question: Question, absent: Sequence[Term], share: float) -> bool:
    about = len(question.about)
    return about - len(absent) < ENOUGH * about if about else share < ENOUGH


def choose(question: Question, choices: Sequence[Choice], last: str | None = None) -> str | None:
    """The workflow whose name and description fit the message best; the one used last breaks a tie."""
    asked = set(stems_of([question.message]))
    if question.message.rstrip().endswith("?"):
        asked.add(stem("question"))

    def fit(choice: Choice) -> tuple[float, bool]:
        points = 3.0 * len(asked & stems_of([choice.name])) + len(asked & stems_of([choice.description]))
        return points, choice.name == last and points > 0

    return max(choices, key=fit).name if choices else None


def named(question: Question, choices: Sequence[Choice]) -> str | None:
    """The workflow that the message begins with the name of, as in `Fact check: …`; None if there is none."""
    opening = [word.casefold() for word in words(question.message)]
    fitting = [choice.name for choice in choices if _begins(opening, [word.casefold() for word in words(choice.name)])]
    return max(fitting, key=len, default=None)


def _begins(opening: Sequence[str], name: Sequence[str]) -> bool:
    return bool(name) and len(opening) > len(name) and list(opening[: len(name)]) == list(name)


def age(finished_at: datetime | None, now: datetime) -> str:
    """How long ago, for people: `just now`, `2 min ago`, `3 h ago`, `5 days ago`."""
    if finished_at is None:
        return "just now"
    seconds = max(0.0, (now - finished_at).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86_400)
    return "yesterday" if days == 1 else f"{days} days ago"


def input_text(value: object) -> str:
    """A run's input as a line of text."""
    return value if isinstance(value, str) else str(value)


def _about_past(known: Known) -> Decision:
    if known.last_run is None:
        return Decision(
            "clarify",
            "There is nothing earlier in this conversation that the message could be about.",
            would_change="Naming a topic.",
        )
    return Decision(
        "answer",
        f"The message is about what {known.last_run.workflow} worked out in this conversation.",
        evidence=known.evidence,
        workflow=known.last_run.workflow,
        input=input_text(known.last_run.input),
        confidence=0.9,
        would_change="Naming a topic that no run has covered.",
    )


def _from_memory(
    question: Question,
    known: Known,
    share: float,
    fresh_for: dict[str, timedelta | None],
    choices: Sequence[Choice],
    now: datetime,
) -> Decision:
    best = max(known.evidence, key=lambda piece: piece.coverage)
    newest = max(known.evidence, key=lambda piece: piece.passage.finished_at).passage
    where = f"{best.passage.step_name} ({best.passage.workflow}, {age(best.passage.finished_at, now)})"
    wants_current = bool(_CURRENT & {word.casefold() for word in words(question.message)})
    stale = all(
        is_stale(piece.passage.finished_at, fresh_for.get(piece.passage.workflow), now) for piece in known.evidence
    )
    if stale or (wants_current and now - newest.finished_at > timedelta(hours=1)):
        workflow = best.passage.workflow if best.passage.workflow in fresh_for else choose(question, choices)
        why = "is older than its workflow counts as current" if stale else "may be out of date by now"
        decision = _run(workflow, question.text, f"what {where} found {why}", action="refresh")
        return replace(decision, evidence=known.evidence, confidence=share)
    return Decision(
        "answer",
        f"{where} covers this.",
        evidence=known.evidence,
        workflow=best.passage.workflow,
        input=best.passage.run_input,
        confidence=share,
        would_change="A name, number or topic that is not in those results, or asking for a fresh run.",
    )


def _nothing_covers(question: Question, known: Known, coverage: Coverage, choices: Sequence[Choice]) -> Decision:
    workflow = choose(question, choices, known.last_run.workflow if known.last_run else None)
    if workflow is None:
        return Decision("clarify", "Memory does not cover this, and there is no workflow that could be run.")
    if coverage.share and coverage.missing and question.kind != "create":
        lacking = " and ".join(f"“{word}”" for word in coverage.missing[:3])
        reason = f"what is in memory says nothing of {lacking}"
    else:
        subject = question.subject
        reason = f"nothing in memory {f'answers “{subject}”' if _ASKS.match(subject) else f'covers {subject}'}"
    decision = _run(workflow, question.text, reason, action="run")
    return replace(decision, evidence=known.evidence, confidence=1.0 - coverage.share)


def _run(workflow: str | None, input: str, reason: str, *, action: str) -> Decision:
    return Decision(
        "refresh" if action == "refresh" else "run",
        reason[:1].upper() + reason[1:] + ".",
        workflow=workflow,
        input=input,
        would_change="A finished run that covers it, recent enough.",
    )


def _same_topic(question: Question, known: Known, workflow: str | None = None) -> bool:
    """Whether a run (of `workflow`, if given) was asked for all that this message is about."""
    asked = {term.stem for term in question.about}
    return any(
        asked <= stems_of([piece.passage.run_input])
        for piece in known.evidence
        if workflow in (None, piece.passage.workflow)
    )
