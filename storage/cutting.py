"""Cuts a text into passages at paragraphs, list items and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, groupby, pairwise
from operator import itemgetter

ENOUGH = 90  # words after which a passage ends at the next paragraph or list item
MOST = 180  # words a passage does not pass, unless one sentence does
LONGEST = 400  # words of the longest sentence; what is longer is a table, a log or a list without stops
PIECE = 150  # words of the pieces such a thing is cut into
WINDOW = 100_000  # characters that are searched in one go, in which no other thread gets its turn
LETTERS = 12  # a word, at most: scripts without spaces and long addresses count by length

Border = tuple[int, bool]
"""A place in a text, and whether a paragraph or a list item begins there."""

_BLANK = re.compile(r"\n[ \t]*\n\s*")
_LINE_START = re.compile(r"[ \t]*(?:[-*+•▪◦‣>|#]|\d{1,3}[.)][ \t]|[^\s:][^\n:]{0,39}:(?:[ \t]|$))", re.MULTILINE)
_HEADING = re.compile(r"#{1,6}[ \t][^\n]*|[^\n]{1,80}:")
# The look-behind keeps a long row of dots from being tried at each of its dots.
_SENTENCE = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]*_]*(?=\s+[^\sa-zà-ÿ])|[。！？]+[」』”’]*")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Za-z]|[Dd]r|[Mm]rs?|[Mm]s|[Pp]rof|[Ss]t|[Vv]s|[Nn]o|[Ff]ig|[Ee]q|[Cc]f|[Aa]pprox|[Ii]nc|[Ll]td|"
    r"[Cc]o|[Jj]r|[Ss]r|[Vv]ol|[Pp]p|al|etc|e\.g|i\.e|[Uu]\.[Ss]|[Uu]\.[Kk]|[ap]\.m)\.$"
)
_STOP = re.compile(r"[.!?…。！？]")
_WORD = re.compile(r"\S+")


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Where the passages of a text start and stop, in characters: about 150 words each, no sentence divided."""
    start = stop = count = 0
    for first, last, opens in _units(text):
        size = _size(text[first:last])
        if count and (count + size > MOST or (opens and count >= ENOUGH)):
            yield start, stop
            count = 0
        if not count:
            start = first
        stop, count = last, count + size
    if count:
        yield start, stop


def _units(text: str) -> Iterator[tuple[int, int, bool]]:
    """What stays whole: start, stop, and whether a paragraph or a list item begins there."""
    heading: int | None = None
    stop = 0
    for start, stop, opens in _spans(text):
        if _HEADING.fullmatch(text, start, stop):  # goes with what it heads
            heading = start if heading is None else heading
            continue
        if heading is not None:
            start, opens, heading = heading, True, None
        for first, last in _pieces(text, start, stop):
            yield first, last, opens
            opens = False
    if heading is not None:
        yield heading, stop, True


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    borders = merge(_sentence_ends(text), _line_starts(text), _paragraphs(text))
    for (start, opens), (stop, _) in pairwise(chain([(0, True)], _each_once(borders), [(len(text), True)])):
        piece = text[start:stop]
        if trimmed := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            yield first, first + len(trimmed), opens


def _each_once(borders: Iterable[Border]) -> Iterator[Border]:
    for place, same in groupby(borders, itemgetter(0)):
        yield place, any(opens for _, opens in same)


def _sentence_ends(text: str) -> Iterator[Border]:
    end = 0
    for start in range(0, len(text), WINDOW):
        for stop in _STOP.finditer(text, start, start + WINDOW):
            if stop.start() < end or not (match := _SENTENCE.match(text, stop.start())):
                continue
            end = match.end()
            if not _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1):
                yield end, False


def _line_starts(text: str) -> Iterator[Border]:
    previous, line = 0, text.find("\n")
    while line != -1:
        if _LINE_START.match(text, line + 1) or _LINE_START.match(text, previous, line):
            yield line + 1, True
        previous, line = line + 1, text.find("\n", line + 1)


def _paragraphs(text: str) -> Iterator[Border]:
    for match in _BLANK.finditer(text):
        yield match.end(), True


def _pieces(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The span itself, or pieces of it between words if no sentence is that long."""
    if _size(text[start:stop]) <= LONGEST:
        yield start, stop
        return
    first, last, count = start, start, 0
    for word in _WORD.finditer(text, start, stop):
        if count and (count == PIECE or word.end() - first > PIECE * LETTERS):
            yield first, last
            first, count = word.start(), 0
        last, count = word.end(), count + 1
        while last - first > PIECE * LETTERS:
            yield first, first + PIECE * LETTERS
            first += PIECE * LETTERS
    if first < last:
        yield first, last


def _size(text: str) -> int:
    return max(len(text.split()), len(text) // LETTERS)
