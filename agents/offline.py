"""The offline model: a chat model that needs no network and no weights, because it writes by extraction."""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from agents.errors import ModelFailed
from agents.extraction.jobs import Reply, Tool, asks_for_json, reply_to
from agents.text import words

NO_SCHEMA = (
    "The offline model writes by extraction and cannot fill in a form. "
    "Set OPENAI_API_KEY or OPENAI_BASE_URL to use a language model for this step."
)

SPEED = "REFRAIN_OFFLINE_WORDS_PER_SECOND"
USUAL_SPEED = 90.0


def words_per_second() -> float:
    """How fast the environment wants the model to write, in words per second. Raises ModelFailed if it is unclear."""
    given = os.environ.get(SPEED, "").strip()
    try:
        speed = float(given or USUAL_SPEED)
    except ValueError:
        speed = math.nan
    if not 0 <= speed < math.inf:
        raise ModelFailed(
            f"{SPEED} is {given!r}, but must be a number of words per second; 0 is at once.", permanent=True
        )
    return speed


class OfflineModel(BaseChatModel):
    """A chat model that calls the search tool it is given, ranks sentences and writes by extraction.

    Every sentence that states a fact is a whole sentence of its sources; the same messages always give the same
    reply. It streams word by word, `words_per_second` (0 for at once; REFRAIN_OFFLINE_WORDS_PER_SECOND where it is
    not given, else 90). Its usage counts words, not tokens.
    Asking for structured output raises ModelFailed.
    """

    model_name: str = "offline"
    words_per_second: float = Field(default_factory=words_per_second)

    @property
    def _llm_type(self) -> str:
        return "offline"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools, functions, pydantic classes or OpenAI tool schemas."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """Raises ModelFailed: filling in a schema takes a language model."""
        raise ModelFailed(NO_SCHEMA, permanent=True)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = _reply(messages, kwargs)
        message = AIMessage(
            content=reply.text,
            tool_calls=_calls(messages, reply),
            usage_metadata=_usage(messages, reply),
            response_metadata=_metadata(reply),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, kwargs):
            yield chunk
            if self._delay(chunk):
                time.sleep(self._delay(chunk))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, kwargs):
            yield chunk
            await asyncio.sleep(self._delay(chunk))

    def _chunks(self, messages: list[BaseMessage], options: dict[str, Any]) -> Iterator[ChatGenerationChunk]:
        reply = _reply(messages, options)
        for piece in re.findall(r"\s*\S+", reply.text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        last = AIMessageChunk(
            content="",
            tool_call_chunks=_call_chunks(_calls(messages, reply)),
            usage_metadata=_usage(messages, reply),
            response_metadata=_metadata(reply),
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)

    def _delay(self, chunk: ChatGenerationChunk) -> float:
        """Seconds to wait after a chunk."""
        return 1 / self.words_per_second if self.words_per_second > 0 and chunk.text else 0.0


def _reply(messages: Sequence[BaseMessage], options: dict[str, Any]) -> Reply:
    if options.get("response_format") or options.get("ls_structured_output_format") or asks_for_json(messages):
        raise ModelFailed(NO_SCHEMA, permanent=True)
    return reply_to(messages, [_tool(schema) for schema in options.get("tools") or []])


def _tool(schema: dict[str, Any]) -> Tool:
    function = schema.get("function", schema)
    properties = function.get("parameters", {}).get("properties", {})
    return Tool(str(function.get("name", "")), tuple(properties))


def _calls(messages: Sequence[BaseMessage], reply: Reply) -> list[ToolCall]:
    # An id need only be unique within its conversation; counting keeps the model deterministic.
    return [
        ToolCall(name=name, args=arguments, id=f"call_{len(messages)}_{index}", type="tool_call")
        for index, (name, arguments) in enumerate(reply.calls)
    ]


def _call_chunks(calls: Sequence[ToolCall]) -> list[ToolCallChunk]:
    return [
        tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
        for index, call in enumerate(calls)
    ]


def _metadata(reply: Reply) -> dict[str, Any]:
    return {"model_name": "offline", "finish_reason": "tool_calls" if reply.calls else "stop"}


def _usage(messages: Sequence[BaseMessage], reply: Reply) -> UsageMetadata:
    read = sum(len(words(str(message.text))) for message in messages)
    written = len(words(reply.text)) + sum(len(words(str(arguments))) for _, arguments in reply.calls)
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
