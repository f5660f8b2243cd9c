"""Times, lengths and sentences as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TITLE_LENGTH = 60


def ago(then: datetime, now: datetime) -> str:
    """How long ago `then` was, in the largest fitting unit: `just now`, `2 min ago`, `3 days ago`."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86400:
        return f"{seconds // 3600} h ago"
    days = seconds // 86400
    if days < 60:
        return "1 day ago" if days == 1 else f"{days} days ago"
    return f"{days // 30} months ago"


def lasting(seconds: float) -> str:
    """A duration: `0.4 s`, `12 s`, `2 min 5 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def moment(then: datetime, zone: str | None = None) -> str:
    """A point in time in the visitor's time zone (an IANA name), in UTC when that is unknown."""
    try:
        local = then.astimezone(ZoneInfo(zone)) if zone else then.astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError):
        local = then.astimezone(UTC)
    return f"{local.day} {local:%B %Y, %H:%M} {local:%Z}"


def iso(then: datetime) -> str:
    """The time as the page reads it: ISO in UTC with a `Z`."""
    return then.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """The beginning of the text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut
    return head.rstrip(" ,;:.") + "…"


def mid_sentence(sentence: str) -> str:
    """The sentence as it stands after a colon: without its capital, unless the word needs it."""
    first = sentence.split(" ", 1)[0]
    if first in {"I", "I'm"} or any(letter.isupper() for letter in first[1:]):
        return sentence
    return sentence[:1].lower() + sentence[1:]
