"""A turn as it is told and kept: words go out at once, what is decided and how it ends only once it is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.boundary import with_notice
from storage import RunStore
from storage.errors import Closed, NotFound, StorageError
from storage.records import Decision, Run, Turn, TurnStatus, Usage, now

from .citations import CitationFilter, citations
from .errors import cause_of
from .events import AnswerDelta, Decided, TurnFinished
from .excerpt import excerpt
from .retrying import keep_trying
from .stream import EventStream


class TurnRecord:
    """`turn` as it stands; `said` is what it has told so far."""

    def __init__(self, turn: Turn, store: RunStore, stream: EventStream) -> None:
        self.turn = turn
        self.said = ""
        self._store = store
        self._stream = stream

    def note(self, **changes: Any) -> None:
        """Change fields of the turn; they are stored with the next thing that is."""
        self.turn = replace(self.turn, **changes)

    def say(self, text: str) -> None:
        if text:
            self.said += text
            self._stream.emit(AnswerDelta, None, "", "", text=text)

    def say_of_run(self, run_id: str, text: str) -> None:
        """Tell what a run asks, which is no part of the answer."""
        self._stream.emit(AnswerDelta, run_id, "", "", text=text)

    async def decide(self, decision: Decision) -> None:
        self.note(decision=decision)
        seq = self._stream.prepare(Decided, None, "", "", decision=decision)
        try:
            await self.keep()
        finally:
            self._stream.release(seq)

    async def tell(self, decision: Decision, text: str) -> None:
        """Decide, and say what the rules tell by themselves, citing what stands behind it."""
        await self.decide(decision)
        filtered = CitationFilter([piece.label for piece in decision.evidence])
        self.say(filtered.take(text) + filtered.finish())
        self.note(citations=citations(filtered.cited, decision.evidence))

    async def repeat(self, decision: Decision, run: Run) -> None:
        """Decide, and give what a run gave, cited."""
        await self.decide(decision)
        pieces = [piece for piece in decision.evidence if piece.passage.run_id == run.id]
        self.say(await excerpt(run.content, run.id))
        if pieces:
            label = pieces[-1].label if len(pieces) == 1 else pieces[0].label
            self.say(f" [{label}]")
            self.note(citations=citations([label], decision.evidence))

    async def finish(self, status: TurnStatus, error: str | None, usage: Usage) -> Turn:
        """The turn, ended. What the store refuses now is tried again until it is kept; the turn says so."""
        answer, at = with_notice(self.said), max(now(), self.turn.started_at)
        self.note(status=status, error=error, answer=answer, usage=usage, finished_at=at)
        seq = self._stream.prepare(TurnFinished, None, "", "", turn=self.turn)
        try:
            await self.keep()
        except (NotFound, Closed):
            raise
        except StorageError as refused:
            self._stream.withdraw(seq)
            self.note(status="failed" if status == "completed" else status, error=error or cause_of(refused))
            seq = self._stream.prepare(TurnFinished, None, "", "", turn=self.turn)
            keep_trying(self.keep)
        finally:
            self._stream.release(seq)
        return self.turn

    async def keep(self) -> None:
        """Store the turn with the events that tell of it."""
        with self._stream.storing() as events:
            await self._store.update_turn(self.turn, events)
