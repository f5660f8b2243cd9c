"""A langchain-core Runnable as a step: what it gives, recorded to a file, and replayed without calling it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnableParallel
from pydantic import BaseModel

from agents import Agent
from agents.boundary import installed
from agents.recorded import read_recording
from agents.recording import Recorder
from agents.replay import Replay
from chat.replaying import replaying
from flows import Loop, Step, StepInput, Workflow
from flows.events import StepDelta
from storage.records import Run

from .scripted import ScriptedModel, with_usage


class Tide(BaseModel):
    metres: float


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "talk.jsonl"


def recorder(path: Path, **more: Any) -> Recorder:
    return Recorder(path, model="m", workflows=["W"], **more)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def broken(given: Any) -> Any:
    raise AssertionError("A replay calls nothing.")


class NeverCalled(RunnableLambda[Any, Any]):
    """Stands for a Runnable in a replay, with the model that one declares."""

    def __init__(self, declared: Any = str) -> None:
        super().__init__(broken)
        self._declared = declared

    @property
    def OutputType(self) -> Any:
        return self._declared


async def recorded(path: Path, runnable: Runnable[Any, Any], given: str = "Kiel") -> Run:
    with installed(recorder(path)):
        return await Workflow("W", [Step("tide", executor=runnable)]).run(given)


async def replayed(path: Path, given: str = "Kiel", declared: Any = str) -> Run:
    with replaying(path):
        return await Workflow("W", [Step("tide", executor=NeverCalled(declared))]).run(given)


async def words(given: AsyncIterator[Any]) -> AsyncIterator[str]:
    for word in ("High ", "water."):
        yield word


RUNNABLES: list[tuple[Runnable[Any, Any], Any]] = [
    (RunnableLambda(lambda place: f"High water at {place}."), str),
    (RunnableGenerator(words), str),
    (FakeListChatModel(responses=["High water."]), str),
    (RunnableLambda(lambda place: AIMessage("High water.")), str),
    (RunnableLambda(lambda place: {"metres": 2.5, "at": [place]}), dict),
    (RunnableParallel(one=RunnableGenerator(words), two=RunnableLambda(lambda place: [place])), dict),
    (FakeListChatModel(responses=['{"metres": 2.5}']) | JsonOutputParser(), dict),
    (FakeListChatModel(responses=['{"metres": 2.5}']) | PydanticOutputParser(pydantic_object=Tide), Tide),
]


@pytest.mark.parametrize(("runnable", "kind"), RUNNABLES, ids=[str(number) for number in range(len(RUNNABLES))])
async def test_what_a_runnable_gave_is_replayed_as_it_was_without_calling_it(
    path: Path, runnable: Runnable[Any, Any], kind: type
) -> None:
    live = await recorded(path, runnable)
    again = await replayed(path, declared=kind)
    assert (live.status, again.status) == ("completed", "completed")
    assert again.content == live.content
    assert isinstance(again.content, kind)
    assert again.content


async def test_the_parts_of_a_streamed_json_value_come_to_the_value() -> None:
    parsed = FakeListChatModel(responses=['{"a": 1, "b": [1, 2]}']) | JsonOutputParser()
    assert (await Workflow("W", [parsed]).run("x")).content == {"a": 1, "b": [1, 2]}


async def test_messages_are_written_as_langchain_core_does_with_their_seconds(path: Path) -> None:
    times = iter([0.0, 0.5, 2.0])

    async def spoken(given: AsyncIterator[Any]) -> AsyncIterator[AIMessageChunk]:
        for text in ("High ", "water."):
            yield AIMessageChunk(text)

    with installed(recorder(path, clock=lambda: next(times))):
        await Workflow("W", [Step("tide", executor=RunnableGenerator(spoken))]).run("Kiel")
    (line,) = lines(path)
    assert line["kind"] == "step"
    assert [(seconds, written["type"], written["data"]["content"]) for seconds, written in line["chunks"]] == [
        (0.5, "AIMessageChunk", "High "),
        (2.0, "AIMessageChunk", "water."),
    ]


async def test_a_replay_streams_the_chunks_at_their_times(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.5, 2.0])
    with installed(recorder(path, clock=lambda: next(times))):
        await Workflow("W", [Step("tide", executor=RunnableGenerator(words))]).run("Kiel")
    waits: list[float] = []
    real = asyncio.sleep

    async def noted(seconds: float) -> None:
        waits.extend([seconds] if seconds else [])
        await real(0)

    monkeypatch.setattr("agents.replay.asyncio.sleep", noted)
    with installed(Replay(read_recording(path), speed=4)):
        events = Workflow("W", [Step("tide", executor=NeverCalled())]).stream("Kiel")
        assert [event.text async for event in events if isinstance(event, StepDelta)] == ["High ", "water."]
    assert waits == pytest.approx([0.125, 0.5], abs=0.05)


async def test_each_place_and_input_has_its_own_output_and_the_same_one_gives_them_in_order(path: Path) -> None:
    def workflow(name: str, runnable: Callable[[str], Runnable[Any, Any]]) -> Workflow:
        return Workflow(name, [Loop([Step("turn", executor=runnable(name))], max_iterations=2, name="Rounds")])

    count = iter(range(100))

    def counted(name: str) -> Runnable[Any, Any]:
        return RunnableLambda(lambda given: f"{name} {given} {next(count)}")

    runs = [("A", "x"), ("B", "x"), ("A", "y"), ("A", "x")]
    with installed(recorder(path)):
        live = [(await workflow(name, counted).run(given, session_id="s")).content for name, given in runs]
    assert len(set(live)) == 4
    with replaying(path):
        again = [
            (await workflow(name, lambda _: NeverCalled()).run(given, session_id="s")).content for name, given in runs
        ]
    assert again == live


async def test_a_failure_is_replayed_with_its_words_after_what_had_been_streamed(path: Path) -> None:
    async def torn(given: AsyncIterator[Any]) -> AsyncIterator[str]:
        yield "High "
        raise ConnectionError("the line is down")

    live = await recorded(path, RunnableGenerator(torn))
    again = await replayed(path)
    assert live.status == again.status == "failed"
    assert live.error == again.error == "tide failed: ConnectionError: the line is down"
    assert [written["data"] for _, written in lines(path)[0]["chunks"]] == ["High "]


async def test_a_failure_that_came_through_at_the_second_try_is_not_replayed(path: Path) -> None:
    tries = iter([OSError("gone"), "here"])

    def tried(given: Any) -> Any:
        if isinstance(came := next(tries), Exception):
            raise came
        return came

    with installed(recorder(path)):
        workflow = Workflow("W", [Step("tide", executor=RunnableLambda(tried), retries=1, backoff=0.0)])
        assert (await workflow.run("Kiel")).content == "here"
    assert [line.get("error", "") for line in lines(path)] == ["OSError: gone", ""]
    assert (await replayed(path)).content == "here"


async def test_a_value_that_cannot_be_written_is_warned_of_left_out_and_missed_in_the_replay(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def odd(given: Any) -> Any:
        return {"depths": {1, 2}}

    async def plain(given: AsyncIterator[Any]) -> AsyncIterator[Any]:
        yield {3.5: "metres"}

    for given, runnable in (("Kiel", RunnableLambda(odd)), ("Brest", RunnableGenerator(plain))):
        await recorded(path, runnable, given)
        assert (
            "The step tide of W is not in the recording, because it gave a dict that JSON would change. "
            "A recording holds text, messages and plain JSON values.\n"
        ) in capsys.readouterr().err
        assert lines(path)[0]["chunks"] == []
        again = await replayed(path, given)
        assert again.status == "failed"
        assert (
            again.error
            == "tide failed: What the step tide gave is not in the recording: a dict that JSON would change cannot be "
            "written to it."
        )


async def test_an_input_that_was_not_recorded_is_told_and_calls_nothing(path: Path) -> None:
    await recorded(path, RunnableLambda(lambda place: place))
    again = await replayed(path, "Dover")
    assert again.error == "tide failed: The step tide was not recorded with this input, and a replay calls nothing."


async def test_what_a_runnable_asks_by_itself_is_not_recorded_beside_it_and_its_tokens_are(path: Path) -> None:
    async def asks(place: str) -> str:
        return str((await Agent("A", model=ScriptedModel([with_usage("At noon.", 30, 4)])).run(place)).content)

    live = await recorded(path, RunnableLambda(asks))
    assert [line["kind"] for line in lines(path)] == ["step"]
    again = await replayed(path)
    assert again.content == "At noon."
    assert again.usage.total_tokens == live.usage.total_tokens == 34


async def test_a_runnable_after_an_agent_and_before_a_function_is_found_by_what_the_agent_gave(path: Path) -> None:
    def shout(step_input: StepInput) -> str:
        return str(step_input.previous_step_content).upper()

    def steps(agent: Agent, runnable: Runnable[Any, Any]) -> Workflow:
        return Workflow("W", [agent, Step("turned", executor=runnable), shout])

    with installed(recorder(path)):
        said = Agent("A", model=ScriptedModel(["High water."]))
        await steps(said, RunnableLambda(lambda text: text[::-1])).run("When?")
    with replaying(path):
        assert (await steps(Agent("A"), NeverCalled()).run("When?")).content == ".RETAW HGIH"
