"""The chips of an answer: which step of which run a claim comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flows.age import age
from flows.edits import with_edit
from storage.records import Citation, Decision, Edited, Evidence, Turn

_LABELS = re.compile(r"[ \t]*((?:\[\d{1,3}\][ \t]*)+)")
_LABEL = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Chip:
    """A cited step. `name` is unique in its answer; `url` gives the step's output, the passages marked."""

    name: str
    url: str
    run_id: str
    path: str


def evidence_url(turn_id: str, run_id: str, path: str) -> str:
    """Where the page finds what a turn cites from a step."""
    return f"/refrain/evidence/{turn_id}?" + urlencode({"run": run_id, "path": path})


def chips_by_label(
    turn_id: str, evidence: Iterable[Evidence], citations: Iterable[Citation], now: datetime
) -> dict[int, Chip]:
    """The chip of every label that the answer may carry; the passages of one step share a chip."""
    sources: dict[tuple[str, str], tuple[str, str, str, list[int]]] = {}

    def add(label: int, run_id: str, path: str, step: str, workflow: str, finished_at: datetime, by: Edited) -> None:
        told = with_edit("", by) + f" · {age(finished_at, now)}"
        source = sources.setdefault((run_id, path), (step, workflow, told, []))
        source[3].append(label)

    for item in evidence:
        passage = item.passage
        step, finished_at = passage.step_name, passage.finished_at
        add(item.label, passage.run_id, passage.path, step, passage.workflow, finished_at, passage.edited)
    for cited in citations:
        add(cited.label, cited.run_id, cited.path, cited.path.rsplit("/", 1)[-1], "", cited.finished_at, cited.edited)

    chips: dict[int, Chip] = {}
    taken: set[str] = set()
    for (run_id, path), (step, workflow, told, labels) in sources.items():
        name = _unique_name(_plain(step), _plain(workflow), told, taken)
        taken.add(name)
        chip = Chip(name, evidence_url(turn_id, run_id, path), run_id, path)
        chips.update(dict.fromkeys(labels, chip))
    return chips


def cited_labels(text: str) -> list[int]:
    """The labels in the text, in the order of their first appearance."""
    return list(dict.fromkeys(int(label) for label in _LABEL.findall(text)))


def turn_keys(turn: Turn, decision: Decision | None) -> dict[str, Any]:
    """What the page knows a turn by, the runs its answer cites, the main one first, and the run that it did anew."""
    cited = Counter(citation.run_id for citation in turn.citations)
    return {
        "turn_id": turn.id,
        "session_id": turn.session_id,
        "cites": [run_id for run_id, _ in cited.most_common()],
        "earlier": decision.earlier if decision else None,
    }


def name_sources(line: str, chips: dict[int, Chip]) -> str:
    """The line with its `[n]` replaced by the names of the chips; neighbours of one step are named once."""

    def named(match: re.Match[str]) -> str:
        labels = [int(label) for label in _LABEL.findall(match[1])]
        if not any(label in chips for label in labels):
            return match[0]
        names = dict.fromkeys(chips[label].name for label in labels if label in chips)
        return " " + " ".join(names) + (" " if match[0][-1] in " \t" else "")

    return _LABELS.sub(named, line)


def _unique_name(step: str, workflow: str, told: str, taken: set[str]) -> str:
    """The first of the names that is free; `told` is what follows: how it came about, and its age."""
    names = [f"{step}{told}"]
    if workflow:
        names.append(f"{step} of {workflow}{told}")
    names += [f"{step} {number}{told}" for number in range(2, len(taken) + 3)]
    return next(name for name in names if name not in taken)


def _plain(name: str) -> str:
    """A name without the characters that mean something in Markdown."""
    return re.sub(r"[^\w\s.,&+-]|_", " ", name).strip() or "Step"
