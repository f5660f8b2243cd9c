"""What a run looks like: its steps and containers as a tree of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from agents.tools.sources import Source
from storage.records import Edited

from .node import as_text

NodeState = Literal["waiting", "running", "done", "failed", "skipped", "stopped", "paused"]
ROUND, VERSION = "round", "version"
OVER = frozenset({"done", "skipped"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that failed, and why."""

    number: int
    error: str


@dataclass(slots=True)
class ToolUse:
    """A call of a tool; without `finished_at` it is at work."""

    call_id: str
    tool: str
    arguments: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None = None
    result: str = ""
    artifact: Any = None
    success: bool = True

    @property
    def sources(self) -> list[Source]:
        return sources_in(self.artifact)


@dataclass(slots=True)
class RunNode:
    """A step, a container, a round of a loop or a version of a reviewed step.

    `content` is what it gave, `text` what it has streamed so far; `input` what it was given, as far as the tree
    tells. `kept` says that it was worked out by an earlier run, or before this one was gone on with; `edited` that a
    person's text stands for what it gave, or for what led to it.
    """

    path: str
    name: str
    kind: str = "step"
    state: NodeState = "waiting"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    tokens: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    error: str | None = None
    input: Any = None
    content: Any = None
    text: str = ""
    calls: list[ToolUse] = field(default_factory=list)
    children: list[RunNode] = field(default_factory=list)
    kept: bool = False
    edited: Edited = ""
    round: int | None = None

    @property
    def output(self) -> Any:
        """What there is of its output by now."""
        if self.state == "skipped":
            return None
        return self.text if self.content is None else self.content

    @property
    def sources(self) -> list[Source]:
        """What its tools found, and what it gave of such itself; each address once."""
        found = [source for call in self.calls for source in call.sources] + sources_in(self.content)
        return list({source["address"] or source["title"]: source for source in found}.values())


def sources_in(value: Any) -> list[Source]:
    """The sources of a search's result; none of anything else."""
    found = value.get("sources") if isinstance(value, Mapping) else None
    if not isinstance(found, list):
        return []
    return [
        Source(
            title=str(source.get("title") or ""),
            address=str(source.get("address") or ""),
            snippet=str(source.get("snippet") or ""),
        )
        for source in found
        if isinstance(source, Mapping)
    ]


def walk(nodes: Iterable[RunNode]) -> Iterator[RunNode]:
    """Every node, parents first."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def give_inputs(node: RunNode, given: Any) -> Any:
    """Tell every node what it was given; gives what comes out, or None while that is not known."""
    node.input = given
    content: Any = given
    results = []
    for child in node.children:
        if node.kind in ("parallel", "step"):
            content = given
        content = give_inputs(child, content)
        results.append((child.name, content))
    if node.state not in OVER:
        return None
    if node.content is None and node.children:
        joined = (f"## {name}\n\n{as_text(result)}" for name, result in results)
        node.content = "\n\n".join(joined) if node.kind == "parallel" else content
    return node.content
