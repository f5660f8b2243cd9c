"""Halves of surrogate pairs: a model may send them apart, or one alone, which no file and no request can hold."""

from __future__ import annotations

from typing import Any

INSTEAD = "\ufffd"


def paired(text: str) -> str:
    """The text with halves that meet joined, and a sign in place of those that stay alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def paired_value(value: Any) -> Any:
    """A value of JSON, with all its texts `paired`."""
    if isinstance(value, str):
        return paired(value)
    if isinstance(value, list):
        return [paired_value(item) for item in value]
    if isinstance(value, dict):
        return {paired(str(key)): paired_value(item) for key, item in value.items()}
    return value


class PairedText:
    """Text that comes in pieces."""

    def __init__(self) -> None:
        self._half = ""

    def take(self, piece: str) -> str:
        """What is certain by now: a first half at the end waits for its second."""
        text = self._half + piece
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return paired(text.removesuffix(self._half) if self._half else text)

    def finish(self) -> str:
        """The rest, when no more comes."""
        rest, self._half = paired(self._half), ""
        return rest
