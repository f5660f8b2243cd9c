"""The sentences and lists of a conversation, as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.tools.sources import web_host
from flows.age import age
from flows.edits import with_edit
from flows.words import shorten
from storage.records import Decision, Evidence

from .markdown import ATTACHED_ADDRESS, attachment_url, escape, library_link, safe, show
from .progress import TurnState
from .words import mid_sentence

SHOWN_RESULT = 2000
LOOKING = "Looking through earlier runs"
QUEUED = "Waiting for the turn above to end"
WRITING = "Writing the answer below"
DRAFTED = "The draft waits for your review below"

_EXCEPTION = re.compile(r"\b(?:\w+\.)*[A-Z]\w*(?:Error|Exception):\s+(?=\S)")
STOPPED_WRITING = "Stopped while writing the answer below"

_VERBS = {"running": "Running", "completed": "Ran"}


def decision_line(decision: Decision, state: TurnState) -> str:
    """What was decided and why, on one line, as it reads in this state of the turn."""
    verb = "Going on with" if decision.action == "resume" else _VERBS.get(state, "Started")
    again = " again" if decision.action == "refresh" else ""
    title = f"**{verb} {escape(decision.workflow or 'the workflow')}{again}**"
    return f"{title}: {safe(mid_sentence(decision.reason.strip()))}" if decision.reason.strip() else title


def why(decision: Decision, now: datetime) -> str:
    """Why a turn was answered as it was: the reason, what was considered, what would have changed it."""
    lines = [safe(decision.reason.strip()), "", f"Confidence: {round(decision.confidence * 100)} %"]
    best: dict[tuple[str, str], Evidence] = {}
    for item in decision.evidence:
        key = (item.passage.run_id, item.passage.path)
        if key not in best or item.coverage > best[key].coverage:
            best[key] = item
    if best:
        lines += ["", "Considered:", ""]
    for item in best.values():
        passage = item.passage
        source = escape(with_edit(f"{passage.step_name} of {passage.workflow}", passage.edited))
        about = f"“{escape(shorten(passage.run_input))}”, {age(passage.finished_at, now)}"
        lines.append(f"- {source}, {about}, covers {round(item.coverage * 100)} %")
    if decision.would_change.strip():
        lines += ["", f"Would have changed it: {safe(mid_sentence(decision.would_change.strip()))}"]
    return "\n".join(lines)


def tool_name(tool: str) -> str:
    """`search_library` → `Search library`."""
    words = tool.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or "Tool"


def tool_question(tool: str, arguments: Mapping[str, Any]) -> str:
    """What a tool was asked."""
    query = arguments.get("query")
    if "search" in tool and isinstance(query, str):
        return f"Looking for “{escape(query)}”"
    if not arguments:
        return "Working"
    return _code(json.dumps(dict(arguments), indent=2, ensure_ascii=False, default=str))


def tool_result(tool: str, arguments: Mapping[str, Any], result: str, artifact: Any, success: bool) -> str:
    """What a tool was asked and gave: for a search its engine, query and sources."""
    if not success:
        return f"{tool_question(tool, arguments)}\n\nThis did not work: {escape(result)}"
    if isinstance(artifact, Mapping) and isinstance(artifact.get("sources"), list):
        return search_result(artifact)
    shown = result if len(result) <= SHOWN_RESULT else result[:SHOWN_RESULT] + "…"
    return f"{tool_question(tool, arguments)}\n\n{_code(shown)}"


def search_result(artifact: Mapping[str, Any]) -> str:
    """Who searched for what, and what was found."""
    found = [source for source in artifact["sources"] if isinstance(source, Mapping)]
    sources = list({str(source.get("address") or id(source)): source for source in found}.values())
    engine, query = (
        escape(str(artifact.get("engine") or "The search")),
        escape(str(artifact.get("query") or "")),
    )
    count = f"{len(sources)} source" + ("" if len(sources) == 1 else "s")
    lines = [f"{engine} found {count if sources else 'nothing'} for “{query}”"]
    if note := str(artifact.get("note") or "").strip():
        lines += ["", f"*{escape(note)}*"]
    lines.append("")
    lines += [f"{number}. {source_line(source)}" for number, source in enumerate(sources, 1)]
    return "\n".join(lines)


def content(value: Any) -> str:
    """What a step gave: text as it is, a search's result as its sources, anything else as JSON."""
    if isinstance(value, Mapping) and isinstance(value.get("sources"), list):
        return search_result(value)
    return show(value)


def source_line(source: Mapping[str, Any]) -> str:
    """A source as a link, or by its title when it has no web address."""
    title = escape(str(source.get("title") or "Untitled"))
    address = str(source.get("address") or "")
    if address.startswith("library:"):
        url, name = library_link(address), escape(address.removeprefix("library:"))
        return f"[{title}]({url}) (library, {name})" if url else f"{title} (library, {name})"
    if attached := ATTACHED_ADDRESS.fullmatch(address):
        return f"[{title}]({attachment_url(attached['id'])}#{attached['page']})"
    host = web_host(address)
    return f"[{title}](<{address}>) ({escape(host)})" if host else title


def failure(error: str | None) -> str:
    """An error in plain words: of a traceback its last line, and no names of exceptions."""
    text = (error or "").strip()
    if "Traceback (most recent call last)" in text:
        text = text.splitlines()[-1]
    return safe(shorten(_EXCEPTION.sub("", text), 600)) or "Something went wrong, and no reason was given."


def _code(text: str) -> str:
    return "```\n" + text.replace("```", "'''") + "\n```"
