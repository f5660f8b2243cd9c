"""What a person set for a conversation, as it counts for one turn of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Preferences:
    """`recall` says whether all of the user's sessions may answer, or the present one alone.

    `fresh_hours` replaces how long every workflow counts its results as current. `model` is what the environment
    names, or the offline model; `steps` what the page shows of a run; `workflow` one that is always run.
    """

    recall: Literal["user", "session"] = "user"
    fresh_hours: float | None = None
    model: Literal["configured", "offline"] = "configured"
    steps: Literal["all", "answer"] = "all"
    workflow: str | None = None

    def fresh_for(self, own: timedelta | None) -> timedelta | None:
        """How long results count as current, of a workflow whose `own` word on it this is."""
        return own if self.fresh_hours is None else timedelta(hours=self.fresh_hours)
