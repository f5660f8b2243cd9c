"""Events as JSON: for the store, and for programs that read them as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, cast

from pydantic import TypeAdapter

from storage.records import Decision, EventRecord, Turn

from .events import EVENT_TYPES, AnswerDelta, BaseEvent, Decided, Event, StepDelta, TurnFinished

COMMON = frozenset(field.name for field in fields(BaseEvent))


_adapters: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in EVENT_TYPES.items()}


def to_json(event: Event) -> dict[str, Any]:
    """The whole event as JSON values, its `type` among them."""
    data = _adapters[event.type].dump_python(event, mode="json", fallback=str)
    return {"type": event.type, **data}


def to_record(event: Event, stream: str) -> EventRecord:
    """The event as the store keeps it.

    What a turn decided and answered stands in the turn's own row alone, so that deleting what it cites
    leaves no copy behind: `decided` and `turn_finished` are stored without it.
    """
    data: dict[str, Any] = {}
    if not isinstance(event, Decided | TurnFinished):
        data = _adapters[event.type].dump_python(event, mode="json", fallback=str, exclude=set(COMMON))
    return EventRecord(
        stream, event.seq, event.type, event.turn_id, event.run_id, event.path, event.name, event.at, data
    )


def from_record(record: EventRecord, turn: Turn | None = None) -> Event:
    """The event again; `turn` is the turn of its stream, which fills `decided` and `turn_finished`."""
    data = dict(record.data)
    if record.type == Decided.type:
        data["decision"] = (turn.decision if turn else None) or Decision("chat", "")
    elif record.type == TurnFinished.type:
        data["turn"] = turn or Turn(record.stream, "")
    common = {name: getattr(record, name) for name in COMMON}
    return cast(Event, _adapters[record.type].validate_python({**common, **data}))


def join_deltas(events: Sequence[Event]) -> list[Event]:
    """The same events with the text deltas of one path, between two other events, made one.

    The joined delta carries the number of its last part; numbers rise as before.
    """
    joined: list[Event] = []
    parts: dict[tuple[str | None, str, str], list[StepDelta | AnswerDelta]] = {}

    def close() -> None:
        for deltas in sorted(parts.values(), key=lambda deltas: deltas[-1].seq):
            whole = len(deltas) == 1
            joined.append(deltas[0] if whole else replace(deltas[-1], text="".join(delta.text for delta in deltas)))
        parts.clear()

    for event in events:
        if isinstance(event, StepDelta | AnswerDelta):
            parts.setdefault((event.run_id, event.type, event.path), []).append(event)
        else:
            close()
            joined.append(event)
    close()
    return joined
