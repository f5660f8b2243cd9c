"""What the past holds for a question: passages of finished steps, and the runs it may be about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from storage import RunStore
from storage.errors import NotFound
from storage.records import Evidence, Passage, Run, Turn

from .decision import Known
from .matching import holds, stems_of
from .question import Question

MOST_PASSAGES = 8
_SEARCHED = 24

Reach = Literal["user", "session"]


async def recall(
    store: RunStore,
    question: Question,
    conversation: Sequence[Turn],
    *,
    user_id: str,
    session_id: str,
    reach: Reach = "user",
) -> Known:
    """Evidence for `question` from this user's runs (of this session alone, if `reach` says so)."""
    # One after the other: at the same time they would only fight for the interpreter.
    last_run = await _run_in_view(store, conversation, user_id, session_id)
    same = await store.workflow_run_by_input(user_id=user_id, input_text=question.message)
    found = await store.search(question.text, user_id=user_id, session_id=session_id, limit=_SEARCHED)
    if reach == "session":
        found = [passage for passage in found if passage.session_id == session_id]
        same = same if same is not None and same.session_id == session_id else None
    if same is not None:
        found = await _of_run(store, same, found)
    elif last_run is not None and (question.points_back or question.kind == "about_past"):
        found = await _of_run(store, last_run, found)
    elif last_run is not None and not question.introduces and len(found) < MOST_PASSAGES:
        found = _joined(found, await _of_run(store, last_run, found))
    return Known(_evidence(question, found[:MOST_PASSAGES]), last_run, same)


async def _run_in_view(store: RunStore, conversation: Sequence[Turn], user_id: str, session_id: str) -> Run | None:
    """The run that the conversation is about: what the last turn ran or cited, else the session's newest."""
    for turn in reversed(conversation):
        for run_id in (*reversed(turn.run_ids), *(citation.run_id for citation in turn.citations)):
            try:
                return await store.get_run(run_id, user_id=user_id)
            except NotFound:  # deleted since
                continue
    newest = await store.runs(user_id=user_id, session_id=session_id, limit=1)
    return newest[0] if newest else None


async def _of_run(store: RunStore, run: Run, found: Sequence[Passage]) -> list[Passage]:
    """The run's passages: those that the search found, then its last step's, then the others."""
    all_of_it = await store.passages_of(run.id)
    last_path = all_of_it[-1].path if all_of_it else ""
    hits = [passage for passage in found if passage.run_id == run.id]
    rest = [passage for passage in all_of_it if passage.path == last_path]
    rest += [passage for passage in all_of_it if passage.path != last_path]
    return _joined(hits, rest)


def _joined(first: Sequence[Passage], then: Sequence[Passage]) -> list[Passage]:
    taken = {(passage.run_id, passage.path, passage.start) for passage in first}
    return [*first, *(passage for passage in then if (passage.run_id, passage.path, passage.start) not in taken)]


def _evidence(question: Question, passages: Sequence[Passage]) -> tuple[Evidence, ...]:
    wanted = [term for term in question.terms if term.weight > 0]
    total = sum(term.weight for term in wanted)

    def coverage(passage: Passage) -> float:
        held = stems_of([passage.text, passage.run_input])
        return sum(term.weight for term in wanted if holds(held, term)) / total if total else 1.0

    return tuple(Evidence(label, passage, coverage(passage)) for label, passage in enumerate(passages, 1))
