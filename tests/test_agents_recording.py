"""What crosses the line to models and tools is recorded to a file, and replayed from it with nothing fetched."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import ToolCall

from agents import Agent
from agents.boundary import NOTICE, installed
from agents.digests import digest
from agents.errors import ModelFailed
from agents.models import default_model, describe_model
from agents.recorded import BadRecording, read_recording
from agents.recording import Recorder
from agents.replay import Replay, _relabelled
from agents.toolbox import as_tools, call_tool
from agents.tools import DuckDuckGoTools
from chat.replaying import replaying
from cli.demo import SHIPPED
from flows import WorkflowAgent
from flows.setup import load_workflows
from scripts import demo_texts
from storage import RunStore
from storage.records import Turn

from .model_server import ModelServer, Reply
from .scripted import ScriptedModel, calling

MARKED = "sk-marked-3141592653589793"


def tides(query: str) -> str:
    """Look up tides."""
    return f"Two tides a day: {query}."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "talk.jsonl"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Connections fail, and are counted."""
    tried: list[Any] = []

    def refused(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("No network here.")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket.socket, "connect_ex", refused)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: refused(None, given))  # type: ignore[arg-type]
    yield tried
    assert tried == []


def recorder(path: Path, **more: Any) -> Recorder:
    return Recorder(path, model="m", workflows=["Article"], **more)


def content_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


async def recorded_talk(path: Path, *replies: Any, tool: Callable[..., Any] = tides) -> str:
    """What an agent with one tool says, recorded."""
    model = ScriptedModel([calling("tides", {"query": "at Kiel"}), *replies])
    with installed(recorder(path)):
        output = await Agent("Harbour", model=model, tools=[tool]).run("When is high water?")
    return str(output.content)


async def test_a_recorded_talk_is_replayed_word_for_word_with_its_tool(path: Path, no_network: list[Any]) -> None:
    said = await recorded_talk(path, "High water is at noon.")
    used: list[str] = []

    def counted(query: str) -> str:
        used.append(query)
        return "another answer"

    counted.__name__ = "tides"
    with replaying(path):
        agent = Agent("Harbour", model="gpt-of-nowhere", tools=[counted])
        assert (await agent.run("When is high water?")).content == said == "High water is at noon."
    assert used == []


async def test_chunks_come_at_their_recorded_times_and_faster_when_asked(path: Path) -> None:
    times = iter([0.0, 0.5, 2.0, 3.0])
    with installed(recorder(path, clock=lambda: next(times))):
        await Agent("A", model=ScriptedModel(["one two"])).run("count")
    recording = read_recording(path)
    assert [seconds for seconds, _ in recording.replies[0].chunks] == [0.5, 2.0, 3.0]
    waits: list[float] = []
    replay = Replay(recording, speed=4)

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    with pytest.MonkeyPatch.context() as patch, installed(replay):
        patch.setattr(asyncio, "sleep", noted)
        assert (await Agent("A").run("count")).content == "one two"
    assert [round(wait, 1) for wait in waits] == [0.1, 0.5, 0.8] or waits == pytest.approx([0.125, 0.5, 0.75], abs=0.05)


async def test_a_replay_can_be_stopped_while_it_waits(path: Path) -> None:
    times = iter([0.0, 600.0, 600.0, 600.0])
    with installed(recorder(path, clock=lambda: next(times))):
        await Agent("A", model=ScriptedModel(["late"])).run("wait")
    with replaying(path, speed=1.0):
        task = asyncio.create_task(Agent("A").run("wait"))
        done, _ = await asyncio.wait([task], timeout=0.05)
        assert not done
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_what_is_asked_twice_is_answered_in_order_and_then_as_the_last_time(path: Path) -> None:
    with installed(recorder(path)):
        model = ScriptedModel(["heads", "tails"])
        for _ in range(2):
            await Agent("Coin", model=model).run("toss")
    with replaying(path):
        assert [(await Agent("Coin").run("toss")).content for _ in range(3)] == ["heads", "tails", "tails"]


async def test_dates_ages_and_ids_do_not_make_it_another_question(path: Path) -> None:
    asked = "### Known (just now): of 2026-03-01T10:00:00Z by 0b1c2d3e-0000-4000-8000-123456789abc"
    later = "### Known (17 min ago): of 2027-01-31T23:59:59Z by ffffffff-0000-4000-8000-123456789abc"
    with installed(recorder(path)):
        await Agent("A", model=ScriptedModel(["known"])).run(asked)
    with replaying(path):
        assert (await Agent("A").run(later)).content == "known"


