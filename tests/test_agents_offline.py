import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel, Field

from agents.errors import ModelFailed
from agents.offline import OfflineModel
from agents.prompts import json_request, step_prompt, system_prompt
from agents.tools.sources import SearchResult, Source

TEA = SearchResult(
    engine="Library",
    query="tea",
    note="",
    sources=[
        Source(title="Tea", address="library:tea.md", snippet="Tea is a drink of leaves. Tea grows on wet hills."),
        Source(title="Trade", address="library:trade.md", snippet="Ships carried tea to Europe. Taxes on tea rose."),
    ],
)
NOTES = "## Tea\n\n- Tea is a drink of leaves. (Tea)\n- Tea grows on wet hills. (Tea)"
MODEL = OfflineModel(words_per_second=0)


def web_search(query: str) -> str:
    """Search the web."""
    return query


def research(request: str) -> list[BaseMessage]:
    return [SystemMessage(system_prompt("Researcher", "Find relevant information", tools=True)), HumanMessage(request)]


def after_search(request: str, artifact: Any = TEA, **message: Any) -> list[BaseMessage]:
    call = {"name": "web_search", "args": {"query": "tea"}, "id": "1", "type": "tool_call"}
    returned = ToolMessage(message.pop("content", "text"), tool_call_id="1", artifact=artifact, **message)
    return [*research(request), AIMessage("", tool_calls=[call]), returned]


def routed(message: str, action: str, **more: Any) -> list[BaseMessage]:
    passages = [{"label": 1, "text": NOTES, "step": "R", "workflow": "Article", "run_input": "tea", "coverage": 1.0}]
    suggestion = {"action": action, "workflow": None, "tool": None, "input": None, "reason": "", **more}
    artifact = {
        "kind": "evidence",
        "message": message,
        "question": message,
        "passages": passages,
        "suggestion": suggestion,
    }
    call = {"name": "recall", "args": {}, "id": "1", "type": "tool_call"}
    recalled = ToolMessage("text", tool_call_id="1", name="recall", artifact=artifact)
    return [SystemMessage("You answer."), HumanMessage(message), AIMessage("", tool_calls=[call]), recalled]


def run_article(input: str, reason: str) -> str:
    """Writes an article."""
    return ""


def run_brief(input: str, reason: str) -> str:
    """Writes a brief."""
    return ""


ROUTER = MODEL.bind_tools([run_article, run_brief])


def test_it_searches_for_the_topic_then_gives_notes() -> None:
    model = MODEL.bind_tools([web_search])
    reply = model.invoke(research("Write an article about tea, please"))
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [("web_search", {"query": "tea"})]
    noted = model.invoke(after_search("Write an article about tea, please"))
    assert not noted.tool_calls
    assert "- Tea is a drink of leaves. (Tea)" in noted.text
    assert "- Trade — library:trade.md" in noted.text


@pytest.mark.parametrize("shape", ["function", "pydantic", "schema"])
def test_search_tools_of_any_shape_are_called_by_their_parameter(shape: str) -> None:
    class SearchLibrary(BaseModel):
        """Search the library."""

        words_to_find: str = Field(description="what to look for")

    schema = {
        "type": "function",
        "function": {
            "name": "site_search",
            "description": "Search.",
            "parameters": {"type": "object", "properties": {"limit": {}, "query": {"type": "string"}}},
        },
    }
    tool, name, parameter = {
        "function": (web_search, "web_search", "query"),
        "pydantic": (SearchLibrary, "SearchLibrary", "words_to_find"),
        "schema": (schema, "site_search", "query"),
    }[shape]
    reply = MODEL.bind_tools([tool]).invoke("Tell me about tea")  # type: ignore[list-item]
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [(name, {parameter: "tea"})]


def test_a_comparison_searches_twice_with_ids_of_their_own() -> None:
    calls = MODEL.bind_tools([web_search]).invoke(research("Compare tea and coffee")).tool_calls
    assert [call["args"]["query"] for call in calls] == ["tea", "coffee"]
    assert len({call["id"] for call in calls}) == 2


def test_a_failed_search_is_told() -> None:
    failed = after_search("Research tea", None, content="Error: no network", status="error")
    assert "no network" in MODEL.bind_tools([web_search]).invoke(failed).text


@pytest.mark.parametrize(
    ("instructions", "begins"),
    [
        ("Write a clear, engaging article based on the research", "# Tea\n"),
        ("Summarise what was found", "# Tea in Brief\n"),
        ("Answer the question in a short brief based on the sources", "# Tea in Brief\n"),
    ],
)
def test_the_instructions_say_how_to_write(instructions: str, begins: str) -> None:
    prompt = step_prompt("Write an article about tea", [("Researcher", NOTES)])
    text = MODEL.invoke([SystemMessage(system_prompt("Any", instructions)), HumanMessage(prompt)]).text
    assert text.startswith(begins)
    assert "Tea is a drink of leaves." in text


def test_an_article_from_nothing_says_so() -> None:
    prompt = step_prompt("Write an article about tea", [("Researcher", "The search found nothing about tea.")])
    text = MODEL.invoke([SystemMessage("Write an article"), HumanMessage(prompt)]).text
    assert text == "There was nothing to write from: the earlier steps found nothing about tea."


