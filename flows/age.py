"""How old a result is: in words for people, and whether it is too old."""

from __future__ import annotations

from datetime import datetime, timedelta

JUST_NOW = timedelta(hours=1)  # a result younger than this is as current as can be asked for


def age(finished_at: datetime | None, now: datetime) -> str:
    """How long ago, for people: `just now`, `2 min ago`, `3 h ago`, `5 days ago`."""
    if finished_at is None:
        return "just now"
    seconds = max(0.0, (now - finished_at).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86_400)
    return "yesterday" if days == 1 else f"{days} days ago"


def out_of_date(
    finished_at: datetime, fresh_for: timedelta | None, now: datetime, *, wants_current: bool
) -> str | None:
    """Why a result is too old for what is asked, in words; None if it is not."""
    if is_stale(finished_at, fresh_for, now):
        return "is older than its workflow counts as current"
    if wants_current and now - finished_at > JUST_NOW:
        return "may be out of date by now"
    return None


def is_stale(finished_at: datetime | None, fresh_for: timedelta | None, now: datetime) -> bool:
    """Whether a result is older than its workflow says a result may be."""
    return fresh_for is not None and finished_at is not None and now - finished_at > fresh_for
