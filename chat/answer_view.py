"""The answer of a turn, as it is written: its text with the chips of its sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from agents.boundary import notice_before
from flows.excerpt import cut_text
from storage.records import Turn

from .board import Board, derived_id
from .markdown import TextStream
from .sources import Chip, chips_by_label, cited_labels, name_sources

AUTHOR = "Refrain"
_SHORT_ID = re.compile(r" · `[0-9a-f]{8}`$")  # for the terminal: here the runs can be opened beside their list


class AnswerView:
    """Shows the text under `id`; a chip's element comes before the text that names it."""

    def __init__(self, board: Board, turn: Turn, parent_id: str, now: datetime) -> None:
        self._board = board
        self._turn = turn
        self._parent_id = parent_id
        self._now = now
        self.id = derived_id(turn.id, "answer")
        self._chips: dict[int, Chip] = {}
        self.raw = ""
        self._run_id: str | None = None
        self._notice = notice_before(turn.message)
        self.lists_runs = False
        self._stream = TextStream(self._name)

    @property
    def shown(self) -> bool:
        return self.id in self._board.steps

    def cite(self, turn: Turn) -> None:
        """Learn which labels the answer may carry."""
        evidence = turn.decision.evidence if turn.decision else ()
        if chips := chips_by_label(turn.id, evidence, turn.citations, self._now):
            self._chips = chips

    def open(self, at: datetime) -> None:
        if not self.shown:
            self._board.show_step(
                self.id,
                parent_id=self._parent_id,
                name=AUTHOR,
                type="assistant_message",
                at=at,
                streaming=True,
            )

    def append(self, text: str, at: datetime) -> None:
        self.open(at)
        self._board.update_step(self.id, streaming=True)
        if not self.raw and not text.startswith(self._notice):
            text = self._notice + text
        self.raw += text
        if self._chips:
            self._show_chips(cited_labels(self.raw))
        piece, replace = self._stream.append(text)
        self._board.stream_text(self.id, piece, replace=replace)

    def restart(self) -> None:
        """What was written so far is void."""
        self.raw, self._stream = "", TextStream(self._name)
        if self.shown:
            self._board.stream_text(self.id, "", replace=True)

    def withdraw(self) -> None:
        """What was written stands elsewhere now; the answer comes anew below it."""
        self.restart()
        self._board.remove_step(self.id)

    def cut_to(self, run_ids: Sequence[str]) -> None:
        """Learn in which run stands what is too long to show."""
        self._run_id = run_ids[-1] if run_ids else None

    def finish(self, at: datetime, text: str | None = None) -> None:
        """Nothing more comes; `text`, when given, is what the answer reads as a whole."""
        if text is not None:
            text = cut_text(text, self._run_id)
        if text is not None and text.strip() and text.strip() != self.raw.strip():
            self._notice = ""  # the text is what was stored, notice and all
            self.restart()
            self.append(text, at)
        if self.shown:
            self._stream.finish()
            self._board.update_step(self.id, output=self._stream.text, streaming=False)

    def _name(self, line: str) -> str:
        return name_sources(_SHORT_ID.sub("", line) if self.lists_runs else line, self._chips)

    def _show_chips(self, labels: list[int]) -> None:
        for label in labels:
            if chip := self._chips.get(label):
                self._board.show_element(
                    {
                        "id": derived_id(self._turn.id, "chip", chip.run_id, chip.path),
                        "type": "text",
                        "name": chip.name,
                        "display": "page",
                        "url": chip.url,
                        "forId": self.id,
                        "mime": "text/markdown",
                    }
                )
