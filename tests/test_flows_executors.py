"""What steps tell while they work, and what they are told of earlier runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agents import Agent, Team
from flows import Loop, Step, StepInput, Steps, Workflow
from flows.events import Event, StepDelta, StepFailed, StepFinished, StepStarted, ToolCalled
from storage import RunStore
from storage.records import Run
from tests.scripted import ScriptedModel, calling, with_usage


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    store = RunStore(tmp_path / "refrain.db")
    yield store
    await store.close()


def lookup(topic: str) -> str:
    """Look something up."""
    return f"All about {topic}."


def at(events: list[Event], path: str) -> list[str]:
    return [event.type for event in events if event.path == path and event.type != "step_delta"]


def text_at(events: list[Event], path: str) -> str:
    return "".join(event.text for event in events if isinstance(event, StepDelta) and event.path == path)


async def test_the_members_of_a_team_stream_as_steps_below_the_teams() -> None:
    optimist = Agent("Optimist", model=ScriptedModel([with_usage("All is well.", 3, 4)]))
    searches = ScriptedModel([calling("lookup", {"topic": "rain"}), "It will rain."])
    team = Team(
        "Debate",
        [optimist, Agent("Pessimist", model=searches, tools=[lookup])],
        mode="collaborate",
        model=ScriptedModel(["Take an umbrella."]),
    )
    events = [event async for event in Workflow("W", [team]).stream("Weather?")]

    assert text_at(events, "Debate") == "Take an umbrella."
    assert text_at(events, "Debate/Optimist") == "All is well."
    assert at(events, "Debate/Optimist") == ["step_started", "step_finished"]
    assert at(events, "Debate/Pessimist") == ["step_started", "tool_called", "tool_returned", "step_finished"]
    begun = next(event for event in events if isinstance(event, StepStarted) and event.path == "Debate/Optimist")
    assert (begun.name, begun.kind) == ("Optimist", "agent")
    ended = next(event for event in events if isinstance(event, StepFinished) and event.path == "Debate/Optimist")
    assert (ended.output.content, ended.output.step_name, ended.output.usage.total_tokens) == (
        "All is well.",
        "Optimist",
        7,
    )
    assert events[-1].type == "run_finished"


async def test_a_member_that_is_asked_again_has_a_path_of_its_own_and_one_that_fails_says_why() -> None:
    def asks(tool: str, number: int) -> AIMessage:
        return AIMessage("", tool_calls=[{"name": tool, "args": {"task": "think"}, "id": str(number)}])

    leader = ScriptedModel([asks("ask_ada_dev", 1), asks("ask_ada_dev", 2), asks("ask_bob", 3), "Done."])
    ada = Agent("Ada/dev", model=ScriptedModel(["One.", "Two."]))
    team = Team("Duo", [ada, Agent("Bob", model=ScriptedModel([RuntimeError("out of order")]))], model=leader)
    events = [event async for event in Workflow("W", [team]).stream("x")]

    assert [text_at(events, path) for path in ("Duo/Ada-dev", "Duo/Ada-dev#2")] == ["One.", "Two."]
    assert [event.tool for event in events if isinstance(event, ToolCalled)] == [
        "ask_ada_dev",
        "ask_ada_dev",
        "ask_bob",
    ]
    failed = next(event for event in events if isinstance(event, StepFailed))
    assert (failed.path, failed.error) == ("Duo/Bob", "The model failed: out of order.")
    assert text_at(events, "Duo") == "Done."


async def test_a_team_in_a_team_is_told_two_levels_down() -> None:
    inner = Team(
        "Inner", [Agent("Ada", model=ScriptedModel(["Yes."]))], mode="collaborate", model=ScriptedModel(["So."])
    )
    outer = Team("Outer", [inner], mode="collaborate", model=ScriptedModel(["Indeed."]))
    events = [event async for event in Workflow("W", [outer]).stream("x")]

    assert [text_at(events, path) for path in ("Outer", "Outer/Inner", "Outer/Inner/Ada")] == ["Indeed.", "So.", "Yes."]
    kinds = [(event.path, event.kind) for event in events if isinstance(event, StepStarted | StepFinished)]
    assert sorted(set(kinds)) == [("Outer", "step"), ("Outer/Inner", "team"), ("Outer/Inner/Ada", "agent")]


async def test_history_is_the_sessions_last_completed_runs_newest_last(store: RunStore) -> None:
    seen: list[tuple[Run, ...]] = []

    async def echo(step_input: StepInput) -> str:
        seen.append(step_input.history)
        if step_input.input == "bad":
            raise ValueError("bad")
        return f"re: {step_input.input}"

    workflow = Workflow("W", [echo], store=store)
    await workflow.run("elsewhere", session_id="t")
    await workflow.run("someone else's", session_id="s", user_id="eve")
    for number in range(6):
        await workflow.run(f"q{number}", session_id="s")
    await workflow.run("bad", session_id="s")
    await workflow.run("last", session_id="s")

    assert [(run.input, run.content) for run in seen[-1]] == [(f"q{n}", f"re: q{n}") for n in range(1, 6)]
    assert seen[0] == seen[2] == ()


async def test_add_history_tells_an_agent_of_earlier_runs_in_bounds(store: RunStore) -> None:
    model = ScriptedModel(["Bees make honey.", "B" * 5000, "They do."])
    workflow = Workflow("W", [Step(agent=Agent("Expert", model=model), add_history=2)], store=store)
    for message in ("What do bees make?", "Tell me everything", "Do they?"):
        await workflow.run(message, session_id="s")
    await Workflow("V", [Step(agent=Agent("Other", model=(other := ScriptedModel(["Hm."]))))], store=store).run(
        "Well?", session_id="s"
    )

    assert len(model.calls[0].messages) == 2, "a session's first run has nothing to look back on"
    _, *earlier, asked = model.calls[2].messages
    assert [type(message) for message in earlier] == [HumanMessage, AIMessage, HumanMessage, AIMessage]
    assert [message.text for message in earlier[:3]] == ["What do bees make?", "Bees make honey.", "Tell me everything"]
    assert earlier[3].text == "B" * 1500 + "…"
    assert asked.text == "Do they?"
    assert [message.text for message in other.calls[0].messages[1:]] == ["Well?"], "nothing without add_history"


async def test_add_history_where_it_can_do_nothing_is_refused() -> None:
    agent = Agent("Expert", model=ScriptedModel())
    with pytest.raises(ValueError, match="5 at most"):
        Step(agent=agent, add_history=6)
    with pytest.raises(ValueError, match=r"step_input\.history"):
        Step("echo", executor=lambda step_input: "x", add_history=1)
    with pytest.raises(ValueError, match="add_history"):
        Step(workflow=Workflow("W", [agent]), add_history=1)


async def test_a_resumed_run_tells_of_a_container_only_when_something_new_happens_in_it() -> None:
    say = Step("say", executor=lambda step_input: "said")
    send = Step("send", executor=lambda step_input: "sent", confirm="Send it?")
    workflow = Workflow("W", [Loop([say], max_iterations=2, name="Tries"), Steps("Last", [say, send])])
    run = await workflow.run("x")
    told = [(event.type, event.path) async for event in workflow.resume_stream(run.id, approve=True)]

    assert told == [
        ("run_started", ""),
        ("step_started", "Last"),
        ("step_started", "Last/send"),
        ("step_finished", "Last/send"),
        ("step_finished", "Last"),
        ("run_finished", ""),
    ]
