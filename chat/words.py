"""Durations and sentences as people say them."""

from __future__ import annotations


def lasting(seconds: float) -> str:
    """A duration: `0.4 s`, `12 s`, `2 min 5 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def mid_sentence(sentence: str) -> str:
    """The sentence as it stands after a colon: without its capital, unless the word needs it."""
    first = sentence.split(" ", 1)[0]
    if first in {"I", "I'm"} or any(letter.isupper() for letter in first[1:]):
        return sentence
    return sentence[:1].lower() + sentence[1:]
