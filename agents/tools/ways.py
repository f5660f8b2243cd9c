"""What a person can do when a search has found nothing: only what would help here and now."""

from __future__ import annotations

from agents.boundary import departed
from agents.context import current_shelf, wants_offline
from agents.keys import forced_offline, has_key


def ways(of_the_web: str = "") -> list[str]:
    """What could be done, each as an order; `of_the_web` is what could be done to search the web, if it was not.

    In a replay nothing leaves the machine, whatever is set.
    """
    attaching = ["attach a file"] if current_shelf.get() is not None else []
    if departed():
        return attaching
    return [way for way in (*attaching, of_the_web, _of_a_model()) if way]


def _of_a_model() -> str:
    """How to get a language model, where the offline model works for want of one."""
    if forced_offline():
        return ""
    if has_key():
        return "choose a language model in the settings" if wants_offline.get() else ""
    return "set OPENAI_API_KEY for a language model"
