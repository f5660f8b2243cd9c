"""A run, or a whole conversation, as one document to keep: Markdown for people, JSON values for programs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.tools.sources import Source, web_host
from storage.encoding import from_json, to_json
from storage.records import Citation, Feedback, Run, Session, Turn

from .contained import code, contained, in_code, one_line, quoted
from .edits import TOLD, with_edit
from .node import as_text
from .run_node import RunNode, walk
from .words import iso, moment, shorten

TITLE = 80  # characters
NAME = 60


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run with its steps."""

    run: Run
    tree: Sequence[RunNode]


@dataclass(frozen=True, slots=True)
class ToldTurn:
    """A turn with the runs it began and the user's verdict on it. `workflows` names those of the runs it cites."""

    turn: Turn
    runs: Sequence[ToldRun] = ()
    feedback: Feedback | None = None
    workflows: Mapping[str, str] | None = None


def run_markdown(told: ToldRun, feedback: Feedback | None = None) -> str:
    """A run as a document: what it was asked and gave, its steps, its sources."""
    title = f"{told.run.workflow}: {as_text(told.run.input)}"
    parts = [f"# {one_line(shorten(title, TITLE))}", *_run(told, 1), *_verdict(feedback)]
    return _joined(parts)


def session_markdown(session: Session, turns: Sequence[ToldTurn]) -> str:
    """A conversation as a document: every turn with what was decided, why, the answer and where it comes from."""
    tokens = sum(told.turn.usage.total_tokens for told in turns)
    counted = f"{_count(len(turns), 'turn')}, begun {moment(session.created_at)}, {_count(tokens, 'token')}"
    title = shorten(session.title or "Conversation", TITLE)
    parts = [f"# {one_line(title)}", f"Conversation `{session.id}`: {counted}."]
    for number, told in enumerate(turns, 1):
        parts += _turn(number, told)
    return _joined(parts)


def run_values(told: ToldRun, feedback: Feedback | None = None) -> dict[str, Any]:
    """A run as JSON values."""
    run = told.run
    return {
        "id": run.id,
        "workflow": run.workflow,
        "status": run.status,
        "input": _plain(run.input),
        "content": _plain(run.content),
        "error": run.error,
        "forked_from": run.forked_from,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at) if run.finished_at else None,
        "usage": {**_plain(run.usage), "total_tokens": run.usage.total_tokens},
        "feedback": _feedback(feedback),
        "steps": [_step_values(node) for node in told.tree],
    }


def session_values(session: Session, turns: Sequence[ToldTurn]) -> dict[str, Any]:
    """A conversation as JSON values."""
    return {
        "id": session.id,
        "title": session.title,
        "created_at": iso(session.created_at),
        "turns": [_turn_values(told) for told in turns],
    }


