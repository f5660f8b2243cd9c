"""Labels in an answer's text: which evidence it cites, and labels of nothing taken out as the text streams."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.records import Citation, Evidence

_LABELS = re.compile(r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]")
_MAY_BECOME_LABELS = re.compile(r"\s?\[[\d\s,;]{0,40}$|\s$")


class CitationFilter:
    """Lets an answer's text through; `[1, 3]` becomes `[1] [3]`, and a label without evidence is dropped.

    `cited` collects the labels that are kept, in the order of their first use; `removed` says whether one went.
    """

    def __init__(self, labels: Sequence[int]) -> None:
        self._known = frozenset(labels)
        self._waiting = ""
        self.cited: list[int] = []
        self.removed = False

    def take(self, text: str) -> str:
        """The text that is certain by now."""
        self._waiting += text
        held = _MAY_BECOME_LABELS.search(self._waiting)
        end = held.start() if held else len(self._waiting)
        ready, self._waiting = self._waiting[:end], self._waiting[end:]
        return self._checked(ready)

    def finish(self) -> str:
        """The rest, when no more text comes."""
        ready, self._waiting = self._waiting, ""
        return self._checked(ready)

    def _checked(self, text: str) -> str:
        return re.sub(rf"(\s?)({_LABELS.pattern})", self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        labels = [int(number) for number in re.findall(r"\d+", match.group(2))]
        kept = [label for label in labels if label in self._known]
        self.removed = self.removed or len(kept) < len(labels)
        self.cited += [label for label in kept if label not in self.cited]
        return match.group(1) + " ".join(f"[{label}]" for label in kept) if kept else ""


def citations(labels: Sequence[int], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The citations that these labels stand for."""
    by_label = {piece.label: piece.passage for piece in evidence}
    return tuple(
        Citation(passage.run_id, passage.path, passage.finished_at, passage.text, label, passage.edited)
        for label in labels
        if (passage := by_label.get(label)) is not None
    )
