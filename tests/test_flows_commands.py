"""`/recall` answers from memory alone: however old it is, and never by a run."""

from __future__ import annotations

from datetime import timedelta

from flows import StepInput, Workflow, WorkflowAgent
from flows.commands import NOTHING
from storage import RunStore
from tests.scripted import ScriptedModel, calling

NOTES = "Heat pumps move heat instead of making it. A heat pump gives about three units of heat per unit of power."


async def notes(step_input: StepInput) -> str:
    return NOTES


def agent(store: RunStore, *replies: object, fresh_for: timedelta | None = None) -> WorkflowAgent:
    flow = Workflow("Letter", [notes], description="Writes a letter.", fresh_for=fresh_for)
    return WorkflowAgent([flow], store=store, model=ScriptedModel(replies))  # type: ignore[arg-type]


async def test_it_answers_from_what_is_too_old_and_offers_the_model_no_workflow(store: RunStore) -> None:
    talking = agent(store, "About three units [1].", fresh_for=timedelta(0))
    first = await talking.respond("/run Letter heat pumps", session_id="s")

    turn = await talking.respond("/recall how much heat do heat pumps give?", session_id="s")

    assert turn.decision is not None
    assert (turn.decision.action, turn.run_ids, turn.answer) == ("answer", (), "About three units [1].")
    assert [citation.run_id for citation in turn.citations] == list(first.run_ids)
    model = talking._setting.model
    assert isinstance(model, ScriptedModel)
    assert model.calls[-1].tools == []


async def test_a_model_that_wants_to_run_all_the_same_runs_nothing(store: RunStore) -> None:
    wants = calling("run_letter", {"input": "heat pumps", "reason": "Better anew."})
    talking = agent(store, wants)
    await talking.respond("/run Letter heat pumps", session_id="s")

    turn = await talking.respond("/RECALL how much heat do heat pumps give?", session_id="s")

    assert (turn.status, turn.run_ids, turn.answer) == ("completed", (), NOTHING)
    assert len(await store.runs()) == 1


async def test_an_exact_repeat_is_served_however_old_it_is(store: RunStore) -> None:
    talking = agent(store, fresh_for=timedelta(0))
    await talking.respond("/run Letter heat pumps", session_id="s")

    turn = await talking.respond("/recall heat pumps", session_id="other")

    assert turn.answer == f"{NOTES} [1]"
    assert (len(turn.citations), turn.run_ids) == (1, ())


async def test_with_nothing_in_memory_it_says_so(store: RunStore) -> None:
    talking = agent(store)
    empty = await talking.respond("/recall how tall are the bridges of Oslo?", session_id="s")
    await talking.respond("/run Letter heat pumps", session_id="s", user_id="ann")
    unrelated = await talking.respond("/recall how tall are the bridges of Oslo?", session_id="s", user_id="ann")
    others = await talking.respond("/recall how much heat do heat pumps give?", session_id="s", user_id="bob")

    assert [turn.answer for turn in (empty, unrelated, others)] == [NOTHING] * 3
    assert [turn.run_ids for turn in (empty, unrelated, others)] == [()] * 3


async def test_without_a_question_it_says_how_it_is_used(store: RunStore) -> None:
    turn = await agent(store).respond("/recall", session_id="s")
    assert "as in: /recall how do tides work?" in turn.answer


async def test_the_offline_model_answers_with_sentences_of_the_past(store: RunStore) -> None:
    flow = Workflow("Letter", [notes], fresh_for=timedelta(0))
    talking = WorkflowAgent([flow], store=store)
    await talking.respond("/run Letter heat pumps", session_id="s")

    turn = await talking.respond("/recall how many units of heat does a heat pump give?", session_id="s")

    assert "three units of heat" in turn.answer
    assert turn.citations
