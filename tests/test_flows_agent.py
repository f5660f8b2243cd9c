"""The WorkflowAgent answers from finished steps, runs what memory does not cover, and says why."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from flows import Step, StepInput, Workflow, WorkflowAgent
from flows.events import Event
from storage import RunStore
from tests.model_server import ModelServer, Reply
from tests.scripted import ScriptedModel

NOTES = "Heat pumps move heat instead of making it. A heat pump gives about three units of heat per unit of power."


async def notes(step_input: StepInput) -> str:
    return NOTES


async def letter(step_input: StepInput) -> str:
    return f"Letter on {step_input.input}: {step_input.previous_step_content}"


def workflows(fresh_for: timedelta | None = None) -> list[Workflow]:
    return [
        Workflow("Letter", [notes, letter], description="Writes a letter.", fresh_for=fresh_for),
        Workflow("Poem", [letter], description="Writes a poem."),
    ]


def calls(*inputs: str, tool: str = "run_letter") -> AIMessage:
    return AIMessage(
        "",
        tool_calls=[
            {"name": tool, "args": {"input": text, "reason": f"Nothing covers {text}."}, "id": f"call_{number}"}
            for number, text in enumerate(inputs)
        ],
    )


def prompt_of(model: ScriptedModel, call: int = -1) -> str:
    return "\n".join(str(message.content) for message in model.calls[call].messages)


async def test_a_run_is_chosen_with_one_model_call_and_its_content_is_the_answer(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps")])
    agent = WorkflowAgent(workflows(), store=store, model=model)

    turn = await agent.respond("write a letter on heat pumps", session_id="s")

    assert turn.decision is not None
    assert (turn.status, turn.decision.action, turn.decision.workflow) == ("completed", "run", "Letter")
    assert turn.answer == f"Letter on heat pumps: {NOTES}"
    run = await store.get_run(turn.run_ids[0])
    assert (run.status, run.turn_id, run.session_id) == ("completed", turn.id, "s")
    model.assert_done()


async def test_a_direct_answer_costs_one_model_call_and_cites_run_and_step(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps"), "About three units of heat [1]."])
    agent = WorkflowAgent(workflows(), store=store, model=model)
    first = await agent.respond("write a letter on heat pumps", session_id="s")

    turn = await agent.respond("how much heat does a heat pump give?", session_id="other session")

    assert turn.decision is not None
    assert (turn.decision.action, turn.run_ids) == ("answer", ())
    assert turn.answer == "About three units of heat [1]."
    assert [(citation.run_id, citation.label) for citation in turn.citations] == [(first.run_ids[0], 1)]
    assert turn.citations[0].path in ("notes", "letter")
    assert "three units" in turn.citations[0].excerpt
    model.assert_done()


async def test_the_evidence_reaches_the_model_as_an_answered_tool_call(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps"), "Three [1]."])
    agent = WorkflowAgent(workflows(), store=store, model=model)
    await agent.respond("write a letter on heat pumps", session_id="s")
    await agent.respond("how much heat does a heat pump give?", session_id="s")

    last = model.calls[-1].messages[-1]
    assert (last.type, last.name) == ("tool", "recall")
    assert "[1]" in str(last.content)
    assert model.calls[-1].tools == ["run_letter", "run_poem"]


async def test_a_label_of_nothing_is_removed_and_the_turn_says_so(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps"), "Three units [1], or so I guess [7]. Both [1, 9]."])
    agent = WorkflowAgent(workflows(), store=store, model=model)
    await agent.respond("write a letter on heat pumps", session_id="s")

    turn = await agent.respond("how much heat does a heat pump give?", session_id="s")

    assert turn.answer.startswith("Three units [1], or so I guess. Both [1].")
    assert "A reference to something that is not in memory was removed" in turn.answer


async def test_text_that_cites_nothing_is_chat_or_clarify(store: RunStore) -> None:
    model = ScriptedModel(["I know that one by heart.", "Which of the two do you mean?"])
    agent = WorkflowAgent(workflows(), store=store, model=model)

    one = await agent.respond("how tall are bridges", session_id="s")
    two = await agent.respond("tell me about the bridges there", session_id="s")

    assert [turn.decision.action for turn in (one, two) if turn.decision] == ["chat", "clarify"]


async def test_other_users_results_are_never_candidates(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps"), "I have nothing on that."])
    agent = WorkflowAgent(workflows(), store=store, model=model)
    await agent.respond("write a letter on heat pumps", session_id="s", user_id="ann")

    turn = await agent.respond("how much heat does a heat pump give?", session_id="s", user_id="bob")

    assert turn.citations == ()
    assert "three units" not in prompt_of(model)
    assert "heat pumps: Heat" not in prompt_of(model)


async def test_an_exact_fresh_repeat_is_served_from_its_run_without_a_model_call(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps")])
    agent = WorkflowAgent(workflows(timedelta(days=1)), store=store, model=model)
    first = await agent.respond("heat pumps", session_id="s")

    turn = await agent.respond("Heat  pumps?", session_id="another")

    assert turn.answer.startswith(first.answer)
    assert {citation.run_id for citation in turn.citations} == set(first.run_ids)
    model.assert_done()


async def test_what_is_too_old_is_worked_out_anew(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps")])
    agent = WorkflowAgent(workflows(timedelta(0)), store=store, model=model)
    await agent.respond("heat pumps", session_id="s")

    turn = await agent.respond("how much heat do heat pumps give?", session_id="s")

    assert turn.decision is not None
    assert (turn.decision.action, turn.decision.workflow, len(turn.run_ids)) == ("refresh", "Letter", 1)
    model.assert_done()


async def test_a_repeat_that_is_too_old_is_not_served_as_it_is(store: RunStore) -> None:
    model = ScriptedModel(["They move heat [1]."])
    agent = WorkflowAgent(workflows(timedelta(0)), store=store, model=model)
    await agent.respond("/run Letter what are the main points", session_id="s")

    turn = await agent.respond("what are the main points", session_id="s")

    assert turn.answer == "They move heat [1]."
    model.assert_done()


@pytest.mark.parametrize("message", ["run it again", "Please do that again", "redo", "again please", "rerun it"])
async def test_asking_for_it_again_runs_it_again(store: RunStore, message: str) -> None:
    model = ScriptedModel([calls("heat pumps")])
    agent = WorkflowAgent(workflows(timedelta(days=1)), store=store, model=model)
    first = await agent.respond("a letter on heat pumps", session_id="s")

    turn = await agent.respond(message, session_id="s")

    assert turn.answer == first.answer
    assert turn.run_ids
    assert turn.run_ids != first.run_ids
    model.assert_done()


async def test_commands_run_without_a_model(store: RunStore) -> None:
    agent = WorkflowAgent(workflows(), store=store, model=ScriptedModel([]))

    ran = await agent.respond("/run poem the sea", session_id="s")
    fresh = await agent.respond("/fresh a poem on the sea", session_id="s")
    unknown = await agent.respond("/run Opera the sea", session_id="s")
    empty = await agent.respond("/run Poem", session_id="s")

    assert ran.answer.startswith("Letter on the sea")
    assert fresh.decision is not None
    assert (fresh.decision.action, fresh.decision.workflow) == ("run", "Poem")
    assert unknown.run_ids == empty.run_ids == ()
    assert "There are: Letter, Poem" in unknown.answer
    assert "Say what Poem is to work on" in empty.answer


async def test_two_workflow_calls_in_one_turn_run_both_and_keep_both(store: RunStore) -> None:
    model = ScriptedModel([calls("apples", "pears")])
    agent = WorkflowAgent(workflows(), store=store, model=model)

    turn = await agent.respond("compare apples and pears", session_id="s")

    assert [(await store.get_run(run_id)).input for run_id in turn.run_ids] == ["apples", "pears"]
    assert "Letter on apples" in turn.answer
    assert "Letter on pears" in turn.answer


async def test_a_workflow_that_does_not_exist_never_runs(store: RunStore) -> None:
    agent = WorkflowAgent(workflows(), store=store, model=ScriptedModel([calls("x", tool="run_opera")]))

    turn = await agent.respond("stage an opera on bridges", session_id="s")

    assert turn.decision is not None
    assert (turn.decision.action, turn.run_ids) == ("clarify", ())
    assert "Letter, Poem" in turn.answer


async def test_a_failed_run_fails_the_turn_in_a_sentence_and_can_be_gone_on_with(store: RunStore) -> None:
    ran: list[str] = []

    async def first(step_input: StepInput) -> str:
        ran.append("first")
        return NOTES

    async def second(step_input: StepInput) -> str:
        ran.append("second")
        if len(ran) < 3:
            raise OSError("the printer is off")
        return "printed"

    agent = WorkflowAgent([Workflow("Print", [first, second])], store=store, model=ScriptedModel([]))
    turn = await agent.respond("/run Print the notes", session_id="s")
    assert (turn.status, turn.error) == ("failed", "second failed: OSError: the printer is off")

    stream_id = await agent.runner.answer(turn.run_ids[0])
    events = [event async for event in agent.runner.follow(stream_id)]
    after = await store.get_turn(turn.id)

    assert stream_id == turn.id
    assert ran == ["first", "second", "second"]
    assert (after.status, after.answer, after.error) == ("completed", "printed", None)
    assert events[-1].type == "turn_finished"


async def test_a_model_that_fails_ends_the_turn_with_a_plain_sentence(store: RunStore) -> None:
    with ModelServer([Reply(status=401, error="bad key")]) as server:
        model = ChatOpenAI(base_url=server.url, api_key="sk-secret", model="m")  # type: ignore[arg-type]
        agent = WorkflowAgent(workflows(), store=store, model=model)
        turn = await agent.respond("what about bridges", session_id="s")

    assert turn.status == "failed"
    assert turn.error is not None
    assert "refused the key" in turn.error
    assert "sk-secret" not in turn.error


async def test_one_request_over_http_for_a_direct_answer_with_bounded_evidence(store: RunStore) -> None:
    async def long(step_input: StepInput) -> str:
        return "\n\n".join(f"Fact {n} about heat pumps: they move heat in way number {n}." for n in range(5_000))

    agent = WorkflowAgent([Workflow("Long", [long])], store=store, model=ScriptedModel([]))
    await agent.respond("/run Long heat pumps", session_id="s", user_id="ann")
    await agent.respond("/run Long heat pumps of bob", session_id="s", user_id="bob")
    with ModelServer(["They move heat [1]."]) as server:
        model = ChatOpenAI(base_url=server.url, api_key="k", model="m")  # type: ignore[arg-type]
        asking = WorkflowAgent([Workflow("Long", [long])], store=store, model=model)
        turn = await asking.respond("how do heat pumps move heat?", session_id="s", user_id="ann")
        request = str(server.requests[0])

    assert turn.citations
    assert len(server.requests) == 1
    assert "bob" not in request
    assert "[8]" in request
    assert "[9]" not in request
    assert len(request) < 25_000


async def test_turns_of_one_session_wait_for_each_other(store: RunStore) -> None:
    gate, order = asyncio.Event(), []

    async def slow(step_input: StepInput) -> str:
        order.append(step_input.input)
        await gate.wait()
        return str(step_input.input)

    agent = WorkflowAgent([Workflow("Slow", [slow])], store=store, model=ScriptedModel([]))
    one = await agent.start("/run Slow one", session_id="s")
    two = await agent.start("/run Slow two", session_id="s")
    elsewhere = await agent.start("/run Slow elsewhere", session_id="t")
    async for event in agent.runner.follow(elsewhere):
        if event.type == "step_started":
            break
    assert "two" not in order
    assert (await store.get_turn(two)).status == "queued"
    gate.set()
    for turn_id in (one, two, elsewhere):
        assert [e async for e in agent.runner.follow(turn_id)][-1].type == "turn_finished"
    assert order.index("one") < order.index("two")


async def test_a_waiting_turn_can_be_withdrawn(store: RunStore) -> None:
    gate = asyncio.Event()

    async def slow(step_input: StepInput) -> str:
        await gate.wait()
        return "done"

    agent = WorkflowAgent([Workflow("Slow", [slow])], store=store, model=ScriptedModel([]))
    one = await agent.start("/run Slow one", session_id="s")
    two = await agent.start("/run Slow two", session_id="s")
    await agent.runner.cancel(two)
    await _end(agent, two)
    gate.set()
    await _end(agent, one)

    assert (await store.get_turn(one)).status == "completed"
    assert (await store.get_turn(two)).status == "cancelled"


async def test_cancelling_a_turn_keeps_finished_steps_and_partial_text(store: RunStore) -> None:
    async def types(step_input: StepInput):  # type: ignore[no-untyped-def]
        yield "half a sen"
        await asyncio.Event().wait()

    agent = WorkflowAgent([Workflow("W", [notes, types])], store=store, model=ScriptedModel([]))
    turn_id = await agent.start("/run W x", session_id="s")
    async for event in agent.runner.follow(turn_id):
        if event.type == "step_delta":
            await agent.runner.cancel(turn_id)
    turn = await store.get_turn(turn_id)
    stored = await store.events(turn_id)

    assert turn.status == "cancelled"
    assert (await store.get_run(turn.run_ids[0])).status == "cancelled"
    assert "half a sen" in [record.data.get("text") for record in stored]
    assert [entry.path for entry in await store.journal(turn.run_ids[0])] == ["notes"]


async def test_following_from_the_store_tells_what_following_live_told(store: RunStore) -> None:
    model = ScriptedModel([calls("heat pumps")])
    agent = WorkflowAgent(workflows(), store=store, model=model)
    live = [event async for event in agent.stream("write a letter on heat pumps", session_id="s")]
    stored = [event async for event in agent.runner.follow(live[0].turn_id or "")]

    def told(events: list[Event]) -> list[tuple[str, str, int]]:
        return [(event.type, event.path, event.seq) for event in events]

    assert told(stored) == told(live)
    assert [e.turn for e in stored if e.type == "turn_finished"] == [e.turn for e in live if e.type == "turn_finished"]


async def test_a_turn_cut_off_by_a_crash_is_completed_when_its_run_resumes(tmp_path: Path) -> None:
    ran: list[str] = []
    gate = asyncio.Event()

    async def first(step_input: StepInput) -> str:
        ran.append("first")
        return NOTES

    async def second(step_input: StepInput) -> str:
        ran.append("second")
        await gate.wait()
        return "finished after all"

    flow = Workflow("W", [first, second])
    path = tmp_path / "refrain.db"
    before = RunStore(path)
    agent = WorkflowAgent([flow], store=before, model=ScriptedModel([]))
    turn_id = await agent.start("/run W x", session_id="s")
    async for event in agent.runner.follow(turn_id):
        if event.path == "second":
            break
    run_id = (await before.get_turn(turn_id)).run_ids[0]
    await abandon(agent, before)

    after = RunStore(path)
    assert (await after.get_run(run_id)).status == "interrupted"
    assert (await after.get_turn(turn_id)).status == "interrupted"
    gate.set()
    again = WorkflowAgent([flow], store=after, model=ScriptedModel([]))
    await again.runner.answer(run_id)
    events = [event async for event in again.runner.follow(turn_id)]
    turn = await after.get_turn(turn_id)
    await after.close()

    assert ran == ["first", "second", "second"]
    assert (turn.status, turn.answer) == ("completed", "finished after all")
    resumed = [event for event in events if event.type == "run_started"]
    assert [event.resumed for event in resumed if event.type == "run_started"] == [False, True]


async def abandon(agent: WorkflowAgent, store: RunStore) -> None:
    """What a kill does: the store's lock goes while the run's row says running, and nothing more is written."""
    await store.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:  # type: ignore[arg-type]
        task.cancel()


class Size(BaseModel):
    pages: int


async def test_a_message_answers_what_a_paused_run_asked(store: RunStore) -> None:
    async def write(step_input: StepInput) -> str:
        return f"draft, {step_input.feedback}" if step_input.feedback else "draft"

    async def print_it(step_input: StepInput) -> str:
        return f"{step_input.previous_step_content} on {step_input.answer.pages} pages"

    steps = [Step("write", executor=write, review=True), Step("print", executor=print_it, ask=Size)]
    agent = WorkflowAgent([Workflow("Print", steps)], store=store, model=ScriptedModel([]))
    first = await agent.respond("/run Print a poem", session_id="s")
    assert first.status == "paused"
    said = [
        await agent.respond(message, session_id="s")
        for message in ("make it funnier", "looks good", "many", "pages: 3")
    ]
    run = await store.get_run(first.run_ids[0])

    assert [turn.decision.action for turn in said if turn.decision] == ["resume", "resume", "clarify", "resume"]
    assert [turn.status for turn in said] == ["paused", "paused", "completed", "completed"]
    assert "do not fit print" in said[2].answer
    assert (run.status, said[-1].answer) == ("completed", "draft, make it funnier on 3 pages")
    assert (await store.get_turn(first.id)).status == "completed"
    assert run.turn_id == said[-1].id


async def test_a_no_cancels_the_paused_run(store: RunStore) -> None:
    steps = [Step("publish", executor=notes, confirm="Publish this?")]
    agent = WorkflowAgent([Workflow("Publish", steps)], store=store, model=ScriptedModel([]))
    first = await agent.respond("/run Publish a poem", session_id="s")
    no = await agent.respond("no thanks", session_id="s")

    assert (first.status, no.status) == ("paused", "cancelled")
    assert (await store.get_run(first.run_ids[0])).status == "cancelled"


async def test_eight_threads_share_one_agent_without_mixing_sessions(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "refrain.db")
    agent = WorkflowAgent(workflows(), store=store, model=ScriptedModel([]))

    async def talk(number: int) -> list[tuple[str, str]]:
        turns = [
            await agent.respond(f"/run Poem verse {n} of {number}", session_id=f"s{number}", user_id=f"u{number}")
            for n in range(5)
        ]
        return [(turn.message, turn.answer) for turn in turns]

    answers = await asyncio.gather(*(asyncio.to_thread(asyncio.run, talk(n)) for n in range(8)))
    sessions = [[run.input for run in await store.runs(session_id=f"s{n}", user_id=f"u{n}")] for n in range(8)]
    await store.close()

    for number, said in enumerate(answers):
        assert [answer for _, answer in said] == [f"Letter on verse {n} of {number}: None" for n in range(5)]
        assert sorted(sessions[number]) == [f"verse {n} of {number}" for n in range(5)]


async def _end(agent: WorkflowAgent, turn_id: str) -> None:
    async for _ in agent.runner.follow(turn_id):
        pass
