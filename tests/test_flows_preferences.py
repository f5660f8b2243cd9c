"""What a person set for a conversation counts in its turns, and in those that are resumed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import Agent
from agents.context import wants_offline
from flows import StepInput, Workflow, WorkflowAgent
from storage import Preferences, RunStore
from tests.scripted import ScriptedModel

NOTES = "Heat pumps move heat instead of making it."
asked_offline: list[bool] = []


async def notes(step_input: StepInput) -> str:
    asked_offline.append(wants_offline.get())
    return NOTES


async def flaky(step_input: StepInput) -> str:
    asked_offline.append(wants_offline.get())
    if len(asked_offline) < 2:
        raise RuntimeError("The press is broken")
    return NOTES


@pytest.fixture(autouse=True)
def forget() -> None:
    asked_offline.clear()


def agent(store: RunStore, *flows: Workflow, replies: tuple[object, ...] = ()) -> WorkflowAgent:
    return WorkflowAgent(flows, store=store, model=ScriptedModel(replies))  # type: ignore[arg-type]


async def test_a_conversation_of_a_workflow_always_runs_it_without_looking_back(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes]), Workflow("Poem", [notes]))
    bound = Preferences(workflow="Letter")
    first = await talking.respond("heat pumps", session_id="s", preferences=bound)
    again = await talking.respond("heat pumps", session_id="s", preferences=bound)

    assert again.decision is not None
    assert again.decision.reason == "This conversation always runs Letter."
    assert (again.decision.action, again.decision.workflow, again.decision.evidence) == ("run", "Letter", ())
    assert len({*first.run_ids, *again.run_ids}) == 2
    assert (await store.get_turn(again.id)).preferences == bound


async def test_commands_work_in_it_and_need_no_name(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes]), Workflow("Poem", [notes]))
    bound = Preferences(workflow="Letter")
    named = await talking.respond("/run poem heat pumps", session_id="s", preferences=bound)
    bare = await talking.respond("/run heat pumps", session_id="s", preferences=bound)
    fresh = await talking.respond("/fresh a poem on heat pumps", session_id="s", preferences=bound)
    asked = await talking.respond("/recall heat pumps", session_id="s", preferences=bound)
    workflows = [turn.decision.workflow for turn in (named, bare, fresh) if turn.decision]
    assert workflows == ["Poem", "Letter", "Letter"]
    assert (asked.run_ids, asked.answer.startswith(NOTES)) == ((), True)


async def test_a_workflow_that_is_gone_runs_nothing(store: RunStore) -> None:
    turn = await agent(store, Workflow("Letter", [notes])).respond(
        "heat pumps", session_id="s", preferences=Preferences(workflow="Poem")
    )
    assert "always runs Poem, which is not among the workflows any more. There are: Letter." in turn.answer
    assert turn.run_ids == ()


async def test_how_old_is_too_old_is_the_conversations_own_word(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes], fresh_for=timedelta(days=7)))
    first = await talking.respond("/run Letter heat pumps", session_id="s")
    served = await talking.respond("heat pumps", session_id="s")
    too_old = await talking.respond("heat pumps", session_id="s", preferences=Preferences(fresh_hours=0.0))
    assert [bool(turn.run_ids) for turn in (first, served, too_old)] == [True, False, True]
    assert too_old.decision
    assert too_old.decision.action == "refresh"


async def test_a_result_that_its_workflow_calls_old_may_be_kept_for_ever(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes], fresh_for=timedelta(0)))
    await talking.respond("/run Letter heat pumps", session_id="s")
    turn = await talking.respond("heat pumps", session_id="s", preferences=Preferences(fresh_hours=1000.0))
    assert (turn.run_ids, turn.decision and turn.decision.action) == ((), "answer")


async def test_a_conversation_may_be_all_there_is_to_remember(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes], description="Writes."))
    await talking.respond("/run Letter heat pumps", session_id="s")
    here, there = Preferences(recall="session"), Preferences()
    alone = await talking.respond("/recall heat pumps", session_id="other", preferences=here)
    everywhere = await talking.respond("/recall heat pumps", session_id="other", preferences=there)
    assert (alone.answer, everywhere.answer) == ("There is nothing in memory on this.", f"{NOTES} [1]")


async def test_the_offline_model_works_where_the_environment_would_have_chosen(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # nobody listens there
    monkeypatch.delenv("REFRAIN_OFFLINE", raising=False)
    talking = WorkflowAgent([Workflow("Letter", [notes, Agent("Writer", "Write.")])], store=store)
    offline = Preferences(model="offline")
    run = await talking.respond("/run Letter heat pumps", session_id="s", preferences=offline)
    answer = await talking.respond("What do heat pumps move?", session_id="s", preferences=offline)
    assert (run.status, answer.status) == ("completed", "completed")
    assert "move heat" in answer.answer
    assert not wants_offline.get()


async def test_a_model_that_was_given_stays(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [notes]), replies=("They move heat [1].",))
    await talking.respond("/run Letter heat pumps", session_id="s")
    turn = await talking.respond("What do they move?", session_id="s", preferences=Preferences(model="offline"))
    assert turn.answer == "They move heat [1]."


async def test_what_was_set_counts_when_the_turn_is_gone_on_with(store: RunStore) -> None:
    talking = agent(store, Workflow("Letter", [flaky]))
    turn = await talking.respond("/run Letter heat", session_id="s", preferences=Preferences(model="offline"))
    stream = await talking.runner.answer(turn.run_ids[0])
    async for _ in talking.runner.follow(stream):
        pass
    assert (turn.status, (await store.get_turn(turn.id)).status) == ("failed", "completed")
    assert asked_offline == [True, True]
