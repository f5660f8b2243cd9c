"""Runs as the decision looks back on them: what each was asked, what its steps gave, and which words that holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from agents.extraction.advice import without_advice
from agents.extraction.fields import without_names
from agents.text import stem, words
from storage.encoding import content_text, input_key
from storage.records import Passage, Run, RunStatus

from .question import plain_form, undotted

ENDED_EARLY = frozenset({"failed", "cancelled", "interrupted"})


@dataclass(frozen=True, slots=True)
class Past:
    """A run of the past with its passages. `in_session` and `in_view` say how near the conversation is to it.

    `edited` is one with a person's own text in it.
    """

    run_id: str
    workflow: str
    input: str
    status: RunStatus
    finished_at: datetime
    passages: tuple[Passage, ...] = ()
    error: str | None = None
    in_session: bool = False
    in_view: bool = False
    superseded: bool = False
    edited: bool = False
    input_stems: frozenset[str] = field(default=frozenset(), repr=False)
    stems: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def quoted(self) -> str:
        """What it was asked, in quotation marks, not too long for a sentence."""
        return f"“{self.input[:80]}”"

    @property
    def ended_early(self) -> bool:
        return self.status in ENDED_EARLY


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words of the texts; numbers as they are written, with and without separators of thousands."""
    return frozenset().union(*(stems_in(text) for text in texts))


@lru_cache(maxsize=2048)
def stems_in(text: str) -> frozenset[str]:
    told = without_names(without_advice(text))
    return frozenset(form for word in words(undotted(told)) for form in _forms(word))


def input_text(value: object) -> str:
    """A run's input as a line of text."""
    return value if isinstance(value, str) else str(value)


def of_passages(passages: Sequence[Passage], *, session_id: str = "", in_view: str | None = None) -> list[Past]:
    """The runs that the passages are of, in the order they first occur."""
    runs: dict[str, list[Passage]] = {}
    for passage in passages:
        runs.setdefault(passage.run_id, []).append(passage)
    return [_past(run_id, pieces, session_id, in_view) for run_id, pieces in runs.items()]


def with_versions(runs: Sequence[Past]) -> list[Past]:
    """The runs, those marked that were done again since: with a person's own text in it, a run is no newer version."""
    newest, unedited = _newest(runs), _newest([past for past in runs if not past.edited])
    return [
        replace(past, superseded=(newest if past.edited else unedited).get(_asked(past), past.run_id) != past.run_id)
        for past in runs
    ]


def _newest(runs: Sequence[Past]) -> dict[tuple[str, str], str]:
    """The newest completed run of each request."""
    completed = [past for past in runs if past.status == "completed"]
    return {_asked(past): past.run_id for past in sorted(completed, key=lambda past: past.finished_at)}


def _asked(past: Past) -> tuple[str, str]:
    return past.workflow, input_key(past.input)


def of_run(run: Run, session_id: str = "") -> Past:
    """A run that has no passages: none of its steps has finished."""
    asked = content_text(run.input)
    return Past(
        run.id,
        run.workflow,
        asked,
        run.status,
        run.finished_at or run.started_at,
        error=run.error,
        in_session=run.session_id == session_id,
        input_stems=stems_in(asked),
        stems=stems_in(asked),
    )


def _past(run_id: str, passages: Sequence[Passage], session_id: str, in_view: str | None) -> Past:
    first = passages[0]
    return Past(
        run_id,
        first.workflow,
        first.run_input,
        first.run_status,
        max(passage.finished_at for passage in passages),
        tuple(passages),
        in_session=first.session_id == session_id,
        in_view=run_id == in_view,
        edited=any(passage.edited for passage in passages),
        input_stems=stems_of([first.run_input]),
        stems=stems_of([first.run_input, *(passage.text for passage in passages)]),
    )


def _forms(word: str) -> list[str]:
    plain = plain_form(word)
    if plain[:1].isdigit():
        return list({plain, plain.replace(",", "")})
    return [stem(plain)]
