"""A team: agents that work on one prompt together, under a leader."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.tools import BaseTool, StructuredTool

from agents.agent import Agent, Prompt
from agents.boundary import INSIDE
from agents.context import UsageMeter
from agents.errors import ModelFailed
from agents.events import (
    AgentEvent,
    AgentFinished,
    AgentOutput,
    MemberEvent,
    MemberFailed,
    MemberStarted,
    TextDelta,
)
from agents.failures import is_permanent
from agents.models import resolve_model, stream_reply, usage_of
from agents.offline import OfflineModel
from agents.prompts import as_text, step_prompt, system_prompt
from agents.redaction import redacted
from storage.records import Usage

Mode = Literal["coordinate", "route", "collaborate"]

COORDINATE = (
    "You lead a team. Give its members clear tasks of their own by calling them, all that they need to know "
    "included, then write the final reply from what they gave."
)
ROUTE = "You lead a team. Call the one member who is best suited to handle the request, and say nothing else."
COLLABORATE = "You lead a team. Its members have answered the request, each alone. Join their answers into one."


class Team:
    """Agents, or teams, under a leader. It runs and streams like an Agent and keeps nothing between runs.

    - `coordinate`: the leader hands out tasks to members by tool calls and writes the reply.
    - `route`: the leader picks one member, whose reply is the team's.
    - `collaborate`: all members answer at once, then the leader joins their answers.

    `leader` is an agent of your own for that part; else one is made of `instructions` and `model`. The offline
    model cannot hand out tasks: under it, `coordinate` is done as `collaborate`, and `route` takes the first
    member. Members see text only; what a member that fails had to say goes to the leader as its error.
    Raises ValueError for no members, two of one name, or an unknown mode.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[Agent | Team],
        *,
        mode: Mode = "coordinate",
        instructions: str = "",
        leader: Agent | None = None,
        model: BaseChatModel | str | None = None,
    ) -> None:
        slugs = [_slug(member.name) for member in members]
        if not members or len(set(slugs)) < len(slugs):
            raise ValueError(f"The team {name} needs members, each with a name of its own.")
        if mode not in ("coordinate", "route", "collaborate"):
            raise ValueError(f"A team's mode is coordinate, route or collaborate, not {mode!r}.")
        self.name: str = name
        self.members = tuple(members)
        self.mode: Mode = mode
        self.instructions = instructions
        self.leader = leader or Agent(name, instructions, model=model)

    async def run(self, prompt: Prompt) -> AgentOutput:
        """Work on `prompt` and give what came of it. Raises AgentError."""
        async with aclosing(self.stream(prompt)) as events:
            async for event in events:
                if isinstance(event, AgentFinished):
                    return event.output
        raise ModelFailed(f"{self.name} ended without a reply.")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[AgentEvent, None]:
        """Work on `prompt` and tell what happens, the members' work as MemberEvents. The last event is AgentFinished.

        The reply of a member that `route` picks is told as the team's own. Raises AgentError when the leader fails,
        when nobody of a collaborating team answers, or when the member that was picked fails.
        """
        started = time.monotonic()
        members = _Members()
        async with aclosing(members.merged(self._work(prompt, members))) as events:
            async for event in events:
                if isinstance(event, AgentFinished):
                    spent = event.output.usage + members.meter.usage
                    seconds = time.monotonic() - started
                    usage = Usage(spent.input_tokens, spent.output_tokens, seconds)
                    yield AgentFinished(AgentOutput(event.output.content, usage))
                else:
                    yield event

    def _work(self, prompt: Prompt, members: _Members) -> AsyncGenerator[AgentEvent, None]:
        """The team's way of working: what the leader says."""
        offline = isinstance(resolve_model(self.leader.model), OfflineModel)
        if self.mode == "collaborate" or (self.mode == "coordinate" and offline):
            return self._collaborate(prompt, members)
        if self.mode == "coordinate":
            return self._leading(COORDINATE, self._delegates(members)).stream(prompt)
        return self.members[0].stream(prompt) if offline else self._route(prompt, members)

    def _leading(self, task: str, tools: Sequence[BaseTool] = ()) -> Agent:
        leader = self.leader
        return Agent(
            leader.name,
            "\n\n".join(part for part in (task, leader.instructions) if part),
            model=leader.model,
            tools=[*leader.tools, *tools],
            output_schema=leader.output_schema,
            max_tool_rounds=leader.max_tool_rounds,
        )

    def _delegates(self, members: _Members) -> list[BaseTool]:
        return [_delegate(member, members) for member in self.members]

    async def _collaborate(self, prompt: Prompt, members: _Members) -> AsyncGenerator[AgentEvent, None]:
        tasks = [asyncio.create_task(_answer(member, prompt, members)) for member in self.members]
        answers: list[tuple[str, str]] = []
        failures: list[Exception] = []
        try:
            for member, task in zip(self.members, tasks, strict=True):
                answer = await task
                failures += [answer] if isinstance(answer, Exception) else []
                answers.append((member.name, answer if isinstance(answer, str) else f"Error: {_told(answer)}"))
        finally:
            for task in tasks:
                task.cancel()
        if len(failures) == len(self.members):
            raise ModelFailed(
                f"Nobody of {self.name} could answer. Error: {_told(failures[0])}",
                permanent=all(is_permanent(failure) for failure in failures),
            )
        async with aclosing(self._leading(COLLABORATE).stream(_with_answers(prompt, answers))) as events:
            async for event in events:
                yield event

    async def _route(self, prompt: Prompt, members: _Members) -> AsyncGenerator[AgentEvent, None]:
        tools = self._delegates(members)
        leader = self._leading(ROUTE)
        system = system_prompt(leader.name, leader.instructions, tools=True)
        asked: list[BaseMessage] = [SystemMessage(system), *_messages(prompt)]
        reply = AIMessage("")
        async with aclosing(stream_reply(resolve_model(leader.model), asked, tools)) as parts:
            async for part in parts:
                if isinstance(part, AIMessage):
                    reply = part
        members.meter.add(usage_of(reply))
        by_tool = {tool.name: member for tool, member in zip(tools, self.members, strict=True)}
        picked = next((by_tool[call["name"]] for call in reply.tool_calls if call["name"] in by_tool), None)
        if picked is None:
            # A leader that asks back, or answers by itself, has said all there is to say.
            if not str(reply.text).strip():
                names = ", ".join(member.name for member in self.members)
                raise ModelFailed(f"{self.name}'s leader picked none of its members ({names}).")
            yield TextDelta(str(reply.text))
            yield AgentFinished(AgentOutput(str(reply.text)))
            return
        async with aclosing(picked.stream(prompt)) as events:
            async for event in events:
                yield event


