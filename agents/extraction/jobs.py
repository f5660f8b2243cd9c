"""Which job a conversation asks for, told from its messages, and the reply to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agents.extraction.advice import handed_on, with_advice
from agents.extraction.answer import answer
from agents.extraction.article import article, brief
from agents.extraction.glue import NOTHING_TO_WRITE
from agents.extraction.material import material
from agents.extraction.notes import notes
from agents.extraction.statements import Statement, distinct, from_sources, read
from agents.extraction.talk import chat, clarify, nothing_to_work_from
from agents.extraction.topic import mentioned, queries, topic
from agents.prompts import CONCLUDE, DATA_RULE, TOOLS_RULE, parse_step_prompt
from agents.text import words
from agents.tools.sources import SearchResult

Style = Literal["notes", "article", "brief"]

_LONG = 120  # words of a prompt from which it counts as a text to work on
_QUERY_NAMES = ("query", "q", "question", "search", "text", "input", "topic")

_BRIEF = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e[sdr]?|i[sz]ing)|digest|tl;?dr|gist|(?:key|main) points|takeaways|condense|abstract)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b(?:articles?|essays?|blog|stor(?:y|ies)|reports?|newsletter|draft|feature)\b", re.IGNORECASE)
_SHORT = re.compile(r"\b(?:briefs?|briefings?|brief me|short|concise|in brief|in short)\b", re.IGNORECASE)
_WRITE = re.compile(
    r"\b(?:write|writes|writer|writing|compose|engaging|edit|editor|polish|rewrite|revise|improve|publish)\b",
    re.IGNORECASE,
)
_RESEARCH = re.compile(r"\b(?:find|research\w*|gather|collect|investigate|look up|search|facts|notes)\b", re.IGNORECASE)
_JSON = re.compile(
    r"^(?:reply|respond|answer)\b[^.\n]{0,80}\bJSON\b|^That reply cannot be used:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Tool:
    """A bound tool: its name and those of its parameters."""

    name: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A text, or calls of tools as (name, arguments)."""

    text: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


def asks_for_json(messages: Sequence[BaseMessage]) -> bool:
    """Whether the instructions demand a reply in JSON."""
    asked = [_text(m) for m in messages if isinstance(m, SystemMessage)]
    asked += [_text(m) for m in messages[-1:] if isinstance(m, HumanMessage) and not parse_step_prompt(_text(m))[1]]
    return any(_JSON.search(text) for text in asked)


def reply_to(messages: Sequence[BaseMessage], tools: Sequence[Tool] = ()) -> Reply:
    """The reply to a conversation, given the tools that are bound."""
    asked, returned = _last_request(messages)
    if recalled := _recalled(returned):
        return _route(recalled, tools, _answered_before(messages))
    request, results = parse_step_prompt(asked)
    search = next((tool for tool in tools if "search" in tool.name.casefold()), None)
    if search and not returned:
        return Reply(calls=_searches(search, request))
    instructions = _instructions(messages)
    if returned:
        return Reply(_from_tools(instructions, request, returned, results))
    return Reply(_from_results(instructions, request, results))


def _last_request(messages: Sequence[BaseMessage]) -> tuple[str, list[ToolMessage]]:
    """The last thing a person asked, and what tools returned since."""
    returned: list[ToolMessage] = []
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            returned.insert(0, message)
        elif isinstance(message, HumanMessage) and _text(message) != CONCLUDE:
            return _text(message), returned
    return "", returned


def _instructions(messages: Sequence[BaseMessage]) -> str:
    text = "\n".join(_text(m) for m in messages if isinstance(m, SystemMessage))
    return text.replace(DATA_RULE, "").replace(TOOLS_RULE, "")


def _text(message: BaseMessage) -> str:
    return str(message.text)


def _recalled(returned: Sequence[ToolMessage]) -> Mapping[str, Any] | None:
    for message in reversed(returned):
        if isinstance(message.artifact, Mapping) and message.artifact.get("kind") == "evidence":
            return message.artifact
    return None


def _answered_before(messages: Sequence[BaseMessage]) -> str:
    """What was answered to the message before the last."""
    asked = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
    earlier = messages[: asked[-1]] if asked else []
    return next((_text(m) for m in reversed(earlier) if isinstance(m, AIMessage) and _text(m)), "")


