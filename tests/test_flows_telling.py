"""What the rules tell by themselves, citing what stands behind it."""

from __future__ import annotations

from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore
from tests.scripted import ScriptedModel


async def search(step_input: StepInput) -> str:
    return f"Notes on {step_input.input}."


async def write(step_input: StepInput) -> str:
    if "bees" in step_input.input:
        raise RuntimeError("the printer is out of paper")
    return f"A text on {step_input.input}."


def agent(store: RunStore) -> WorkflowAgent:
    """An agent whose model must not be asked."""
    return WorkflowAgent([Workflow("Article", [search, write])], store=store, model=ScriptedModel())


async def test_what_was_looked_at_is_a_list_of_the_runs_with_a_citation_each(store: RunStore) -> None:
    chat = agent(store)
    for topic in ("tides", "bees"):
        await chat.respond(f"/run Article {topic}", session_id="s")
    turn = await chat.respond("what have we looked at so far?", session_id="s")

    first, second = turn.answer.splitlines()[2:]
    assert first.startswith("- **bees** (Article, just now, failed) [")
    assert second.startswith("- **tides** (Article, just now) [")
    assert {citation.run_id for citation in turn.citations} == {run.id for run in await store.runs()}
    assert turn.decision is not None
    assert turn.decision.action == "answer"


async def test_why_a_run_failed_is_told_with_its_error_and_what_had_finished(store: RunStore) -> None:
    chat = agent(store)
    await chat.respond("/run Article bees", session_id="s")
    turn = await chat.respond("why did it fail?", session_id="s")

    assert "Article on “bees” failed just now" in turn.answer
    assert "the printer is out of paper" in turn.answer
    assert "Finished before that: search [" in turn.answer
    assert [citation.path for citation in turn.citations] == ["search"]


async def test_asked_why_it_failed_when_nothing_did_it_says_so(store: RunStore) -> None:
    chat = WorkflowAgent([Workflow("Article", [search])], store=store, model=ScriptedModel(["Nothing has failed. Ok?"]))
    await chat.respond("/run Article tides", session_id="s")
    turn = await chat.respond("why did it fail?", session_id="s")

    assert turn.decision is not None
    assert turn.decision.action == "clarify"
    assert turn.decision.reason == "No run that is remembered here has failed."
