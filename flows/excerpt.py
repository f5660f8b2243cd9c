"""Contents too long for a page: events carry their beginning; the whole stands in the journal."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import Any

from pydantic import BaseModel

from storage.records import StepOutput

from .node import as_text

LARGE = 1_000_000  # characters of a content that events and pages carry as a whole
SHOWN = 10_000  # characters that they carry of a longer one
MORE = re.compile(r"… (?P<size>(?:over )?[\d.]+ MB) more of run (?P<run>[0-9a-zA-Z-]+)\s*$")


def is_large(value: Any) -> bool:
    """Whether the JSON of a value is longer than `LARGE`; looks no further than that."""
    left, waiting = LARGE + SHOWN, [value]
    while waiting and left >= 0:
        item = waiting.pop()
        left -= 4
        if isinstance(item, str | bytes):
            left -= len(item)
        elif isinstance(item, Mapping):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list | tuple | set | frozenset):
            waiting += item
        elif isinstance(item, BaseModel) or is_dataclass(item):
            waiting += [getattr(item, name) for name in _fields(item)]
    return left < 0


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
    return f"```json\n{text}\n```\n\n… over {LARGE / 1e6:.0f} MB more of run {run_id}"


def is_cut(content: Any) -> bool:
    """Whether a content is the beginning of one that is longer than `LARGE`."""
    return isinstance(content, str) and MORE.search(content, max(0, len(content) - 200)) is not None


async def text_of(content: Any) -> str:
    """Any content as text; a large one is written in a thread."""
    if isinstance(content, str) or not is_large(content):
        return as_text(content)
    return await asyncio.to_thread(as_text, content)


def cut_output(output: StepOutput, run_id: str | None) -> StepOutput:
    """An output whose content, and that of the steps in it, is cut."""
    content, steps = cut(output.content, run_id), tuple(cut_output(step, run_id) for step in output.steps)
    unchanged = content is output.content and all(a is b for a, b in zip(steps, output.steps, strict=True))
    return output if unchanged else replace(output, content=content, steps=steps)


def cut_fields(fields: dict[str, Any], run_id: str | None) -> dict[str, Any]:
    """What an event is to carry, with its contents cut."""
    for name in ("content", "result", "artifact"):
        if name in fields:
            fields[name] = cut(fields[name], run_id)
    if isinstance(fields.get("output"), StepOutput):
        fields["output"] = cut_output(fields["output"], run_id)
    return fields


def _fields(item: Any) -> list[str]:
    return list(type(item).model_fields if isinstance(item, BaseModel) else item.__dataclass_fields__)


def _plain(item: Any) -> Any:
    if isinstance(item, BaseModel) or (is_dataclass(item) and not isinstance(item, type)):
        return {name: getattr(item, name) for name in _fields(item)}
    return str(item)
