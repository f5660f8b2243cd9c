"""Times and lengths as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TITLE_LENGTH = 60


def moment(then: datetime, zone: str | None = None) -> str:
    """A point in time in a time zone (an IANA name), in UTC when that is unknown."""
    try:
        local = then.astimezone(ZoneInfo(zone)) if zone else then.astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError):
        local = then.astimezone(UTC)
    return f"{local.day} {local:%B %Y, %H:%M} {local:%Z}"


def iso(then: datetime) -> str:
    """The time as programs and the page read it: ISO in UTC with a `Z`."""
    return then.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """The beginning of the text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut
    return head.rstrip(" ,;:.") + "…"


def beginning(text: str, length: int) -> str:
    """The beginning of the text with its lines as they are, cut at so many characters."""
    return text if len(text) <= length else f"{text[:length]}…"
