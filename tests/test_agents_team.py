"""Teams: who does what, in each mode."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from agents import Agent, AgentError, ModelFailed, Team
from agents.agent import Prompt
from agents.events import (
    AgentEvent,
    AgentFinished,
    MemberEvent,
    MemberFailed,
    MemberStarted,
    TextDelta,
    ToolCalled,
    ToolReturned,
)
from agents.offline import OfflineModel
from agents.tools import LibraryTools
from tests.scripted import ScriptedModel, calling, with_usage


def member(name: str, *replies: str | AIMessage | Exception) -> Agent:
    return Agent(name, f"{name} things.", model=ScriptedModel(replies))


async def events_of(team: Team) -> list[AgentEvent]:
    return [event async for event in team.stream("Tides")]


async def test_collaborate_asks_all_members_at_once_and_the_leader_joins() -> None:
    both = threading.Barrier(2, timeout=5)

    def meet() -> str:
        """Wait for the other."""
        both.wait()
        return "met"

    members = [
        Agent(name, model=ScriptedModel([calling("meet"), with_usage(f"{name} says.", 10, 1)]), tools=[meet])
        for name in ("Ada", "Bob")
    ]
    leader = ScriptedModel([with_usage("Both say.", 100, 2)])
    events = await events_of(Team("Duo", members, mode="collaborate", model=leader))
    said = {
        name: [e.event for e in events if isinstance(e, MemberEvent) and e.member == name] for name in ("Ada", "Bob")
    }
    for name, work in said.items():
        assert [type(event) for event in work[:3]] == [MemberStarted, ToolCalled, ToolReturned]
        assert "".join(event.text for event in work if isinstance(event, TextDelta)) == f"{name} says."
        assert isinstance(work[-1], AgentFinished)
    assert leader.calls[0].messages[-1].text == (
        "Tides\n\nResults of earlier steps:\n\n### Ada\nAda says.\n\n### Bob\nBob says."
    )
    assert isinstance(events[-1], AgentFinished)
    assert events[-1].output.content == "Both say."
    assert (events[-1].output.usage.input_tokens, events[-1].output.usage.output_tokens) == (120, 4)


async def test_collaborate_goes_on_without_a_member_that_fails_but_not_without_all() -> None:
    broken = RuntimeError("out of order")
    leader = ScriptedModel(["Ada says so."])
    team = Team("Duo", [member("Ada", "Yes."), member("Bob", broken)], mode="collaborate", model=leader)
    assert (await team.run("Tides")).content == "Ada says so."
    assert "### Bob\nError: The model failed: out of order." in leader.calls[0].messages[-1].text

    team = Team("Duo", [member("Ada", broken), member("Bob", broken)], mode="collaborate", model=leader)
    with pytest.raises(AgentError, match=r"Nobody of Duo could answer\. Error: The model failed: out of order"):
        await team.run("Tides")


async def test_a_collaborating_member_that_fails_in_any_way_is_gone_on_without() -> None:
    class Odd(Agent):
        async def stream(self, prompt: Prompt) -> AsyncGenerator[AgentEvent, None]:
            raise KeyError("odd")
            yield

    leader = ScriptedModel(["Ada says so."])
    team = Team("Duo", [Odd("Bob"), member("Ada", "Yes.")], mode="collaborate", model=leader)
    assert (await team.run("Tides")).content == "Ada says so."
    assert "### Bob\nError: 'odd'" in leader.calls[0].messages[-1].text


async def test_a_team_of_which_nobody_may_ask_its_model_fails_for_good() -> None:
    def refused(name: str, *, for_good: bool) -> Agent:
        return member(name, ModelFailed("No key.", permanent=True) if for_good else ModelFailed("Busy."))

    for second, permanent in ((True, True), (False, False)):
        members = [refused("Ada", for_good=True), refused("Bob", for_good=second)]
        with pytest.raises(ModelFailed, match="Nobody of Duo") as caught:
            await Team("Duo", members, mode="collaborate", model=ScriptedModel()).run("Tides")
        assert caught.value.permanent is permanent


async def test_coordinate_hands_out_tasks_and_gives_results_and_errors_to_the_leader() -> None:
    tasks = AIMessage(
        "",
        tool_calls=[
            {"name": "ask_ada", "args": {"task": "Find facts"}, "id": "1"},
            {"name": "ask_bob_jr", "args": {"task": "Check them"}, "id": "2"},
        ],
    )
    leader = ScriptedModel([tasks, with_usage("Done.", 7, 3)])
    ada = Agent("Ada", model=ScriptedModel([with_usage("Facts.", 5, 1)]))
    bob = member("Bob Jr", RuntimeError("out of order"))
    events = await events_of(Team("Duo", [ada, bob], instructions="Be kind.", model=leader))
    assert isinstance(events[-1], AgentFinished)
    output = events[-1].output
    assert output.content == "Done."
    by_bob = [event.event for event in events if isinstance(event, MemberEvent) and event.member == "Bob Jr"]
    assert by_bob == [MemberStarted(), MemberFailed("The model failed: out of order.")]
    assert (output.usage.input_tokens, output.usage.output_tokens) == (12, 4)
    assert leader.calls[0].tools == ["ask_ada", "ask_bob_jr"]
    assert "Be kind." in leader.calls[0].messages[0].text
    facts, error = leader.calls[1].messages[-2:]
    assert isinstance(facts, ToolMessage)
    assert (facts.text, facts.status) == ("Facts.", "success")
    assert isinstance(error, ToolMessage)
    assert error.status == "error"
    assert "out of order" in error.text


async def test_route_gives_the_request_to_the_member_that_the_leader_picks() -> None:
    bob_model = ScriptedModel(["Bob speaks."])
    ada_model = ScriptedModel()
    members = [Agent("Ada", model=ada_model), Agent("Bob", model=bob_model)]
    events = await events_of(
        Team("Duo", members, mode="route", model=ScriptedModel([calling("ask_bob", {"task": "t"})]))
    )
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Bob speaks."
    assert bob_model.calls[0].messages[-1].text == "Tides"
    ada_model.assert_done()
    assert ada_model.calls == []


async def test_route_without_a_pick_lets_the_leader_speak() -> None:
    team = Team("Duo", [member("Ada")], mode="route", model=ScriptedModel(["Which tides?", ""]))
    assert (await team.run("Tides")).content == "Which tides?"
    with pytest.raises(ModelFailed, match=r"picked none of its members \(Ada\)"):
        await team.run("Tides")


async def test_a_leader_of_ones_own_leads() -> None:
    model = ScriptedModel(["Joined."])
    leader = Agent("Chief", "Rhyme.", model=model)
    team = Team("Duo", [member("Ada", "Yes.")], mode="collaborate", leader=leader)
    assert (await team.run("Tides")).content == "Joined."
    assert "You are Chief." in model.calls[0].messages[0].text
    assert "Rhyme." in model.calls[0].messages[0].text


async def test_a_team_can_be_a_member() -> None:
    inner = Team("Inner", [member("Ada", "Yes.")], mode="collaborate", model=ScriptedModel(["Inner says."]))
    outer = Team("Outer", [inner], mode="collaborate", model=ScriptedModel(["Outer says."]))
    events = await events_of(outer)
    assert MemberEvent("Inner", 1, MemberStarted(), "team") in events
    assert MemberEvent("Inner", 1, MemberEvent("Ada", 1, TextDelta("Yes.")), "team") in events
    assert isinstance(events[-1], AgentFinished)
    assert events[-1].output.content == "Outer says."


@pytest.mark.parametrize("mode", ["coordinate", "route", "collaborate"])
async def test_every_mode_works_offline(mode: str, tmp_path: Path) -> None:
    (tmp_path / "tides.md").write_text("# Tides\n\nTides follow the Moon and the Sun around the Earth.\n")
    offline = OfflineModel(words_per_second=0)
    researcher = Agent("Researcher", "Find facts.", model=offline, tools=[LibraryTools(folder=tmp_path)])
    output = await Team("Desk", [researcher], mode=mode, model=offline).run("Tides")  # type: ignore[arg-type]
    assert "Tides follow the Moon" in output.content


def test_teams_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="needs members"):
        Team("Nobody", [])
    with pytest.raises(ValueError, match="name of its own"):
        Team("Twins", [member("Ada"), member("ada")])
    with pytest.raises(ValueError, match="not 'vote'"):
        Team("Odd", [member("Ada")], mode="vote")  # type: ignore[arg-type]


async def test_a_leader_that_never_stops_delegating_must_conclude() -> None:
    asks = [calling("ask_ada", {"task": "more"}, call_id=str(number)) for number in range(3)]
    model = ScriptedModel([*asks[:2], "Enough."])
    ada = ScriptedModel(["one", "two"])
    leader = Agent("Chief", model=model, max_tool_rounds=2)
    output = await Team("Desk", [Agent("Ada", model=ada)], leader=leader).run("Tides")

    assert output.content == "Enough."
    assert [len(call.tools) for call in model.calls] == [1, 1, 0]
    ada.assert_done()


async def test_a_coordinated_team_in_a_routed_team_does_the_work() -> None:
    inner_leader = ScriptedModel([calling("ask_ada", {"task": "find"}), "Inner says: facts."])
    inner = Team("Inner", [member("Ada", "Facts.")], model=inner_leader)
    other = ScriptedModel()
    routed = Team(
        "Desk", [Agent("Other", model=other), inner], mode="route", model=ScriptedModel([calling("ask_inner")])
    )
    assert (await routed.run("Tides")).content == "Inner says: facts."
    assert other.calls == []


async def test_a_routed_team_in_a_coordinated_team_does_the_work() -> None:
    inner = Team("Inner", [member("Ada", "Facts.")], mode="route", model=ScriptedModel([calling("ask_ada")]))
    leader = ScriptedModel([calling("ask_inner", {"task": "find"}), "Done."])
    assert (await Team("Desk", [inner], model=leader).run("Tides")).content == "Done."
    assert leader.calls[1].messages[-1].text == "Facts."


async def test_a_leader_that_calls_a_member_there_is_not_is_told_who_there_is() -> None:
    leader = ScriptedModel([calling("ask_zoe", {"task": "find"}), "Then I say it myself."])
    assert (await Team("Desk", [member("Ada")], model=leader).run("Tides")).content == "Then I say it myself."
    told = leader.calls[1].messages[-1]
    assert isinstance(told, ToolMessage)
    assert (told.status, "ask_ada" in told.text) == ("error", True)

    with pytest.raises(ModelFailed, match=r"picked none of its members \(Ada\)"):
        await Team("Desk", [member("Ada")], mode="route", model=ScriptedModel([calling("ask_zoe")])).run("Tides")
