"""What a search gives to programs: the artifact of a search tool's message."""

from __future__ import annotations

from typing import NotRequired, TypedDict
from urllib.parse import urlsplit


class Source(TypedDict):
    """One result. `address` is an http(s) address, `library:<file name>` for a document of the library, or
    `file:<id>#page=<number>` for a page of an attached file.

    `heading` is the one that the snippet stands under, where that is known.
    """

    title: str
    address: str
    snippet: str
    heading: NotRequired[str]


class SearchResult(TypedDict):
    """`engine` names who searched (`DuckDuckGo`, `Library`, `Attached files`, or two of them joined by `and`).

    `note` is a sentence for the user, or empty. A search that found nothing tells what there is near it, as the
    `near` titles of the library, and what else could be done, as `ways`: `attach a file`.
    """

    engine: str
    query: str
    note: str
    sources: list[Source]
    near: NotRequired[list[str]]
    ways: NotRequired[list[str]]


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


def web_host(address: str) -> str:
    """The host of an http(s) address that is safe to link to, or nothing."""
    if any(sign in address for sign in "<>\\\n\r") or not address.isprintable():
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""
