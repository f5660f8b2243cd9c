"""Reading attached files: text, Markdown, CSV and PDF, as pages that can be cited."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents import pdf
from storage.attachments import Page, fit_name

MOST_BYTES = 10 << 20
MOST_PAGES = 300
MOST_CHARACTERS = 2_000_000
PDF_SECONDS = 60.0
PAGE_CHARACTERS = 3000  # of a text without pages of its own
PAGE_ROWS = 50

TYPES = {
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
}
KINDS = "PDF, Markdown (.md), text (.txt) or CSV"

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BREAK = re.compile(r"(?<=[a-z])-\n(?=[a-z])")  # a word broken at the end of a line


class Unreadable(Exception):
    """The file cannot be read; the message is a sentence that says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a file. The texts of its pages, joined, are the whole text."""

    media_type: str
    pages: tuple[Page, ...]


def read(path: Path, name: str) -> Reading:
    """Read the file at `path`, which its owner calls `name`. Raises Unreadable. May take as long as PDF_SECONDS."""
    name = fit_name(name)
    try:
        content = _content(path, name)
    except OSError as error:
        raise Unreadable(f"{name} could not be opened: {error.strerror or error}.") from error
    suffix = Path(name).suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        raise Unreadable(f"{name} is of a kind that cannot be read. Attach {KINDS}.")
    if content.startswith(b"%PDF-") and suffix != ".pdf":
        raise Unreadable(f"{name} is a PDF by its content. Give it the ending .pdf and attach it again.")
    pages = reader(content, path, name)
    characters = sum(len(page.text) for page in pages)
    if characters > MOST_CHARACTERS:
        raise Unreadable(
            f"{name} holds {characters:,} characters, and {MOST_CHARACTERS:,} can be read. Attach a part of it."
        )
    if not any(page.text.strip() for page in pages):
        raise Unreadable(f"{name} is empty.")
    return Reading(TYPES[suffix], tuple(pages))


def _content(path: Path, name: str) -> bytes:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Unreadable(
            f"{name} is {size / (1 << 20):.0f} MB large, and {MOST_BYTES >> 20} MB can be read. Attach a part of it."
        )
    return path.read_bytes()


def _read_pdf(content: bytes, path: Path, name: str) -> list[Page]:
    if not content.startswith(b"%PDF-"):
        raise Unreadable(f"{name} is no PDF, although it is called one. Attach the file that it was made from.")
    found = _told_by_pypdf(path, name)
    if (problem := found.get("problem")) is not None:
        raise Unreadable(f"{name} {_problem(problem, found.get('count'))}")
    texts = [_BREAK.sub("", text.encode("utf-8", "replace").decode()) for text in found["pages"]]
    if not any(text.strip() for text in texts):
        raise Unreadable(
            f"{name} holds pictures of pages and no text. Run it through text recognition (OCR) and attach the result."
        )
    return [Page(f"page {number}", text) for number, text in enumerate(texts, 1)]


def _told_by_pypdf(path: Path, name: str) -> dict[str, Any]:
    command = [sys.executable, "-I", pdf.__file__, str(path), str(MOST_PAGES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PDF_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable(f"{name} took longer than {PDF_SECONDS:g} seconds to read. Attach a part of it.") from None
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # it was ended, for want of memory
        return {"problem": pdf.BROKEN}
    return told


def _problem(problem: object, count: object) -> str:
    if problem == pdf.PROTECTED:
        return "is protected by a password. Save a copy without one and attach that."
    if problem == pdf.TOO_MANY:
        return f"has {count} pages, and {MOST_PAGES} can be read. Attach the part that you need."
    return "is damaged and could not be read. Open it, save or print it as a new PDF, and attach that."


def _read_text(content: bytes, path: Path, name: str) -> list[Page]:
    text = _decoded(content, name)
    lines = text.splitlines(keepends=True)
    blocks = list(_blocks(lines))
    if len(blocks) == 1:
        return [Page("", text)]
    return [Page(f"lines {first + 1}–{last}", "".join(lines[first:last])) for first, last in blocks]


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The text in blocks of about PAGE_CHARACTERS, parted at an empty line where there is one."""
    first, size, gap = 0, 0, 0
    for place, line in enumerate(lines):
        if size + len(line) > PAGE_CHARACTERS and place > first:
            end = gap if gap > first else place
            yield first, end
            first, size = end, sum(len(one) for one in lines[end:place])
        size += len(line)
        if not line.strip():
            gap = place + 1
    yield first, len(lines)


def _read_csv(content: bytes, path: Path, name: str) -> list[Page]:
    text = _decoded(content, name)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), _dialect(text)) if any(map(str.strip, row))]
    except csv.Error as error:
        raise Unreadable(f"{name} is no table that could be read: {error}. Save it as CSV anew.") from error
    if len(rows) < 2:
        raise Unreadable(f"{name} has no rows below its header.")
    header, body = [_cell(cell) for cell in rows[0]], rows[1:]
    lines = [_row(header, row, number) for number, row in enumerate(body, 1)]
    return [
        Page(f"rows {start + 1}–{min(start + PAGE_ROWS, len(lines))}", "".join(lines[start : start + PAGE_ROWS]))
        for start in range(0, len(lines), PAGE_ROWS)
    ]


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:  # one column
        return csv.excel


def _row(header: Sequence[str], row: Sequence[str], number: int) -> str:
    """`Region: North; revenue: 12 (row 3).`: a sentence, so that it is quoted as a whole."""
    names = [name or f"column {place}" for place, name in enumerate(header, 1)]
    names += [f"column {place}" for place in range(len(names) + 1, len(row) + 1)]
    cells = [f"{name}: {_cell(cell)}" for name, cell in zip(names, row, strict=False) if cell.strip()]
    line = "; ".join(cells)
    return f"{line[:1].upper()}{line[1:]} (row {number}).\n"


def _cell(text: str) -> str:
    return " ".join(text.split())


def _decoded(content: bytes, name: str) -> str:
    """The text as UTF-8, else as cp1252. Raises Unreadable for what is no text."""
    not_text = Unreadable(f"{name} is no text, although it is called one. Attach {KINDS}.")
    if b"\x00" in content:
        raise not_text
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise not_text from None
    if len(_CONTROL.findall(text)) > len(text) / 100:
        raise not_text
    return text


_READERS: dict[str, Callable[[bytes, Path, str], list[Page]]] = {
    ".md": _read_text,
    ".txt": _read_text,
    ".csv": _read_csv,
    ".pdf": _read_pdf,
}
