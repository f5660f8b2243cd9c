"""Runs as the page reads them: JSON values. Text that is shown as Markdown is safe to show."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from agents.tools.sources import Source, web_host
from flows.changes import Changes, StepDifference
from flows.errors import InvalidInput
from flows.excerpt import cut, is_large
from flows.price import Price
from flows.run_node import RunNode, ToolUse
from flows.words import iso
from storage.encoding import from_json, to_json
from storage.records import Feedback, JournalEntry, Run, Usage
from storage.run_lists import RunLine, RunTotals

from . import render
from .markdown import ATTACHED_ADDRESS, WORD_JOINER, attachment_url, library_link, safe
from .question_view import question_props

EXCERPT = 4000  # characters of a text that are shown before somebody asks for all of it


def line(run: RunLine, price: Price | None, live: bool) -> dict[str, Any]:
    """A run in a list."""
    return {
        "id": run.id,
        "workflow": run.workflow,
        "status": run.status,
        "input": run.input[:EXCERPT],
        "session_id": run.session_id,
        "session_title": run.session_title,
        "turn_id": run.turn_id,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at) if run.finished_at else None,
        "seconds": round(run.usage.seconds, 2) if run.finished_at or run.usage.seconds else None,
        "tokens": run.usage.total_tokens,
        "cost": cost(run.usage, price),
        "forked_from": run.forked_from,
        "live": live,
    }


def totals(of: RunTotals, price: Price | None) -> dict[str, Any]:
    """What the runs of a list have used together."""
    used = of.usage
    return {
        "runs": of.runs,
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "seconds": round(used.seconds, 2),
        "cost": cost(used, price),
    }


def cost(usage: Usage, price: Price | None) -> float | None:
    """What it cost, if there is a price."""
    return None if price is None else round(price.of(usage), 6)


def detail(
    run: Run, tree: Sequence[RunNode], rerunnable: Collection[str], feedback: Iterable[Feedback]
) -> dict[str, Any]:
    """What there is to say of a run beside its line."""
    return {
        "content": excerpt(run.content),
        "error": render.failure(run.error) if run.error else None,
        "question": question_props(run.id, run.workflow, run.question) if run.question else None,
        "feedback": [{"value": verdict.value, "comment": verdict.comment} for verdict in feedback],
        "tree": [node(below, run, rerunnable) for below in tree],
    }


def node(of: RunNode, run: Run, rerunnable: Collection[str]) -> dict[str, Any]:
    """A step of a run, with those inside it. `rerunnable` are the paths that it can be run again from."""
    offset = (of.started_at - run.started_at).total_seconds() if of.started_at else -1.0
    seconds = (of.finished_at - of.started_at).total_seconds() if of.finished_at and of.started_at else None
    given, gave = _plain(of.input, EXCERPT + 1), _plain(of.output, EXCERPT + 1)
    return {
        "path": of.path,
        "name": of.name,
        "kind": of.kind,
        "state": of.state,
        "offset": round(offset, 3) if offset >= 0 else None,
        "seconds": None if seconds is None else round(max(seconds, 0.0), 3),
        "tokens": of.tokens,
        "attempt": len(of.attempts) + (of.state not in ("failed", "waiting", "skipped") or not of.attempts),
        "attempts": [{"number": tried.number, "error": render.failure(tried.error)} for tried in of.attempts],
        "error": render.failure(of.error) if of.error else None,
        "input": _shown(of.input, given[:EXCERPT])[:EXCERPT],
        "output": _shown(of.output, gave[:EXCERPT])[:EXCERPT],
        "truncated": max(len(given), len(gave)) > EXCERPT,
        "kept": of.kept,
        "edited": of.edited == "here",
        "after_edit": of.edited == "before",
        "round": of.round,
        "rerunnable": of.path in rerunnable,
        "text": of.output is None or isinstance(of.output, str),
        "calls": [call(use) for use in of.calls],
        "children": [node(below, run, rerunnable) for below in of.children],
    }


def call(use: ToolUse) -> dict[str, Any]:
    """A call of a tool and what came of it."""
    seconds = (use.finished_at - use.started_at).total_seconds() if use.finished_at else None
    return {
        "tool": render.tool_name(use.tool),
        "question": render.tool_question(use.tool, use.arguments),
        "result": excerpt(use.result) if use.success else render.failure(use.result),
        "success": use.success,
        "seconds": None if seconds is None else round(seconds, 3),
        "sources": [source(found) for found in use.sources],
    }


def source(found: Source) -> dict[str, Any]:
    """A source; `url` is what to link to, without which its address leads nowhere."""
    address, host = found["address"], web_host(found["address"])
    url = address if host else None
    if address.startswith("library:"):
        url = library_link(address)
    elif attached := ATTACHED_ADDRESS.fullmatch(address):
        url = f"{attachment_url(attached['id'])}#{attached['page']}"
    return {"title": found["title"], "address": address, "host": host, "url": url}


def changes(of: Changes) -> dict[str, Any]:
    """What changed between two runs. `lines` are the sentences added and removed in the order of the text."""
    return {"summary": of.summary, "steps": [_difference(step) for step in of.steps]}


def _difference(step: StepDifference) -> dict[str, Any]:
    return {
        "path": step.path,
        "name": step.name,
        "state": step.state,
        "added": list(step.added),
        "removed": list(step.removed),
        "unchanged": step.unchanged,
        "sources_added": [source(found) for found in step.sources_added],
        "sources_removed": [source(found) for found in step.sources_removed],
        "lines": [{"text": line.text, "state": line.state} for line in step.lines],
    }


def excerpt(content: Any) -> str:
    """The beginning of a content, safe to show."""
    return _shown(content, _plain(content, EXCERPT))[:EXCERPT]


def step(given: Any, gave: Any, run_id: str) -> dict[str, str]:
    """What a step was given and gave, safe to show, and what it gave as it is; of what is large, the beginning."""
    given, gave = cut(given, run_id), cut(gave, run_id)
    return {"input": _shown(given, _plain(given)), "output": _shown(gave, _plain(gave)), "raw": _plain(gave)}


def _plain(content: Any, most: int | None = None) -> str:
    """A content as text, with `most` no more of it: strings as they are, everything else as indented JSON."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content[:most]
    if most is None or not is_large(content):
        return json.dumps(from_json(to_json(content)), ensure_ascii=False, indent=2)[:most]
    pieces, size = [], 0
    for piece in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(content):  # as far as it is wanted
        pieces.append(piece)
        size += len(piece)
        if size > most:
            break
    return "".join(pieces)[:most]


def edited(text: str, path: str, entries: Iterable[JournalEntry]) -> Any:
    """What a person made of the output at `path`: text without what only showed it, JSON where it was JSON.

    Raises InvalidInput for what should be JSON and is not.
    """
    text = text.replace(WORD_JOINER, "")
    before = next((entry.output.content for entry in entries if entry.path == path and entry.output), "")
    if is_large(before):
        raise InvalidInput(f"What {path} gives is too long to be edited here. Run it again from there, or download it.")
    if before is None or isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"What {path} gives is JSON, and this text is not: {error}.") from error


def _shown(content: Any, text: str) -> str:
    return safe(text) if isinstance(content, str) else text