class _Members:
    """The members at work in one run of a team: what they cost, and what they say among what the leader says."""

    def __init__(self) -> None:
        self.meter = UsageMeter()
        self._told: asyncio.Queue[AgentEvent | None] = asyncio.Queue()
        self._tasks: Counter[str] = Counter()

    async def merged(self, leading: AsyncGenerator[AgentEvent, None]) -> AsyncGenerator[AgentEvent, None]:
        """What the leader says in `leading`, and what the members whom it keeps busy say meanwhile."""

        async def lead() -> None:
            try:
                async with aclosing(leading) as events:
                    async for event in events:
                        self._told.put_nowait(event)
            finally:
                self._told.put_nowait(None)

        task = asyncio.create_task(lead())
        try:
            while (event := await self._told.get()) is not None:
                yield event
            await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def text_of(self, member: Agent | Team, prompt: Prompt) -> str:
        """What the member has to say to `prompt`. Raises AgentError."""
        self._tasks[member.name] += 1
        number, kind = self._tasks[member.name], "team" if isinstance(member, Team) else "agent"

        def tell(event: MemberStarted | MemberFailed | AgentEvent) -> None:
            self._told.put_nowait(MemberEvent(member.name, number, event, kind))

        tell(MemberStarted())
        try:
            async with aclosing(member.stream(prompt)) as events:
                async for event in events:
                    tell(event)
                    if isinstance(event, AgentFinished):
                        self.meter.add(event.output.usage)
                        return as_text(event.output.content)
            raise ModelFailed(f"{member.name} ended without a reply.")
        except Exception as error:
            tell(MemberFailed(_told(error)))
            raise


def _delegate(member: Agent | Team, members: _Members) -> BaseTool:
    async def ask(task: str) -> str:
        return await members.text_of(member, task)

    about = " ".join(member.instructions.split()) or "A member of the team."
    return StructuredTool.from_function(
        coroutine=ask,
        name=f"ask_{_slug(member.name)}",
        description=f"Ask {member.name}: {about}"[:1000],
        tags=[INSIDE],
    )


async def _answer(member: Agent | Team, prompt: Prompt, members: _Members) -> str | Exception:
    try:
        return await members.text_of(member, prompt)
    except Exception as error:
        return error


def _told(error: Exception) -> str:
    return redacted(str(error)) or type(error).__name__


def _messages(prompt: Prompt) -> list[BaseMessage]:
    return [HumanMessage(prompt)] if isinstance(prompt, str) else list(prompt)


def _with_answers(prompt: Prompt, answers: Sequence[tuple[str, str]]) -> list[BaseMessage]:
    *earlier, last = _messages(prompt)
    return [*earlier, HumanMessage(step_prompt(str(last.text), answers))]


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.casefold(), flags=re.ASCII).strip("_") or "member"
