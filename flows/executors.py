"""What a step may execute: a function of any shape, an agent or team, a langchain-core Runnable."""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable
from pydantic import BaseModel

from agents import events as said
from agents.agent import Agent
from agents.context import in_thread
from agents.prompts import step_prompt
from storage.records import StepOutput

from .errors import StepError
from .events import StepDelta, ToolCalled, ToolReturned
from .node import StepInput, as_text
from .scope import Scope


class Executor(Protocol):
    """Does a step's work once and gives its content. `content_type` is the model it declares, if any."""

    content_type: type[BaseModel] | None

    async def execute(self, step_input: StepInput, scope: Scope) -> Any: ...


def executor_for(thing: Any) -> Executor:
    """The executor of an Agent, a Team, a Runnable or a callable; TypeError for anything else."""
    if isinstance(thing, Runnable):
        return RunnableExecutor(thing)
    if isinstance(thing, Agent) or hasattr(thing, "stream"):
        return AgentExecutor(thing)
    if callable(thing):
        return FunctionExecutor(thing)
    raise TypeError(
        f"A step can be a node, an Agent, a Team, a Workflow, a Runnable or a callable, not {type(thing).__name__}."
    )


class FunctionExecutor:
    """A function of StepInput: sync (in a thread), async, a generator of either kind, a callable object."""

    def __init__(self, function: Callable[[StepInput], Any]) -> None:
        self.function = function
        call = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004
        self._on_loop = (
            inspect.iscoroutinefunction(function)
            or inspect.isasyncgenfunction(function)
            or inspect.iscoroutinefunction(call)
            or inspect.isasyncgenfunction(call)
        )
        self.content_type = _declared_model(call)

    async def execute(self, step_input: StepInput, scope: Scope) -> Any:
        if self._on_loop:
            result = self.function(step_input)
        else:
            loop = asyncio.get_running_loop()

            def tell(text: str) -> None:
                loop.call_soon_threadsafe(_tell, scope, text)

            result = await in_thread(lambda: _call(self.function, step_input, tell))
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, AsyncIterator):
            collected = _Collected()
            async for item in result:
                if collected.take(item):
                    _tell(scope, item)
            result = collected.content(None)
        return check_content(result, scope.path)


class AgentExecutor:
    """An agent or a team. Its prompt is the input and, from the second step on, what the step before gave."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.content_type: type[BaseModel] | None = getattr(agent, "output_schema", None)

    async def execute(self, step_input: StepInput, scope: Scope) -> Any:
        results = []
        if step_input.previous_step_content is not None:
            last = next(reversed(list(step_input.previous_step_outputs)), "Input")
            results = [(last, as_text(step_input.previous_step_content))]
        prompt = step_prompt(step_input.get_input_as_string(), results)
        content: Any = None
        async for event in self.agent.stream(prompt):
            if isinstance(event, said.TextDelta):
                _tell(scope, event.text)
            elif isinstance(event, said.ToolCalled):
                scope.emit(ToolCalled, call_id=event.call_id, tool=event.tool, arguments=event.arguments)
            elif isinstance(event, said.ToolReturned):
                scope.emit(
                    ToolReturned,
                    call_id=event.call_id,
                    tool=event.tool,
                    result=event.result,
                    artifact=event.artifact,
                    success=event.success,
                )
            else:
                content = event.output.content
        return content


class RunnableExecutor:
    """A langchain-core Runnable: it gets the content before it, in the first step the input."""

    content_type: type[BaseModel] | None = None

    def __init__(self, runnable: Runnable[Any, Any]) -> None:
        self.runnable = runnable

    async def execute(self, step_input: StepInput, scope: Scope) -> Any:
        value = step_input.previous_step_content
        result: Any = None
        async for chunk in self.runnable.astream(step_input.input if value is None else value):
            text = chunk.text if isinstance(chunk, BaseMessage) else chunk
            if isinstance(text, str) and text:
                _tell(scope, text)
            result = chunk if result is None else result + chunk
        return check_content(str(result.text) if isinstance(result, BaseMessage) else result, scope.path)


class _Collected:
    """What a generator yielded so far."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._last: Any = None

    def take(self, item: Any) -> bool:
        """Note an item; True if it is text to stream."""
        self._last = item
        if isinstance(item, str):
            self._texts.append(item)
            return True
        return False

    def content(self, returned: Any) -> Any:
        """What was returned or yielded last if that is no string, else the strings joined."""
        if isinstance(returned, str):
            self._texts.append(returned)
        elif returned is not None:
            return returned
        elif self._last is not None and not isinstance(self._last, str):
            return self._last
        return "".join(self._texts) if self._texts else None


def _call(function: Callable[[StepInput], Any], step_input: StepInput, tell: Callable[[str], None]) -> Any:
    """Runs in a thread: call the function and, if it is a generator, go through it."""
    result = function(step_input)
    if not isinstance(result, Iterator):
        return result
    collected = _Collected()
    while True:
        try:
            item = next(result)
        except StopIteration as end:
            return collected.content(end.value)
        if collected.take(item):
            tell(item)


def _tell(scope: Scope, text: str) -> None:
    scope.emit(StepDelta, text=text)


def check_content(content: Any, path: str) -> Any:
    """The content, if a step may give it; else StepError that names the step and the type."""
    if content is None or isinstance(content, str | dict | list | BaseModel | StepOutput):
        return content
    raise StepError(
        f"The step {path} returned {type(content).__name__}. "
        "It may return str, dict, list, a pydantic model, StepOutput or None."
    )


def _declared_model(function: Any) -> type[BaseModel] | None:
    try:
        declared = typing.get_type_hints(function).get("return")
    except (NameError, TypeError, AttributeError):
        return None
    return declared if isinstance(declared, type) and issubclass(declared, BaseModel) else None
