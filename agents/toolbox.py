"""Tools as an agent holds them: whatever is offered becomes a langchain-core tool, and calls never raise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.messages import ToolCall, ToolMessage
from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool
from pydantic import ValidationError

from agents.boundary import INSIDE, boundary
from agents.context import in_thread
from agents.errors import ToolFailed
from agents.material import material
from agents.redaction import redacted, without_secrets

ToolLike = BaseTool | BaseToolkit | Callable[..., Any]

RESULT_LIMIT = 50_000  # characters; more would crowd everything else out of a model's context


def as_tools(offered: Iterable[ToolLike]) -> tuple[BaseTool, ...]:
    """Langchain-core tools for what is offered. Raises ValueError for two tools of one name."""
    tools: list[BaseTool] = []
    for item in offered:
        if isinstance(item, BaseToolkit):
            tools.extend(item.get_tools())
        elif isinstance(item, BaseTool):
            tools.append(item)
        else:
            tools.append(_from_function(item))
    names = [tool.name for tool in tools]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"An agent's tools need names of their own; there are two called {', '.join(twice)}.")
    return tuple(tools)


def _from_function(function: Callable[..., Any]) -> BaseTool:
    if not callable(function):
        raise ValueError(f"A tool is a function, a langchain-core tool or a toolkit, not {function!r}.")
    name = getattr(function, "__name__", type(function).__name__)
    description = inspect.getdoc(function) or name.replace("_", " ")
    called: Callable[..., Any] = function if inspect.isroutine(function) else getattr(function, "__call__")  # noqa: B004, B009
    if inspect.iscoroutinefunction(called):
        return StructuredTool.from_function(coroutine=called, name=name, description=description)
    return StructuredTool.from_function(called, name=name, description=description)


async def call_tool(tools: Iterable[BaseTool], call: ToolCall) -> ToolMessage:
    """Call the tool that `call` names; an error becomes a message with the status `error`."""
    by_name = {tool.name: tool for tool in tools}
    tool = by_name.get(call["name"])
    if tool is None:
        known = ", ".join(by_name) or "none"
        return error_message(call, f"There is no tool called {call['name']!r}. Tools: {known}.")
    border = boundary()
    if border is None or INSIDE in (tool.tags or ()):
        return await _called(tool, call)
    return await border.result(call, lambda: _called(tool, call))


async def ask_tool(tool: BaseTool, **arguments: Any) -> ToolMessage:
    """Call a tool without an agent, as one would call it. Raises ToolFailed."""
    message = await call_tool([tool], ToolCall(name=tool.name, args=arguments, id=tool.name, type="tool_call"))
    if message.status == "error":
        raise ToolFailed(str(message.text))
    return message


async def _called(tool: BaseTool, call: ToolCall) -> ToolMessage:
    request = ToolCall(name=call["name"], args=call["args"], id=call["id"], type="tool_call")
    try:
        message = await _invoke(tool, request)
    except ValidationError as error:
        return error_message(call, f"The arguments do not fit: {validation_problem(error)}")
    except Exception as error:
        return error_message(call, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    if not isinstance(message, ToolMessage):
        message = ToolMessage(content=str(message), tool_call_id=call["id"] or "", name=tool.name)
    return _fit(message)


async def _invoke(tool: BaseTool, request: ToolCall) -> Any:
    # A tool without an async form would run in asyncio's executor: it gets a thread of ours.
    if isinstance(tool, StructuredTool):
        has_async_form = tool.coroutine is not None
    else:
        has_async_form = type(tool)._arun is not BaseTool._arun
    if has_async_form:
        return await tool.ainvoke(request)
    return await in_thread(lambda: tool.invoke(request))


def error_message(call: ToolCall, error: str) -> ToolMessage:
    """Tell the model that its call failed."""
    told = f"Error: {redacted(error)}"
    return ToolMessage(content=told, tool_call_id=call["id"] or "", name=call["name"], status="error")


def validation_problem(error: ValidationError) -> str:
    """What does not fit, field by field, in one line."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'value'}: {problem['msg']}" for problem in problems
    )


def _fit(message: ToolMessage) -> ToolMessage:
    """The message with a text of bounded length that passes for nothing else."""
    if not isinstance(message.content, str):
        return message
    text, length = message.content[:RESULT_LIMIT], len(message.content)
    cut = f"\n(cut: {length:,} characters in all)" if length > RESULT_LIMIT else ""
    return message.model_copy(update={"content": without_secrets(material(text)) + cut})
