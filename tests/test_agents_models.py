"""Which model is chosen, what it is called, and that a reply arrives whole."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agents import Agent, ModelFailed
from agents.models import default_model, describe_model, resolve_model, stream_reply, usage_of
from agents.offline import OfflineModel
from tests.model_server import ModelServer, Reply
from tests.scripted import ScriptedModel, calling

VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_MODEL", "REFRAIN_OFFLINE")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_without_a_key_or_an_address_the_offline_model_works() -> None:
    assert isinstance(default_model(), OfflineModel)
    assert isinstance(resolve_model(None), OfflineModel)
    assert describe_model(default_model()) == "the offline model"


def test_a_key_is_enough_for_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("REFRAIN_MODEL", "gpt-test")
    assert describe_model(default_model()) == "gpt-test at api.openai.com"
    monkeypatch.setenv("REFRAIN_OFFLINE", "1")
    assert isinstance(default_model(), OfflineModel)
    assert isinstance(resolve_model("gpt-test"), OfflineModel)


def test_an_address_is_enough_for_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:secret@127.0.0.1:11434/v1")
    monkeypatch.setenv("REFRAIN_MODEL", "llama")
    assert describe_model(default_model()) == "llama at 127.0.0.1:11434"
    assert describe_model(resolve_model("qwen")) == "qwen at 127.0.0.1:11434"


def test_a_named_model_without_a_key_says_what_is_missing() -> None:
    with pytest.raises(ModelFailed, match="gpt-test needs OPENAI_API_KEY or OPENAI_BASE_URL") as caught:
        resolve_model("gpt-test")
    assert caught.value.permanent


def test_a_model_is_taken_as_it_is() -> None:
    model = ScriptedModel()
    assert resolve_model(model) is model
    assert describe_model(model) == "ScriptedModel"


async def test_a_reply_is_its_pieces_and_then_the_whole() -> None:
    model = ScriptedModel([calling("look", {"query": "tides"}, text="One moment.")])
    parts = [part async for part in stream_reply(model, [HumanMessage("x")])]
    assert parts[:-1] == ["One", " moment."]
    reply = parts[-1]
    assert isinstance(reply, AIMessage)
    assert reply.text == "One moment."
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [("look", {"query": "tides"})]


async def test_calls_without_an_id_get_one() -> None:
    nameless = AIMessage("", tool_calls=[{"name": "look", "args": {}, "id": None}])
    parts = [part async for part in stream_reply(ScriptedModel([nameless]), [HumanMessage("x")])]
    assert isinstance(parts[-1], AIMessage)
    assert parts[-1].tool_calls[0]["id"]


def test_one_model_serves_event_loops_one_after_the_other() -> None:
    with ModelServer(["one", "two", "three"]) as server:
        model = server.client()
        agent = Agent("A", model=model)
        said = [asyncio.run(agent.run("x")).content for _ in range(3)]
    assert said == ["one", "two", "three"]


async def test_usage_is_asked_for_unless_the_model_is_told_not_to() -> None:
    with ModelServer([Reply("Yes.", usage=(5, 2)), Reply("No.", usage=(5, 2))]) as server:
        asked = server.client()
        silent = server.client(stream_usage=False)
        totals = []
        for model in (asked, silent):
            parts = [part async for part in stream_reply(model, [HumanMessage("x")])]
            assert isinstance(parts[-1], AIMessage)
            totals.append(usage_of(parts[-1]).total_tokens)
        assert totals == [7, 0]


async def test_a_busy_server_is_asked_again_after_the_time_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(
        [Reply(status=429, retry_after=0.01), Reply(status=500, retry_after=0.01), Reply("Now.")]
    ) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert (await Agent("A").run("x")).content == "Now."
        assert len(server.requests) == 3
