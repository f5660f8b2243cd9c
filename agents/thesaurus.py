"""What is known of English words: which mean nearly the same, or a kind or part of it, and which are verbs."""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from importlib.resources import files

from .text import stem

_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=20_000)
def related(root: str) -> frozenset[str]:
    """The stems that mean nearly the same as, or are a kind, a whole or a part of, what `root` means.

    Takes and gives stems as `agents.text.stem` makes them. The relation goes both ways and never holds for
    the stem itself; opposites and two kinds of one thing (wind, sun) are not related. Empty if the stem is
    unknown. The first call reads the table; may be called from any thread.
    """
    line = _table().get(root, "")
    return frozenset(line.split()) | (_everyday().get(root, _NONE) - {root})


def is_verb(root: str) -> bool:
    """Whether words of this stem are mostly verbs."""
    return root in _verbs()


@cache
def _verbs() -> frozenset[str]:
    return frozenset(files("agents").joinpath("data", "verbs.txt").read_text("ascii").split())


@cache
def _everyday() -> dict[str, frozenset[str]]:
    """Words of everyday speech, and of other languages, with those of the same meaning: by stem."""
    found: dict[str, frozenset[str]] = {}
    for line in files("agents").joinpath("data", "everyday.txt").read_text("ascii").splitlines():
        group = frozenset(stem(word) for word in line.split())
        for one in group:
            found[one] = found.get(one, _NONE) | group
    return found


@cache
def _table() -> dict[str, str]:
    """The related stems of each stem, still in one string: most are never asked for."""
    data = files("agents").joinpath("data", "thesaurus.txt.gz").read_bytes()
    table: dict[str, str] = {}
    for line in gzip.decompress(data).decode("ascii").splitlines():
        root, _, others = line.partition(" ")
        table[root] = others
    return table
