"""How well the runs of the past cover a question, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from agents.text import stem, words
from storage.records import Evidence, Passage

from .matching import Vocabulary, best
from .past import Past, stems_in, stems_of
from .question import Question, Term, beside, plain_form, undotted
from .references import FAILURE

MOST_EVIDENCE = 8
LEAST = 0.1  # share of what is asked, below which a run is about something else
WINDOW = 3  # words between a number and what it counts
SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
SUPERSEDED = 0.5  # what a run falls back by when the same was done again since
EDITED = 0.5  # what a run falls back by when a person's own text is in it; more than being in view and here lifts it
TOPIC = 0.35  # of what a word counts in a run's input, against one in the passage
HAD = 0.3  # what a word counts, however many runs have it, beside how much it tells them apart
NEAR = 1.0  # what the passage nearest in meaning gets, against one that alone has all the words


@dataclass(frozen=True, slots=True)
class Fit:
    """How a run fits a question. `missing` are the terms it lacks; the shares (0 to 1) are by weight.

    `anchor` is how much of what tells runs apart is in the run's input, `score` what it is ranked by.
    """

    past: Past
    share: float
    topic: float
    anchor: float
    missing: tuple[Term, ...]
    score: float


class Coverage:
    """The question's terms held against the runs: `fits` has the best first."""

    def __init__(self, question: Question, runs: Sequence[Past]) -> None:
        self.question = question
        self._superseded = {past.run_id for past in runs if past.superseded}
        vocabulary = Vocabulary(stem for past in runs for stem in past.stems)
        terms = [term for term in question.terms if term.weight > 0]
        self._found = {term: vocabulary.matches(term, foreign=question.foreign) for term in terms}
        # Of another language only names, numbers and what looks alike can be held against English texts.
        self._terms = [term for term in terms if term.exact or self._found[term] or not question.foreign]
        self._total = sum(term.weight for term in self._terms)
        self._tells = {term: term.weight * self._telling(term, runs) for term in self._terms}
        self._most = sum(term.weight for term in terms) * (log((len(runs) + 1) / 1.5) + HAD)
        self.fits = sorted((self._fit(past) for past in runs), key=lambda fit: -fit.score)

    def _telling(self, term: Term, runs: Sequence[Past]) -> float:
        """How much the term tells the runs apart: less, the more of them have it."""
        having = sum(best(self._found[term], past.stems) > 0 for past in runs)
        return log((len(runs) + 1) / (having + 0.5)) if having else 0.0

    def _fit(self, past: Past) -> Fit:
        total = self._total or 1.0
        held = {term: best(self._found[term], past.stems) for term in self._terms}
        in_input = {term: best(self._found[term], past.input_stems) for term in self._terms}
        apart = sum(self._tells.values()) or 1.0
        anchor = sum(self._tells[term] * in_input[term] for term in self._terms) / apart
        told = sum(self._tells[term] * held[term] for term in self._terms) / apart
        score = told + 0.7 * anchor + 0.08 * past.in_session + 0.4 * past.in_view
        score -= SUPERSEDED * past.superseded + EDITED * past.edited
        return Fit(
            past,
            sum(term.weight * held[term] for term in self._terms) / total,
            sum(term.weight * in_input[term] for term in self._terms) / total,
            anchor,
            tuple(term for term in self._terms if not held[term]),
            score,
        )

    def share_without(self, fit: Fit) -> float:
        """How much of what is asked the run has, words for how it ended left out."""
        terms = [term for term in self._terms if not FAILURE.match(term.word)]
        total = sum(term.weight for term in terms)
        return sum(term.weight * best(self._found[term], fit.past.stems) for term in terms) / total if total else 1.0

    def pair(self) -> list[Fit]:
        """The best run, and the one that adds most to it."""
        first = self.fits[0]
        gains = [
            (sum(term.weight for term in first.missing if term not in fit.missing), fit.score, place)
            for place, fit in enumerate(self.fits[1:], 1)
        ]
        return [first, *([self.fits[max(gains)[2]]] if gains else [])]

    def closest(self, fits: Sequence[Fit]) -> float:
        """The greatest share of the question that a single passage of these runs has."""
        total = self._total or 1.0
        return max(
            (self._held(stems_in(passage.text), fit.past) / total for fit in fits for passage in fit.past.passages),
            default=0.0,
        )

    def _held(self, stems: frozenset[str], past: Past) -> float:
        """The weight of the terms among these stems; what the run was asked for need not be said again."""
        return sum(
            term.weight * max(best(self._found[term], stems), 0.7 * (best(self._found[term], past.input_stems) > 0))
            for term in self._terms
        )

    def apart(self, fits: Sequence[Fit]) -> list[Term]:
        """Numbers and letters that these runs have, but nowhere beside the word they stand beside in the message."""
        sentences = [
            [plain_form(word) for word in words(undotted(sentence))]
            for fit in fits
            for passage in fit.past.passages
            for sentence in SENTENCE_END.split(f"{passage.run_input}. {passage.text}")
        ]
        found = []
        for term in self._terms:
            near = beside(self.question, term) if len(term.stem) == 1 or term.stem[:1].isdigit() else frozenset()
            if near and not any(_near(term.stem, near, sentence) for sentence in sentences):
                found.append(term)
        return found

    def lacking(self, fits: Sequence[Fit]) -> list[Term]:
        """The terms that none of these runs has."""
        return [term for term in self._terms if all(term in fit.missing for fit in fits)]

    def rank(
        self, passages: Sequence[Passage], favoured: Mapping[str, float], near: Mapping[int, float] | None = None
    ) -> list[tuple[float, Passage]]:
        """The passages by how much of what is asked they hold; those of a favoured run get its bonus.

        With `near` (see `Known`) nearness in meaning counts as much as words do.
        """
        near, scored = near or {}, []
        for passage in passages:
            stems, asked = stems_of([passage.text]), stems_of([passage.run_input, passage.step_name])
            score = 0.0
            for term in self._terms:
                tells = self._tells[term] + HAD * term.weight
                score += tells * (best(self._found[term], stems) + TOPIC * best(self._found[term], asked))
            score += NEAR * self._most * near.get(passage.id, 0.0)
            scored.append((score + favoured.get(passage.run_id, 0.0), passage))
        return sorted(scored, key=lambda pair: -pair[0])

    def evidence(
        self, passages: Sequence[Passage], favoured: Mapping[str, float], near: Mapping[int, float] | None = None
    ) -> tuple[Evidence, ...]:
        """The best passages, of different steps before a second one of a step, with the share each covers."""
        ranked = [passage for _, passage in self.rank(passages, favoured, near)]
        seen: set[tuple[str, str]] = set()
        first: list[Passage] = []
        second: list[Passage] = []
        texts: set[frozenset[str]] = set()
        for passage in ranked:
            key = passage.run_id, passage.path
            said = stems_in(passage.text)
            if said in texts and passage.run_id in self._superseded:
                continue  # the newer run says the same
            texts.add(said)
            (second if key in seen else first).append(passage)
            seen.add(key)
        chosen = (first[: MOST_EVIDENCE - 2] + second + first[MOST_EVIDENCE - 2 :])[:MOST_EVIDENCE]
        return tuple(Evidence(label, passage, self.share_of(passage)) for label, passage in enumerate(chosen, 1))

    def one_of_each(self) -> list[Passage]:
        """Of each run the passage that holds most of what is asked; its last, if none holds more than another."""
        each = [self.rank(fit.past.passages, {}) for fit in self.fits if fit.past.passages]
        return [ranked[0][1] if ranked[0][0] > ranked[-1][0] else ranked[-1][1] for ranked in each]

    def share_of(self, passage: Passage) -> float:
        """How much of the question (0 to 1, by weight) the passage and what its run was asked for hold."""
        if not self._total:
            return 1.0
        stems = stems_of([passage.text, passage.run_input])
        return sum(term.weight * best(self._found[term], stems) for term in self._terms) / self._total


def _near(number: str, near: frozenset[str], sentence: Sequence[str]) -> bool:
    for place, word in enumerate(sentence):
        if word == number or word.replace(",", "") == number:
            around = sentence[max(0, place - WINDOW) : place + WINDOW + 1]
            if near & {stem(other) for other in around}:
                return True
    return False
