"""How common English words are, and which words are names of places."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files

_COMMON = 3.5


def commonness(stem: str) -> float:
    """The Zipf frequency of all words of a stem: log10 of their occurrences in a billion words.

    From 7.5 (`the`) down to 3; 0 for a stem that is rarer or unknown. Source: wordfreq, see agents/data/SOURCES.md.
    """
    return _frequencies().get(stem, 0.0)


def common_stems(letter: str, shortest: int, longest: int) -> list[str]:
    """The stems of not too rare words that begin with the letter and have that many letters."""
    return [stem for stem in _by_letter().get(letter, ()) if shortest <= len(stem) <= longest]


def is_place(word: str) -> bool:
    """Whether the word, in lower case without accents, names a country, a people or a large city."""
    return word in _places()


@cache
def _frequencies() -> dict[str, float]:
    packed = files("agents").joinpath("data", "frequencies.txt.gz").read_bytes()
    table: dict[str, float] = {}
    for line in gzip.decompress(packed).decode("ascii").splitlines():
        step, _, stems = line.partition(" ")
        table.update(dict.fromkeys(stems.split(), float(step)))
    return table


@cache
def _by_letter() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for stem, zipf in _frequencies().items():
        if zipf >= _COMMON:
            found.setdefault(stem[:1], []).append(stem)
    return found


@cache
def _places() -> frozenset[str]:
    return frozenset(files("agents").joinpath("data", "places.txt").read_text("utf-8").split())
