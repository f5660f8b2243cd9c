"""What a person put in the place of a step's output, in words."""

from __future__ import annotations

from storage.records import Edited

TOLD: dict[Edited, str] = {"": "", "here": "edited by you", "before": "after your edit"}
TOLD_TO_A_MODEL: dict[Edited, str] = {
    "": "",
    "here": "the user's own text, put in the place of the step's",
    "before": "built on a text that the user put in the place of an earlier step's",
}


def with_edit(name: str, edited: Edited) -> str:
    """The name of a step with how the person's own text comes in: `Writer, edited by you`."""
    return f"{name}, {TOLD[edited]}" if edited else name