async def test_parallel_calls_find_their_own_replies_in_any_order(path: Path) -> None:
    with installed(recorder(path)):
        for place in ("Kiel", "Brest", "Dover"):
            await Agent("A", model=ScriptedModel([f"In {place}."])).run(f"Where? {place}")
    with replaying(path):
        asked = [Agent("A").run(f"Where? {place}") for place in ("Dover", "Kiel", "Brest")]
        assert [output.content for output in await asyncio.gather(*asked)] == ["In Dover.", "In Kiel.", "In Brest."]


async def test_a_failure_is_replayed_too_unless_the_same_came_through_later(path: Path) -> None:
    with installed(recorder(path)):
        for reply in (ConnectionError("gone"), "here", RuntimeError("broken")):
            agent = Agent("A", model=ScriptedModel([reply]))
            try:
                await agent.run("broken?" if isinstance(reply, RuntimeError) else "there?")
            except ModelFailed:
                continue
    with replaying(path):
        assert (await Agent("A").run("there?")).content == "here"
        with pytest.raises(ModelFailed, match="The model failed: broken"):
            await Agent("A").run("broken?")


async def test_no_key_no_prompt_and_no_place_on_this_machine_is_in_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", MARKED)

    def telling(query: str) -> str:
        return f"{Path.home()}/notes and {Path.cwd()}/notes and {MARKED}"

    telling.__name__, telling.__doc__ = "tides", "Look up tides."
    replies = [Reply(calls=[("tides", {"query": MARKED})]), f"The key is {MARKED}."]
    with ModelServer(replies) as server, installed(recorder(path)):
        agent = Agent("A", "A private instruction.", model=server.client(api_key=MARKED), tools=[telling])
        await agent.run("What is the key?")
    written = content_of(path)
    assert "(key)" in written
    for private in (MARKED, str(Path.home()), str(Path.cwd()), "private instruction", server.url, "127.0.0.1"):
        assert private not in written


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is not a recording of Refrain"),
        ("GIF89a", "is not a recording of Refrain"),
        ('{"format": "har"}\n', "is not a recording of Refrain"),
        ("[1, 2]\n", "is not a recording of Refrain"),
        ('{"format": "refrain recording", "version": 9}\n', "version 9 of the format, and this Refrain reads 1"),
        ('{"format": "refrain recording", "version": 1}\n', "Line 1 of .* is damaged: 'recorded_at' is missing"),
        ("HEAD{broken\n{}\n", "Line 2 of .* is damaged: it is no JSON"),
        ('HEAD{"kind": "video"}\n', "Line 2 of .* no kind of line called 'video'"),
        ('HEAD{"kind": "tool", "key": "k", "seconds": 1}\n', "Line 2 of .* 'result' is missing"),
        (
            'HEAD{"kind": "model", "key": "k", "loose": "l", "labels": {}, "chunks": [[0, {"type": "human", '
            '"data": {"content": "x"}}]]}\n',
            "'human' is no reply of a model",
        ),
    ],
)
def test_a_broken_or_foreign_file_is_refused_with_what_is_wrong(path: Path, content: str, problem: str) -> None:
    recorder(path).close()
    path.write_text(content.replace("HEAD", path.read_text()))
    with pytest.raises(BadRecording, match=problem):
        read_recording(path)


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(BadRecording, match=r"talk\.jsonl cannot be read: No such file"):
        read_recording(path)


def test_every_line_is_whole_as_it_comes_and_a_cut_last_one_is_left_out(path: Path) -> None:
    making = recorder(path)
    making.begin("Hello", resumed=False)
    making.begin("Hello", resumed=True)
    making.begin("Goodbye", resumed=False)
    assert read_recording(path).messages == ("Hello", "Goodbye"), "read while it is still being written"
    making.close()
    path.write_bytes(path.read_bytes()[:-9])
    recording = read_recording(path)
    assert recording.messages == ("Hello",)
    assert recording.cut


