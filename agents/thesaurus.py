"""What is known of English words: which mean nearly the same, or a kind or part of it, and which are verbs."""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from importlib.resources import files

_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=20_000)
def related(stem: str) -> frozenset[str]:
    """The stems that mean nearly the same as, or are a kind, a whole or a part of, what `stem` means.

    Takes and gives stems as `agents.text.stem` makes them. The relation goes both ways and never holds for
    the stem itself; opposites and two kinds of one thing (wind, sun) are not related. Empty if the stem is
    unknown. The first call reads the table; may be called from any thread.
    """
    line = _table().get(stem)
    return frozenset(line.split()) if line else _NONE


def is_verb(stem: str) -> bool:
    """Whether words of this stem are mostly verbs."""
    return stem in _verbs()


@cache
def _verbs() -> frozenset[str]:
    return frozenset(files("agents").joinpath("data", "verbs.txt").read_text("ascii").split())


@cache
def _table() -> dict[str, str]:
    """The related stems of each stem, still in one string: most are never asked for."""
    data = files("agents").joinpath("data", "thesaurus.txt.gz").read_bytes()
    table: dict[str, str] = {}
    for line in gzip.decompress(data).decode("ascii").splitlines():
        stem, _, others = line.partition(" ")
        table[stem] = others
    return table
