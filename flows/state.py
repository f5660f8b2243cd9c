"""What a step changed in the session state, as a value that can be stored and applied again."""

from __future__ import annotations

import copy
from typing import Any


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """`{"set": {key: value}, "removed": [key]}` that makes `before` into `after`; None if they are equal."""
    if not before and not after:
        return None
    changed = {key: value for key, value in after.items() if key not in before or before[key] != value}
    removed = [key for key in before if key not in after]
    return {"set": changed, "removed": removed} if changed or removed else None


def apply_changes(state: dict[str, Any], changes: dict[str, Any] | None) -> None:
    """Make the changes in `state` itself."""
    if changes:
        state.update(copy.deepcopy(changes["set"]))
        for key in changes["removed"]:
            state.pop(key, None)
