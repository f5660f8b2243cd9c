"""Plain values: those that JSON gives back as they were, so that a replay sees what the steps saw."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from storage.encoding import to_json
from storage.records import StepOutput

from .errors import StepError

_CONTENT_TYPES = (str, dict, list, BaseModel)
_SCALARS = (str, int, float, bool, type(None))

ALLOWED = "str, int, float, bool, None, list, and dict with str keys"


def odd_part(value: Any) -> str | None:
    """The first thing inside `value` that JSON would change, in words; None if there is none."""
    try:
        return _odd_part(value)
    except RecursionError:
        return "something that contains itself"


def _odd_part(value: Any) -> str | None:
    if isinstance(value, _SCALARS):
        return None
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                return f"a dict with a key of type {type(key).__name__}"
            if odd := _odd_part(item):
                return odd
        return None
    if isinstance(value, list):
        return next((odd for item in value if (odd := _odd_part(item))), None)
    kind = type(value).__name__
    return f"an {kind}" if kind[0] in "aeiouAEIOU" else f"a {kind}"


def is_same(one: Any, other: Any) -> bool:
    """Whether two contents are the same as they are stored: what a person gives back unchanged is not edited."""
    return to_json(one) == to_json(other)


def check_content(content: Any, path: str) -> Any:
    """The content, if a step may give it; else StepError that names the step and the type."""
    inside = content.content if isinstance(content, StepOutput) else content
    if inside is not None and not isinstance(inside, _CONTENT_TYPES):
        raise StepError(
            f"The step {path} returned {type(inside).__name__}. "
            "It may return str, dict, list, a pydantic model, StepOutput or None."
        )
    if isinstance(inside, dict | list) and (odd := odd_part(inside)):
        raise StepError(f"The step {path} returned {odd} in its {type(inside).__name__}. It may hold {ALLOWED}.")
    return content
