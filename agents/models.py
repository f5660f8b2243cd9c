"""Which chat model works, how a reply is streamed from it, and what its errors mean."""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

import openai
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    BaseMessageChunk,
    InvalidToolCall,
    ToolCall,
)
from langchain_core.outputs import LLMResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agents.boundary import Asked, boundary, stand_in
from agents.context import record_usage, wants_offline
from agents.errors import ModelFailed
from agents.failures import explain, is_permanent
from agents.keys import forced_offline, has_key
from agents.offline import OfflineModel
from agents.pairs import PairedText, paired, paired_value
from storage.records import Usage

DEFAULT_MODEL = "gpt-4.1-mini"
REPLY_SECONDS = 900.0  # and characters of a reply, after which it counts as one that never ends
REPLY_CHARACTERS = 2_000_000
ENDLESS = "The model's reply did not come to an end, so it was cut off. Try again, or use another model."
TIMEOUT = 60.0  # seconds without a byte, or without a chunk, before a model counts as stuck
RETRIES = 2
NO_REPLY = "The model gave an empty reply. Try again, or use another model."
_COUNTED = "refrain-counted"  # the tag of a call whose usage `stream_reply` records itself

__all__ = [
    "UsageCounter",
    "default_model",
    "describe_model",
    "explain",
    "is_permanent",
    "resolve_model",
    "stream_reply",
    "usage_of",
]


def default_model() -> BaseChatModel:
    """The model that the environment names: ChatOpenAI with a key or a base URL, else the offline model.

    Where the offline model is wanted for a turn (`agents.context.wants_offline`) it is that one.
    """
    if wants_offline.get():
        return OfflineModel()
    if (model := stand_in()) is not None:
        return model
    if _offline():
        return OfflineModel()
    return _chat_openai(os.environ.get("REFRAIN_MODEL") or DEFAULT_MODEL)


def resolve_model(model: BaseChatModel | str | None) -> BaseChatModel:
    """A model as it is, one by its name through ChatOpenAI, or the default.

    Raises ModelFailed for a name when neither OPENAI_API_KEY nor OPENAI_BASE_URL is set.
    """
    if isinstance(model, BaseChatModel):
        return model
    if model is None or (stand_in() is not None and not wants_offline.get()):
        return default_model()
    if forced_offline():
        return OfflineModel()
    if _offline():
        raise ModelFailed(f"The model {model} needs OPENAI_API_KEY or OPENAI_BASE_URL; neither is set.", permanent=True)
    return _chat_openai(model)


def describe_model(model: BaseChatModel) -> str:
    """The model's name and where it answers, for the page: `gpt-4.1-mini at api.openai.com`."""
    if isinstance(model, OfflineModel):
        return "the offline model"
    if isinstance(model, ChatOpenAI):
        base = model.openai_api_base or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com"
        address = urlsplit(base)
        port = f":{address.port}" if address.port else ""
        return f"{model.model_name} at {address.hostname or base}{port}"
    name = getattr(model, "model_name", None) or getattr(model, "model", None)
    return str(name) if name else type(model).__name__


def _offline() -> bool:
    return forced_offline() or not has_key()


def _chat_openai(name: str) -> ChatOpenAI:
    key = os.environ.get("OPENAI_API_KEY") or "none"  # servers of one's own ask for no key; the client does
    return _known_chat_openai(name, os.environ.get("OPENAI_BASE_URL") or None, key)


@lru_cache(maxsize=8)
def _known_chat_openai(name: str, base: str | None, key: str) -> ChatOpenAI:
    return ChatOpenAI(
        model=name,
        base_url=base,
        api_key=SecretStr(key),
        timeout=TIMEOUT,
        stream_chunk_timeout=TIMEOUT,
        max_retries=RETRIES,
        stream_usage=True,
    )


def usage_of(message: BaseMessage | None) -> Usage:
    """The tokens that a reply reports, if it does."""
    reported = getattr(message, "usage_metadata", None) or {}
    return Usage(reported.get("input_tokens", 0), reported.get("output_tokens", 0))


class UsageCounter(BaseCallbackHandler):
    """Records the usage of the models that are asked inside a langchain-core Runnable, those of agents left out."""

    run_inline = True

    def on_llm_end(self, response: LLMResult, *, tags: list[str] | None = None, **_: Any) -> None:
        if _COUNTED not in (tags or ()):
            for generation in (generation for given in response.generations for generation in given):
                record_usage(usage_of(getattr(generation, "message", None)))


