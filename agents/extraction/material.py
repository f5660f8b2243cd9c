"""What earlier steps gave, as statements: texts, notes, search results, or values as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.extraction.statements import Statement, distinct, from_sources, read
from agents.tools.sources import Source

_HEADING = re.compile(r"#{1,4} (.+)")
_SOURCE = re.compile(r"Source: (\S+)\s*$")


def material(results: Sequence[str]) -> list[Statement]:
    """The distinct statements of what earlier steps gave.

    A search's raw result counts only if no other step made anything of it, and cut-off sentences only if there
    are no whole ones.
    """
    return distinct(_read_all(results, cut=False)) or distinct(_read_all(results, cut=True))


def _read_all(results: Sequence[str], *, cut: bool) -> list[Statement]:
    texts: list[Statement] = []
    raw: list[Statement] = []
    notes: set[str] = set()  # what a search said for itself is about the search, not about the topic
    for number, text in enumerate(results):
        value = _json(text)
        if isinstance(value, dict) and isinstance(value.get("sources"), list):
            notes.add(str(value.get("note") or "").strip())
            raw += from_sources(_source(entry) for entry in value["sources"] if isinstance(entry, dict))
        elif value is not None:
            texts += [s for leaf in _strings(value) for s in read(leaf, origin=number, cut=cut).statements]
        elif sources := list(_listed(text)):
            texts += from_sources(sources)
        elif text.strip() not in notes and not text.startswith("Error:"):
            texts += read(text, origin=number, cut=cut).statements
    return texts or raw


def _listed(text: str) -> Iterator[Source]:
    """The sources of a text that lists them as a heading, an excerpt, and a line `Source: <address>`."""
    title: str | None = None
    excerpt: list[str] = []
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            title, excerpt = heading.group(1), []
        elif title is not None and (address := _SOURCE.match(line)):
            yield Source(title=title, address=address.group(1), snippet="\n".join(excerpt))
            title = None
        else:
            excerpt.append(line)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip().startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None


def _strings(value: Any, depth: int = 20) -> Iterator[str]:
    """The strings in a JSON value, in order, at most `depth` levels down."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict) and depth:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part, depth - 1)


def _source(entry: Mapping[str, Any]) -> Source:
    title, address, snippet, heading = (str(entry.get(k) or "") for k in ("title", "address", "snippet", "heading"))
    return Source(title=title, address=address, snippet=snippet, heading=heading)
