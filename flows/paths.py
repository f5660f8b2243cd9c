"""Paths of a run's journal: which step an entry belongs to, and which steps are at work at the same time."""

from __future__ import annotations

from itertools import takewhile

from .node import Child


def step_path(path: str) -> str:
    """The path of the step that an entry belongs to, without the mark of a question or verdict."""
    parts = path.split("/")
    marked = next((place for place, part in enumerate(parts) if _is_marked(part)), None)
    if marked is None:
        return path
    name, *marks = parts[marked].split("#")
    numbers = takewhile(str.isdigit, marks)
    return "/".join([*parts[:marked], "#".join([name, *numbers])])


def _is_marked(part: str) -> bool:
    """`Write#confirm` is marked, `Write#2` is the second step of its name."""
    return any(mark and not mark.isdigit() for mark in part.split("#")[1:])


def at_the_same_time(path: str, at: str, tree: Child | None) -> bool:
    """Whether the lowest node above both is a Parallel."""
    node = tree
    for one, other in zip(step_path(path).split("/"), at.split("/"), strict=False):
        if one != other:
            return getattr(node, "kind", "") == "parallel"
        node = node.child(one) if node is not None else None
    return False
