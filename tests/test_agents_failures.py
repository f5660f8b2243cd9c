"""What users read when a model fails."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage

from agents import AgentError, ModelFailed
from agents.models import explain, is_permanent, stream_reply
from tests.model_server import ModelServer, Reply

KEY = "sk-very-secret-key-0123456789"


async def failure_of(reply: Reply, **options: Any) -> ModelFailed:
    with ModelServer([reply]) as server:
        model = server.client(api_key=KEY, **options)
        with pytest.raises(ModelFailed) as caught:
            async for _ in stream_reply(model, [HumanMessage("x")]):
                pass
        return caught.value


@pytest.mark.parametrize(
    ("reply", "sentence", "permanent"),
    [
        (Reply(status=401, error=f"Incorrect API key provided: {KEY}"), "Check OPENAI_API_KEY", True),
        (Reply(status=403, error=f"{KEY} may not"), "not allowed to use this model", True),
        (Reply(status=404, error="The model `gpt-x` does not exist"), "`gpt-x` does not exist", True),
        (Reply(status=400, error=f"Unsupported value for {KEY}"), "Unsupported value", True),
        (
            Reply(status=400, error="This model's maximum context length is 8192", code="context_length_exceeded"),
            "too long for the model",
            True,
        ),
        (Reply(status=429, retry_after=12), "Try again in 12 seconds", False),
        (Reply(status=429, error="quota", code="insufficient_quota"), "no credit left", False),
        (Reply(status=500), "error 500", False),
        (Reply("Half a", cut=True), "broke off", False),
    ],
)
async def test_a_failure_is_told_in_a_sentence_without_the_key(reply: Reply, sentence: str, permanent: bool) -> None:
    error = await failure_of(reply)
    assert sentence in str(error)
    assert KEY not in str(error)
    assert "\n" not in str(error)
    assert error.permanent is is_permanent(error) is permanent


async def test_the_key_of_the_environment_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-without-a-pattern")
    error = await failure_of(Reply(status=422, error="bad field near a-key-without-a-pattern"))
    assert "bad field" in str(error)
    assert "a-key-without-a-pattern" not in str(error)


async def test_a_server_that_is_not_there() -> None:
    with ModelServer([]) as server:
        model = server.client()
    with pytest.raises(ModelFailed, match="cannot be reached") as caught:
        async for _ in stream_reply(model, [HumanMessage("x")]):
            pass
    assert not caught.value.permanent


async def test_a_server_that_is_silent() -> None:
    error = await failure_of(Reply("slow", pause=0.5), timeout=0.1)
    assert "did not answer in time" in str(error)


def test_the_status_of_an_http_error_is_found_in_its_response() -> None:
    def refused(status: int) -> httpx.HTTPStatusError:
        asked = httpx.Request("GET", "http://x")
        return httpx.HTTPStatusError("no", request=asked, response=httpx.Response(status, request=asked))

    assert [is_permanent(refused(status)) for status in (400, 401, 404, 429, 500)] == [True, True, True, False, False]
    assert "refused the key" in explain(refused(401))


def test_our_own_errors_are_told_as_they_are() -> None:
    assert explain(AgentError("Nobody could answer.")) == "Nobody could answer."
    assert explain(TimeoutError()) == "The model did not answer in time. Try again in a moment."
    assert explain(ValueError()) == "The model failed: ValueError."
    assert not is_permanent(ValueError("x"))


def test_long_stories_of_servers_are_cut() -> None:
    assert len(explain(ValueError("word " * 500))) < 300
