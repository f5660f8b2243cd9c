"""Structured outputs of steps as Markdown that reads like a page."""

from __future__ import annotations

import json
from typing import Any

from .markdown import escape

TEXTS = ("snippet", "text", "body", "content", "summary", "description", "excerpt", "quote")  # what reads as prose
_TOLD = frozenset({"title", "heading", "address", "url", *TEXTS})


def page(value: Any) -> str:
    """A JSON value as Markdown: titles and headings as a line, texts as paragraphs, then the address they are from."""
    if isinstance(value, list):
        nested = any(isinstance(item, dict | list) for item in value)
        lines = [page(item) if isinstance(item, dict | list) else f"- {_scalar(item)}" for item in value]
        return ("\n\n" if nested else "\n").join(lines)
    return _record(value) if isinstance(value, dict) else _scalar(value)


def _record(value: dict[str, Any]) -> str:
    head = [_line(value[key]) for key in ("title", "heading") if isinstance(value.get(key), str) and value[key]]
    parts = [f"**{escape(' — '.join(head))}**"] if head else []
    parts += [_scalar(value[key]) for key in TEXTS if isinstance(value.get(key), str) and value[key]]
    parts += [f"*Source:* {escape(_line(value[k]))}" for k in ("address", "url") if isinstance(value.get(k), str)]
    for key, item in value.items():
        if (key in _TOLD and isinstance(item, str)) or item in (None, "", [], {}):
            continue
        label = f"*{escape(key.replace('_', ' ').capitalize())}:*"
        parts.append(f"{label}\n\n{page(item)}" if isinstance(item, dict | list) else f"{label} {_scalar(item)}")
    return "\n\n".join(parts)


def _line(text: str) -> str:
    return " ".join(text.split())


def _scalar(value: Any) -> str:
    """A text whose lines begin at the margin, so that none is taken for code."""
    return "\n".join(line.strip() for line in value.splitlines()) if isinstance(value, str) else json.dumps(value)
