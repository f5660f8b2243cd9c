"""Whether to answer from the past or to work: a pure function of what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import Decision

from .age import age, is_stale
from .case import Case, work
from .choice import Choice, named
from .coverage import Coverage, Fit
from .past import input_text
from .picking import newest_here, on_topic, same_topic, tied
from .question import SOFT, Question
from .recall import Known
from .references import FAILURE
from .weighing import Outcome, weighed

# What the chance that the past answers counts for where it lacks a word: a wrong answer is worse than a needless run.
CAUTION = 0.35
NEARLY = 0.85  # chance to be had when it is put like what the run was asked: what differs may be what matters


def decide(question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> Decision:
    """The action, with the reason and what would have changed it, in sentences for the user."""
    return _Rules(question, known, choices, now).decision()


def undecided(question: Question, known: Known, choices: Sequence[Choice], now: datetime) -> Coverage | None:
    """What is left to weigh when no plain rule decides; None if one does."""
    case = _Rules(question, known, choices, now)
    return None if any(rule() for rule in case.plain_rules) else case.coverage


class _Rules(Case):
    """The rules, which are tried in the order of `plain_rules`; what none of them decides is weighed."""

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
            self._named_workflow,
            self._same_request,
        )

    def decision(self) -> Decision:
        for rule in self.plain_rules:
            found = rule()
            if found is not None:
                return found
        return self._weighed(weighed(self.question, self.coverage))

    def _small_talk(self) -> Decision | None:
        return self.chat() if self.question.kind == "small_talk" else None

    def _again(self) -> Decision | None:
        if not self.said.redoes:
            return None
        about = on_topic(self.fits) if self.question.about else self.view or newest_here(self.fits)
        if about is None:
            return None if self.question.about else self.ask("There is nothing yet that could be done again.")
        return self.refresh(about, "you asked for it again")

    def _repeated(self) -> Decision | None:
        same = self.known.same_input
        if same is None:
            return None
        if is_stale(same.finished_at, self.fresh_for.get(same.workflow), self.now):
            if self.question.kind == "about_past":
                return None
            reason = f"{same.workflow} was run on exactly this {age(same.finished_at, self.now)}, which is too old"
            return replace(
                work("refresh", same.workflow, input_text(same.input), reason), evidence=self.evidence({}), firm=True
            )
        edited = any(fit.past.run_id == same.id and fit.past.edited for fit in self.fits)
        current = "which is still current" + ("; text of yours is in it" if edited else "")
        return Decision(
            "answer",
            f"{same.workflow} was run on exactly this {age(same.finished_at, self.now)}, {current}.",
            evidence=self.evidence({same.id: 9.0}),
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
            return self.ask("No run that is remembered here has failed.") if self.said.why and nothing_else else None
        fit = early[0] if self.question.about else next((one for one in early if one.past.in_view), early[0])
        enough = 0.35 if self.said.got_there else 0.5
        if not (self.said.why or self.coverage.share_without(fit) >= enough):
            return None
        said = f"ended {fit.past.status}" + (f": {fit.past.error}" if fit.past.error else "")
        return self.answer(fit, f"{fit.past.workflow} on {fit.past.quoted} {said}.", 0.8)

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
        if fit is not None and self.relation(fit) == "another":
            return None
        fit = fit or (self.view if self.question.about else self.talked_of())
        if fit is not None:
            return self.answer(fit, f"The message wants what {fit.past.workflow} gave in another form.", 0.8)
        if self.question.orders and self.question.about:
            return None
        return self.ask("There is nothing yet that could be put in another form.")

    def _named_workflow(self) -> Decision | None:
        by_name = named(self.question, self.choices)
        if by_name is None or same_topic(self.question, self.fits, self.choices, by_name):
            return None
        return replace(self.run(by_name, f"you asked for {by_name}"), evidence=self.evidence({}))

    def _same_request(self) -> Decision | None:
        """A run was asked for the very same, in other words."""
        if self.question.talk and self.said.points:
            return None
        for fit in self.fits[:3]:
            if not fit.past.ended_early and self.relation(fit) == "same":
                return self.answer_if_current(fit, 0.9, in_full=True)
        return None

    def _weighed(self, chances: Mapping[Outcome, float]) -> Decision:
        """What is likeliest to be right, of what can be at all."""
        fit = self._meant()
        old = fit is not None and self.out_of_date(fit) is not None
        in_full = fit is not None and not self._lacks_something(fit)
        counted = {**chances, "covered": chances["covered"] * (1.0 if old or in_full else CAUTION)}
        if fit is None or self._is_elsewhere(fit):  # what looks answered, and is not, can be found out
            counted |= {"covered": 0.0, "open": chances["open"] + chances["covered"]}
        if self.question.about and not self.said.personal:
            counted["chat"] = 0.0
        if not self.fits and not self.said.private and any(term.exact for term in self.question.about):
            counted["unclear"] = 0.0  # it names what can be looked for
        likeliest = max(counted, key=lambda outcome: counted[outcome])
        if likeliest == "chat":
            return self.chat()
        if likeliest == "unclear":
            return self._ask_what()
        if likeliest == "covered" and fit is not None:
            return self._from_memory(fit, chances["covered"], old=old) or self.run_what_fits()
        return self.run_what_fits()

    def _is_elsewhere(self, fit: Fit) -> bool:
        """Whether the message is about something else than the run, or wants work on something else."""
        if self.said.brings_up and self._lacks_something(fit):
            return True
        if not fit.share and self.question.about and not self.question.points_back:
            return True
        return self.question.orders and not same_topic(self.question, self.fits, self.choices)

    def _meant(self) -> Fit | None:
        """The run the message is about: what it names, or what was talked of when it names nothing."""
        talked_of = None if self.question.about else self.talked_of()
        return talked_of or (self.fits[0] if self.fits else None)

    def _from_memory(self, fit: Fit, chance: float, *, old: bool) -> Decision | None:
        """An answer from the run, or a refresh of it; None if something speaks against it, however likely it is."""
        doubtful = not old and not self.question.talk and chance < NEARLY and self._lacks_something(fit)
        if doubtful and self.relation(fit) == "near":
            return None
        # What is too old is worked on anew all the same: less is enough to know what the message is about.
        if self.relation(fit) == "another" and not (old and not any(term.exact for term in fit.missing)):
            return None
        if either := tied(self.question, self.fits):
            inputs = " or ".join(one.past.quoted for one in either)
            return self.ask(f"Several results could be meant: {inputs}.")
        if not self.question.about and not self.said.current:
            return self.answer(fit, f"The message is about what {fit.past.workflow} worked out.", chance)
        return self.answer_if_current(fit, chance, in_full=chance >= 0.5)

    def _ask_what(self) -> Decision:
        if self.said.private:
            return self.ask("No result holds this, and it is nothing that a workflow could find out.")
        if not self.question.about and not self.question.talk:
            return self.ask("There is nothing earlier in this conversation that the message could be about.")
        return self.ask("It is not clear what the message refers to, or whether a workflow could find it out.")

    @staticmethod
    def _lacks_something(fit: Fit) -> bool:
        return any(term.weight > SOFT for term in fit.missing)
