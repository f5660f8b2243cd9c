"""What the rules can tell by themselves: which runs there were, and why one came to no end."""

from __future__ import annotations

from datetime import datetime

from storage.records import Evidence

from .age import age
from .judgement import Judgement
from .past import Past

MOST_LISTED = 12


def told(judged: Judgement, now: datetime) -> str | None:
    """The answer in words, with `[n]` where evidence stands behind it; None if it takes more than what is stored."""
    said, decision = judged.question.cues, judged.decision
    if decision.action != "answer":
        return None
    if said.failed and said.why:
        early = [past for past in judged.known.runs if past.ended_early and _is(past, decision.input)]
        return _end_of(early[0], decision.evidence, now) if early else None
    if said.looks_back and not judged.question.about and not said.transforms:
        return _list_of(judged, now)
    return None


def _is(past: Past, asked: str | None) -> bool:
    return past.input == asked


def _end_of(past: Past, evidence: tuple[Evidence, ...], now: datetime) -> str:
    ended = {"failed": "failed", "cancelled": "was cancelled", "interrupted": "was cut off"}[past.status]
    why = f": {past.error}" if past.error else ", and no reason is stored"
    sentence = f"{past.workflow} on “{past.input}” {ended} {age(past.finished_at, now)}{why.rstrip('.')}."
    finished = {piece.passage.step_name: piece.label for piece in evidence if piece.passage.run_id == past.run_id}
    if not finished:
        return f"{sentence} None of its steps had finished."
    steps = ", ".join(f"{name} [{label}]" for name, label in finished.items())
    return f"{sentence} Finished before that: {steps}."


def _list_of(judged: Judgement, now: datetime) -> str:
    labels = {piece.passage.run_id: piece.label for piece in judged.decision.evidence}
    runs = sorted(judged.known.runs, key=lambda past: past.finished_at, reverse=True)
    lines = []
    for past in runs[:MOST_LISTED]:
        how = "" if past.status == "completed" else f", {past.status}"
        cited = f" [{labels[past.run_id]}]" if past.run_id in labels else ""
        lines.append(f"- **{past.input}** ({past.workflow}, {age(past.finished_at, now)}{how}){cited}")
    more = ["- and more before that"] if len(runs) > MOST_LISTED else []
    return "\n".join(["The latest runs:", "", *lines, *more])
