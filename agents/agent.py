"""An agent: a chat model with instructions and tools, that works on one prompt at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from pydantic import BaseModel

from agents.context import record_usage
from agents.errors import ModelFailed, WrongOutput
from agents.events import AgentEvent, AgentFinished, AgentOutput, TextDelta, ToolCalled, ToolReturned
from agents.models import resolve_model, stream_reply, usage_of
from agents.prompts import CONCLUDE, json_request, repair_request, system_prompt
from agents.structured import native_options, parse_reply, refuses_schema
from agents.toolbox import ToolLike, as_tools, call_tool, error_message
from storage.records import Usage

Prompt = str | Sequence[BaseMessage]


class Agent:
    """A chat model with a name, instructions and tools. It keeps nothing between runs and may be shared.

    `model` is a langchain-core chat model, a model name for ChatOpenAI, or None for the environment's
    default, looked up when it runs. Tools are langchain-core tools, toolkits or plain functions. With
    `output_schema` the content is an instance of it. After `max_tool_rounds` replies with tool calls the
    agent must conclude. Raises ValueError for two tools of one name.
    """

    def __init__(
        self,
        name: str,
        instructions: str = "",
        *,
        model: BaseChatModel | str | None = None,
        tools: Iterable[ToolLike] = (),
        output_schema: type[BaseModel] | None = None,
        max_tool_rounds: int = 8,
    ) -> None:
        self.name = name
        self.instructions = instructions
        self.model = model
        self.tools = as_tools(tools)
        self.output_schema = output_schema
        self.max_tool_rounds = max_tool_rounds

    async def run(self, prompt: Prompt) -> AgentOutput:
        """Work on `prompt` and give what came of it. Raises ModelFailed or WrongOutput."""
        async with aclosing(self.stream(prompt)) as events:
            async for event in events:
                if isinstance(event, AgentFinished):
                    return event.output
        raise ModelFailed(f"{self.name} ended without a reply.")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[AgentEvent, None]:
        """Work on `prompt` and tell what happens; the last event is AgentFinished.

        Text before a tool call is told too, but the content is the last reply's text. An agent with an
        `output_schema` tells no text: its JSON is no reading matter. Raises ModelFailed or WrongOutput.
        """
        started = time.monotonic()
        work = _Work(resolve_model(self.model), self._opening(prompt))
        try:
            async with aclosing(self._reply(work)) as events:
                async for event in events:
                    yield event
            content = await self._content(work)
        finally:
            seconds = Usage(seconds=time.monotonic() - started)
            record_usage(seconds)
        yield AgentFinished(AgentOutput(content, work.usage + seconds))

    def _opening(self, prompt: Prompt) -> list[BaseMessage]:
        messages = [HumanMessage(prompt)] if isinstance(prompt, str) else list(prompt)
        system = system_prompt(self.name, self.instructions, tools=bool(self.tools))
        # Some servers take one system message only, and only as the first.
        if messages and isinstance(messages[0], SystemMessage):
            system = f"{system}\n\n{messages.pop(0).text}"
        return [SystemMessage(system), *messages]

    async def _reply(self, work: _Work) -> AsyncGenerator[AgentEvent, None]:
        """Ask and call tools in turn until a reply calls none."""
        if self.output_schema is not None:
            work.options = native_options(work.model, self.output_schema)
            if work.options is None:
                work.ask_for_json(self.output_schema)
        for rounds_left in range(self.max_tool_rounds if self.tools else 0, -1, -1):
            tools = self.tools if rounds_left else ()
            if self.tools and not rounds_left:
                work.messages.append(HumanMessage(CONCLUDE))
            async with aclosing(self._ask(work, tools)) as deltas:
                async for delta in deltas:
                    if self.output_schema is None:
                        yield delta
            calls = [*work.reply.tool_calls, *work.reply.invalid_tool_calls]
            if not calls or not rounds_left:
                return
            async with aclosing(self._call_tools(work)) as events:
                async for event in events:
                    yield event

    async def _ask(self, work: _Work, tools: Sequence[Any]) -> AsyncGenerator[TextDelta, None]:
        """Ask the model once, its reply into `work`; a server that refuses the schema is asked in words."""
        try:
            async with aclosing(stream_reply(work.model, work.messages, tools, **(work.options or {}))) as parts:
                async for part in parts:
                    if isinstance(part, AIMessage):
                        work.take(part)
                    else:
                        yield TextDelta(work.separated(part))
            return
        except ModelFailed as error:
            if self.output_schema is None or not work.options or not refuses_schema(error):
                raise
        work.options = None
        work.ask_for_json(self.output_schema)
        async with aclosing(self._ask(work, tools)) as deltas:
            async for delta in deltas:
                yield delta

    async def _call_tools(self, work: _Work) -> AsyncGenerator[AgentEvent, None]:
        """Call all tools that the reply asks for at once; tell and keep their results in order."""
        valid, broken = work.reply.tool_calls, work.reply.invalid_tool_calls
        empty = [ToolCall(name=call["name"] or "", args={}, id=call["id"]) for call in broken]
        # A call with broken arguments goes back as one without any: servers choke on their own broken JSON.
        work.messages.append(AIMessage(content=work.reply.content, tool_calls=[*valid, *empty], id=work.reply.id))
        for call in [*valid, *empty]:
            yield ToolCalled(call["id"] or "", call["name"], call["args"])
        tasks = [asyncio.create_task(call_tool(self.tools, call)) for call in valid]
        try:
            for call, task in zip(valid, tasks, strict=True):
                yield work.returned(call, await task)
        finally:
            for task in tasks:
                task.cancel()
        for call, invalid in zip(empty, broken, strict=True):
            problem = f"the arguments are not a JSON object: {(invalid['args'] or '')[:500]}"
            yield work.returned(call, error_message(call, problem))

    async def _content(self, work: _Work) -> Any:
        text = str(work.reply.text)
        if not text.strip():
            raise ModelFailed(_silence(self.name, work.reply))
        if self.output_schema is None:
            return text
        try:
            return parse_reply(text, self.output_schema)
        except ValueError as error:
            work.messages += [AIMessage(text), HumanMessage(repair_request(str(error), self.output_schema))]
        async with aclosing(self._ask(work, ())) as deltas:
            async for _ in deltas:
                pass
        try:
            return parse_reply(str(work.reply.text), self.output_schema)
        except ValueError as error:
            raise WrongOutput(
                f"{self.name} did not give the {self.output_schema.__name__} it was asked for: {error}"
            ) from error


@dataclass
class _Work:
    """What one run of an agent has come to: the conversation, the last reply and the cost so far."""

    model: BaseChatModel
    messages: list[BaseMessage]
    reply: AIMessage = field(default_factory=lambda: AIMessage(""))
    usage: Usage = Usage()
    options: dict[str, Any] | None = None
    spoken: bool = False
    resumed: bool = False

    def take(self, reply: AIMessage) -> None:
        self.reply = reply
        self.usage += usage_of(reply)
        self.resumed = self.spoken

    def separated(self, text: str) -> str:
        """`text`, set apart from what an earlier reply said."""
        gap = "\n\n" if self.resumed else ""
        self.resumed, self.spoken = False, True
        return gap + text

    def returned(self, call: ToolCall, message: ToolMessage) -> ToolReturned:
        """Keep a tool's message and tell of it."""
        self.messages.append(message)
        success = message.status != "error"
        return ToolReturned(call["id"] or "", call["name"], str(message.text), message.artifact, success)

    def ask_for_json(self, schema: type[BaseModel]) -> None:
        first = self.messages[0]
        self.messages[0] = SystemMessage(f"{first.text}\n\n{json_request(schema)}")


def _silence(name: str, reply: AIMessage) -> str:
    """Why there is no text, as far as the reply says."""
    if refusal := reply.additional_kwargs.get("refusal"):
        return f"{name}'s model refused: {refusal}"
    reason = reply.response_metadata.get("finish_reason")
    if reason == "length":
        return f"{name}'s model reached its length limit before it said anything."
    if reason == "content_filter":
        return f"The provider's content filter stopped {name}'s reply."
    if reply.tool_calls or reply.invalid_tool_calls:
        return f"{name}'s model called tools again and again and gave no answer. Try again, or use another model."
    return f"{name}'s model gave an empty reply. Try again, or use another model."
