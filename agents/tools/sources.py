"""What a search gives to programs: the artifact of a search tool's message."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Source(TypedDict):
    """One result. `address` is an http(s) address, or `library:<file name>` for a document of the library.

    `heading` is the one that the snippet stands under, where that is known.
    """

    title: str
    address: str
    snippet: str
    heading: NotRequired[str]


class SearchResult(TypedDict):
    """`engine` names who searched (`DuckDuckGo`, `Library`); `note` is a sentence for the user, or empty."""

    engine: str
    query: str
    note: str
    sources: list[Source]


def readable(result: SearchResult) -> str:
    """The result as a model reads it: the note, then the sources, numbered."""
    lines = [result["note"]] if result["note"] else []
    if result["sources"]:
        lines.append(f"Results for: {result['query']} ({result['engine']})")
    lines += [
        f"{number}. {source['title']}\n   {source['address']}\n   {source['snippet']}"
        for number, source in enumerate(result["sources"], start=1)
    ]
    return "\n\n".join(lines)
