"""One message before the rules: the runs it may be about, and the decisions that can be made about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import Action, Decision, Edited, Evidence

from .age import age, out_of_date
from .choice import Choice, choose
from .coverage import Coverage, Fit
from .edits import with_edit
from .picking import newest_here
from .question import Question
from .recall import Known
from .repeats import Relation, relation


class Case:
    """A message, what is known of the past, and the workflows there are; `fits` has the best run first."""

    def __init__(self, question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> None:
        self.question, self.known, self.choices, self.now = question, known, choices, now
        self.said = question.cues
        self.coverage = Coverage(question, known.runs)
        self.fits = self.coverage.fits
        self.view = next((fit for fit in self.fits if fit.past.in_view), None)
        self.fresh_for = {choice.name: choice.fresh_for for choice in choices}
        self._relations: dict[str, Relation | None] = {}

    def relation(self, fit: Fit) -> Relation | None:
        """How the message stands to what the run was asked, worked out once."""
        if fit.past.run_id not in self._relations:
            self._relations[fit.past.run_id] = relation(self.question, fit.past.input, fit.missing)
        return self._relations[fit.past.run_id]

    def talked_of(self) -> Fit | None:
        """The run that the talk is about: the one in view, else the newest of the session, if there was talk."""
        return self.view or (newest_here(self.fits) if self.question.talk else None)

    def out_of_date(self, fit: Fit) -> str | None:
        """Why the run is too old for what is asked; None if it is not."""
        if self.said.then:
            return None
        past, wants_current = fit.past, self.said.current
        return out_of_date(past.finished_at, self.fresh_for.get(past.workflow), self.now, wants_current=wants_current)

    def chat(self) -> Decision:
        return Decision("chat", "This needs no memory and no run.", would_change="A question with a topic.")

    def ask(self, reason: str) -> Decision:
        return Decision(
            "clarify",
            reason,
            evidence=self.evidence({}),
            confidence=0.7,
            would_change="Saying which topic or result is meant.",
        )

    def answer(self, fit: Fit, reason: str, confidence: float) -> Decision:
        return Decision(
            "answer",
            reason,
            evidence=self.evidence({fit.past.run_id: 1.0}),
            workflow=fit.past.workflow,
            input=fit.past.input,
            confidence=confidence,
            would_change="A name, number or topic that is not in those results, or asking for a fresh run.",
        )

    def answer_if_current(self, fit: Fit, sure: float, *, in_full: bool) -> Decision:
        """An answer from the run, or that it is done again if it is too old; not `in_full` says it may lack some."""
        name, edited = self._step_of(fit)
        where = f"{name} ({with_edit(fit.past.workflow, edited)}, {age(fit.past.finished_at, self.now)})"
        if why := self.out_of_date(fit):
            partly = "" if in_full else " and may not hold all of it"
            return self.refresh(fit, f"what {where} found {why}{partly}", sure)
        return self.answer(fit, f"{where} covers this.", sure)

    def refresh(self, fit: Fit, reason: str, confidence: float = 1.0) -> Decision:
        past = fit.past
        workflow = past.workflow if past.workflow in self.fresh_for else choose(self.question, self.choices)
        decision = work("refresh", workflow, past.input, reason)
        return replace(decision, evidence=self.evidence({past.run_id: 1.0}), confidence=confidence, firm=True)

    def run(self, workflow: str, reason: str) -> Decision:
        return work("run", workflow, self.question.text, reason)

    def run_what_fits(self) -> Decision:
        """A run of the workflow that fits best, with what memory lacks as the reason; asks if there is no workflow."""
        question, last = self.question, self.known.last_run
        workflow = choose(question, self.choices, last.workflow if last else None)
        if workflow is None:
            return self.ask("Memory does not cover this, and there is no workflow that could be run.")
        lacking = self.coverage.lacking(self.fits[:1]) if self.fits else []
        unknown = [term for term in self.coverage.lacking(self.fits) if term.exact]
        if self.fits and self.fits[0].share and lacking and not question.orders:
            telling = sorted(unknown or lacking, key=lambda term: (not term.exact, -term.weight))
            missing = " and ".join(f"“{term.word}”" for term in telling[:3])
            reason = f"what is in memory says nothing of {missing}"
        else:
            reason = f"nothing in memory covers {question.subject}"
        share = self.fits[0].share if self.fits else 0.0
        decision = replace(self.run(workflow, reason), evidence=self.evidence({}), confidence=1.0 - share / 2)
        return replace(decision, firm=bool(unknown) and not question.foreign)

    def evidence(self, favoured: Mapping[str, float]) -> tuple[Evidence, ...]:
        """The best passages of all runs; those of a run in `favoured` get that much more."""
        passages = [passage for fit in self.fits for passage in fit.past.passages]
        bonus = {fit.past.run_id: 0.5 * fit.score for fit in self.fits}
        for run_id, more in favoured.items():
            bonus[run_id] = bonus.get(run_id, 0.0) + more
        return self.coverage.evidence(passages, bonus, self.known.near)

    def _step_of(self, fit: Fit) -> tuple[str, Edited]:
        """The step that holds most of what is asked, and whether a person's own text is in that."""
        best = self.coverage.rank(fit.past.passages, {})
        return (best[0][1].step_name, best[0][1].edited) if best else ("A step", "")


def work(action: Action, workflow: str | None, input: str, reason: str) -> Decision:
    """A run or a refresh, with the reason as a sentence."""
    return Decision(
        action,
        reason[:1].upper() + reason[1:] + ".",
        workflow=workflow,
        input=input,
        would_change="A finished run that covers it, recent enough.",
    )