async def stream_reply(
    model: BaseChatModel, messages: Sequence[BaseMessage], tools: Sequence[BaseTool] = (), **options: Any
) -> AsyncGenerator[str | AIMessage, None]:
    """Ask the model once: its text piece by piece, then the whole reply as an AIMessage.

    Every tool call has an id; calls whose arguments are no JSON object are in `invalid_tool_calls`. The
    reply's usage goes to the meters. `options` are handed to the model. Raises ModelFailed, whose message
    is fit for users.
    """
    merged: BaseMessageChunk | None = None
    told, ends, size = PairedText(), time.monotonic() + REPLY_SECONDS, 0
    try:
        async with aclosing(_chunks(model, messages, tools, options)) as chunks:
            async for chunk in chunks:
                merged = chunk if merged is None else cast(BaseMessageChunk, merged + chunk)
                size += _size(chunk)
                if size > REPLY_CHARACTERS or time.monotonic() > ends:
                    raise ModelFailed(ENDLESS, permanent=True)
                if text := told.take(str(chunk.text)):
                    yield text
        if text := told.finish():
            yield text
    except Exception as error:
        raise ModelFailed(explain(error), permanent=is_permanent(error)) from error
    if merged is None:
        raise ModelFailed(NO_REPLY)
    reply = _whole(merged)
    record_usage(usage_of(reply))
    if isinstance(model, ChatOpenAI) and _is_cut(reply):
        raise ModelFailed("The model's reply broke off before its end. Try again.")
    yield reply


def _chunks(
    model: BaseChatModel, messages: Sequence[BaseMessage], tools: Sequence[BaseTool], options: dict[str, Any]
) -> AsyncGenerator[Any, None]:
    """The pieces of a reply, over the boundary; the offline model is on our side of it."""

    def ask() -> AsyncGenerator[Any, None]:
        replying = _prepared(model, tools).astream(list(messages), {"tags": [_COUNTED]}, **options)
        return cast(AsyncGenerator[Any, None], replying)

    border = boundary()
    if border is None or isinstance(model, OfflineModel):
        return ask()
    return border.reply(Asked(messages, tools, tuple(options)), ask)


def _prepared(model: BaseChatModel, tools: Sequence[BaseTool]) -> Runnable[LanguageModelInput, AIMessage]:
    if isinstance(model, ChatOpenAI):
        model = _on_this_loop(model)
    return model.bind_tools(tools) if tools else model


_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, openai.DefaultAsyncHttpxClient] = (
    weakref.WeakKeyDictionary()
)


def _on_this_loop(model: ChatOpenAI) -> ChatOpenAI:
    """`model` with connections of the running event loop, and told to report its usage."""
    update: dict[str, Any] = {} if model.stream_usage is not None else {"stream_usage": True}
    # By default all models share one pool of connections, and those break when their loop has ended.
    if model.http_async_client is None and not model.openai_proxy:
        loop = asyncio.get_running_loop()
        if loop not in _clients:
            _clients[loop] = openai.DefaultAsyncHttpxClient(timeout=TIMEOUT)
        client = model.root_async_client.copy(http_client=_clients[loop])
        update |= {"root_async_client": client, "async_client": client.chat.completions}
    return model.model_copy(update=update)


def _size(chunk: BaseMessageChunk) -> int:
    calls = getattr(chunk, "tool_call_chunks", ())
    return len(str(chunk.text)) + sum(len(call["args"] or "") for call in calls)


def _is_cut(reply: AIMessage) -> bool:
    # Every server of this protocol says why a reply ended; Responses API replies carry a status instead.
    return not ({"finish_reason", "status"} & reply.response_metadata.keys())


def _whole(merged: BaseMessage) -> AIMessage:
    calls, broken = _calls_of(merged)
    return AIMessage(
        content=paired_value(merged.content),
        additional_kwargs={k: v for k, v in merged.additional_kwargs.items() if k != "tool_calls"},
        response_metadata=merged.response_metadata,
        id=merged.id,
        tool_calls=calls,
        invalid_tool_calls=broken,
        usage_metadata=getattr(merged, "usage_metadata", None),
    )


def _calls_of(merged: BaseMessage) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    if not isinstance(merged, AIMessageChunk):
        calls = list(getattr(merged, "tool_calls", []))
        broken = list(getattr(merged, "invalid_tool_calls", []))
        return [_with_id(call) for call in calls], [_with_id(call) for call in broken]
    # langchain-core completes cut-off JSON by guessing; a call made of half its arguments must not happen.
    calls, broken = [], []
    for chunk in merged.tool_call_chunks:
        name, text, call_id = chunk["name"] or "", chunk["args"] or "", chunk["id"] or _new_id()
        try:
            arguments = json.loads(text) if text.strip() else {}
            if not isinstance(arguments, dict):
                raise ValueError("the arguments are no JSON object")
            calls.append(ToolCall(name=paired(name), args=paired_value(arguments), id=call_id, type="tool_call"))
        except ValueError as error:
            given = paired(text)
            broken.append(
                InvalidToolCall(name=name, args=given, id=call_id, error=str(error), type="invalid_tool_call")
            )
    return calls, broken


def _with_id(call: Any) -> Any:
    return call if call.get("id") else {**call, "id": _new_id()}


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"
