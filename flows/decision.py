"""Whether to answer from the past or to work: a pure function of what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import Action, Decision, Edited, Evidence

from .age import age, is_stale, out_of_date
from .choice import Choice, choose, named
from .coverage import LEAST, Coverage, Fit
from .edits import with_edit
from .past import input_text
from .picking import is_anchored, newest_here, on_topic, same_topic, tied
from .question import SOFT, Question
from .recall import Known
from .references import FAILURE
from .repeats import Relation, relation
from .signs import likelihood

ENOUGH = 0.7  # likelihood from which on the past is taken to answer
ENOUGH_IF_OLD = 0.5
ENOUGH_IF_NEAR = 0.85  # when it is put like what the run was asked: what differs may be what matters
PRIVATE = 0.3  # of weight, from which on a run lacks what people said
THIN = 1.5  # of weight, in what a message says it is about


def decide(question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> Decision:
    """The action, with the reason and what would have changed it, in sentences for the user."""
    return _Case(question, known, choices, now).decision()


def undecided(question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> Coverage | None:
    """What is left to weigh when no plain rule decides; None if one does, or if there are no runs."""
    case = _Case(question, known, choices, now)
    return case.coverage if case.fits and not any(rule() for rule in case.plain_rules) else None


class _Case:
    """One message before the rules, which are tried in the order of `decision`."""

    def __init__(self, question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> None:
        self.question, self.known, self.choices, self.now = question, known, choices, now
        self.said = question.cues
        self.coverage = Coverage(question, known.runs)
        self.fits = self.coverage.fits
        self.view = next((fit for fit in self.fits if fit.past.in_view), None)
        self.fresh_for = {choice.name: choice.fresh_for for choice in choices}
        self._relations: dict[str, Relation | None] = {}

    @property
    def plain_rules(self) -> Sequence[Callable[[], Decision | None]]:
        """What is told by the wording or by names alone, without weighing."""
        return (
            self._small_talk,
            self._again,
            self._repeated,
            self._failure,
            self._overview,
            self._transform,
            self._unclear,
            self._named_workflow,
            self._same_request,
            self._private,
        )

    def decision(self) -> Decision:
        for rule in (*self.plain_rules, self._from_memory):
            found = rule()
            if found is not None:
                return found
        return self._work()

    def _small_talk(self) -> Decision | None:
        if self.question.kind != "small_talk":
            return None
        return Decision("chat", "This needs no memory and no run.", would_change="A question with a topic.")

    def _again(self) -> Decision | None:
        if not self.said.redoes:
            return None
        about = on_topic(self.fits) if self.question.about else self.view or newest_here(self.fits)
        if about is None:
            return None if self.question.about else self._ask("There is nothing yet that could be done again.")
        return self._refresh(about, "you asked for it again")

    def _repeated(self) -> Decision | None:
        same = self.known.same_input
        if same is None:
            return None
        if is_stale(same.finished_at, self.fresh_for.get(same.workflow), self.now):
            if self.question.kind == "about_past":
                return None
            reason = f"{same.workflow} was run on exactly this {age(same.finished_at, self.now)}, which is too old"
            return replace(
                _work("refresh", same.workflow, input_text(same.input), reason), evidence=self._evidence({}), firm=True
            )
        edited = any(fit.past.run_id == same.id and fit.past.edited for fit in self.fits)
        current = "which is still current" + ("; text of yours is in it" if edited else "")
        return Decision(
            "answer",
            f"{same.workflow} was run on exactly this {age(same.finished_at, self.now)}, {current}.",
            evidence=self._evidence({same.id: 9.0}),
            workflow=same.workflow,
            input=input_text(same.input),
            would_change="Asking for a fresh run.",
            firm=True,
        )

    def _failure(self) -> Decision | None:
        if not self.said.failed:
            return None
        early = [fit for fit in self.fits if fit.past.ended_early]
        if not early:
            nothing_else = all(FAILURE.match(term.word) for term in self.question.about)
            return self._ask("No run that is remembered here has failed.") if self.said.why and nothing_else else None
        fit = early[0] if self.question.about else next((one for one in early if one.past.in_view), early[0])
        enough = 0.35 if self.said.got_there else 0.5
        if not (self.said.why or self.coverage.share_without(fit) >= enough):
            return None
        said = f"ended {fit.past.status}" + (f": {fit.past.error}" if fit.past.error else "")
        return self._answer(fit, f"{fit.past.workflow} on {fit.past.quoted} {said}.", 0.8)

    def _overview(self) -> Decision | None:
        if not self.said.looks_back or not self.fits:
            return None
        evidence = self.coverage.evidence(
            self.coverage.one_of_each(), {fit.past.run_id: fit.score for fit in self.fits}
        )
        return Decision(
            "answer",
            "The message asks about what was worked out before.",
            evidence=evidence,
            confidence=0.8,
            would_change="Naming a topic that no run has covered.",
        )

    def _transform(self) -> Decision | None:
        if not self.said.transforms:
            return None
        fit = on_topic(self.fits) if self.question.about else None
        if fit is not None and not self.question.foreign and any(term.exact or term.rare for term in fit.missing):
            return None
        if fit is not None and self._relation(fit) == "another":
            return None
        fit = fit or (self.view if self.question.about else self._talked_of())
        if fit is not None:
            return self._answer(fit, f"The message wants what {fit.past.workflow} gave in another form.", 0.8)
        if self.question.orders and self.question.about:
            return None
        return self._ask("There is nothing yet that could be put in another form.")

    def _unclear(self) -> Decision | None:
        if not self.question.about:
            fit = self._talked_of()
            if fit is not None:
                return self._answer(fit, f"The message is about what {fit.past.workflow} worked out.", 0.7)
            return self._ask("There is nothing earlier in this conversation that the message could be about.")
        thin = self.question.weight < THIN and not any(term.exact for term in self.question.about)
        if (self.said.person or self.said.points) and thin and not self.question.talk and not is_anchored(self.fits):
            return self._ask("It is not clear what the message refers to.")
        return None

    def _named_workflow(self) -> Decision | None:
        by_name = named(self.question, self.choices)
        if by_name is None or same_topic(self.question, self.fits, self.choices, by_name):
            return None
        return replace(self._run(by_name, f"you asked for {by_name}"), evidence=self._evidence({}))

    def _same_request(self) -> Decision | None:
        """A run was asked for the very same, in other words."""
        if self.question.talk and self.said.points:
            return None
        for fit in self.fits[:3]:
            if not fit.past.ended_early and self._relation(fit) == "same":
                return self._answer_if_current(fit, 0.9)
        return None

    def _private(self) -> Decision | None:
        """What people said or thought stands in no result, unless a run was about that."""
        lacking = self.coverage.lacking(self.fits[:1]) if self.fits else self.question.about
        if not self.said.private or sum(term.weight for term in lacking) < PRIVATE:
            return None
        return self._ask("No result holds this, and it is nothing that a workflow could find out.")

    def _from_memory(self) -> Decision | None:
        if not self.fits:
            return None
        sure, fit = likelihood(self.question, self.coverage), self.fits[0]
        brought_up = self.said.brings_up and any(term.weight > SOFT for term in fit.missing)
        if brought_up or (fit.share < LEAST and not self.question.points_back):
            return None
        old = self._out_of_date(fit)
        alone = not old and not self.question.talk
        if alone and sure < ENOUGH_IF_NEAR and self._relation(fit) == "near":
            return None
        if sure < (ENOUGH_IF_OLD if old else ENOUGH) or (
            self.question.orders and not same_topic(self.question, self.fits, self.choices)
        ):
            return None
        # What is too old is worked on anew all the same: less is enough to know what the message is about.
        if self._relation(fit) == "another" and not (old and not any(term.exact for term in fit.missing)):
            return None
        if either := tied(self.question, self.fits):
            inputs = " or ".join(one.past.quoted for one in either)
            return self._ask(f"Several results could be meant: {inputs}.")
        return self._answer_if_current(fit, sure)

    def _relation(self, fit: Fit) -> Relation | None:
        """How the message stands to what the run was asked, worked out once."""
        if fit.past.run_id not in self._relations:
            self._relations[fit.past.run_id] = relation(self.question, fit.past.input, fit.missing)
        return self._relations[fit.past.run_id]

    def _talked_of(self) -> Fit | None:
        """The run that the talk is about: the one in view, else the newest of the session, if there was talk."""
        return self.view or (newest_here(self.fits) if self.question.talk else None)

    def _out_of_date(self, fit: Fit) -> str | None:
        """Why the run is too old for what is asked; None if it is not."""
        if self.said.then:
            return None
        past, wants_current = fit.past, self.said.current
        return out_of_date(past.finished_at, self.fresh_for.get(past.workflow), self.now, wants_current=wants_current)

    def _answer_if_current(self, fit: Fit, sure: float) -> Decision:
        past = fit.past
        name, edited = self._step_of(fit)
        where = f"{name} ({with_edit(past.workflow, edited)}, {age(past.finished_at, self.now)})"
        if why := self._out_of_date(fit):
            partly = "" if sure >= ENOUGH else " and may not hold all of it"
            return self._refresh(fit, f"what {where} found {why}{partly}", sure)
        return self._answer(fit, f"{where} covers this.", sure)

    def _work(self) -> Decision:
        question = self.question
        last = self.known.last_run
        workflow = choose(question, self.choices, last.workflow if last else None)
        if workflow is None:
            return self._ask("Memory does not cover this, and there is no workflow that could be run.")
        lacking = self.coverage.lacking(self.fits[:1]) if self.fits else []
        unknown = [term for term in self.coverage.lacking(self.fits) if term.exact]
        if self.fits and self.fits[0].share and lacking and not question.orders:
            telling = sorted(unknown or lacking, key=lambda term: (not term.exact, -term.weight))
            missing = " and ".join(f"“{term.word}”" for term in telling[:3])
            reason = f"what is in memory says nothing of {missing}"
        else:
            reason = f"nothing in memory covers {question.subject}"
        share = self.fits[0].share if self.fits else 0.0
        decision = replace(self._run(workflow, reason), evidence=self._evidence({}), confidence=1.0 - share / 2)
        return replace(decision, firm=bool(unknown) and not question.foreign)

    def _ask(self, reason: str) -> Decision:
        return Decision(
            "clarify",
            reason,
            evidence=self._evidence({}),
            confidence=0.7,
            would_change="Saying which topic or result is meant.",
        )

    def _answer(self, fit: Fit, reason: str, confidence: float) -> Decision:
        return Decision(
            "answer",
            reason,
            evidence=self._evidence({fit.past.run_id: 1.0}),
            workflow=fit.past.workflow,
            input=fit.past.input,
            confidence=confidence,
            would_change="A name, number or topic that is not in those results, or asking for a fresh run.",
        )

    def _refresh(self, fit: Fit, reason: str, confidence: float = 1.0) -> Decision:
        past = fit.past
        workflow = past.workflow if past.workflow in self.fresh_for else choose(self.question, self.choices)
        decision = _work("refresh", workflow, past.input, reason)
        return replace(decision, evidence=self._evidence({past.run_id: 1.0}), confidence=confidence, firm=True)

    def _run(self, workflow: str, reason: str) -> Decision:
        return _work("run", workflow, self.question.text, reason)

    def _evidence(self, favoured: dict[str, float]) -> tuple[Evidence, ...]:
        passages = [passage for fit in self.fits for passage in fit.past.passages]
        bonus = {fit.past.run_id: 0.5 * fit.score for fit in self.fits}
        for run_id, more in favoured.items():
            bonus[run_id] = bonus.get(run_id, 0.0) + more
        return self.coverage.evidence(passages, bonus, self.known.near)

    def _step_of(self, fit: Fit) -> tuple[str, Edited]:
        """The step that holds most of what is asked, and whether a person's own text is in that."""
        best = self.coverage.rank(fit.past.passages, {})
        return (best[0][1].step_name, best[0][1].edited) if best else ("A step", "")


def _work(action: Action, workflow: str | None, input: str, reason: str) -> Decision:
    return Decision(
        action,
        reason[:1].upper() + reason[1:] + ".",
        workflow=workflow,
        input=input,
        would_change="A finished run that covers it, recent enough.",
    )
