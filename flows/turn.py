"""One turn: recall, decide, then answer or run, and keep what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.tool import ToolCall

from agents.boundary import begin_turn, with_notice
from agents.context import current_session, current_user, usage_meter, wants_offline
from agents.models import resolve_model, stream_reply
from storage import RunStore
from storage.files import Attached
from storage.records import Action, Decision, Run, RunRequest, Turn, TurnStatus, Usage, now

from .again import Again
from .choice import Choice
from .citations import CitationFilter, citations
from .command_answers import told_by
from .commands import NOTHING, Command
from .errors import InvalidAnswer, cause_of
from .events import AnswerDelta, Decided, TurnFinished
from .judgement import Judgement, judge
from .node import as_text
from .past import input_text
from .prompt import RECENT_TURNS, messages, tool_name, workflow_tools
from .recall import Reach
from .replies import reply_to
from .stream import EventStream
from .telling import told
from .turn_runs import Call, Outcome, TurnRuns
from .workflow import Workflow

FROM_MEMORY = "The user wants no new work: answer from the passages alone, and say so if they do not hold the answer."
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


class TurnExecution:
    """Works on one turn until it is answered; every change of it is stored with the events that tell of it."""

    def __init__(self, setting: Setting, turn: Turn, stream: EventStream, again: Again | None = None) -> None:
        self.turn = turn
        self._setting = setting
        self._store = setting.store
        self._stream = stream
        self._runs = TurnRuns(setting.store, setting.workflows, stream, turn.preferences)
        self._said = ""
        self._again = again
        self._files: tuple[Attached, ...] = ()

    async def run(self) -> Turn:
        """The turn, finished: `error` says in a sentence what went wrong, if something did."""
        begin_turn(self.turn.message)
        self.turn = replace(self.turn, status="running")
        return await self._guarded(self._take() if self._again is None else self._do_again(self._again))

    async def go_on(self, request: RunRequest) -> Turn:
        """The turn, finished, when a run of it that had ended early is gone on with."""
        begin_turn(self.turn.message, resumed=True)
        self.turn = replace(self.turn, status="running", error=None)
        await self._store.update_turn(self.turn)
        return await self._guarded(self._resume(request))

    async def withdraw(self) -> Turn:
        """The turn, cancelled before its work began."""
        return await self._finish("cancelled", None, self.turn.usage)

    async def _guarded(self, work: Any) -> Turn:
        current_user.set(self.turn.user_id)
        current_session.set(self.turn.session_id)
        wants_offline.set(self.turn.preferences.model == "offline")
        status: TurnStatus
        with usage_meter() as meter:
            try:
                status, error = await work
            except asyncio.CancelledError:
                status, error = "cancelled", None
            except Exception as failure:
                status, error = "failed", cause_of(failure)
        spent = self.turn.usage + meter.usage
        seconds = (now() - self.turn.started_at).total_seconds()
        return await asyncio.shield(
            self._finish(status, error, Usage(spent.input_tokens, spent.output_tokens, seconds))
        )

    async def _take(self) -> tuple[TurnStatus, str | None]:
        turn = self.turn
        conversation = await self._conversation()
        if (command := Command.parse(turn.message)).tells:
            said = await told_by(command, turn, conversation, self._store, self._setting.workflows)
            return await self._tell(said.decision, said.text)
        judged = await judge(
            self._store,
            turn.message,
            conversation,
            self._choices(),
            user_id=turn.user_id,
            session_id=turn.session_id,
            now=now(),
            reach="session" if turn.preferences.recall == "session" else self._setting.reach,
            embeddings=self._setting.embeddings,
            always=turn.preferences.workflow,
            files=turn.files,
            attached=await self._store.attachments(turn.session_id, user_id=turn.user_id),
        )
        came = tuple(file for file in turn.files if not file.problem)
        self._files = came or (judged.about_files.files if judged.about_files else ())
        last_run, plain = judged.known.last_run, not (judged.command.name or turn.files)
        if last_run is not None and last_run.status == "paused" and last_run.question and plain:
            answer = reply_to(last_run.question, judged.question)
            if answer is not None:
                return await self._reply(last_run, answer)
        return await self._act(judged, conversation)

    async def _act(self, judged: Judgement, conversation: Sequence[Turn]) -> tuple[TurnStatus, str | None]:
        decision = judged.decision
        if decision.firm and decision.action == "clarify":
            await self._decided(decision)
            self._say(decision.reason)
            return "completed", None
        same = judged.known.same_input
        if decision.firm and decision.action == "answer" and same is not None:
            return await self._repeat(decision, same)
        if (text := told(judged, now())) is not None:
            return await self._tell(decision, text)
        if judged.as_asked and decision.workflow is not None:
            return await self._run_all(decision, [Call(decision.workflow, decision.input, decision.reason)])
        return await self._ask_model(judged, conversation)

    async def _repeat(self, decision: Decision, run: Run) -> tuple[TurnStatus, str | None]:
        """Serve an exact, fresh repeat from its run, without a model call."""
        await self._decided(decision)
        pieces = [piece for piece in decision.evidence if piece.passage.run_id == run.id]
        self._say(as_text(run.content))
        if pieces:
            label = pieces[-1].label if len(pieces) == 1 else pieces[0].label
            self._say(f" [{label}]")
            self.turn = replace(self.turn, citations=citations([label], decision.evidence))
        return "completed", None

    async def _tell(self, decision: Decision, text: str) -> tuple[TurnStatus, str | None]:
        """Say what the rules tell by themselves, citing what stands behind it."""
        await self._decided(decision)
        filtered = CitationFilter([piece.label for piece in decision.evidence])
        self._say(filtered.take(text) + filtered.finish())
        self.turn = replace(self.turn, citations=citations(filtered.cited, decision.evidence))
        return "completed", None

    async def _ask_model(self, judged: Judgement, conversation: Sequence[Turn]) -> tuple[TurnStatus, str | None]:
        """Let the model answer or call workflows; where the rules want work, words of its own do not count."""
        known, decision = judged.known, judged.decision
        model = resolve_model(self._setting.model)
        from_memory = judged.command.name == "recall"
        tools = [] if from_memory else workflow_tools(self._setting.workflows.values())
        instructions = f"{self._setting.instructions}\n\n{FROM_MEMORY}" if from_memory else self._setting.instructions
        prompt = messages(judged.question, conversation, known, decision, now(), instructions)
        filtered = CitationFilter([piece.label for piece in known.evidence])
        talks = decision.action in ("chat", "clarify")
        must_work = decision.firm and decision.action in ("run", "refresh") and decision.workflow is not None
        spoken = decision if talks else _as_answer(decision)
        reply: AIMessage | None = None
        async for part in stream_reply(model, prompt, tools):
            if isinstance(part, AIMessage):
                reply = part
            elif not must_work and (text := filtered.take(part)):
                if self.turn.decision is None:
                    await self._decided(spoken)
                self._say(text)
        rest = filtered.finish()
        if reply is not None and reply.tool_calls and not from_memory:
            self._say(rest)
            return await self._called(decision, reply.tool_calls)
        if must_work and decision.workflow is not None:
            return await self._run_all(decision, [Call(decision.workflow, decision.input, decision.reason)])
        if self.turn.decision is None:
            await self._decided(spoken)
        self._say(rest + (REMOVED_NOTE if filtered.removed else ""))
        if from_memory and not self._said.strip():
            self._say(NOTHING)
        cited = citations(filtered.cited, known.evidence)
        final = self.turn.decision or spoken
        if not cited and final.action == "answer":
            action: Action = "clarify" if self._said.rstrip().endswith("?") else "chat"
            final = replace(final, action=action, reason="The reply rests on no stored result.")
        self.turn = replace(self.turn, citations=cited, decision=final)
        return "completed", None

    async def _called(self, suggestion: Decision, tool_calls: Sequence[ToolCall]) -> tuple[TurnStatus, str | None]:
        by_tool = {tool_name(name): name for name in self._setting.workflows}
        calls = []
        for call in tool_calls:
            name = by_tool.get(call["name"])
            if name is None:
                names = ", ".join(self._setting.workflows) or "none"
                decision = Decision("clarify", f"There is no such workflow. There are: {names}.")
                await self._decided(decision)
                self._say(f"I cannot run {call['name']!r}. The workflows here are: {names}. Which one fits?")
                return "completed", None
            given, reason = call["args"].get("input") or self.turn.message, call["args"].get("reason")
            calls.append(Call(name, given, str(reason or suggestion.reason)))
        first = calls[0]
        agrees = suggestion.action in ("run", "refresh")
        decision = replace(
            suggestion,
            action=suggestion.action if agrees else "run",
            workflow=first.workflow,
            input=input_text(first.input),
            reason=first.reason,
            confidence=suggestion.confidence if agrees else 0.5,
        )
        return await self._run_all(decision, calls)

    async def _reply(self, run: Run, answer: dict[str, Any]) -> tuple[TurnStatus, str | None]:
        """Go on with a paused run, in this turn."""
        try:
            claimed = await self._runs.answer(run, self.turn, answer)
        except InvalidAnswer as wrong:
            await self._decided(Decision("clarify", "The answer does not fit the question.", workflow=run.workflow))
            self._say(str(wrong))
            return "completed", None
        begin_turn(input_text(run.input), resumed=True)  # it is that turn's work that goes on
        self.turn = replace(self.turn, run_ids=(run.id,))
        reason = f"This answers what {run.workflow} asked."
        await self._decided(Decision("resume", reason, workflow=run.workflow, input=input_text(run.input)))
        return self._answered(await self._runs.go_on(claimed, [run.id]))

    async def _run_all(self, decision: Decision, calls: Sequence[Call]) -> tuple[TurnStatus, str | None]:
        covered = decision.evidence if decision.action == "run" else ()  # a refresh works it all out anew
        decision = replace(decision, earlier=await self._runs.earlier(calls[0], self.turn))
        requests = await self._runs.begin(calls, self.turn, covered, self._files)
        self.turn = replace(self.turn, run_ids=tuple(request.id for request in requests))
        await self._decided(decision)
        return self._answered(await self._runs.work(requests))

    async def _do_again(self, again: Again) -> tuple[TurnStatus, str | None]:
        """Do an earlier run again, or a part of it, without asking whether that is called for."""
        request, decision = await self._runs.begin_again(again, self.turn)
        self.turn = replace(self.turn, run_ids=(request.id,))
        await self._decided(decision)
        return self._answered(await self._runs.work([request], resumed=again.at is not None))

    async def _resume(self, claimed: RunRequest) -> tuple[TurnStatus, str | None]:
        return self._answered(await self._runs.go_on(claimed, self.turn.run_ids))

    def _answered(self, outcome: Outcome) -> tuple[TurnStatus, str | None]:
        """What the runs gave is the answer; what no step has streamed yet is told now."""
        self._say(outcome.untold)
        told = outcome.untold
        for run_id, question in outcome.asked.items():
            self._stream.emit(AnswerDelta, run_id, "", "", text=f"\n\n{question}" if told else question)
            told = question
        self._said = outcome.answer
        return outcome.status, outcome.error

    async def _conversation(self) -> list[Turn]:
        turn = self.turn
        recent = await self._store.turns(turn.session_id, user_id=turn.user_id, limit=RECENT_TURNS + 1)
        before = [other for other in recent if other.id != turn.id and other.started_at <= turn.started_at]
        return [other for other in before if not Command.parse(other.message).tells]  # they are about the page

    def _choices(self) -> list[Choice]:
        return [
            Choice(workflow.name, workflow.description, self.turn.preferences.fresh_for(workflow.fresh_for))
            for workflow in self._setting.workflows.values()
        ]

    async def _decided(self, decision: Decision) -> None:
        self.turn = replace(self.turn, decision=decision)
        seq = self._stream.prepare(Decided, None, "", "", decision=decision)
        try:
            await self._store.update_turn(self.turn, self._stream.take_unstored())
        finally:
            self._stream.release(seq)

    def _say(self, text: str) -> None:
        if text:
            self._said += text
            self._stream.emit(AnswerDelta, None, "", "", text=text)

    async def _finish(self, status: TurnStatus, error: str | None, usage: Usage) -> Turn:
        self.turn = replace(
            self.turn, status=status, error=error, answer=with_notice(self._said), usage=usage, finished_at=now()
        )
        seq = self._stream.prepare(TurnFinished, None, "", "", turn=self.turn)
        try:
            await self._store.update_turn(self.turn, self._stream.take_unstored())
        finally:
            self._stream.release(seq)
        return self.turn


def _as_answer(decision: Decision) -> Decision:
    """The decision when the model answers although the rules would have run something."""
    if decision.action == "answer":
        return decision
    return replace(decision, action="answer", reason="The model found the answer in stored results.")
