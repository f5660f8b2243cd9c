"""A turn on the page: its events in, what to do on the page out.

The same reducer renders a turn live and from the store, so that a reload shows what was there before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.commands import bears
from flows.events import (
    AnswerDelta,
    Decided,
    Event,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
    StepDelta,
    StepRetried,
    StepStarted,
    TurnFinished,
)
from flows.words import iso
from storage.records import Feedback, Turn

from . import render
from .answer_view import AUTHOR, AnswerView
from .attachments import file_chips, refusals
from .board import Board, derived_id
from .cards import answer_card, fresh_action, turn_card
from .decision_view import DecisionView
from .feedback import as_shown
from .operations import Operation, RemoveStep, ShowStep
from .progress import TurnState, buttons
from .question_view import QuestionView
from .run_view import RunView
from .sources import turn_keys

# Chainlit shows neither of these steps, only their children; thumbs and copy buttons appear below the last
# message of an `on_message` alone, so a turn takes that name when it is completed.
WORKING_NAME, ENDED_NAME = "on_chat_start", "on_message"


class TurnView:
    """`turn` as it stands when the view is made; `now` is what ages are told against.

    `seq` is the number of the last event that was applied.
    """

    def __init__(self, turn: Turn, *, now: datetime, queued: bool = False, feedback: Feedback | None = None) -> None:
        self.turn = turn
        self.seq = 0
        self._last_at = turn.started_at
        self._told_at = turn.started_at  # deltas are joined in the store: their times are not kept
        self.board = Board(turn.session_id)
        # What a run's steps say stands apart, unseen, where the answers alone are wanted.
        self._steps = self.board if turn.preferences.steps == "all" else Board(turn.session_id)
        self._now = now
        self._runs: dict[str, RunView] = {}
        self._state: TurnState = "queued" if queued else "working"
        self._note = ""
        self._superseded = False  # the assistant's own words take the place of what a run has streamed
        self.id = derived_id(turn.id, "turn")
        self._decision = DecisionView(self.board, turn.id, self.id, now)
        self._answer = AnswerView(self.board, turn, self.id, now)
        self._questions = QuestionView(self.board, turn.id, self.id)
        self._begin(feedback)

    @property
    def waiting(self) -> bool:
        return self._state == "queued"

    def opening(self) -> list[Operation]:
        """What puts the turn on the page before any of its events came."""
        return self.board.take()

    def anew(self) -> list[Operation]:
        """What brings a page up to date that shows the turn as it was earlier."""
        gone = [] if self._questions.id in self.board.steps else [RemoveStep(self._questions.id)]
        return [*gone, *(ShowStep(step) for step in self.board.steps.values())]

    @property
    def takes_over(self) -> bool:
        """Whether its message answers what a run of an earlier turn asked."""
        decision = self._decision.decision
        return decision is not None and decision.action == "resume"

    def begin(self) -> list[Operation]:
        """The turn before this one has ended."""
        if self.waiting:
            self._state = "working"
            self._decision.look()
            self._tell()
        return self.board.take()

    def apply(self, event: Event) -> list[Operation]:
        """Take the next event; give what it does to the page."""
        if event.seq <= self.seq:
            return []
        self.seq, self._last_at = event.seq, event.at
        if not isinstance(event, StepDelta | AnswerDelta):
            self._told_at = event.at
        match event:
            case Decided():
                self._decide(event)
            case RunStarted():
                self._start_run(event)
            case AnswerDelta():
                self._answer_with(event)
            case RunPaused():
                self._pause_run(event)
            case RunFinished():
                if run := self._runs.get(event.run_id or ""):
                    run.finish(event)
                self._end_run(event, "answering", "")
                self._superseded = True
            case RunFailed():
                self._end_run(event, "failed", render.failure(event.error))
            case RunCancelled():
                self._end_run(event, "cancelled", "")
            case TurnFinished():
                self._finish(event.turn, event.at)
            case _:
                self._apply_to_run(event)
        return self.board.take()

    def settle(self, turn: Turn) -> list[Operation]:
        """What no event of the turn tells: its process is gone, or a later turn goes on with its run."""
        if turn.status == "interrupted":
            self._end_steps(self._last_at)
            self._end(turn, "interrupted", self._last_at)
        elif turn.status == "completed" and self._questions.are_open:  # a later turn has taken the run over
            self._end(turn, "completed", self._last_at)
        return self.board.take()

    def _begin(self, feedback: Feedback | None) -> None:
        turn, at = self.turn, self.turn.started_at
        self.board.show_step(
            turn.id,
            parent_id=None,
            name=turn.user_id,
            type="user_message",
            at=at,
            output=turn.message,
            end=iso(at),
            command=None,
        )
        for chip in file_chips(turn):
            self.board.show_element(chip)
        self.board.show_step(
            self.id,
            parent_id=None,
            name=WORKING_NAME,
            type="run",
            at=at,
            feedback=as_shown(feedback, self.id) if feedback else None,
            metadata=self._props(),
        )
        if refused := refusals(turn.files):
            self.board.show_step(
                derived_id(turn.id, "refused"),
                parent_id=self.id,
                name=AUTHOR,
                type="assistant_message",
                at=at,
                end=iso(at),
                output=refused,
            )
        self._decision.wait(at, queued=self.waiting)
        self._show_card(self._decision.id)
        self._questions.expect()

    def _show_card(self, message_id: str) -> None:
        self.board.show_element(turn_card(self.turn.id, self.id, message_id, self._answer.id))

    def _decide(self, event: Decided) -> None:
        self._decision.decide(event.decision, event.at)
        if self._decision.talks:
            self._answer.cite(self.turn if self.turn.decision else replace(self.turn, decision=event.decision))
            self._state = "answering"
            self._answer.lists_runs = (event.decision.opens or {}).get("panel") == "runs"
            self._answer.open(event.at)
            self._show_card(self._answer.id)
        else:
            self._state = "running"
        self._tell()

    def _start_run(self, event: RunStarted) -> None:
        run_id = event.run_id or ""
        self._state, self._note = "running", ""
        self._questions.go_on(run_id, event.answered, event.at)
        if run_id in self._runs:
            self._runs[run_id].resume(event)
            self.board.update_step(self.id, name=WORKING_NAME, end=None)
            self._decision.tell(self._state)
        else:
            if self._answer.raw:
                self._answer.append("\n\n", event.at)
            self._runs[run_id] = RunView(self._steps, self.turn.id, self.id, event)
        self._tell()

    def _apply_to_run(self, event: Event) -> None:
        run = self._runs.get(event.run_id or "")
        if run is None:
            return
        if event.path == run.answer_path:
            if isinstance(event, StepDelta):
                self._answer.append(event.text, self._told_at)
            elif isinstance(event, StepStarted | StepRetried):
                self._answer.restart()
        run.apply(event)
        if not isinstance(event, StepDelta):
            self._tell()

    def _answer_with(self, event: AnswerDelta) -> None:
        if self._questions.is_asked(event.run_id):
            return
        if self._superseded:
            self._answer.restart()
            self._superseded = False
        self._answer.append(event.text, self._told_at)

    def _end_run(self, event: Event, state: TurnState, note: str) -> None:
        if run := self._runs.get(event.run_id or ""):
            run.end(event.at)
        self._state, self._note = state, note
        self._tell()

    def _pause_run(self, event: RunPaused) -> None:
        run, question = self._runs.get(event.run_id or ""), event.question
        if run is not None:
            self._questions.ask(run.run_id, run.progress.workflow, question)
            if question.kind == "review" and question.path == run.answer_path:
                self._answer.withdraw()
                run.wait(question.path)
        self._end_run(event, "paused", "")

    def _finish(self, turn: Turn, at: datetime) -> None:
        state: TurnState = "interrupted" if turn.status in ("running", "queued") else turn.status
        if state in ("completed", "interrupted") and self._questions.are_open:
            state = "paused"  # as it stood then: it has been gone on with since
        if turn.decision is not None:
            self._decision.correct(turn.decision)
            if self._decision.talks:
                self._answer.cite(turn)
        if turn.answer.strip() and state == "completed":
            self._answer.cut_to(turn.run_ids)
            self._answer.finish(at, turn.answer)
        self._end_steps(at)
        self._end(turn, state, at)

    def _end_steps(self, at: datetime) -> None:
        for run in self._runs.values():
            run.end(at)
        self._answer.finish(at)

    def _end(self, turn: Turn, state: TurnState, at: datetime) -> None:
        self.turn, self._state = turn, state
        if turn.error and not self._note:
            self._note = render.failure(turn.error)
        if self._decision.end_undecided(state, self._note):
            self._note = ""
        self._decision.tell(self._state)
        self._questions.settle(state, at)
        name = ENDED_NAME if state == "completed" else WORKING_NAME
        self.board.update_step(self.id, name=name, end=iso(at))
        if state == "completed" and self._runs and self._answer.shown:
            self.board.show_element(answer_card(turn.id, self.id, self._answer.id))
        self._tell()
        if state == "completed" and turn.decision is not None and turn.decision.action == "answer":
            self.board.show_action(fresh_action(turn.id, self._answer.id))

    def _tell(self) -> None:
        self.board.update_step(self.id, metadata=self._props())

    def _props(self) -> dict[str, Any]:
        decision = self._decision.decision
        # A process may die before the first event of a run is stored; the turn knows of the run by then.
        runs = list(self._runs) or self.turn.run_ids
        last = runs[-1] if runs and not self._questions.declined else None
        return {
            **turn_keys(self.turn, decision),
            "state": self._state,
            "note": self._note,
            "runs": [run.progress.as_props() for run in self._runs.values()],
            "buttons": buttons(self._state, self.turn.id, last, recallable=self._recallable),
            "question": self._questions.as_props(),
            "opens": decision.opens if decision else None,
        }

    @property
    def _recallable(self) -> bool:
        decision = self._decision.decision
        return decision is not None and decision.action in ("run", "refresh") and bears(decision.evidence)
