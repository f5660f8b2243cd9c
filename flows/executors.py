"""What a step may execute: a function of any shape, an agent or team, a langchain-core Runnable."""

from __future__ import annotations

import asyncio
import inspect
import re
import typing
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable
from pydantic import BaseModel

from agents import events as said
from agents.agent import Agent
from agents.context import in_thread
from agents.material import evidence, material
from agents.prompts import step_prompt
from storage.records import Run, StepOutput, now

from .age import age
from .events import StepDelta, StepFailed, StepFinished, StepStarted, ToolCalled, ToolReturned
from .node import StepInput, as_text
from .off_loop import off_loop
from .plain import check_content
from .runnable import RunnableExecutor
from .scope import Scope
from .words import beginning

HISTORY_CHARACTERS = 1500  # of an earlier run's input, and of its content


class Executor(Protocol):
    """Does a step's work once and gives its content. `content_type` is the model it declares, if any."""

    content_type: type[BaseModel] | None

    async def execute(self, step_input: StepInput, scope: Scope) -> Any: ...


def executor_for(thing: Any, add_history: int = 0) -> Executor:
    """The executor of an Agent, a Team, a Runnable or a callable; TypeError for anything else.

    Raises ValueError for `add_history` with what is neither an agent nor a team.
    """
    if not isinstance(thing, Runnable) and (isinstance(thing, Agent) or hasattr(thing, "stream")):
        return AgentExecutor(thing, add_history)
    if add_history:
        raise ValueError("Only an agent or a team takes add_history; a function has the runs in step_input.history.")
    if isinstance(thing, Runnable):
        return RunnableExecutor(thing)
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
            result = await self._in_thread(step_input, scope)
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, AsyncIterator):
            collected = _Collected()
            async for item in result:
                if collected.take(item):
                    _tell(scope, item)
            result = collected.content(None)
        if isinstance(result, str):
            return result
        return await off_loop(lambda: check_content(result, scope.path), result)

    async def _in_thread(self, step_input: StepInput, scope: Scope) -> Any:
        loop, wanted = asyncio.get_running_loop(), True

        def hear(text: str) -> None:
            if wanted:
                _tell(scope, text)

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(hear, text)

        try:
            return await in_thread(lambda: _call(self.function, step_input, tell))
        finally:
            wanted = False  # after a timeout or a cancellation the thread goes on, to no avail


class AgentExecutor:
    """An agent or a team. Its prompt is the input and, from the second step on, what the step before gave.

    What a person has said for the step stands in it too: the form they filled in, a reviewer's feedback with the draft;
    the names and types of the run's files, for tools that read them; and what earlier runs hold on the request, unless
    an agent before it was told.

    Before it come the session's last `add_history` runs, as talk: what was asked, and what came of it.
    """

    def __init__(self, agent: Agent, add_history: int = 0) -> None:
        self.agent = agent
        self._add_history = add_history
        self.content_type: type[BaseModel] | None = getattr(agent, "output_schema", None)

    async def execute(self, step_input: StepInput, scope: Scope) -> Any:
        read = step_input.previous_step_content, step_input.draft, step_input.history
        prompt, content = await off_loop(lambda: _prompt(step_input), *read), None
        told = step_input.history[-self._add_history :] if self._add_history else ()
        earlier = await off_loop(lambda: _as_talk(told), told)
        async for event in self.agent.stream([*earlier, HumanMessage(prompt)] if earlier else prompt):
            if isinstance(event, said.AgentFinished):
                content = event.output.content
            else:
                _pass_on(scope, event)
        return content


def _prompt(step_input: StepInput) -> str:
    request, results = step_input.get_input_as_string(), []
    if step_input.previous_step_content is not None:
        last = next(reversed(list(step_input.previous_step_outputs)), "Input")
        results.append((last, material(as_text(step_input.previous_step_content))))
    results += _known(step_input)
    if step_input.files:
        named = "\n".join(f"- {' '.join(material(file.name).split())} ({file.type})" for file in step_input.files)
        request += f"\n\nFiles:\n{named}"
    if step_input.answer is not None:
        request += f"\n\nAnswers to your questions:\n{as_text(step_input.answer)}"
    if step_input.feedback:
        request += f"\n\nFeedback on the draft: {step_input.feedback}"
        results.append(("Draft", as_text(step_input.draft)))
    return step_prompt(request, results)


def _known(step_input: StepInput) -> list[tuple[str, str]]:
    """What earlier runs hold, each with its age, until a model has worked on it: what that gave speaks for it then."""
    if any(output.usage.total_tokens for output in step_input.previous_step_outputs.values()):
        return []
    return [
        (
            f"Known from earlier runs ({age(part.finished_at, now())}): {part.step} of {part.workflow}",
            evidence(part.text),
        )
        for part in step_input.known
    ]


def _as_talk(runs: Sequence[Run]) -> list[BaseMessage]:
    talk: list[BaseMessage] = []
    for run in runs:
        asked, given = (beginning(as_text(given), HISTORY_CHARACTERS) for given in (run.input, run.content))
        if asked and given:  # providers refuse empty messages
            talk += [HumanMessage(asked), AIMessage(given)]
    return talk


def _pass_on(scope: Scope, event: said.AgentEvent) -> None:
    """Tell what an agent says while it works; what a team's member says, as a step below the team's."""
    match event:
        case said.TextDelta(text):
            _tell(scope, text)
        case said.ToolCalled(call_id, tool, arguments):
            scope.emit(ToolCalled, call_id=call_id, tool=tool, arguments=arguments)
        case said.ToolReturned(call_id, tool, result, artifact, success):
            scope.emit(ToolReturned, call_id=call_id, tool=tool, result=result, artifact=artifact, success=success)
        case said.MemberEvent(member, number, inner, kind):
            name = re.sub("[/#]", "-", member)
            _pass_on_member(scope.child(name if number == 1 else f"{name}#{number}"), inner, kind)


def _pass_on_member(scope: Scope, event: said.MemberStarted | said.MemberFailed | said.AgentEvent, kind: str) -> None:
    match event:
        case said.MemberStarted():
            scope.emit(StepStarted, kind=kind)
        case said.MemberFailed(error):
            scope.emit(StepFailed, error=error)
        case said.AgentFinished(given):
            output = StepOutput(given.content, step_name=scope.name, usage=given.usage)
            scope.emit(StepFinished, output=output, kind=kind)
        case _:
            _pass_on(scope, event)


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


def _declared_model(function: Any) -> type[BaseModel] | None:
    try:
        declared = typing.get_type_hints(function).get("return")
    except (NameError, TypeError, AttributeError):
        return None
    return declared if isinstance(declared, type) and issubclass(declared, BaseModel) else None
