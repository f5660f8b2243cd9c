"""Workflows by what people write of their names: in any case, and beginnings that leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST = 3  # letters of a beginning: "a" begins a sentence more often than a name


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may begin with: the fitting names, what of the text names them, and what follows it."""

    names: tuple[str, ...]
    written: str = ""
    rest: str = ""


def find_name(text: str, names: Sequence[str]) -> Found:
    """The name at the beginning of `text`: a whole one before any beginning, and the longest that fits."""
    text = text.strip()
    whole = [name for name in names if re.match(re.escape(name) + r"(?!\w)", text, re.IGNORECASE)]
    if whole:
        name = max(whole, key=len)
        return Found((name,), text[: len(name)], _after(text, len(name)))
    said = [match.end() for match in re.finditer(r"[^\s:]+", text)]
    for end in reversed(said[: max((len(name.split()) for name in names), default=0)]):
        written = text[:end]
        begun = tuple(name for name in names if name.casefold().startswith(written.casefold()))
        if begun and len(written) >= SHORTEST:
            return Found(begun, written, _after(text, end))
    return Found(())


def _after(text: str, end: int) -> str:
    return text[end:].lstrip(" \t\n:")
