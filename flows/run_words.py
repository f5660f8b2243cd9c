"""Which runs `/runs failed article today` means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.records import RunStatus
from storage.run_lists import RunFilter

_STATUSES: dict[str, RunStatus] = {
    "completed": "completed",
    "finished": "completed",
    "done": "completed",
    "failed": "failed",
    "broken": "failed",
    "running": "running",
    "paused": "paused",
    "waiting": "paused",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "stopped": "cancelled",
    "interrupted": "interrupted",
}
_DAYS = {"today": 1, "yesterday": 2, "week": 7, "month": 30, "year": 365}
_TIMES = re.compile(
    r"\b(?:(?:of|from|since|in)\s+)?(?:(?:this|last|the last|the past)\s+)?(today|yesterday|week|month|year)\b", re.I
)
_LAST_DAYS = re.compile(r"\b(?:(?:in|of)\s+)?(?:the\s+)?(?:last|past)\s+(\d{1,4})\s+days?\b", re.IGNORECASE)
_SMALL = re.compile(r"\b(?:all|my|the|of|about|on|runs?|that|which|with|from|were|are|is)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RunWords:
    """What was asked for; `days` counts back from now."""

    workflow: str | None = None
    status: RunStatus | None = None
    text: str = ""
    days: int | None = None

    @classmethod
    def parse(cls, words: str, workflows: Sequence[str]) -> RunWords:
        """The filter that the words describe; what names no workflow, status or time is looked for in the inputs."""
        rest, days, workflow, status = words, None, None, None
        if match := _LAST_DAYS.search(rest):
            rest, days = _without(rest, match), int(match.group(1))
        elif match := _TIMES.search(rest):
            rest, days = _without(rest, match), _DAYS[match.group(1).casefold()]
        for name in sorted(workflows, key=len, reverse=True):
            if match := re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", rest, re.IGNORECASE):
                rest, workflow = _without(rest, match), name
                break
        if match := re.search(rf"\b(?:{'|'.join(_STATUSES)})\b", rest, re.IGNORECASE):
            rest, status = _without(rest, match), _STATUSES[match.group().casefold()]
        return cls(workflow, status, " ".join(_SMALL.sub(" ", rest).split()).strip(" ,.?!"), days)

    def as_filter(self, now: datetime) -> RunFilter:
        """The filter as the store takes it."""
        since = None if self.days is None else now - timedelta(days=self.days)
        return RunFilter(self.workflow, self.status, self.text, since)

    def as_props(self) -> dict[str, Any]:
        """The filter as the page takes it: what was not asked for is left out."""
        given = {"workflow": self.workflow, "status": self.status, "text": self.text, "days": self.days}
        return {key: value for key, value in given.items() if value}

    def described(self) -> str:
        """What is looked for, after the word `runs`: ` of Article that failed`."""
        parts = [f" of {self.workflow}"] if self.workflow else []
        parts += [f" that {_ENDED[self.status]}"] if self.status else []
        parts += [f" on “{self.text}”"] if self.text else []
        parts += [f" of the last {self.days} days" if self.days > 1 else " of the last 24 hours"] if self.days else []
        return "".join(parts)


_ENDED: dict[str, str] = {
    "completed": "were completed",
    "failed": "failed",
    "running": "are running",
    "paused": "wait for a person",
    "cancelled": "were stopped",
    "interrupted": "were interrupted",
}


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
