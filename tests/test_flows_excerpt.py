"""Contents of several megabytes: the journal and the export have all of it, events and the page its beginning."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from pydantic import BaseModel

from chat.view import TurnView
from flows import Parallel, Step, StepInput, Workflow, WorkflowAgent
from flows.excerpt import LARGE, SHOWN, cut, is_large
from flows.exporting import export_run
from flows.fork import Fork
from flows.run_reading import read_tree
from storage import RunStore, encoding, sizes
from storage.encoding import to_json
from storage.pieces import LONG, Encoder
from storage.records import now

from .scripted import ScriptedModel

LINE = "The harbour light was lit at dusk. "
TEXT = LINE * (5_000_000 // len(LINE))
DATA = [{"number": number, "text": LINE} for number in range(5_000_000 // 60)]
SMALL = 100_000  # characters
LINES = DATA[:20_000]  # a little more than a megabyte


def text(step_input: StepInput) -> str:
    return TEXT


def data(step_input: StepInput) -> list[dict[str, Any]]:
    return DATA


async def pieces(step_input: StepInput) -> Any:
    for _ in range(50):
        yield LINE * (100_000 // len(LINE))


class Line(BaseModel):
    number: int
    text: str


class Table(BaseModel):
    lines: list[Line]


def table(step_input: StepInput) -> Table:
    return Table.model_validate({"lines": LINES})


async def fetched(step_input: StepInput) -> list[dict[str, Any]]:
    return LINES


def remember(step_input: StepInput) -> str:
    step_input.session_state["lines"] = LINES
    return "Remembered."


def once(step_input: StepInput) -> str:
    if not gate:
        raise ValueError("not yet")
    return "Done."


gate: list[bool] = []


def after(step_input: StepInput) -> str:
    return "Read."


async def told(store: RunStore, *steps: Any) -> tuple[WorkflowAgent, TurnView, list[str]]:
    """The agent after a turn, the page of it, and every change that was sent to the page."""
    agent = WorkflowAgent([Workflow("Much", steps)], store=store, model=ScriptedModel())
    id = await agent.start("/run Much wind", session_id="s")
    view = TurnView(await store.get_turn(id), now=now())
    sent = [str(change) for change in view.opening()]
    async for event in agent.runner.follow(id):
        sent += [str(change) for change in view.apply(event)]
    return agent, view, sent


@pytest.mark.parametrize("steps", [(text, after), (text,), (data, after), (data,)])
async def test_events_and_the_page_carry_the_beginning_of_a_large_content_and_where_the_rest_is(
    store: RunStore, steps: tuple[Any, ...]
) -> None:
    agent, view, sent = await told(store, *steps)
    events = await store.events(view.turn.id)
    assert sum(len(to_json(event.data)) for event in events) < SMALL
    assert sum(map(len, sent)) < SMALL
    (run_id,) = view.turn.run_ids
    link = f"more: [download](/refrain/runs/{run_id}/export?format=md)"
    assert any(link in step["output"] for step in view.board.steps.values())
    content = TEXT if steps[0] is text else DATA
    assert (await store.journal(run_id))[0].output.content == content
    exported = await export_run(agent, await store.get_run(run_id))
    assert len(exported.markdown) > 5 * LARGE * 0.9


async def test_what_a_step_streams_ends_at_a_megabyte_and_its_end_says_how_much_more_there_is(store: RunStore) -> None:
    _, view, sent = await told(store, pieces, after)
    assert sum(map(len, sent)) < 1.2 * LARGE
    shown = next(step["output"] for step in view.board.steps.values() if step["name"] == "pieces")
    assert len(shown) < SMALL
    assert "MB more: [download](" in shown


def test_what_is_not_large_stays_as_it_is() -> None:
    for content in ("a" * LARGE, {"a": ["b"]}, None, [LINE] * 100):
        assert cut(content, "r") is content
    assert cut("a" * (LARGE + SHOWN), "r") == "a" * SHOWN + "\n\n… 1.0 MB more of run r"
    assert is_large([LINE] * 50_000)


@contextmanager
def counted_on_this_thread() -> Iterator[Counter[str]]:
    """What is called here meanwhile, by the name of the function: a walk through a value shows as many calls.

    Looks whether a value is large, and the writing of its beginning, end by themselves.
    """
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code.co_filename not in (sizes.__file__, json.encoder.__file__):
            calls[frame.f_code.co_qualname] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.fixture
def written_by(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many long pieces of JSON were written or read by which kind of thread."""
    threads: Counter[str] = Counter()

    def spied(function: Callable[..., Any], size: Callable[..., int]) -> Callable[..., Any]:
        def spy(*args: Any) -> Any:
            made = function(*args)
            if size(args[-1], made) > LONG:
                here = threading.current_thread() is threading.main_thread()
                threads["event loop" if here else "other"] += 1
            return made

        return spy

    monkeypatch.setattr(Encoder, "encode", spied(Encoder.encode, lambda value, made: len(made)))
    monkeypatch.setattr(encoding, "decode", spied(encoding.decode, lambda text, value: len(text)))
    return threads


@pytest.mark.parametrize("step", [table, fetched, remember])
async def test_a_large_value_is_gone_through_and_written_in_other_threads_than_the_loops(
    store: RunStore, step: Any, written_by: Counter[str]
) -> None:
    gate.clear()
    workflow = Workflow("Much", [Parallel(step, name="Both"), after, once])
    agent = WorkflowAgent([workflow], store=store, model=ScriptedModel())
    with counted_on_this_thread() as calls:
        turn = await agent.respond("/run Much wind", session_id="s")
        gate.append(True)
        (run_id,) = turn.run_ids
        await finished(agent, await agent.runner.answer(run_id))
        run = await store.get_run(run_id)
        forked = await agent.runner.start(
            "Much", user_id="local", session_id="s", fork=Fork(run_id, f"Both/{step.__name__}", LINES)
        )
        await finished(agent, forked)
        await read_tree(store, run, workflow=workflow)
    assert (run.status, (await store.get_run(forked)).status) == ("completed", "completed")
    assert written_by["other"] > 3
    assert written_by["event loop"] == 0
    assert max(calls.values()) < len(LINES) / 10, calls.most_common(3)


async def finished(agent: WorkflowAgent, id: str) -> None:
    async for _ in agent.runner.follow(id):
        pass


async def test_a_large_draft_is_asked_about_by_its_beginning_and_approved_as_a_whole(store: RunStore) -> None:
    agent, view, sent = await told(store, Step(executor=fetched, review=True))
    (run_id,) = view.turn.run_ids
    assert sum(map(len, sent)) < SMALL
    assert sum(len(to_json(event.data)) for event in await store.events(view.turn.id)) < SMALL
    assert f"/refrain/runs/{run_id}/export" in str(view.board.steps)
    await finished(agent, await agent.runner.answer(run_id, approve=True))
    assert (await store.get_run(run_id)).content == LINES
