"""What is wrong with the values of a form, in words for the person who filled it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_MISSING = "Fill this in."
_DATE = "Enter a date, such as 2026-03-31."
_MOMENT = "Enter a date and a time, such as 2026-03-31 14:30."

# By the beginning of pydantic's type of error; the first that fits counts. `{…}` comes from the error's context.
_WORDS: tuple[tuple[str, str], ...] = (
    ("missing", _MISSING),
    ("int", "Enter a whole number."),
    ("float", "Enter a number."),
    ("decimal", "Enter a number."),
    ("finite_number", "Enter a number."),
    ("bool", "Answer yes or no."),
    ("date_past", "Enter a date in the past."),
    ("date_future", "Enter a date in the future."),
    ("datetime_past", "Enter a date and a time in the past."),
    ("datetime_future", "Enter a date and a time in the future."),
    ("datetime", _MOMENT),
    ("timezone", _MOMENT),
    ("date", _DATE),
    ("time_delta", "Enter a length of time, such as 1:30:00."),
    ("time", "Enter a time, such as 14:30."),
    ("literal_error", "Choose one of {expected}."),
    ("enum", "Choose one of {expected}."),
    ("greater_than_equal", "At least {ge}."),
    ("greater_than", "More than {gt}."),
    ("less_than_equal", "At most {le}."),
    ("less_than", "Less than {lt}."),
    ("multiple_of", "A multiple of {multiple_of}."),
    ("string_pattern_mismatch", "This is not in the form that is wanted ({pattern})."),
    ("string_", "Enter text."),
    ("url", "Enter a whole address, such as https://example.org."),
    ("uuid", "Enter an id such as 6f1f3a4e-6d5b-4c0e-9a44-2f6d0c7f6b11."),
    ("list_type", "Enter a list."),
    ("dict_type", "Enter fields and their values."),
    ("model_", "Enter fields and their values."),
    ("extra_forbidden", "This is not asked for."),
    ("json", "This is not JSON."),
)


def in_words(error: ValidationError) -> dict[str, str]:
    """The first thing wrong with each field, by the field's path as the form names it (`address.city`, `guests.0`).

    What is wrong with the values as a whole stands under `""`.
    """
    told: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        told.setdefault(".".join(str(part) for part in problem["loc"]), _sentence(problem))
    return told


def _sentence(problem: Mapping[str, Any]) -> str:
    kind, context = problem["type"], {name: _plain(value) for name, value in (problem.get("ctx") or {}).items()}
    if kind in ("value_error", "assertion_error"):
        own = str(context.get("error") or "").strip()  # the author of the form says it best
        return own or "This does not fit."
    if kind in ("string_too_short", "string_too_long"):
        return _length(kind, context, "character")
    if kind in ("too_short", "too_long"):
        return _length(kind, context, "entry")
    for begins, words in _WORDS:
        if kind.startswith(begins):
            return words.format(**context) if "{" in words else words
    return f"{problem['msg'].replace('Input should be', 'This should be').rstrip('.')}."


def _plain(value: Any) -> Any:
    """A number as people write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _length(kind: str, context: Mapping[str, Any], noun: str) -> str:
    if kind.endswith("short"):
        bound = context["min_length"]
        return _MISSING if bound == 1 else f"At least {bound} {_plural(noun, bound)}."
    bound = context["max_length"]
    return f"At most {bound} {_plural(noun, bound)}."


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return "entries" if noun == "entry" else f"{noun}s"
