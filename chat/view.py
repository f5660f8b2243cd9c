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
from storage.records import Decision, Feedback, Turn

from . import render
from .answer_view import AUTHOR, AnswerView
from .board import Board, derived_id
from .cards import fresh_action, turn_card
from .operations import Operation
from .progress import TurnState, buttons
from .run_view import RunView
from .words import iso

# Chainlit shows neither of these steps, only their children; thumbs and copy buttons appear below the last
# message of an `on_message` alone, so a turn takes that name when it is completed.
WORKING_NAME, ENDED_NAME = "on_chat_start", "on_message"
TALK = frozenset({"answer", "chat", "clarify"})


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
        self._now = now
        self._runs: dict[str, RunView] = {}
        self._state: TurnState = "queued" if queued else "working"
        self._note = ""
        self._decision: Decision | None = None
        self._superseded = False  # the assistant's own words take the place of what a run has streamed
        self.id = derived_id(turn.id, "turn")
        self._head_id = derived_id(turn.id, "head")
        self._why_id = derived_id(turn.id, "why")
        self._answer = AnswerView(self.board, turn, self.id, now)
        self._begin(feedback)

    @property
    def waiting(self) -> bool:
        return self._state == "queued"

    def opening(self) -> list[Operation]:
        """What puts the turn on the page before any of its events came."""
        return self.board.take()

    def begin(self) -> list[Operation]:
        """The turn before this one has ended."""
        if self.waiting:
            self._state = "working"
            self.board.update_step(self._head_id, output=render.LOOKING)
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
                self._end_run(event, "paused", render.question_text(event.question))
            case RunFinished():
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
        """The turn was cut off: its process is gone, and no event tells of it."""
        if turn.status == "interrupted":
            self._end_steps(self._last_at)
            self._end(turn, "interrupted", self._last_at)
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
        )
        verdict = None
        if feedback is not None:
            verdict = {
                "id": feedback.id,
                "forId": self.id,
                "value": feedback.value,
                "comment": feedback.comment,
            }
        self.board.show_step(
            self.id,
            parent_id=None,
            name=WORKING_NAME,
            type="run",
            at=at,
            feedback=verdict,
            metadata=self._props(),
        )
        self.board.show_step(
            self._head_id,
            parent_id=self.id,
            name=AUTHOR,
            type="assistant_message",
            at=at,
            streaming=True,
            output=render.QUEUED if self.waiting else render.LOOKING,
        )
        self._show_card(self._head_id)

    def _show_card(self, message_id: str) -> None:
        self.board.show_element(turn_card(self.turn.id, self.id, message_id, self._answer.id))

    def _decide(self, event: Decided) -> None:
        decision = self._decision = event.decision
        if decision.action in TALK:
            self._answer.cite(self.turn if self.turn.decision else _with(self.turn, decision))
            self._state = "answering"
            self.board.remove_step(self._head_id)
            if decision.action == "answer":
                self._explain(decision, event.at)
            self._answer.open(event.at)
            self._show_card(self._answer.id)
        else:
            self._state = "running"
            line = render.decision_line(decision, self._state)
            self.board.update_step(self._head_id, output=line, streaming=False)
        self._tell()

    def _explain(self, decision: Decision, at: datetime) -> None:
        self.board.show_step(
            self._why_id,
            parent_id=self.id,
            name="Why this answer",
            type="undefined",
            at=at,
            end=iso(at),
            output=render.why(decision, self._now),
        )

    def _correct(self, decision: Decision) -> None:
        """The decision as it is kept may differ from the one that was announced."""
        self._decision = decision
        if self._why_id in self.board.steps:
            if decision.action == "answer":
                self.board.update_step(self._why_id, output=render.why(decision, self._now))
            else:
                self.board.remove_step(self._why_id)

    def _start_run(self, event: RunStarted) -> None:
        run_id = event.run_id or ""
        self._state, self._note = "running", ""
        if run_id in self._runs:
            self._runs[run_id].resume(event)
            self.board.update_step(self.id, name=WORKING_NAME, end=None)
            self._tell_decision()
        else:
            if self._answer.raw:
                self._answer.append("\n\n", event.at)
            self._runs[run_id] = RunView(self.board, self.turn.id, self.id, event)
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
        if self._superseded:
            self._answer.restart()
            self._superseded = False
        self._answer.append(event.text, self._told_at)

    def _end_run(self, event: Event, state: TurnState, note: str) -> None:
        if run := self._runs.get(event.run_id or ""):
            run.end(event.at)
        self._state, self._note = state, note
        self._tell()

    def _finish(self, turn: Turn, at: datetime) -> None:
        state: TurnState = "interrupted" if turn.status in ("running", "queued") else turn.status
        if turn.decision is not None:
            self._correct(turn.decision)
            if turn.decision.action in TALK:
                self._answer.cite(turn)
        if turn.answer.strip() and state == "completed":
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
        if self._decision is None and self._head_id in self.board.steps:
            self._end_undecided(state)
        self._tell_decision()
        name = ENDED_NAME if state == "completed" else WORKING_NAME
        self.board.update_step(self.id, name=name, end=iso(at))
        self._tell()
        if state == "completed" and turn.decision is not None and turn.decision.action == "answer":
            self.board.show_action(fresh_action(turn.id, self._answer.id))

    def _end_undecided(self, state: TurnState) -> None:
        text = self._note if state == "failed" else "This turn ended before anything was decided."
        self.board.update_step(self._head_id, output=text, streaming=False, isError=state == "failed")
        self._note = ""

    def _tell_decision(self) -> None:
        if self._decision is not None and self._head_id in self.board.steps:
            line = render.decision_line(self._decision, self._state)
            self.board.update_step(self._head_id, output=line, streaming=False)

    def _tell(self) -> None:
        self.board.update_step(self.id, metadata=self._props())

    def _props(self) -> dict[str, Any]:
        run_id = next(reversed(self._runs), None)
        return {
            "state": self._state,
            "note": self._note,
            "runs": [run.progress.as_props() for run in self._runs.values()],
            "buttons": buttons(self._state, self.turn.id, run_id, recallable=self._recallable),
        }

    @property
    def _recallable(self) -> bool:
        decision = self._decision
        return decision is not None and decision.action in ("run", "refresh") and bears(decision.evidence)


def _with(turn: Turn, decision: Decision) -> Turn:
    return replace(turn, decision=decision)
