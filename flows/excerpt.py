"""Contents too long for a page: events carry their beginning; the whole stands in the journal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from storage.records import Question, StepOutput
from storage.sizes import field_names, is_longer

from .node import as_text
from .off_loop import off_loop

LARGE = 1_000_000  # characters of a content that events and pages carry as a whole
SHOWN = 10_000  # characters that they carry of a longer one
MORE = re.compile(r"… (?P<size>(?:over )?[\d.]+ MB) more of run (?P<run>[0-9a-zA-Z-]+)\s*$")


def is_large(value: Any) -> bool:
    """Whether the JSON of a value is longer than `LARGE`; looks no further than that."""
    return is_longer(value, LARGE + SHOWN)


def cut_text(text: str, run_id: str | None) -> str:
    """The text, or the beginning of a long one with how much more there is in which run."""
    if len(text) <= LARGE:
        return text
    return f"{text[:SHOWN]}\n\n… {(len(text) - SHOWN) / 1e6:.1f} MB more of run {run_id}"


def cut(content: Any, run_id: str | None) -> Any:
    """A content as it is, or of a large one its beginning as text."""
    if isinstance(content, str):
        return cut_text(content, run_id)
    if not is_large(content):
        return content
    beginning, size = [], 0
    for piece in json.JSONEncoder(ensure_ascii=False, default=_plain).iterencode(content):  # as far as it is wanted
        beginning.append(piece)
        size += len(piece)
        if size > SHOWN:
            break
    text = "".join(beginning)[:SHOWN].replace("```", "'''")
    return f"```json\n{text}\n```\n\n{more(run_id)}"


def more(run_id: str | None) -> str:
    """The line below the beginning of a large content; the page makes a link of it."""
    return f"… over {LARGE / 1e6:.0f} MB more of run {run_id}"


def is_cut(content: Any) -> bool:
    """Whether a content is the beginning of one that is longer than `LARGE`."""
    return isinstance(content, str) and MORE.search(content, max(0, len(content) - 200)) is not None


async def excerpt(content: Any, run_id: str | None) -> str:
    """Any content as text, of a large one its beginning."""
    return await off_loop(lambda: as_text(cut(content, run_id)), content)


def cut_output(output: StepOutput, run_id: str | None) -> StepOutput:
    """An output whose content, and that of the steps in it, is cut."""
    content, steps = cut(output.content, run_id), tuple(cut_output(step, run_id) for step in output.steps)
    unchanged = content is output.content and all(a is b for a, b in zip(steps, output.steps, strict=True))
    return output if unchanged else replace(output, content=content, steps=steps)


def cut_question(question: Question, run_id: str | None) -> Question:
    """A question whose draft is cut."""
    draft = cut(question.draft, run_id)
    return question if draft is question.draft else replace(question, draft=draft)


def cut_fields(fields: dict[str, Any], run_id: str | None) -> dict[str, Any]:
    """What an event is to carry, with its contents cut."""
    for name in ("content", "result", "artifact"):
        if name in fields:
            fields[name] = cut(fields[name], run_id)
    if isinstance(fields.get("output"), StepOutput):
        fields["output"] = cut_output(fields["output"], run_id)
    if isinstance(question := fields.get("question"), Question):
        fields["question"] = cut_question(question, run_id)
    return fields


def _plain(item: Any) -> Any:
    if isinstance(item, BaseModel):
        return {name: getattr(item, name) for name in type(item).model_fields}
    names = field_names(type(item))
    return {name: getattr(item, name) for name in names} if names else str(item)
