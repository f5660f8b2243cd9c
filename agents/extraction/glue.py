"""The few words of its own that extraction adds, so that they are never taken for a source's."""

from __future__ import annotations

import re

NOTES_LEAD = "From the notes gathered on "
NOTHING_FOUND = "The search found nothing about "
NOTHING_TO_WRITE = "There was nothing to write from: "
NEAR = "The library has notes on: "
WAYS = "To find more, "
NO_ANSWER = "Nothing in the past results bears on this."
NOT_DIRECTLY = "The past results do not answer this directly; this comes closest."

_SEARCH_NOTE = re.compile(r"the document library was searched|^Nothing about this was found")
_ALL = (NEAR, WAYS, NOTES_LEAD, NOTHING_FOUND, NOTHING_TO_WRITE, NO_ANSWER, NOT_DIRECTLY)


def is_glue(paragraph: str) -> bool:
    """Whether a paragraph is one of ours, or what a search says of itself."""
    return paragraph.startswith(_ALL) or bool(_SEARCH_NOTE.search(paragraph))