def _route(evidence: Mapping[str, Any], tools: Sequence[Tool], before: str) -> Reply:
    """Follow the suggestion that came with the evidence."""
    suggestion = evidence.get("suggestion") or {}
    action, reason = suggestion.get("action"), str(suggestion.get("reason") or "")
    message = str(evidence.get("message") or "")
    workflows = [tool.name for tool in tools]
    if action in {"run", "refresh"} and suggestion.get("tool"):
        wanted = str(suggestion.get("input") or topic(message) or message)
        return Reply(calls=((str(suggestion["tool"]), {"input": wanted, "reason": reason}),))
    if action == "answer":
        passages = list(evidence.get("passages") or ())
        return Reply(answer(str(evidence.get("question") or message), passages, message=message, before=before))
    if action == "chat":
        return Reply(chat(message, workflows))
    return Reply(clarify(reason, workflows))


def _searches(search: Tool, request: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    known = [name for name in _QUERY_NAMES if name in search.parameters]
    parameter = (known or list(search.parameters) or ["query"])[0]
    return tuple((search.name, {parameter: query}) for query in dict.fromkeys(queries(request)) if query)


def _style(instructions: str, request: str, *, searched: bool) -> Style:
    """How to write: the instructions say it, else the request does."""
    for text in (instructions, request):
        if _BRIEF.search(text):
            return "brief"
        if (
            searched
            and text is instructions
            and _RESEARCH.search(text)
            and not re.search(r"\bwrite\b", text, re.IGNORECASE)
        ):
            return "notes"
        if _ARTICLE.search(text) and not (searched and text is request):
            return "article"
        if _SHORT.search(text) and not (searched and text is request):
            return "brief"
        if _WRITE.search(text) and not (searched and text is request):
            return "article"
    return "notes" if searched else "brief"


def _from_tools(
    instructions: str, request: str, returned: Sequence[ToolMessage], results: Sequence[tuple[str, str]]
) -> str:
    """What comes of the tools' results: notes, or at once an article or a brief if that is asked for."""
    subject = topic(request)
    found = [result for m in returned if (result := _search_result(m)) is not None]
    if not found:
        return _from_plain_tools(subject, returned)
    style = _style(instructions, "" if _RESEARCH.search(instructions) else request, searched=True)
    if style == "notes" or not any(r["sources"] for r in found):
        return notes(subject, found)
    statements = distinct([*from_sources(s for r in found for s in r["sources"]), *material([t for _, t in results])])
    return _written(style, subject, statements, request)


def _search_result(message: ToolMessage) -> SearchResult | None:
    artifact = message.artifact
    if not isinstance(artifact, Mapping) or not isinstance(artifact.get("sources"), list):
        return None
    return SearchResult(
        engine=str(artifact.get("engine") or ""),
        query=str(artifact.get("query") or ""),
        note=str(artifact.get("note") or ""),
        sources=artifact["sources"],
        near=list(artifact.get("near") or ()),
        ways=list(artifact.get("ways") or ()),
    )


def _from_plain_tools(subject: str, returned: Sequence[ToolMessage]) -> str:
    """What comes of tools that gave text only."""
    failed = [m for m in returned if m.status == "error"]
    if len(failed) == len(returned):
        told = _text(failed[-1]).removeprefix("Error:").strip()
        return f"Nothing could be found about {mentioned(subject)}, because the tool failed: {told}"
    statements = material([_text(m) for m in returned if m.status != "error"])
    if statements:
        return brief(subject, statements)
    return "\n\n".join(_text(m) for m in returned if m.status != "error").strip() or nothing_to_work_from()


def _from_results(instructions: str, request: str, results: Sequence[tuple[str, str]]) -> str:
    subject = topic(request)
    style = _style(instructions, request, searched=False)
    if results:
        texts = [text for _, text in results]
        written = _written(style, subject, material(texts), request)
        return with_advice(written, handed_on(texts)) if written.startswith(NOTHING_TO_WRITE) else written
    if len(words(request)) >= _LONG:
        statements = distinct(read(request).statements)
        if statements:
            return brief(_opening(request), statements)
    return nothing_to_work_from()


def _written(style: Style, subject: str, statements: Sequence[Statement], request: str) -> str:
    if style == "brief":
        return brief(subject, statements, request)
    return article(subject, statements, short=bool(_SHORT.search(request)))


def _opening(text: str) -> str:
    """A title for a text that came without one: its first line, if that is short."""
    first = text.strip().splitlines()[0].lstrip("# ").strip()
    return first if len(words(first)) <= 10 else "The text"
