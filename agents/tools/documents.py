"""Documents as they are searched: cut into passages of whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.text import sentences

PASSAGE_WORDS = 120
LEAST_WORDS = 30  # what is left of a section and is shorter stays with the piece before it

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s")
_SOURCES = re.compile(r"^\W*(?:sources?|references)\W*$", re.IGNORECASE)
_SOURCES_LINE = re.compile(r"^\W*(?:sources?|references)\W*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, and the heading it stands under."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """`name` is the file's path within its folder; `title` its first `# ` heading, else the file's name."""

    name: str
    title: str
    passages: tuple[Passage, ...]


def read_document(path: Path, name: str) -> Document:
    """Read a Markdown or text file. What is not UTF-8 in it is replaced; its list of sources is left out."""
    title, passages = cut(path.read_text(encoding="utf-8-sig", errors="replace"))
    return Document(name, title_of(path, title), passages)


def title_of(path: Path, title: str) -> str:
    """The title, or the file's name for a document without one."""
    return title or path.stem.replace("-", " ").replace("_", " ")


def cut(text: str) -> tuple[str, tuple[Passage, ...]]:
    """The title (the first `# ` heading, or none) and the passages of a Markdown or plain text."""
    title = ""
    passages: list[Passage] = []
    for level, heading, paragraphs in _sections(text):
        if level == 1 and not title:
            title = heading
        if not _SOURCES.match(heading):
            shown = "" if heading == title else heading
            passages += [Passage(shown, piece) for piece in _pieces(paragraphs)]
    return title, tuple(passages)


def cut_lines(text: str) -> tuple[Passage, ...]:
    """The passages of a text whose every line stands for itself."""
    return tuple(Passage("", piece) for piece in _pieces(line for line in text.splitlines() if line.strip()))


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The text's sections as (level, heading, paragraphs); an item of a list counts as a paragraph.

    A line `Sources:` opens a section of its own.
    """
    level, heading = 0, ""
    paragraphs: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        mark = None if fenced else _HEADING.match(line)
        if mark or (not fenced and _SOURCES_LINE.match(line)):
            paragraphs += [" ".join(lines)] if lines else []
            yield level, heading, paragraphs
            level, heading = (len(mark[1]), mark[2]) if mark else (7, "Sources")
            paragraphs, lines = [], []
        elif line.strip():
            if lines and not fenced and _ITEM.match(line):
                paragraphs.append(" ".join(lines))
                lines = []
            lines.append(line.strip())
        elif lines:
            paragraphs.append(" ".join(lines))
            lines = []
    yield level, heading, [*paragraphs, " ".join(lines)] if lines else paragraphs


def _pieces(paragraphs: Iterable[str]) -> list[str]:
    """Join short paragraphs, and part long ones between sentences, to pieces of about PASSAGE_WORDS."""
    pieces: list[str] = []
    length = 0
    for paragraph in paragraphs:
        parts = [paragraph] if _words(paragraph) <= PASSAGE_WORDS else sentences(paragraph)
        for number, part in enumerate(parts):
            joint = "\n\n" if number == 0 else " "
            if pieces and length + _words(part) <= PASSAGE_WORDS:
                pieces[-1] += joint + part
                length += _words(part)
            else:
                pieces.append(part)
                length = _words(part)
    if len(pieces) > 1 and length < LEAST_WORDS:
        pieces[-2:] = ["\n\n".join(pieces[-2:])]
    return pieces


def _words(text: str) -> int:
    return len(text.split())