def file_name(title: str, id: str) -> str:
    """A name for a file, without its ending: plain letters of the title, and how the id begins."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME].rstrip("-")
    start = re.sub(r"[^a-zA-Z0-9]", "", id)[:8]
    return "-".join(part for part in (slug or "refrain", start) if part)


def _turn(number: int, told: ToldTurn) -> Iterable[str]:
    turn = told.turn
    yield f"## {number}. {one_line(shorten(turn.message, TITLE)) or 'Turn'}"
    yield f"Asked {moment(turn.started_at)}, {turn.status}, turn `{turn.id}`"
    yield quoted(turn.message)
    if turn.decision is not None:
        workflow = f" {one_line(turn.decision.workflow)}" if turn.decision.workflow else ""
        yield f"**Decided: {turn.decision.action}{workflow}.** {one_line(turn.decision.reason)}"
    if turn.answer.strip():
        yield "### Answer"
        yield contained(turn.answer, 3)
    if turn.error:
        yield f"**It ended with an error:** {one_line(turn.error)}"
    if turn.citations:
        yield "### Where this comes from"
        yield "\n".join(_cited(citation, told.workflows or {}) for citation in turn.citations)
    yield from _verdict(told.feedback)
    for run in told.runs:
        yield f"### Run of {one_line(run.run.workflow)}"
        yield from _run(run, 3, turn.answer.strip())


def _run(told: ToldRun, level: int, answer: str = "") -> Iterable[str]:
    run = told.run
    fork = f", made from run `{run.forked_from}`" if run.forked_from else ""
    ended = f", took {run.usage.seconds:.1f} s" if run.finished_at else ""
    tokens = f", {_count(run.usage.total_tokens, 'token')}" if run.usage.total_tokens else ""
    yield f"Run `{run.id}`{fork}: {run.status}, begun {moment(run.started_at)}{ended}{tokens}"
    yield f"**Asked:**\n\n{quoted(as_text(run.input))}"
    if run.error:
        yield f"**It ended with an error:** {one_line(run.error)}"
    for node in walk(told.tree):
        yield from _step(node, level + 1, answer)
    sources = _sources(told.tree)
    if sources:
        yield f"{'#' * (level + 1)} Sources"
        yield "\n".join(f"{number}. {_source(source)}" for number, source in enumerate(sources, 1))


def _step(node: RunNode, level: int, answer: str) -> Iterable[str]:
    seconds = (node.finished_at - node.started_at).total_seconds() if node.finished_at and node.started_at else None
    facts = [node.state, *([f"{seconds:.1f} s"] if seconds is not None else [])]
    facts += [_count(node.tokens, "token")] if node.tokens else []
    facts += ["kept from before"] if node.kept else []
    facts += [TOLD[node.edited]] if node.edited else []
    yield f"{'#' * level} Step {one_line(node.path)}"
    yield f"*{', '.join(facts)}*"
    for attempt in node.attempts:
        yield f"- Attempt {attempt.number} failed: {one_line(attempt.error)}"
    if node.error and not node.attempts:
        yield f"**Error:** {one_line(node.error)}"
    for call in node.calls:
        arguments = in_code(json.dumps(_plain(call.arguments), ensure_ascii=False))
        yield f"- Used {in_code(call.tool)} with {arguments}" + ("" if call.success else ", which did not work")
    if node.children:
        return  # what it gave stands in what is inside it
    if answer and isinstance(node.output, str) and node.output.strip() == answer:
        yield "What it gave is the answer above."
    elif isinstance(node.output, str):
        yield contained(node.output, level)
    elif node.output is not None:
        yield code(as_text(node.output), "json")


def _cited(citation: Citation, workflows: Mapping[str, str]) -> str:
    workflow = workflows.get(citation.run_id)
    step = one_line(citation.path or "result") + (f" of {one_line(workflow)}" if workflow else "")
    step = with_edit(step, citation.edited)
    head = f"- [{citation.label}] {step}, {moment(citation.finished_at)}, run `{citation.run_id}`"
    excerpt = one_line(citation.excerpt)
    return f"{head}\n  > {excerpt}" if excerpt else head


def _source(source: Source) -> str:
    title, address = one_line(source["title"] or "Untitled"), source["address"]
    if web_host(address):
        return f"{title}: <{address.replace(' ', '%20')}>"
    return f"{title} ({one_line(address)})" if address else title


def _sources(tree: Iterable[RunNode]) -> list[Source]:
    found = [source for node in walk(tree) for source in node.sources]
    return list({source["address"] or source["title"]: source for source in found}.values())


def _verdict(feedback: Feedback | None) -> Iterable[str]:
    if feedback is not None:
        thumb = "Thumb up" if feedback.value else "Thumb down"
        yield f"**Your verdict:** {thumb}" + (f": {one_line(feedback.comment)}" if feedback.comment else "")


def _turn_values(told: ToldTurn) -> dict[str, Any]:
    turn = told.turn
    decision = turn.decision
    return {
        "id": turn.id,
        "message": turn.message,
        "status": turn.status,
        "started_at": iso(turn.started_at),
        "finished_at": iso(turn.finished_at) if turn.finished_at else None,
        "decision": decision
        and {
            "action": decision.action,
            "reason": decision.reason,
            "workflow": decision.workflow,
            "input": decision.input,
            "would_change": decision.would_change,
        },
        "answer": turn.answer,
        "citations": [
            {
                "label": citation.label,
                "run_id": citation.run_id,
                "path": citation.path,
                "workflow": (told.workflows or {}).get(citation.run_id),
                "finished_at": iso(citation.finished_at),
                "excerpt": citation.excerpt,
                "edited": TOLD[citation.edited] or None,
            }
            for citation in turn.citations
        ],
        "error": turn.error,
        "usage": {**_plain(turn.usage), "total_tokens": turn.usage.total_tokens},
        "feedback": _feedback(told.feedback),
        "runs": [run_values(run) for run in told.runs],
    }


def _step_values(node: RunNode) -> dict[str, Any]:
    return {
        "path": node.path,
        "name": node.name,
        "kind": node.kind,
        "state": node.state,
        "started_at": iso(node.started_at) if node.started_at else None,
        "finished_at": iso(node.finished_at) if node.finished_at else None,
        "tokens": node.tokens,
        "kept": node.kept,
        "edited": TOLD[node.edited] or None,
        "error": node.error,
        "attempts": [_plain(attempt) for attempt in node.attempts],
        "output": _plain(node.output),
        "calls": [
            {
                "tool": call.tool,
                "arguments": _plain(call.arguments),
                "result": call.result,
                "success": call.success,
                "sources": call.sources,
            }
            for call in node.calls
        ],
        "steps": [_step_values(child) for child in node.children],
    }


def _feedback(feedback: Feedback | None) -> dict[str, Any] | None:
    return None if feedback is None else {"value": feedback.value, "comment": feedback.comment}


def _plain(value: Any) -> Any:
    return from_json(to_json(value))


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