async def test_what_was_not_recorded_is_searched_in_the_library_or_is_not_there(path: Path) -> None:
    recorder(path).close()
    with replaying(path):
        tools = as_tools([tides])
        message = await call_tool(tools, ToolCall(name="tides", args={"query": "x"}, id="1"))
        assert message.status == "error"
        assert "not part of the recorded demo" in str(message.text)
        found = await call_tool(
            DuckDuckGoTools().get_tools(), ToolCall(name="web_search", args={"query": "black holes"}, id="2")
        )
        assert found.artifact["engine"] == "Library"


def test_the_offline_model_is_no_part_of_the_outside(path: Path) -> None:
    recorder(path, offline=True).close()
    with replaying(path):
        assert describe_model(default_model()) == "the offline model"


async def _talk(store: RunStore, *messages: str) -> list[Turn]:
    agent = WorkflowAgent(load_workflows().values(), store=store)
    turns = [await agent.respond(message, session_id="demo") for message in messages]
    await agent.runner.close()
    return turns


async def test_the_shipped_demo_replays_to_the_same_answers_without_a_network(
    store: RunStore, no_network: list[Any]
) -> None:
    with replaying(SHIPPED) as replay:
        turns = await _talk(store, *replay.recording.messages, "Approve")
    article, fall, compared, again, why, _, approved = turns
    assert [turn.decision.action for turn in turns if turn.decision] == [
        *("run", "answer", "run", "refresh", "answer", "run", "resume")
    ]
    assert [turn.status for turn in turns] == ["completed"] * 5 + ["paused", "completed"]
    assert article.answer == demo_texts.ARTICLE
    assert len(fall.citations) == 2
    assert fall.answer == demo_texts.FOLLOW_UP.format(writer=1, researcher=fall.citations[-1].label)
    for turn, debate in ((compared, demo_texts.DEBATE), (again, demo_texts.DEBATE_AGAIN)):
        assert debate.strip() in turn.answer
    assert "1,000 gigawatts" not in compared.answer
    assert "1,000 gigawatts" in again.answer
    assert re.sub(r"\[\d+\]", "[]", why.answer) == demo_texts.WHY.format(solar="", wind="")
    assert why.citations
    assert approved.answer.endswith(demo_texts.REPORT)
    assert not any(NOTICE in turn.answer for turn in turns)


async def test_what_departs_is_said_so_and_answered_offline_and_the_script_goes_on(
    store: RunStore, no_network: list[Any]
) -> None:
    with replaying(SHIPPED) as replay:
        first, second, *_ = replay.recording.messages
        _, aside, back = await _talk(store, first, "Brief me on how vaccines work", second.upper())
    assert aside.answer.startswith(NOTICE)
    assert "library:how-vaccines-work.md" in aside.answer
    assert back.answer.startswith(demo_texts.FOLLOW_UP.partition(" [")[0] + " [1]")
    assert back.citations


async def test_a_fact_check_that_departs_weighs_by_words_as_the_offline_model_does(store: RunStore) -> None:
    with replaying(SHIPPED):
        (turn,) = await _talk(store, "Fact check: the first silicon solar cell had an efficiency of 6 percent")
    assert turn.status == "completed"
    assert turn.answer.startswith(NOTICE)


async def test_a_message_of_the_script_at_another_place_cites_nothing_that_is_not_there(store: RunStore) -> None:
    with replaying(SHIPPED) as replay:
        (turn,) = await _talk(store, replay.recording.messages[1])
    assert turn.answer.startswith(NOTICE)
    assert "[1]" not in turn.answer


def test_labels_follow_their_passages_even_where_a_label_was_cut_in_two(path: Path) -> None:
    recorder(path).close()
    line = {"kind": "model", "key": "k", "loose": "l", "labels": {"1": digest(["a"]), "12": digest(["b"])}}
    texts = ["So it is [", "1", "], and [1", "2]."]
    chunks = [[0, {"type": "AIMessageChunk", "data": {"content": text}}] for text in texts]
    path.write_text(path.read_text() + json.dumps({**line, "chunks": chunks}) + "\n")
    (reply,) = read_recording(path).replies
    for labels, wanted in (
        ({"1": "3", "12": "1"}, "So it is [3], and [1]."),
        ({"12": "2"}, "So it is, and [2]."),
        (None, "So it is [1], and [12]."),
    ):
        assert "".join(str(message.text) for _, message in _relabelled(reply.chunks, labels)) == wanted
