"""Which run a message means, among those that recall found: by topic, by place in the talk, or not to be told."""

from __future__ import annotations

from collections.abc import Sequence

from .choice import Choice
from .coverage import Fit
from .past import stems_of
from .question import Question

ON_TOPIC, ON_INPUT = 0.35, 0.3  # least share of what is asked, and of what tells runs apart, for a run to be meant
TIE = 0.12
VAGUE = 2.2  # of weight, below which a message may mean either of two runs
SAME_TOPIC = 0.8


def on_topic(fits: Sequence[Fit]) -> Fit | None:
    """The run that the message names, if it names one; the best of `fits` comes first."""
    top = fits[0] if fits else None
    if top is None or (top.share < ON_TOPIC and top.anchor < ON_INPUT and not top.past.in_view):
        return None
    return top


def newest_here(fits: Sequence[Fit]) -> Fit | None:
    """The session's newest run."""
    here = [fit for fit in fits if fit.past.in_session]
    return max(here, key=lambda fit: fit.past.finished_at, default=None)


def tied(question: Question, fits: Sequence[Fit]) -> Sequence[Fit]:
    """Two runs between which the message does not tell, when nothing before it does; else nothing."""
    if question.talk or question.cues.compares or question.cues.which_of or len(fits) < 2:
        return ()
    first, second = fits[:2]
    vague = question.weight < VAGUE and not question.foreign
    alike = {term.stem for term in first.missing} == {term.stem for term in second.missing}
    if not vague or not alike or first.past.input == second.past.input or first.anchor - second.anchor > TIE:
        return ()
    return first, second


def same_topic(question: Question, fits: Sequence[Fit], choices: Sequence[Choice], workflow: str | None = None) -> bool:
    """Whether a run (of `workflow`, if given) was asked for all that the message is about."""
    asked = {term.stem for term in question.about} - stems_of(choice.name for choice in choices)
    return any(
        asked <= fit.past.input_stems or fit.topic > SAME_TOPIC for fit in fits if workflow in (None, fit.past.workflow)
    )
