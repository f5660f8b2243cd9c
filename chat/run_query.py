"""What the page asks for about runs, checked; what does not fit is answered with 422 and a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from fastapi import HTTPException

from storage.records import RunStatus, now
from storage.run_lists import RunFilter

STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)
MOST_DAYS = 3650
MOST_TEXT = 200  # characters


def run_filter(workflow: str, status: str, text: str, days: str) -> RunFilter:
    """The filter that these name; what is empty does not filter."""
    found = next((known for known in STATUSES if known == status), None)
    if status and found is None:
        raise HTTPException(422, f"status must be one of: {', '.join(STATUSES)}.")
    if len(text) > MOST_TEXT or len(workflow) > MOST_TEXT:
        raise HTTPException(422, f"text and workflow may have {MOST_TEXT} characters.")
    past = whole_number("days", days, MOST_DAYS)
    return RunFilter(workflow or None, found, text, now() - timedelta(days=past) if past else None)


def whole_number(name: str, given: str, most: int) -> int | None:
    """A number from 1 to `most`; None for an empty one."""
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= most):
        raise HTTPException(422, f"{name} must be a whole number from 1 to {most}.")
    return int(given[:9])
