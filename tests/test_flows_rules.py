"""What the rules hold to, whatever the model wants: it neither passes off the old nor does again what is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore
from storage.records import Turn, now
from tests.remembered import Kept, keep
from tests.scripted import ScriptedModel, calling

TURBINES = Kept("r", "wind power in Denmark", "Wind turbines met 47 percent of demand in Denmark.")
COVERED = "What share of demand did wind turbines meet in Denmark?"


async def worked(step_input: StepInput) -> str:
    return "Worked out anew."


async def answered(store: RunStore, model: ScriptedModel, message: str) -> Turn:
    """What becomes of ann's message in a new session."""
    workflow = Workflow("Research", [worked], description="Researches a topic.", fresh_for=timedelta(days=7))
    return await WorkflowAgent([workflow], store=store, model=model).respond(message, session_id="now", user_id="ann")


@pytest.fixture
def eager() -> ScriptedModel:
    """A model that always wants to answer, from the first piece of evidence or from nothing."""
    return ScriptedModel(["It was 47 percent [1]."] * 3)


@pytest.fixture
def busy() -> ScriptedModel:
    """A model that always wants to run."""
    return ScriptedModel([calling("run_research", {"input": "anything", "reason": "I like to."})] * 3)


async def test_what_is_covered_may_be_answered(store: RunStore, eager: ScriptedModel) -> None:
    await keep(store, TURBINES, now=now())
    turn = await answered(store, eager, COVERED)
    assert (turn.answer, turn.run_ids) == ("It was 47 percent [1].", ())


@pytest.mark.parametrize(
    ("hours", "message", "action"),
    [
        (200, COVERED, "refresh"),
        (200, "wind power in Denmark", "refresh"),
        (5, "What is the latest share of demand that wind turbines meet in Denmark?", "refresh"),
        (1, "What share of demand did wind turbines meet in Norway?", "run"),
        (1, "Did wind turbines meet 63 percent of demand in Denmark?", "run"),
        (1, "What share of demand do Vestas turbines meet in Denmark?", "run"),
    ],
)
async def test_the_old_and_the_uncovered_are_worked_on_though_the_model_answers(
    store: RunStore, eager: ScriptedModel, hours: float, message: str, action: str
) -> None:
    await keep(store, Kept("r", TURBINES.asked, TURBINES.text, hours=hours), now=now())
    turn = await answered(store, eager, message)
    assert turn.decision is not None
    assert (turn.decision.action, turn.answer, turn.citations) == (action, "Worked out anew.", ())
    assert len(turn.run_ids) == 1


async def test_what_is_anothers_is_worked_on_though_the_model_answers(store: RunStore, eager: ScriptedModel) -> None:
    theirs = Kept("theirs", TURBINES.asked, TURBINES.text, user="bob")
    await keep(store, theirs, Kept("mine", "heat pumps", "Heat pumps met the demand of two towns."), now=now())
    turn = await answered(store, eager, COVERED)
    assert turn.decision is not None
    assert (turn.decision.action, turn.answer, turn.citations) == ("run", "Worked out anew.", ())


async def test_what_is_anothers_is_never_cited_by_a_user_without_a_past(store: RunStore, eager: ScriptedModel) -> None:
    await keep(store, Kept("theirs", TURBINES.asked, TURBINES.text, user="bob"), now=now())
    turn = await answered(store, eager, COVERED)
    assert turn.citations == ()
    assert "47 percent of demand" not in str(eager.calls)


async def test_without_a_past_a_name_is_worked_on_though_the_model_answers(
    store: RunStore, eager: ScriptedModel
) -> None:
    turn = await answered(store, eager, COVERED)
    assert turn.answer == "Worked out anew."


@pytest.mark.parametrize("message", ["wind power in Denmark", "Wind power  in denmark?"])
async def test_an_exact_fresh_repeat_is_answered_though_the_model_would_run(
    store: RunStore, busy: ScriptedModel, message: str
) -> None:
    await keep(store, TURBINES, now=now())
    turn = await answered(store, busy, message)
    assert turn.answer.startswith(TURBINES.text)
    assert [citation.run_id for citation in turn.citations] == ["r"]
    assert (turn.run_ids, busy.calls) == ((), [])
