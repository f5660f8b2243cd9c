"""Text from models, the web and documents, made safe to show as Markdown.

The page shows no HTML; what is left to take care of are images, which would be fetched from other hosts,
and `:name`, which the page's Markdown takes for a directive and drops.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from agents.tools.library import find_document
from flows.excerpt import MORE

WORD_JOINER = "\u2060"
CURSOR = "\u200b"

LONGEST_END = 200  # characters of a line's end that are held back at the most

_FENCE = re.compile(r"^\s{0,3}(?:[-*>]\s+|\d+\.\s+)*(?:```|~~~)")
_DIRECTIVE = re.compile(r"(`+)[^`].*?\1|https?://\S+|:+(?=[A-Za-z])")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")
_IMAGE = re.compile(r"!+\[(\]\()?")
_UNFINISHED = re.compile(
    r"[ \t]*(?:!+|!*\[[\d \t\]\[]*|:+|(?:[—–-] )?file:[0-9a-f]*(?:#[page=\d]*)?"
    r"|(?:[—–-] )?library:[^\s`<>()\[\]|]*)?$"
)
# A library document's address as searches give it, alone or where a link leads; code and web addresses are passed by.
_LIBRARY = re.compile(
    r"(?P<ticks>`+)[^`].*?(?P=ticks)|https?://\S+"
    r"|(?P<link>\]\()?\blibrary:(?P<name>[^\n`<>()\[\]|]{1,200}?\.(?:md|txt))(?!\w)",
    re.IGNORECASE,
)
# An attached file's address as searches give it, with its title in front in a list of sources.
ATTACHED_ADDRESS = re.compile(r"file:(?P<id>[0-9a-f]{32})#(?P<page>page=\d+)")
_ATTACHED = re.compile(
    rf"(?:^(?P<item>\s*(?:[-*] |\d+\. )?)(?P<title>.+?) [—–-] )?{ATTACHED_ADDRESS.pattern}",
)


def safe_line(line: str, fenced: bool = False) -> str:
    """One line of Markdown without images and directives; a `fenced` line is code."""
    if not fenced and line.startswith("… ") and (more := MORE.fullmatch(line)):
        return f"… {more['size']} more: [download](/refrain/runs/{more['run']}/export?format=md)"
    line = _IMAGE.sub(lambda match: "[image](" if match[1] else "[", line.replace(CURSOR, ""))
    if fenced or ":" not in line:
        return line
    if "library:" in line:
        line = _with_library_links(line)
    if "file:" in line:
        line = _ATTACHED.sub(_linked, line)
    return _DIRECTIVE.sub(lambda match: match[0] + WORD_JOINER if match[0][0] == ":" else match[0], line)


def library_url(name: str) -> str:
    """Where the page finds a document of the library."""
    return f"/refrain/library/{quote(name)}"


def library_link(address: str) -> str | None:
    """Where the page finds the document of a `library:` address; None if there is no such document."""
    document = find_document(address.removeprefix("library:"))
    return library_url(document.name) if document else None


def _with_library_links(line: str) -> str:
    """The line with links in the place of the addresses of the library's documents, by their titles."""
    made, at = [], 0
    for match in _LIBRARY.finditer(line):
        document = find_document(match["name"]) if match["name"] else None
        if document is None:
            continue
        before, title = line[at : match.start()], _SPECIAL.sub(r"\\\1", document.title)
        url = library_url(document.name)
        for dash in "—–-":
            before = before.removesuffix(f"{document.title} {dash} ")
        made += [before, f"{match['link']}{url}" if match["link"] else f"[{title}]({url})"]
        at = match.end()
    return "".join([*made, line[at:]])


def attachment_url(attachment_id: str) -> str:
    """Where the page finds an attached file."""
    return f"/refrain/attachments/{attachment_id}"


def _linked(match: re.Match[str]) -> str:
    """The title as a link to the page of the file."""
    title = _SPECIAL.sub(r"\\\1", match["title"]) if match["title"] else "the attached file"
    return f"{match['item'] or ''}[{title}]({attachment_url(match['id'])}#{match['page']})"


def safe(text: str) -> str:
    """Markdown without images and directives."""
    stream = TextStream()
    stream.append(text)
    stream.finish()
    return stream.text


def escape(text: str) -> str:
    """Plain text as Markdown that shows just that, on one line."""
    return safe_line(_SPECIAL.sub(r"\\\1", " ".join(text.split())))


def show(content: Any) -> str:
    """What a step gave, as Markdown: text as it is, anything else as JSON."""
    if content is None:
        return ""
    if isinstance(content, str):
        return safe(content)
    value = content.model_dump(mode="json") if hasattr(content, "model_dump") else content
    body = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return "```json\n" + body.replace("```", "'''") + "\n```"


def _finished_part(line: str) -> str:
    """The line without an end that could still become something else; a long line is not read as a whole for that."""
    end = _UNFINISHED.search(line, max(0, len(line) - LONGEST_END))
    return line[: end.start()] if end else line


class TextStream:
    """Markdown that arrives in pieces and is shown as it comes.

    A line is rewritten (`rewrite`) and made safe as a whole; the end of an unfinished line is held back while
    it could still become an image or a citation.
    """

    def __init__(self, rewrite: Callable[[str], str] | None = None) -> None:
        self._rewrite = rewrite
        self._lines: list[str] = []
        self._pending = ""
        self._tail = ""
        self._fenced = False

    @property
    def text(self) -> str:
        """All that is shown so far."""
        return "".join(self._lines) + self._tail

    def append(self, piece: str) -> tuple[str, bool]:
        """Take a piece; give the text to show and whether it replaces everything shown before."""
        return self._advance(self._pending + piece, hold=True)

    def finish(self) -> tuple[str, bool]:
        """Nothing more comes: show what was held back."""
        return self._advance(self._pending, hold=False)

    def _advance(self, pending: str, *, hold: bool) -> tuple[str, bool]:
        *lines, self._pending = pending.split("\n")
        fresh = "".join(self._line(line) + "\n" for line in lines)
        unfinished = _finished_part(self._pending) if hold else self._pending
        before, self._tail = self._tail, self._made(unfinished, self._fenced)
        self._lines.append(fresh)
        after = fresh + self._tail
        if after.startswith(before):
            return after[len(before) :], False
        return self.text, True

    def _line(self, line: str) -> str:
        fence = _FENCE.match(line) is not None
        made = self._made(line, self._fenced or fence)
        if fence:
            self._fenced = not self._fenced
        return made

    def _made(self, line: str, fenced: bool) -> str:
        safe_text = safe_line(line, fenced)
        return self._rewrite(safe_text) if self._rewrite and not fenced else safe_text
