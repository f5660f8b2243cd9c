"""What an answer rests on: the output of a cited step, with the cited passages marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chainlit.server import UserParam
from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse

from agents.extraction.fields import Record, records
from flows.age import age
from flows.edits import with_edit
from flows.excerpt import is_large, more
from flows.off_loop import off_loop
from flows.words import moment, shorten
from storage import RunStore, content_text
from storage.encoding import from_json, to_json
from storage.errors import NotFound
from storage.records import Edited, Run, StepOutput, Turn, now

from .markdown import escape, safe
from .run_routes import signed_in
from .values import page

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_BLOCK_START = re.compile(r"(?:\s|[-+>#|]|\*(?=\s)|\d+[.)])*")


def evidence_routes(store: RunStore) -> APIRouter:
    """GET /refrain/evidence/{turn_id}: a cited step as Markdown, for the person whose turn it is."""
    router = APIRouter()

    @router.get("/refrain/evidence/{turn_id}")
    async def evidence(
        turn_id: str, run: str, path: str, current_user: UserParam, zone: str | None = None
    ) -> PlainTextResponse:
        user_id = signed_in(current_user)
        try:
            turn = await store.get_turn(turn_id, user_id=user_id)
        except NotFound as error:
            raise HTTPException(404, "There is no such answer.") from error
        try:
            cited_run = await store.get_run(run, user_id=user_id)
            output, edited = await _output(store, cited_run, path)
        except NotFound:
            return _markdown("The conversation this came from has been deleted.")
        excerpts, finished_at = cited(turn, run, path)
        heading = header(cited_run, path, finished_at, zone, edited)
        if is_large(output):
            text = safe("\n\n".join([*excerpts, more(run)]))
        else:
            text = await off_loop(lambda: marked(output, excerpts, turn.answer), output)
        return _markdown(f"{heading}\n\n---\n\n{text}")

    return router


def cited(turn: Turn, run_id: str, path: str) -> tuple[list[str], datetime | None]:
    """The passages of a step that the turn cites, and when the step finished."""
    citations = [item for item in turn.citations if (item.run_id, item.path) == (run_id, path)]
    if citations:
        return [item.excerpt for item in citations], citations[0].finished_at
    evidence = turn.decision.evidence if turn.decision else ()
    passages = [item.passage for item in evidence if (item.passage.run_id, item.passage.path) == (run_id, path)]
    return [passage.text for passage in passages], passages[0].finished_at if passages else None


def header(run: Run, path: str, finished_at: datetime | None, zone: str | None, edited: Edited = "") -> str:
    """Which run and step it is, whether a person's own text is in it, of what input, and when."""
    done = finished_at or run.finished_at or run.started_at
    step = with_edit(f"{escape(path)} of **{escape(run.workflow)}**", edited)
    asked = f"{step}, asked for “{escape(shorten(content_text(run.input), 200))}”"
    return f"{asked}\n\n{moment(done, zone)} ({age(done, now())}) · run `{run.id}`"


def marked(content: Any, excerpts: Sequence[str], answer: str = "") -> str:
    """What a step gave as Markdown, with what is cited struck through; a structured value as a page to read."""
    if content is None or isinstance(content, str):
        return mark(content_text(content), excerpts, answer)
    texts = [record.text for excerpt in excerpts for record in records(excerpt) or [Record(text=excerpt)]]
    found = [(text, piece) for text in texts for piece in quoted(text, answer)]
    said = [piece for text, piece in found if piece != text]
    lines = [line for _, text in found for line in text.splitlines() if len(line) > 20]
    return mark(page(from_json(to_json(content))), said or lines)


def mark(text: str, excerpts: Iterable[str], answer: str = "") -> str:
    """The text as Markdown with the cited passages struck through, which the page shows as marked.

    Of a passage whose sentences the answer quotes, those sentences alone are marked.
    """
    text = text.replace("~~", "~")
    pieces = [piece for excerpt in excerpts for piece in quoted(excerpt.replace("~~", "~"), answer)]
    spans = [span for piece in pieces if (span := _find(text, piece))]
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_mark_line(line, [(begin - start, end - start) for begin, end in spans]))
        start += len(line) + 1
    return safe("\n".join(lines))


def quoted(excerpt: str, answer: str) -> list[str]:
    """The sentences of the excerpt that stand in the answer, or all of it when none does."""
    said = " ".join(answer.split())
    sentences = [sentence for line in excerpt.splitlines() for sentence in _SENTENCE_END.split(line)]
    bodies = [sentence[_lead(sentence) :].strip() for sentence in sentences]
    return [body for body in bodies if len(body) > 20 and " ".join(body.split()) in said] or [excerpt]


def _mark_line(line: str, spans: Iterable[tuple[int, int]]) -> str:
    """One line with the parts in these spans struck through."""
    first, last = _lead(line), len(line.rstrip())
    parts, at = [], 0
    for begin, end in sorted(spans):
        begin, end = max(begin, first, at), min(end, last)
        body = line[begin:end].strip() if begin < end else ""
        if body and not set(body) <= set("-=*_|: "):
            parts += [line[at:begin], "~~", body, "~~ " if line[begin:end] != body else "~~"]
            at = end
    return "".join([*parts, line[at:]])


def _lead(line: str) -> int:
    """How much of the line only says what kind of line it is: a heading, an item of a list, a quotation."""
    lead = _BLOCK_START.match(line)
    return lead.end() if lead else 0


def _find(text: str, excerpt: str) -> tuple[int, int] | None:
    """Where the excerpt stands in the text, whatever the white space between its words."""
    words = excerpt.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None


async def _output(store: RunStore, run: Run, path: str) -> tuple[Any, Edited]:
    for entry in reversed(await store.journal(run.id)):
        if entry.path == path and entry.output is not None:
            return entry.output.content, entry.edited
    found = _step(run.steps, path.split("/"))
    if found is None:
        raise NotFound(f"There is no step {path} in this run.")
    return found.content, ""


def _step(steps: Sequence[StepOutput], path: Sequence[str]) -> StepOutput | None:
    for step in steps:
        if step.step_name == path[0]:
            return step if len(path) == 1 else _step(step.steps, path[1:])
    return None


def _markdown(text: str) -> PlainTextResponse:
    return PlainTextResponse(text, media_type="text/markdown", headers={"Cache-Control": "no-store"})
