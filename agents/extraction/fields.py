"""Values told as `key: value` lines: which of their text can be quoted, and what only names or places it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_ITEM = re.compile(r" *-$")
_FIELD = re.compile(
    r" *(?:- )?(title|heading|name|address|url|uri|href|link|source|engine|query|asked|note|stand|lacks|"
    r"snippet|text|body|content|description|summary|excerpt|quote|sources|results|offline|id|score):(?: (.*))?$"
)
_NAMES = re.compile(r"^ *(?:heading|address|snippet):", re.MULTILINE)
_TITLES, _HEADINGS = {"title", "name"}, {"heading"}
_ADDRESSES = {"address", "url", "uri", "href", "link", "source"}
_TEXTS = {"snippet", "text", "body", "content", "description", "summary", "excerpt", "quote"}


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a structured value. `text` is what of it can be quoted; the rest says where that comes from."""

    title: str = ""
    heading: str = ""
    address: str = ""
    text: str = ""


def without_names(text: str) -> str:
    """A text without the names of the fields in it, if it is one of a structured value: they are no words of it."""
    if not _NAMES.search(text):
        return text
    return "\n".join(match[2] or "" if (match := _FIELD.match(line)) else line for line in text.splitlines())


def records(text: str) -> list[Record]:
    """The items of a passage of a structured value, which may begin and end inside one; none of any other text."""
    lines = text.splitlines()
    keys = [match[1] for line in lines if (match := _FIELD.match(line))]
    if not any(_ITEM.match(line) for line in lines) and not (len(set(keys)) > 1 and set(keys) & _TEXTS):
        lone = next((line for line in lines if line.strip()), "")
        if not (keys and _FIELD.match(lone) and keys[0] in _HEADINGS | _ADDRESSES | _TITLES):
            return []
    return [record for record in _read(lines) if record != Record()]


def _read(lines: list[str]) -> Iterator[Record]:
    record, quotable, held = Record(), True, list[str]()
    for line in lines:
        field = _FIELD.match(line)
        if _ITEM.match(line) or (field and field[1] == "title" and held):
            yield replace(record, text="\n".join(held).strip())
            record, held = Record(), []
        if field:
            key, value = field[1], (field[2] or "").strip()
            quotable = key in _TEXTS
            if key in _TITLES:
                record = replace(record, title=value)
            elif key in _HEADINGS:
                record = replace(record, heading=value)
            elif key in _ADDRESSES:
                record = replace(record, address=value)
            elif quotable:
                held.append(value)
        elif quotable and not _ITEM.match(line):
            held.append(line)
    yield replace(record, text="\n".join(held).strip())
