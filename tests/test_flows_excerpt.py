"""Contents of several megabytes: the journal and the export have all of it, events and the page its beginning."""

from __future__ import annotations

from typing import Any

import pytest

from chat.view import TurnView
from flows import StepInput, Workflow, WorkflowAgent
from flows.excerpt import LARGE, SHOWN, cut, is_large
from flows.exporting import export_run
from storage import RunStore
from storage.encoding import to_json
from storage.records import now

from .scripted import ScriptedModel

LINE = "The harbour light was lit at dusk. "
TEXT = LINE * (5_000_000 // len(LINE))
DATA = [{"number": number, "text": LINE} for number in range(5_000_000 // 60)]
SMALL = 100_000  # characters


def text(step_input: StepInput) -> str:
    return TEXT


def data(step_input: StepInput) -> list[dict[str, Any]]:
    return DATA


async def pieces(step_input: StepInput) -> Any:
    for _ in range(50):
        yield LINE * (100_000 // len(LINE))


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
