"""How long the JSON of a value is, about, looking no further than it takes to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

PART = 4  # characters that a part counts beside its text: a number, a date, a word such as `null`, a name

_SHORT = frozenset({int, float, bool, type(None)})
_field_names: dict[type, tuple[str, ...]] = {}


def is_longer(value: Any, most: int) -> bool:
    """Whether the JSON of a value is longer than so many characters."""
    return room(value, most) < 0


def room(value: Any, most: int) -> int:
    """How many of `most` characters the JSON of a value leaves; below 0 it is longer, no matter by how much."""
    left, waiting = most - PART, [value]
    while waiting and left >= 0:
        item = waiting.pop()
        kind = type(item)
        if kind is list:
            parts = item
        elif kind is dict:
            left -= PART * len(item)
            for key in item:
                left -= len(key) if type(key) is str else PART
            parts = item.values()
        elif kind in _SHORT:
            continue
        elif isinstance(item, str | bytes):
            left -= len(item)
            continue
        else:
            parts = _inside(item)
        left -= PART * len(parts)
        if left < 0:
            break
        for part in parts:
            kind = type(part)
            if kind is str:
                left -= len(part)
            elif kind not in _SHORT:
                waiting.append(part)
    return left


def field_names(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields; none of any other class."""
    names = _field_names.get(kind)
    if names is None:
        names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
        _field_names[kind] = names
    return names


def _inside(value: Any) -> Collection[Any]:
    if isinstance(value, BaseModel):
        extra = value.__pydantic_extra__
        return [*value.__dict__.values(), *extra.values()] if extra else value.__dict__.values()
    if names := field_names(type(value)):
        return [getattr(value, name) for name in names]
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list | tuple | Set) else ()
