"""What the past holds for a question: the runs it may be about, with their passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import log
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings

from agents.embeddings import name_of
from agents.frequency import commonness
from agents.thesaurus import related
from storage import RunStore
from storage.errors import NotFound
from storage.records import Evidence, Passage, Run, Turn
from storage.vectors import Vector

from .matching import corrections
from .off_loop import off_loop
from .past import Past, of_passages, of_run, stems_of, with_versions
from .question import COMMON, Question
from .work import Work, waited_for

_SEARCHED = 24
_RECENT_HERE, _RECENT = 6, 12  # runs of the session and of the user that are looked at whatever the words
_MOST_OF_A_RUN = 12  # passages
MOST_ENDED_EARLY = 3
_SIMILAR = 4  # other words looked for in place of one
_EMBEDDING_SECONDS = 4.0  # that a message may wait for the embedding model
_BATCH = 16  # passages embedded by one request; what is done is kept, however long the rest takes
_MOST_EMBEDDED = 2_000  # characters of a question
_ALIKE = 1e-6  # cosines that differ less tell nothing
_LEAD = 200  # characters of a run's input, embedded with its passages

Reach = Literal["user", "session"]


@dataclass(frozen=True, slots=True)
class Known:
    """What recall found: the runs the question may be about, the conversation's last run, one of the same input.

    `evidence` is what is shown and cited; `decide` chooses it from the runs' passages. `near` tells by the id of a
    passage how near in meaning it is: 1 for the nearest, 0 for the average. It is empty without embeddings.
    """

    runs: tuple[Past, ...] = ()
    last_run: Run | None = None
    same_input: Run | None = None
    evidence: tuple[Evidence, ...] = ()
    near: Mapping[int, float] = field(default_factory=dict)

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
    embeddings: Embeddings | None = None,
) -> Known:
    """This user's runs that `question` may be about (of this session alone, if `reach` says so).

    They are found by words. With `embeddings` their passages are compared with the question in meaning, too.
    """
    # One after the other: at the same time they would only fight for the interpreter.
    here = await store.runs(user_id=user_id, session_id=session_id, limit=_RECENT_HERE, contents=False)
    recent = here if reach == "session" else await store.runs(user_id=user_id, limit=_RECENT, contents=False)
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
    pasts = await off_loop(lambda: of_passages(passages, session_id=session_id), passages)
    with_passages = {past.run_id for past in pasts}
    pasts = [replace(past, error=runs[past.run_id].error) if past.run_id in runs else past for past in pasts]
    pasts += [of_run(run, session_id) for run in runs.values() if run.id not in with_passages]
    pasts = with_versions(pasts)
    view = named.id if named is not None else _talked_of(question.talk, pasts)
    near: Mapping[int, float] = {}
    if embeddings is not None and same is None and question.kind != "small_talk":
        near = await _near(store, embeddings, question.text[:_MOST_EMBEDDED], passages, user_id)
    return Known(tuple(replace(past, in_view=past.run_id == view) for past in pasts), last_run, same, near=near)


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
    """Words of the same meaning as what is asked about, and what may be meant by misspelt ones."""
    words = []
    for term in question.about:
        words += corrections(term)
        others = sorted(related(term.stem), key=lambda stem: abs(commonness(stem) - 4.0))
        words += others[:_SIMILAR]
    return " ".join(words)


async def _near(
    store: RunStore, embeddings: Embeddings, text: str, passages: Sequence[Passage], user_id: str
) -> Mapping[int, float]:
    """How near in meaning the passages are to the text; nothing if the embedding model fails or is too slow."""
    try:
        return await waited_for(_compared(store, embeddings, text, passages, user_id), Work(), _EMBEDDING_SECONDS)
    except Exception:  # any server, and any code; a message is worth an answer without it
        return {}


async def _compared(
    store: RunStore, embeddings: Embeddings, text: str, passages: Sequence[Passage], user_id: str
) -> Mapping[int, float]:
    if len(passages) < 2:
        return {}
    asked = np.asarray(await embeddings.aembed_query(text), np.float32)
    model, ids = name_of(embeddings), [passage.id for passage in passages]
    known = await store.vectors_of(ids, model, user_id=user_id)
    # A model that was set up anew may give vectors of another size under the same name.
    missing = [passage for passage in passages if passage.id not in known or known[passage.id].shape != asked.shape]
    for batch in _batches(missing):
        with suppress(Exception):  # one text that is refused keeps no others from being compared
            made = await embeddings.aembed_documents([_embedded(passage) for passage in batch])
            await store.keep_vectors(model, {p.id: vector for p, vector in zip(batch, made, strict=True)})
    if missing:
        known = await store.vectors_of(ids, model, user_id=user_id)
    return nearness(asked, known)


def nearness(asked: Vector, vectors: Mapping[int, Vector]) -> dict[int, float]:
    """The cosines of the vectors with `asked`, from the average (0) to the greatest (1); those below count as 0.

    Models differ in what they give for unrelated texts, so that cosines tell only by comparison.
    """
    fit = {key: vector for key, vector in vectors.items() if vector.shape == asked.shape and np.isfinite(vector).all()}
    if not fit:
        return {}
    table = np.stack(list(fit.values()))
    lengths = np.linalg.norm(table, axis=1) * np.linalg.norm(asked)
    cosines = np.divide(table @ asked, lengths, out=np.zeros(len(fit), np.float32), where=lengths > 0)
    average, greatest = float(cosines.mean()), float(cosines.max())
    if not greatest - average > _ALIKE:  # also if `asked` holds what is no number
        return {}
    scaled = np.clip((cosines - average) / (greatest - average), 0.0, 1.0)
    return dict(zip(fit, scaled.tolist(), strict=True))


def _batches(passages: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    return (passages[start : start + _BATCH] for start in range(0, len(passages), _BATCH))


def _embedded(passage: Passage) -> str:
    """What is embedded of a passage: a piece of a text seldom says what it is about."""
    return f"{passage.run_input[:_LEAD]}\n\n{passage.text}"
