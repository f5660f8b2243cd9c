"""Events are numbered, reach every follower once and in order, and are stored with text joined."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from flows.events import Event, StepDelta, StepFinished, StepStarted
from flows.stream import EventStream
from flows.wire import from_record, join_deltas, to_json
from storage.records import EventRecord, StepOutput


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[EventRecord] = []
        self.told = asyncio.Event()

    async def append_events(self, events: Sequence[EventRecord]) -> None:
        self.records += events
        self.told.set()


async def collect(stream: EventStream, after_seq: int = 0) -> list[Event]:
    return [event async for event in stream.follow(after_seq)]


async def test_followers_early_and_late_see_the_same() -> None:
    stream = EventStream("t")
    early = asyncio.create_task(collect(stream))
    await asyncio.sleep(0)
    for text in "abc":
        stream.emit(StepDelta, "r", "p", "p", text=text)
    late = asyncio.create_task(collect(stream))
    partly = asyncio.create_task(collect(stream, after_seq=2))
    await asyncio.sleep(0)
    stream.close()

    assert [event.seq for event in await early] == [1, 2, 3]
    assert await late == await early
    assert [event.seq for event in await partly] == [3]


async def test_what_tells_of_a_commit_waits_for_it_and_holds_back_what_follows() -> None:
    stream = EventStream("t")
    seen = asyncio.create_task(collect(stream))
    await asyncio.sleep(0)
    seq = stream.prepare(StepFinished, "r", "one", "one", output=StepOutput("x"))
    stream.emit(StepDelta, "r", "two", "two", text="later")
    before = [event async for event in _so_far(stream)]
    stream.release(seq)
    stream.close()

    assert before == []
    assert [event.type for event in await seen] == ["step_finished", "step_delta"]


async def test_text_is_joined_by_path_between_other_events_and_flushed_soon() -> None:
    kept = Kept()
    stream = EventStream("t", sink=kept)
    stream.emit(StepStarted, "r", "a", "a")
    for text in ("1", "2"):
        stream.emit(StepDelta, "r", "a", "a", text=f"a{text}")
        stream.emit(StepDelta, "r", "b", "b", text=f"b{text}")
    await asyncio.wait_for(kept.told.wait(), 5)

    assert [(record.type, record.path, record.data.get("text")) for record in kept.records] == [
        ("step_started", "a", None),
        ("step_delta", "a", "a1a2"),
        ("step_delta", "b", "b1b2"),
    ]
    assert [record.seq for record in kept.records] == [1, 4, 5]


async def test_an_event_comes_back_from_its_record_as_it_was() -> None:
    stream = EventStream("t", sink=Kept())
    output = StepOutput({"n": [1, 2]}, step_name="a", steps=(StepOutput("inner", step_name="b"),))
    stream.emit(StepFinished, "r", "a", "a", output=output, kind="steps")
    (told,) = [event async for event in _so_far(stream)]
    (record,) = stream.take_unstored()

    assert from_record(record) == told
    assert to_json(told)["type"] == "step_finished"


async def test_a_follower_in_another_thread_gets_everything() -> None:
    stream = EventStream("t")
    stream.emit(StepStarted, "r", "p", "p")
    following = threading.Event()

    async def elsewhere_() -> list[Event]:
        events = []
        async for event in stream.follow():
            following.set()
            events.append(event)
        return events

    elsewhere = asyncio.create_task(asyncio.to_thread(asyncio.run, elsewhere_()))
    await asyncio.to_thread(following.wait)
    for number in range(100):
        stream.emit(StepDelta, "r", "p", "p", text=str(number))
    stream.close()

    assert [event.seq for event in await elsewhere] == list(range(1, 102))


async def _so_far(stream: EventStream):  # type: ignore[no-untyped-def]
    for event in list(stream._history):
        yield event


async def test_what_comes_during_a_pause_is_given_in_one_list() -> None:
    stream, paused, go_on = EventStream("t"), asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        paused.set()
        await go_on.wait()

    async def lists() -> list[list[int]]:
        return [[event.seq for event in batch] async for batch in stream.batches(pause=pause)]

    reading = asyncio.create_task(lists())
    await asyncio.sleep(0)
    stream.emit(StepDelta, "r", "p", "p", text="a")
    await paused.wait()
    for text in "bc":
        stream.emit(StepDelta, "r", "p", "p", text=text)
    stream.close()
    go_on.set()
    assert await reading == [[1, 2, 3]]


def test_joined_texts_of_branches_at_once_keep_their_numbers_in_order() -> None:
    stream = EventStream("t")
    for path in ("a", "b", "a"):
        stream.emit(StepDelta, "r", path, path, text=path)
    joined = join_deltas(stream.seen())
    assert [(event.seq, event.path) for event in joined] == [(2, "b"), (3, "a")]
