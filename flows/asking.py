"""The model's part in a turn: it answers from the evidence, or asks for workflows, within what the rules allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.tool import ToolCall

from agents.errors import ModelFailed
from agents.models import NO_REPLY, resolve_model, stream_reply
from storage import RunStore
from storage.records import Action, Decision, Turn, now

from .citations import CitationFilter, citations
from .commands import NOTHING
from .guard import NOT_ASKED_FOR, plain_reason, refusal, warranted
from .judgement import Judgement
from .past import input_text
from .prompt import messages, tool_name, workflow_tools
from .recall import Reach
from .turn_record import TurnRecord
from .turn_runs import Call
from .workflow import Workflow

FROM_MEMORY = "The user wants no new work: answer from the passages alone, and say so if they do not hold the answer."
UNREADABLE_CALL = "What the model wanted to run could not be read. Try again, or say: /run NAME and what it is about."
REMOVED_NOTE = "\n\n*(A reference to something that is not in memory was removed.)*"


@dataclass(frozen=True, slots=True)
class Setting:
    """What all turns of a WorkflowAgent share."""

    store: RunStore
    workflows: Mapping[str, Workflow]
    model: BaseChatModel | str | None
    instructions: str = ""
    reach: Reach = "user"
    embeddings: Embeddings | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be run, and the decision to."""

    decision: Decision
    calls: tuple[Call, ...]

    @classmethod
    def decided(cls, decision: Decision) -> Work | None:
        """The work that the rules have decided on; None if they want none."""
        if decision.workflow is None or decision.action not in ("run", "refresh"):
            return None
        return cls(decision, (Call(decision.workflow, decision.input, decision.reason),))


class Asking:
    """Asks the model about one judged message. Where the rules want work, words of the model's own do not count."""

    def __init__(self, setting: Setting, record: TurnRecord, judged: Judgement, conversation: Sequence[Turn]) -> None:
        self._setting = setting
        self._record = record
        self._judged = judged
        self._conversation = conversation
        self._from_memory = judged.command.name == "recall"
        self._must_work = judged.decision.firm and Work.decided(judged.decision) is not None
        talks = judged.decision.action in ("chat", "clarify")
        self._spoken = judged.decision if talks else _as_answer(judged.decision)

    async def ask(self) -> Work | None:
        """The work to be done; None when the turn is answered. Raises ModelFailed."""
        record, judged = self._record, self._judged
        filtered = CitationFilter([piece.label for piece in judged.known.evidence])
        reply = await self._listen(filtered)
        rest = filtered.finish()
        if reply is not None and reply.tool_calls and not self._from_memory:
            record.say(rest)
            record.note(citations=citations(filtered.cited, judged.known.evidence))
            return await self._called(reply.tool_calls)
        unreadable = reply is not None and bool(reply.invalid_tool_calls)
        if (self._must_work or unreadable) and (work := Work.decided(judged.decision)):
            return work
        if not (record.said + rest).strip() and not self._from_memory:
            raise ModelFailed(UNREADABLE_CALL if unreadable else NO_REPLY)
        await self._speak(rest + (REMOVED_NOTE if filtered.removed else ""))
        if self._from_memory and not record.said.strip():
            record.say(NOTHING)
        self._settle(filtered)
        return None

    async def _listen(self, filtered: CitationFilter) -> AIMessage | None:
        """The model's whole reply; its words are told as they come, unless work must be done."""
        setting, judged = self._setting, self._judged
        tools = [] if self._from_memory else workflow_tools(setting.workflows.values())
        instructions = f"{setting.instructions}\n\n{FROM_MEMORY}" if self._from_memory else setting.instructions
        prompt = messages(judged.question, self._conversation, judged.known, judged.decision, now(), instructions)
        reply: AIMessage | None = None
        async for part in stream_reply(resolve_model(setting.model), prompt, tools):
            if isinstance(part, AIMessage):
                reply = part
            elif not self._must_work and (text := filtered.take(part)):
                await self._speak(text)
        return reply

    async def _speak(self, text: str) -> None:
        if self._record.turn.decision is None:
            await self._record.decide(self._spoken)
        self._record.say(text)

    def _settle(self, filtered: CitationFilter) -> None:
        """What the answer cites; one that cites nothing is talk."""
        cited = citations(filtered.cited, self._judged.known.evidence)
        final = self._record.turn.decision or self._spoken
        if not cited and final.action == "answer":
            action: Action = "clarify" if self._record.said.rstrip().endswith("?") else "chat"
            final = replace(final, action=action, reason="The reply rests on no stored result.")
        self._record.note(citations=cited, decision=final)

    async def _called(self, tool_calls: Sequence[ToolCall]) -> Work | None:
        """The workflows that the model asks for, as far as the user's own words do."""
        suggestion, message = self._judged.decision, self._record.turn.message
        by_tool = {tool_name(name): name for name in self._setting.workflows}
        calls = []
        for call in tool_calls:
            name = by_tool.get(call["name"])
            if name is None:
                names = ", ".join(self._setting.workflows) or "none"
                said = f"I cannot run {plain_reason(call['name'])!r}. The workflows here are: {names}. Which one fits?"
                await self._turn_down(f"There is no such workflow. There are: {names}.", said)
                return None
            given, reason = call["args"].get("input") or message, plain_reason(call["args"].get("reason"))
            calls.append(Call(name, given, reason or suggestion.reason))
        wanted = warranted(calls, self._judged, self._conversation)
        if not wanted.admitted:
            await self._turn_down(NOT_ASKED_FOR, refusal(wanted.refused, message))
            return None
        first, agrees = wanted.admitted[0], suggestion.action in ("run", "refresh")
        decision = replace(
            suggestion,
            action=suggestion.action if agrees else "run",
            workflow=first.workflow,
            input=input_text(first.input),
            reason=first.reason,
            confidence=suggestion.confidence if agrees else 0.5,
        )
        return Work(decision, tuple(wanted.admitted))

    async def _turn_down(self, why: str, text: str) -> None:
        """Run nothing of what the model wants, and say so after what it has said itself."""
        await self._record.decide(Decision("clarify", why, evidence=self._judged.decision.evidence))
        self._record.say(f"\n\n{text}" if self._record.said.strip() else text)


def _as_answer(decision: Decision) -> Decision:
    """The decision when the model answers although the rules would have run something."""
    if decision.action == "answer":
        return decision
    return replace(decision, action="answer", reason="The model found the answer in stored results.")
