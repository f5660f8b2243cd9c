"""One turn: recall, decide, then answer or run, and keep what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

from agents.boundary import begin_turn
from agents.context import current_session, current_user, usage_meter, wants_offline
from storage.errors import StorageError
from storage.files import Attached
from storage.records import Decision, Run, RunRequest, Turn, TurnStatus, Usage, now

from .again import Again
from .asking import Asking, Setting, Work
from .choice import Choice
from .command_answers import told_by
from .commands import Command
from .errors import InvalidAnswer, cause_of
from .judgement import Judgement, judge
from .past import input_text
from .prompt import RECENT_TURNS
from .replies import reply_to
from .starting import let_go
from .stream import EventStream
from .telling import told
from .turn_record import TurnRecord
from .turn_runs import Outcome, TurnRuns
from .winding_down import winds_down

Ending = tuple[TurnStatus, str | None]  # and why it failed
ANSWERED: Ending = ("completed", None)


class TurnExecution:
    """Works on one turn until it is answered; every change of it is stored with the events that tell of it."""

    def __init__(self, setting: Setting, turn: Turn, stream: EventStream, again: Again | None = None) -> None:
        self._setting = setting
        self._store = setting.store
        self._record = TurnRecord(turn, setting.store, stream)
        self._runs = TurnRuns(setting.store, setting.workflows, stream, turn.preferences)
        self._again = again
        self._files: tuple[Attached, ...] = ()

    @property
    def turn(self) -> Turn:
        return self._record.turn

    async def run(self) -> Turn:
        """The turn, finished: `error` says in a sentence what went wrong, if something did."""
        begin_turn(self.turn.message)
        self._record.note(status="running")
        return await self._guarded(self._take() if self._again is None else self._do_again(self._again))

    async def go_on(self, request: RunRequest) -> Turn:
        """The turn, finished, when a run of it that had ended early is gone on with."""
        begin_turn(self.turn.message, resumed=True)
        self._record.note(status="running", error=None)
        return await self._guarded(self._resume(request))

    async def withdraw(self) -> Turn:
        """The turn, cancelled before its work began, or left to be asked again when the process is about to end."""
        return await self._record.finish("interrupted" if winds_down() else "cancelled", None, self.turn.usage)

    async def _guarded(self, work: Awaitable[Ending]) -> Turn:
        current_user.set(self.turn.user_id)
        current_session.set(self.turn.session_id)
        wants_offline.set(self.turn.preferences.model == "offline")
        with usage_meter() as meter:
            try:
                status, error = await work
            except asyncio.CancelledError:
                status, error = "interrupted" if winds_down() else "cancelled", None
            except Exception as failure:
                status, error = "failed", cause_of(failure)
        spent = self.turn.usage + meter.usage
        seconds = max(0.0, (now() - self.turn.started_at).total_seconds())  # clocks are set back
        usage = Usage(spent.input_tokens, spent.output_tokens, seconds)
        return await asyncio.shield(self._record.finish(status, error, usage))

    async def _take(self) -> Ending:
        turn = self.turn
        conversation = await self._conversation()
        if (command := Command.parse(turn.message)).tells:
            said = await told_by(command, turn, conversation, self._store, self._setting.workflows)
            await self._record.tell(said.decision, said.text)
            return ANSWERED
        judged = await self._judge(conversation)
        came = tuple(file for file in turn.files if not file.problem)
        self._files = came or (judged.about_files.files if judged.about_files else ())
        last_run, plain = judged.known.last_run, not (judged.command.name or turn.files)
        if last_run is not None and last_run.status == "paused" and last_run.question and plain:
            answer = reply_to(last_run.question, judged.question)
            if answer is not None:
                return await self._reply(last_run, answer)
        return await self._act(judged, conversation)

    async def _judge(self, conversation: Sequence[Turn]) -> Judgement:
        turn, setting = self.turn, self._setting
        return await judge(
            self._store,
            turn.message,
            conversation,
            self._choices(),
            user_id=turn.user_id,
            session_id=turn.session_id,
            now=now(),
            reach="session" if turn.preferences.recall == "session" else setting.reach,
            embeddings=setting.embeddings,
            always=turn.preferences.workflow,
            files=turn.files,
            attached=await self._store.attachments(turn.session_id, user_id=turn.user_id),
        )

    async def _act(self, judged: Judgement, conversation: Sequence[Turn]) -> Ending:
        decision, same = judged.decision, judged.known.same_input
        if decision.firm and decision.action == "clarify":
            await self._record.decide(decision)
            self._record.say(decision.reason)
        elif decision.firm and decision.action == "answer" and same is not None:
            await self._record.repeat(decision, same)  # without a model call
        elif (text := told(judged, now())) is not None:
            await self._record.tell(decision, text)
        else:
            work = Work.decided(decision) if judged.as_asked else None
            work = work or await Asking(self._setting, self._record, judged, conversation).ask()
            if work is not None:
                return await self._work_on(work)
        return ANSWERED

    async def _reply(self, run: Run, answer: dict[str, Any]) -> Ending:
        """Go on with a paused run, in this turn."""
        record = self._record
        try:
            claimed = await self._runs.answer(run, self.turn, answer)
        except InvalidAnswer as wrong:
            await record.decide(Decision("clarify", "The answer does not fit the question.", workflow=run.workflow))
            record.say(str(wrong))
            return ANSWERED
        begin_turn(input_text(run.input), resumed=True)  # it is that turn's work that goes on
        record.note(run_ids=(run.id,))
        reason = f"This answers what {run.workflow} asked."
        await record.decide(Decision("resume", reason, workflow=run.workflow, input=input_text(run.input)))
        return self._answered(await self._runs.go_on(claimed, [run.id]))

    async def _work_on(self, work: Work) -> Ending:
        decision = work.decision
        covered = decision.evidence if decision.action == "run" else ()  # a refresh works it all out anew
        earlier = await self._runs.earlier(work.calls[0], self.turn)
        requests = await self._runs.begin(work.calls, self.turn, covered, self._files)
        self._record.note(run_ids=tuple(request.id for request in requests), citations=())
        await self._record.decide(replace(decision, earlier=earlier))
        return self._answered(await self._runs.work(requests))

    async def _do_again(self, again: Again) -> Ending:
        """Do an earlier run again, or a part of it, without asking whether that is called for."""
        request, decision = await self._runs.begin_again(again, self.turn)
        self._record.note(run_ids=(request.id,))
        await self._record.decide(decision)
        return self._answered(await self._runs.work([request], resumed=again.at is not None))

    async def _resume(self, claimed: RunRequest) -> Ending:
        try:
            await self._store.update_turn(self.turn)
        except StorageError as error:
            await let_go(self._store, claimed.id, error)
            raise
        if self.turn.decision is None:  # its process ended right after it had begun the run
            reason = "It had begun when Refrain stopped."
            decision = Decision("run", reason, workflow=claimed.workflow, input=input_text(claimed.input))
            await self._record.decide(decision)
        return self._answered(await self._runs.go_on(claimed, self.turn.run_ids))

    def _answered(self, outcome: Outcome) -> Ending:
        """What the runs gave is the answer; what no step has streamed yet is told now."""
        record, before = self._record, outcome.untold
        record.say(outcome.untold)
        for run_id, question in outcome.asked.items():
            record.say_of_run(run_id, f"\n\n{question}" if before else question)
            before = question
        record.said = outcome.answer
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
