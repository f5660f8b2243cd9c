"""The parts of a Markdown text: headings, list items and paragraphs, without their marks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"(?:[-*+•·]|\d{1,2}[.)])\s+(.+)$")
_RULE = re.compile(r"(?:[-*_]\s*){3,}$|\|?[\s:|-]+\|[\s:|-]*$")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^)\s]{0,1000}\)")
_FOOTNOTE = re.compile(r"\[(?:\d{1,3}|edit|citation needed)\]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3}|`+)(?=\S)(.{1,200}?)(?<=\S)\1(?![\w*])")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a list item, or a paragraph (its lines joined). `level` is a heading's, else 0."""

    kind: Literal["heading", "item", "paragraph"]
    text: str
    level: int = 0


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text, in order; rules, fences and empty lines are left out."""
    open_block: Block | None = None
    for raw in text.splitlines():
        line = raw.strip()
        fresh = _block(line)
        continues = fresh is not None and fresh.kind == "paragraph" and open_block is not None
        if continues and open_block is not None:
            open_block = Block(open_block.kind, f"{open_block.text} {line}")
            continue
        if open_block is not None:
            yield _plain_block(open_block)
            open_block = None
        if fresh is None:
            continue
        if fresh.kind == "heading":
            yield _plain_block(fresh)
        else:
            open_block = fresh
    if open_block is not None:
        yield _plain_block(open_block)


def plain(text: str) -> str:
    """The text without emphasis marks, link addresses, footnote numbers, tags and entities."""
    text = html.unescape(text)
    text = _LINK.sub(r"\1", text)
    text = _FOOTNOTE.sub("", text)
    text = _TAG.sub("", text)
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.split())


def _block(line: str) -> Block | None:
    if not line or line.startswith("```") or _RULE.match(line):
        return None
    if heading := _HEADING.match(line):
        return Block("heading", heading.group(2), len(heading.group(1)))
    if item := _ITEM.match(line):
        return Block("item", item.group(1))
    return Block("paragraph", line.removeprefix("> "))


def _plain_block(block: Block) -> Block:
    return Block(block.kind, plain(block.text), block.level)
