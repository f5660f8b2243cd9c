"""JSON written and read so that a long one does not hold up the other threads of the process.

What is written in C, or read in C, keeps the interpreter to itself until it is through: 5 MB take 60 to 200
milliseconds. Here a long value is written in pieces, and Python is called for every object that is read: in between,
others get their turn. That takes twice the time, so what is not long is written and read in one go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .garbage import without_collections
from .sizes import is_longer, room

LONG = 300_000  # characters of what is written and read in one go: up to ten milliseconds
PIECE = 50_000  # characters of the pieces of what is longer

Simplify = Callable[[Any], Any]
"""Makes what JSON does not know into what it knows; what is in it may be unknown again."""


class Encoder:
    """Writes JSON without white space."""

    def __init__(self, simplify: Simplify) -> None:
        self._simplify = simplify
        self._encode = json.JSONEncoder(default=simplify, ensure_ascii=False, separators=(",", ":")).encode

    def encode(self, value: Any) -> str:
        """JSON of the value. Raises what `json.dumps` raises."""
        return "".join(self._pieces(value, frozenset())) if is_longer(value, LONG) else self._encode(value)

    def _pieces(self, value: Any, around: frozenset[int]) -> Iterator[str]:
        """`around` are the ids of the values that it is inside of."""
        if isinstance(value, str):
            yield from self._text(value)
            return
        if value is None or isinstance(value, int | float):
            yield self._encode(value)
            return
        if id(value) in around:
            raise ValueError("A value inside itself has no end.")
        inside = around | {id(value)}
        if isinstance(value, dict):
            yield from _joined("{", self._members(value, inside), "}")
        elif isinstance(value, list | tuple):
            yield from _joined("[", self._items(value, inside), "]")
        else:
            yield from self._pieces(self._simplify(value), inside)

    def _text(self, text: str) -> Iterator[str]:
        yield '"'
        for start in range(0, len(text), PIECE):
            yield self._encode(text[start : start + PIECE])[1:-1]
        yield '"'

    def _items(self, items: Iterable[Any], around: frozenset[int]) -> Iterator[Iterable[str]]:
        """What stands between the commas of a list: several items that are written together, or a long one."""
        batch: list[Any] = []
        left = PIECE
        for item in items:
            left = room(item, left)
            if left < 0:
                if batch:
                    yield (self._encode(batch)[1:-1],)
                batch, left = [], room(item, PIECE)
                if left < 0:
                    yield self._pieces(item, around)
                    left = PIECE
                    continue
            batch.append(item)
        if batch:
            yield (self._encode(batch)[1:-1],)

    def _members(self, members: Mapping[Any, Any], around: frozenset[int]) -> Iterator[Iterable[str]]:
        batch: dict[Any, Any] = {}
        left = PIECE
        for key, value in members.items():
            left = room(value, left) - len(key) if isinstance(key, str) else -1
            if left < 0:
                if batch:
                    yield (self._encode(batch)[1:-1],)
                batch, left = {}, room(value, PIECE)
                if left < 0:
                    yield self._member(key, value, around)
                    left = PIECE
                    continue
            batch[key] = value
        if batch:
            yield (self._encode(batch)[1:-1],)

    def _member(self, key: Any, value: Any, around: frozenset[int]) -> Iterator[str]:
        yield self._encode({key: 0})[1:-2]
        yield from self._pieces(value, around)


def decode(text: str) -> Any:
    """The value of JSON."""
    if len(text) <= LONG:
        return json.loads(text)
    with without_collections:
        return json.loads(text, object_hook=_same, parse_int=_int, parse_float=_float)


def _joined(opening: str, parts: Iterable[Iterable[str]], closing: str) -> Iterator[str]:
    before = opening
    for part in parts:
        yield before
        yield from part
        before = ","
    yield closing if before == "," else opening + closing


# Functions of Python's own: at each call of one, threads that wait get the interpreter.
def _same(value: dict[str, Any]) -> dict[str, Any]:
    return value


def _int(digits: str) -> int:
    return int(digits)


def _float(digits: str) -> float:
    return float(digits)
