"""What a step changed in the session state, as a value that can be stored and applied again."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, cast

from .errors import StateConflict, StepError
from .off_loop import off_loop
from .plain import ALLOWED, odd_part


def copied(state: dict[str, Any]) -> dict[str, Any]:
    """A copy that shares nothing with `state`."""
    return copy.deepcopy(state) if state else {}


async def copy_of(state: dict[str, Any]) -> dict[str, Any]:
    """`copied`, in a thread if the state is large."""
    return await off_loop(lambda: copied(state), state) if state else {}


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """`{"set": {key: value}, "removed": [key]}` that makes `before` into `after`; None if they are equal."""
    if not before and not after:
        return None
    changed = {key: value for key, value in after.items() if key not in before or before[key] != value}
    removed = [key for key in before if key not in after]
    return {"set": changed, "removed": removed} if changed or removed else None


def check_changes(before: dict[str, Any], after: dict[str, Any], path: str) -> None:
    """StepError that names the step if it put something into the state that JSON would change."""
    changes = changes_between(before, after)
    if changes and (odd := odd_part(changes["set"])):
        raise StepError(f"{path} put {odd} into the session state. It may hold {ALLOWED}.")


async def apply_changes(state: dict[str, Any], changes: dict[str, Any] | None) -> None:
    """Make the changes in `state` itself."""
    if changes:
        state.update(await copy_of(changes["set"]))
        for key in changes["removed"]:
            state.pop(key, None)


_MISSING: Any = object()


def merge_branches(base: dict[str, Any], branches: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """`base` with what each named branch changed in its copy of it, in the order given.

    Dicts merge key by key, what was appended to lists (new ones too) follows one after the other, and numbers add
    up their differences. Raises StateConflict when two branches set one value differently.
    """
    return dict(cast(dict[str, Any], _merged("", base, branches)))  # never `base` itself


def _merged(key: str, base: Any, branches: Sequence[tuple[str, Any]]) -> Any:
    changed = [(name, value) for name, value in branches if value is not base and value != base]
    values = [value for _, value in changed]
    if not changed:
        return base
    if all(isinstance(value, dict) for value in values) and (base is _MISSING or isinstance(base, dict)):
        return _merged_dicts(key, {} if base is _MISSING else base, changed)
    if len(changed) == 1:
        return values[0]
    start = [] if base is _MISSING else base
    if isinstance(start, list) and all(isinstance(value, list) and value[: len(start)] == start for value in values):
        return start + [item for value in values for item in value[len(start) :]]
    if _is_number(base) and all(_is_number(value) for value in values):
        return base + sum(value - base for value in values)
    for name, value in changed[1:]:
        if value is _MISSING or values[0] is _MISSING or value != values[0]:
            if value is values[0]:  # removed by both
                continue
            raise StateConflict(f"The branches {changed[0][0]} and {name} set {key or 'the state'} differently.")
    return values[0]


def _merged_dicts(key: str, base: dict[str, Any], branches: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    keys = dict.fromkeys([*base, *(name for _, value in branches for name in value)])
    merged = {}
    for name in keys:
        path = f"{key}.{name}" if key else name
        each = [(branch, value.get(name, _MISSING)) for branch, value in branches]
        value = _merged(path, base.get(name, _MISSING), each)
        if value is not _MISSING:
            merged[name] = value
    return merged


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
