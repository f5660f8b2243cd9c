"""What a turn decided, on the page: one line above its work, or a folded explanation above its answer."""

from __future__ import annotations

from datetime import datetime

from flows.words import iso
from storage.records import Decision

from . import render
from .answer_view import AUTHOR
from .board import Board, derived_id
from .progress import TurnState

TALK = frozenset({"answer", "chat", "clarify"})


class DecisionView:
    """`id` is the head: the message that tells what the turn is doing, until an answer takes its place."""

    def __init__(self, board: Board, turn_id: str, parent_id: str, now: datetime) -> None:
        self.id = derived_id(turn_id, "head")
        self.decision: Decision | None = None
        self._board = board
        self._parent_id = parent_id
        self._why_id = derived_id(turn_id, "why")
        self._now = now

    @property
    def talks(self) -> bool:
        """Whether the turn says something itself, rather than have it worked out."""
        return self.decision is not None and self.decision.action in TALK

    def wait(self, at: datetime, *, queued: bool) -> None:
        """Nothing is decided yet."""
        self._board.show_step(
            self.id,
            parent_id=self._parent_id,
            name=AUTHOR,
            type="assistant_message",
            at=at,
            streaming=True,
            output=render.QUEUED if queued else render.LOOKING,
        )

    def look(self) -> None:
        """The turn before this one has ended."""
        self._board.update_step(self.id, output=render.LOOKING)

    def decide(self, decision: Decision, at: datetime) -> None:
        self.decision = decision
        if not self.talks:
            self.tell("running")
            return
        self._board.remove_step(self.id)
        if decision.action == "answer":
            self._board.show_step(
                self._why_id,
                parent_id=self._parent_id,
                name="Why this answer",
                type="undefined",
                at=at,
                end=iso(at),
                output=render.why(decision, self._now),
            )

    def correct(self, decision: Decision) -> None:
        """The decision as it is kept may differ from the one that was announced."""
        self.decision = decision
        if self._why_id in self._board.steps:
            if decision.action == "answer":
                self._board.update_step(self._why_id, output=render.why(decision, self._now))
            else:
                self._board.remove_step(self._why_id)

    def tell(self, state: TurnState) -> None:
        """Say what was decided as it reads in this state of the turn."""
        if self.decision is not None and self.id in self._board.steps:
            self._board.update_step(self.id, output=render.decision_line(self.decision, state), streaming=False)

    def end_undecided(self, state: TurnState, note: str) -> bool:
        """The turn ended before anything was decided; `note` says why it failed. Whether that was so."""
        if self.decision is not None or self.id not in self._board.steps:
            return False
        failed = state == "failed"
        text = note if failed else "This turn ended before anything was decided."
        self._board.update_step(self.id, output=text, streaming=False, isError=failed)
        return True
