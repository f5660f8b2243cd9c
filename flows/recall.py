"""What the past holds for a question: the runs it may be about, with their passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Literal

from agents.frequency import commonness
from agents.thesaurus import related
from storage import RunStore
from storage.errors import NotFound
from storage.records import Evidence, Passage, Run, Turn

from .past import Past, of_passages, of_run, stems_of
from .question import COMMON, Question

_SEARCHED = 24
_RECENT_HERE, _RECENT = 6, 12  # runs of the session and of the user that are looked at whatever the words
_MOST_OF_A_RUN = 12  # passages
MOST_ENDED_EARLY = 3
_SIMILAR = 4  # other words looked for in place of one

Reach = Literal["user", "session"]


@dataclass(frozen=True, slots=True)
class Known:
    """What recall found: the runs the question may be about, the conversation's last run, one of the same input.

    `evidence` is what is shown and cited; `decide` chooses it from the runs' passages.
    """

    runs: tuple[Past, ...] = ()
    last_run: Run | None = None
    same_input: Run | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def ended_early(self) -> list[Past]:
        """The runs that came to no end and that the evidence or the conversation is about, the newest first."""
        shown = {piece.passage.run_id for piece in self.evidence}
        early = [past for past in self.runs if past.ended_early and (past.in_session or past.run_id in shown)]
        return sorted(early, key=lambda past: past.finished_at, reverse=True)[:MOST_ENDED_EARLY]


async def recall(
    store: RunStore,
    question: Question,
    conversation: Sequence[Turn],
    *,
    user_id: str,
    session_id: str,
    reach: Reach = "user",
) -> Known:
    """This user's runs that `question` may be about (of this session alone, if `reach` says so)."""
    # One after the other: at the same time they would only fight for the interpreter.
    here = await store.runs(user_id=user_id, session_id=session_id, limit=_RECENT_HERE)
    recent = here if reach == "session" else await store.runs(user_id=user_id, limit=_RECENT)
    same = await store.workflow_run_by_input(user_id=user_id, input_text=question.message)
    found = await store.search(
        question.text, user_id=user_id, session_id=session_id, limit=_SEARCHED, also=_similar(question)
    )
    if reach == "session":
        found = [passage for passage in found if passage.session_id == session_id]
        same = same if same is not None and same.session_id == session_id else None
    runs = {run.id: run for run in [*here, *recent, *([same] if same else [])]}
    named = await _named_in(store, conversation, user_id)
    last_run = named or (here[0] if here else None)
    if named is not None:
        runs[named.id] = named
    passages = await _with_all_of(store, found, list(runs))
    pasts = of_passages(passages, session_id=session_id)
    with_passages = {past.run_id for past in pasts}
    pasts = [replace(past, error=runs[past.run_id].error) if past.run_id in runs else past for past in pasts]
    pasts += [of_run(run, session_id) for run in runs.values() if run.id not in with_passages]
    view = named.id if named is not None else _talked_of(question.talk, pasts)
    return Known(tuple(replace(past, in_view=past.run_id == view) for past in pasts), last_run, same)


async def _named_in(store: RunStore, conversation: Sequence[Turn], user_id: str) -> Run | None:
    """The run that the conversation is about: what the last turn that had to do with one ran or cited."""
    for turn in reversed(conversation):
        for run_id in (*reversed(turn.run_ids), *(citation.run_id for citation in turn.citations)):
            try:
                return await store.get_run(run_id, user_id=user_id)
            except NotFound:  # deleted since
                continue
    return None


async def _with_all_of(store: RunStore, found: Sequence[Passage], run_ids: Sequence[str]) -> list[Passage]:
    """What was found, and the other passages of the runs it is of and of these, up to a bound each."""
    wanted = list(dict.fromkeys([*(passage.run_id for passage in found), *run_ids]))
    taken = {(passage.run_id, passage.path, passage.start) for passage in found}
    passages, counts = list(found), dict.fromkeys(wanted, 0)
    for passage in await store.passages_of(*wanted):
        counts[passage.run_id] += 1
        if counts[passage.run_id] <= _MOST_OF_A_RUN and (passage.run_id, passage.path, passage.start) not in taken:
            passages.append(passage)
    return passages


def _talked_of(talk: str, runs: Sequence[Past]) -> str | None:
    """The run whose words the last exchange uses most, those that tell the runs apart counting most."""
    if not talk or not runs:
        return None
    scores = dict.fromkeys((past.run_id for past in runs), 0.0)
    for stem in stems_of([talk]):
        having = [past for past in runs if stem in past.stems]
        tells = max(0.0, COMMON - commonness(stem)) * log((len(runs) + 1) / (len(having) + 0.5)) if having else 0.0
        for past in having:
            scores[past.run_id] += tells * (1.3 if past.in_session else 1.0)
    best = max(scores, key=lambda run_id: scores[run_id])
    return best if scores[best] > 0 else None


def _similar(question: Question) -> str:
    """Words of the same meaning as what is asked about, the more telling ones first."""
    words = []
    for term in question.about:
        others = sorted(related(term.stem), key=lambda stem: abs(commonness(stem) - 4.0))
        words += others[:_SIMILAR]
    return " ".join(words)