def test_an_answer_quotes_with_labels() -> None:
    assert ROUTER.invoke(routed("Where does tea grow?", "answer")).text == "Tea grows on wet hills. [1]"


@pytest.mark.parametrize("action", ["run", "refresh"])
def test_a_run_is_called_as_suggested(action: str) -> None:
    more = {"workflow": "Article", "tool": "run_article", "input": "Write about coffee", "reason": "It is new."}
    calls = ROUTER.invoke(routed("Write about coffee", action, **more)).tool_calls
    assert [(call["name"], call["args"]) for call in calls] == [
        ("run_article", {"input": "Write about coffee", "reason": "It is new."})
    ]


def test_small_talk_and_questions_back() -> None:
    hello = ROUTER.invoke(routed("Hi there", "chat")).text
    assert hello.startswith("Hello!")
    assert "Article or Brief" in hello
    asked = ROUTER.invoke(routed("do it", "clarify", reason="There is nothing earlier.")).text
    assert asked.startswith("There is nothing earlier.")
    assert asked.endswith("?")


def test_it_says_what_it_is() -> None:
    assert "no language model" in ROUTER.invoke(routed("Who are you?", "chat")).text
    assert "extraction" in MODEL.invoke("Sing a song").text


def test_a_long_text_is_summarised_from_itself() -> None:
    text = "Summarise this. " + " ".join(
        f"Cheese number {n} of Alpine milk ripens for {n} weeks in caves." for n in range(2, 22)
    )
    summary = MODEL.invoke(text).text
    bullets = re.findall(r"^- (.+)$", summary, re.MULTILINE)
    assert 4 <= len(bullets) <= 6
    assert all(bullet in text for bullet in bullets)


@pytest.mark.parametrize("request_", ["Write an article about tea", "Compare tea and coffee"])
async def test_what_streams_is_what_invoke_gives(request_: str) -> None:
    model = MODEL.bind_tools([web_search])
    for messages in (research(request_), after_search(request_)):
        whole = model.invoke(messages)
        merged: AIMessageChunk | None = None
        async for chunk in model.astream(messages):
            assert isinstance(chunk, AIMessageChunk)
            merged = chunk if merged is None else merged + chunk
        assert merged is not None
        assert merged.text == whole.text
        assert merged.tool_calls == whole.tool_calls
        assert merged.usage_metadata == whole.usage_metadata
        assert "".join(str(chunk.text) for chunk in model.stream(messages)) == whole.text


async def test_words_come_one_by_one_at_the_pace_that_is_set() -> None:
    model = OfflineModel(words_per_second=500)
    started = time.monotonic()
    pieces = [chunk.text async for chunk in model.astream("Sing a song")]
    spoken = [piece for piece in pieces if piece]
    assert all(len(piece.split()) == 1 for piece in spoken)
    assert time.monotonic() - started >= len(spoken) / 500 * 0.9


def test_usage_counts_words() -> None:
    reply = MODEL.invoke("Sing a song")
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["input_tokens"] == 3
    assert reply.usage_metadata["output_tokens"] > 10


def test_the_same_messages_give_the_same_reply() -> None:
    assert MODEL.invoke(after_search("tea")).text == OfflineModel().invoke(after_search("tea")).text


class Verdict(BaseModel):
    good: bool


def test_forms_are_refused_with_what_to_do() -> None:
    asked = [SystemMessage(f"You judge.\n\n{json_request(Verdict)}"), HumanMessage("Is tea good?")]
    for refused in (
        lambda: MODEL.with_structured_output(Verdict),
        lambda: MODEL.invoke(asked),
        lambda: MODEL.invoke("Is tea good?", response_format={"type": "json_object"}),
    ):
        with pytest.raises(ModelFailed, match="OPENAI_API_KEY") as caught:
            refused()
        assert caught.value.permanent


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gets_a_reply(request_: str, found: str) -> None:
    source = Source(title=found[:20], address="https://a.example", snippet=found)
    result = SearchResult(engine="", query=request_, note="", sources=[source])
    searched = MODEL.bind_tools([web_search]).invoke(after_search(request_, result))
    written = MODEL.invoke(
        [SystemMessage("Write an article"), HumanMessage(step_prompt(request_, [("R", searched.text), ("S", found)]))]
    )
    answered = MODEL.invoke(routed(request_, "answer"))
    assert searched.text.strip()
    assert written.text.strip()
    assert answered.text.strip()


def test_the_environment_says_how_fast_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_OFFLINE_WORDS_PER_SECOND")
    assert OfflineModel().words_per_second == 90
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", "0")
    assert OfflineModel().words_per_second == 0
    assert OfflineModel(words_per_second=12).words_per_second == 12


@pytest.mark.parametrize("value", ["fast", "-1", "nan", "inf"])
def test_a_speed_that_is_none_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", value)
    with pytest.raises(ModelFailed, match="must be a number of words per second; 0 is at once"):
        OfflineModel()
