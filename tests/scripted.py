"""Models for tests: a chat model that says what its script says, and fails the test when it is asked for anything else;
an embedding model that knows which words mean the same."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

Reply = AIMessage | str | BaseException | Callable[[list[BaseMessage]], "AIMessage | str"]


@dataclass
class Call:
    """What the model was asked: the messages, and the names of the tools bound."""

    messages: list[BaseMessage]
    tools: list[str] = field(default_factory=list)


class ScriptedModel(BaseChatModel):
    """Gives `replies` one after the other, word by word.

    A reply is a text, an AIMessage, an exception to raise, or a function of the messages that gives a text
    or an AIMessage. `calls` holds what it was asked. A call too many raises AssertionError, which
    `assert_done()` repeats, as it does replies that are left over.
    """

    pause: float = 0.0  # seconds between two words
    _replies: list[Reply] = PrivateAttr()
    _calls: list[Call] = PrivateAttr(default_factory=list)
    _unexpected: list[str] = PrivateAttr(default_factory=list)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, replies: Iterable[Reply] = (), *, pause: float = 0.0) -> None:
        super().__init__(pause=pause)  # type: ignore[call-arg]
        self._replies = list(replies)

    @property
    def calls(self) -> list[Call]:
        return self._calls

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def add(self, *replies: Reply) -> None:
        """Write more replies at the end of the script."""
        self._replies.extend(replies)

    def assert_done(self) -> None:
        """Fail if the model was asked more often, or less often, than its script foresees."""
        assert not self._unexpected, f"The model was asked more than its script holds: {self._unexpected}"
        assert not self._replies, f"The model was not asked for these replies: {self._replies}"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        names = [tool.name if isinstance(tool, BaseTool) else str(tool) for tool in tools]
        return self.bind(tool_names=names, **kwargs)

    def _next(self, messages: list[BaseMessage], tools: list[str]) -> AIMessage:
        with self._lock:
            self._calls.append(Call(list(messages), tools))
            if not self._replies:
                asked = str(messages[-1].text)[:200] if messages else ""
                self._unexpected.append(asked)
                raise AssertionError(f"The model's script is at its end, and it was asked: {asked}")
            reply = self._replies.pop(0)
        if callable(reply) and not isinstance(reply, BaseException):
            reply = reply(list(messages))
        if isinstance(reply, BaseException):
            raise reply
        return AIMessage(reply) if isinstance(reply, str) else reply

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._next(messages, kwargs.get("tool_names", []))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _pieces(self._next(messages, kwargs.get("tool_names", [])))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for piece in _pieces(self._next(messages, kwargs.get("tool_names", []))):
            await asyncio.sleep(self.pause)
            yield piece


class ScriptedEmbeddings(Embeddings):
    """A vector has a number for each of `meanings`: how many of its words the text has.

    `questions` and `documents` hold what it was asked for. `refused`, if a text to embed has it, is an error; with
    `stuck` passages are never done.
    """

    def __init__(self, *meanings: str, model: str = "scripted", refused: str = "", stuck: bool = False) -> None:
        self.model, self.refused, self.stuck = model, refused, stuck
        self.questions: list[str] = []
        self.documents: list[str] = []
        self._meanings = [set(meaning.split()) for meaning in meanings]

    def embed_query(self, text: str) -> list[float]:
        self.questions.append(text)
        return self._vector(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.documents += texts
        return [self._vector(text) for text in texts]

    async def aembed_query(self, text: str) -> list[float]:
        return self.embed_query(text)

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.stuck:
            await asyncio.Event().wait()
        return self.embed_documents(texts)

    def _vector(self, text: str) -> list[float]:
        if self.refused and self.refused in text:
            raise ValueError("This text is not embedded.")
        found = re.findall(r"\w+", text.lower())
        return [float(sum(word in meaning for word in found)) for meaning in self._meanings] + [0.1]


def calling(name: str, arguments: dict[str, Any] | None = None, *, call_id: str = "", text: str = "") -> AIMessage:
    """A reply that calls one tool."""
    call = ToolCall(name=name, args=arguments or {}, id=call_id or f"call_{name}")
    return AIMessage(text, tool_calls=[call])


def with_usage(text: str, tokens_in: int, tokens_out: int) -> AIMessage:
    """A reply that reports what it cost."""
    usage = UsageMetadata(input_tokens=tokens_in, output_tokens=tokens_out, total_tokens=tokens_in + tokens_out)
    return AIMessage(text, usage_metadata=usage)


def _pieces(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    for word in re.findall(r"\s*\S+\s*$|\s*\S+|\s+", str(message.text)):
        yield ChatGenerationChunk(message=AIMessageChunk(content=word))
    chunks = [
        ToolCallChunk(name=call["name"], args=_json(call["args"]), id=call["id"], index=number)
        for number, call in enumerate(message.tool_calls)
    ]
    chunks += [
        ToolCallChunk(name=call["name"], args=call["args"], id=call["id"], index=number)
        for number, call in enumerate(message.invalid_tool_calls, start=len(chunks))
    ]
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            tool_call_chunks=chunks,
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
            additional_kwargs=message.additional_kwargs,
            chunk_position="last",
        )
    )


def _json(value: Any) -> str:
    return json.dumps(value)
