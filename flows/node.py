"""The one protocol every node of a workflow follows, and what a node is given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from storage.files import File
from storage.records import KnownPart, Run, StepOutput

if TYPE_CHECKING:
    from .scope import Scope


HISTORY_RUNS = 5  # completed runs of its session that a run may look back on


class Child(Protocol):
    """What can stand on a path: a node, or an iteration of a loop."""

    def child(self, part: str) -> Child | None: ...


class Either:
    """What stands on a path when it depends on the run which of several nodes of one name does."""

    def __init__(self, candidates: Sequence[Child]) -> None:
        self.kind: str = getattr(candidates[0], "kind", "")
        self.asks = [form for candidate in candidates for form in getattr(candidate, "asks", ())]
        self._candidates = candidates

    def child(self, part: str) -> Child | None:
        return either(*(candidate.child(part) for candidate in self._candidates))


def either(*candidates: Child | None) -> Child | None:
    """The one candidate there is, all of them as one, or None."""
    found = [candidate for candidate in candidates if candidate is not None]
    return Either(found) if len(found) > 1 else next(iter(found), None)


class Way(NamedTuple):
    """Nodes that follow one another inside a container; `label` says when they run, if not always."""

    nodes: Sequence[Node]
    label: str = ""


@runtime_checkable
class Node(Protocol):
    """A function, agent, team, sequence, parallel, condition, loop, router or nested workflow.

    `kind` is its class name in lower case; `ways` are the nodes it may call, those of one way in order.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def ways(self) -> Sequence[Way]: ...

    def child(self, part: str) -> Child | None:
        """What runs at this part of a path below this node."""
        ...

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        """Do the work. A failure is an output with `success=False`; containers pass it up."""
        ...


@runtime_checkable
class Nestable(Protocol):
    """What can be a step of a workflow as a whole: another workflow."""

    @property
    def node(self) -> Node: ...


@dataclass(slots=True)
class StepInput:
    """What a node is given: the workflow's input and what was worked out before it.

    `answer` is what a person filled in for the step, `feedback` what a reviewer said of `draft`, its last output;
    `known` what earlier runs hold on part of the message that this run was started for, the best first.
    """

    input: Any
    previous_step_content: Any = None
    previous_step_outputs: Mapping[str, StepOutput] = field(default_factory=dict)
    session_state: dict[str, Any] = field(default_factory=dict)
    history: tuple[Run, ...] = ()
    files: tuple[File, ...] = ()
    answer: Any = None
    feedback: str | None = None
    draft: Any = None
    known: tuple[KnownPart, ...] = ()

    def following(self, content: Any, outputs: Mapping[str, StepOutput], state: dict[str, Any]) -> StepInput:
        """The same input further on: after `outputs`, the last of which gave `content`."""
        return StepInput(  # `replace` takes ten times as long, and every step comes by here
            self.input,
            content,
            outputs,
            state,
            self.history,
            self.files,
            self.answer,
            self.feedback,
            self.draft,
            self.known,
        )

    def with_state(self, state: dict[str, Any]) -> StepInput:
        """The same input with another session state."""
        return self.following(self.previous_step_content, self.previous_step_outputs, state)

    def get_input_as_string(self) -> str:
        """The workflow's input as text."""
        return as_text(self.input)

    def get_step_output(self, name: str) -> StepOutput | None:
        """The output of the step called `name`, at any depth, the nearest first; None if there is none."""
        if name in self.previous_step_outputs:
            return self.previous_step_outputs[name]
        for output in reversed(list(self.previous_step_outputs.values())):
            if found := _find(output, name):
                return found
        return None

    def get_step_content(self, name: str) -> Any:
        """The content of the step called `name`, or None; of a Parallel, `{branch: content}`."""
        output = self.get_step_output(name)
        if output is not None and output.branches:
            return {branch.step_name: branch.content for branch in output.steps if branch.success}
        return output.content if output else None

    def get_last_step_content(self) -> Any:
        """The content of the step before this one."""
        return self.previous_step_content

    def get_all_previous_content(self) -> str:
        """Every earlier step's content under a heading with its name."""
        return "\n\n".join(
            f"### {name}\n{as_text(output.content)}" for name, output in self.previous_step_outputs.items()
        )


def _find(output: StepOutput, name: str) -> StepOutput | None:
    for child in reversed(output.steps):
        if child.step_name == name:
            return child
        if found := _find(child, name):
            return found
    return None


def as_text(content: Any) -> str:
    """Any content as text: strings as they are, everything else as JSON."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, BaseModel):
        return content.model_dump_json(indent=2)
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def fingerprint(node: Node) -> Any:
    """The shape of a tree: kinds, names and nesting, as JSON values."""
    ways = [[fingerprint(child) for child in way.nodes] for way in node.ways]
    if node.kind == "condition":  # what stands in `else` runs when what stands in `then` does not
        then, otherwise = ways
        return [node.kind, node.name, then, otherwise] if otherwise else [node.kind, node.name, then]
    return [node.kind, node.name, [child for way in ways for child in way]]


def name_of(work: Any) -> str:
    """What a step of this work is called if nobody says so."""
    name = getattr(work, "name", None) or getattr(work, "__name__", None) or type(work).__name__
    return "function" if name == "<lambda>" else str(name)


def check_name(name: str) -> str:
    """The name, if it can be part of a path; else ValueError."""
    if not name.strip() or "/" in name or "#" in name or not name.isprintable():
        raise ValueError(f"A step's name must be printable, not empty, and without '/' and '#'; {name!r} is not.")
    return name


def free_part(name: str, beside: Child | None) -> str:
    """The path part of a node called `name`: with `#2`, and so on, if something below `beside` has that part."""
    part, number = name, 1
    while beside is not None and beside.child(part) is not None:
        number += 1
        part = f"{name}#{number}"
    return part


def sibling_names(nodes: Sequence[Node]) -> list[str]:
    """The path parts of siblings: their names, the second of one name with `#2`, and so on."""
    seen: dict[str, int] = {}
    names = []
    for node in nodes:
        seen[node.name] = count = seen.get(node.name, 0) + 1
        names.append(node.name if count == 1 else f"{node.name}#{count}")
    return names
