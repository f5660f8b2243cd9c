"""Conversations as they stand in the store, rendered by the reducer that renders them live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.wire import from_record
from flows.words import iso
from storage import RunStore
from storage.records import EventRecord, Feedback, Session, Turn, now

from .titles import UNTITLED
from .view import TurnView
from .welcome import ASK

SHOWN_TURNS = 200


class RenderedThread(dict[str, Any]):
    """Chainlit's thread dictionary, with the views it was made of."""

    views: Sequence[TurnView] = ()


async def render_turn(
    store: RunStore, turn: Turn, *, now: datetime, queued: bool = False, feedback: Feedback | None = None
) -> TurnView:
    """The turn with all its stored events applied. Raises NotFound when it has been deleted meanwhile."""
    records = await store.events(turn.id)
    if _behind(turn, records):
        turn = await store.get_turn(turn.id)
        records = await store.events(turn.id)  # again, and after the turn: they must tell all that it says
    view = TurnView(turn, now=now, queued=queued and not records, feedback=feedback)
    for record in records:
        view.apply(from_record(record, turn))
    view.settle(turn)
    view.board.take()
    return view


async def render_thread(store: RunStore, session: Session) -> RenderedThread:
    """A conversation, its newest `SHOWN_TURNS` turns."""
    turns = await store.turns(session.id, user_id=session.user_id, limit=SHOWN_TURNS)
    feedback = await store.feedback_of([turn.id for turn in turns])
    moment, views, busy = now(), [], False
    for turn in turns:
        views.append(await render_turn(store, turn, now=moment, queued=busy, feedback=feedback.get(turn.id)))
        busy = busy or unfinished(turn)
    thread = RenderedThread(thread_header(session))
    thread["steps"] = [step for view in views for step in view.board.steps.values()]
    thread["elements"] = [element for view in views for element in view.board.elements.values()]
    thread.views = views
    return thread


def _behind(turn: Turn, records: Sequence[EventRecord]) -> bool:
    """Whether the turn went on after it was read: its events tell more than it does."""
    ended = bool(records) and records[-1].type == "turn_finished"
    decided = any(record.type == "decided" for record in records)
    may_have_ended_since = unfinished(turn) or turn.status == "interrupted"  # it may have been gone on with
    return (ended and may_have_ended_since) or (decided and turn.decision is None)


def thread_header(session: Session) -> dict[str, Any]:
    """A conversation without its steps, as the list of conversations shows it: by its last activity."""
    return {
        "id": session.id,
        "createdAt": iso(session.updated_at),
        "name": session.title or UNTITLED,
        "userId": session.user_id,
        "userIdentifier": session.user_id,
        "tags": None,
        "metadata": {"chat_profile": ASK, **session.metadata},
        "steps": [],
        "elements": [],
    }


def unfinished(turn: Turn) -> bool:
    """Whether the turn is being worked on, or waits to be."""
    return turn.status in {"queued", "running"}
