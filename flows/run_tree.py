"""A run as a tree to be looked at: what its journal, its events and its workflow tell of every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.records import JournalEntry, Question, Run, RunStatus

from .events import (
    Event,
    IterationStarted,
    RunPaused,
    RunStarted,
    StepDelta,
    StepFailed,
    StepFinished,
    StepRetried,
    StepSkipped,
    StepStarted,
    ToolCalled,
    ToolReturned,
)
from .nested import NestedWorkflow
from .node import Child, Node, sibling_names
from .paths import step_path
from .run_node import OVER, ROUND, VERSION, Attempt, NodeState, RunNode, ToolUse, give_inputs, walk
from .steps import NodeList

_ENDED: dict[str, NodeState] = {"completed": "done", "failed": "failed", "skipped": "skipped"}


def run_tree(
    run: Run, entries: Iterable[JournalEntry], events: Iterable[Event], nodes: Sequence[Node] = ()
) -> list[RunNode]:
    """The run's top-level nodes. `nodes` are its workflow's, if that still is what the run was one of.

    What is not begun is `waiting`; of a completed run it is left out.
    """
    tree = _Tree(run, nodes)
    for event in events:
        tree.apply(event)
    for entry in entries:
        tree.take(entry)
    return tree.settled()


class _Tree:
    def __init__(self, run: Run, nodes: Sequence[Node]) -> None:
        self._run = run
        self._root = RunNode("", run.workflow, "workflow")
        self._nodes = {"": self._root}
        self._plans: dict[str, Child] = {}
        self._question: Question | None = run.question
        self._resumed_at: datetime | None = None
        self._plan("", nodes)

    def apply(self, event: Event) -> None:
        match event:
            case RunStarted():
                if event.resumed:
                    self._resume(event.at)
            case RunPaused():
                self._question = event.question if self._run.status == "paused" else None
            case StepStarted():
                self._start(event)
            case StepDelta():
                self._find(event.path, event.name).text += event.text
            case ToolCalled():
                call = ToolUse(event.call_id, event.tool, event.arguments, event.at)
                self._find(event.path, event.name).calls.append(call)
            case ToolReturned():
                self._return(event)
            case StepRetried():
                node = self._find(event.path, event.name)
                node.text = ""
                node.attempts.append(Attempt(len(node.attempts) + 1, event.error))
            case StepFinished():
                node = self._find(event.path, event.name, event.kind)
                node.content, node.error = event.output.content, event.output.error
                node.tokens = event.output.usage.total_tokens
                self._end(node, "done", event.at)
            case StepSkipped() | StepFailed():
                node = self._find(event.path, event.name)
                node.error = event.error
                failed = isinstance(event, StepFailed)
                if failed and not node.children:
                    node.attempts.append(Attempt(len(node.attempts) + 1, event.error))
                self._end(node, "failed" if failed else "skipped", event.at)
            case IterationStarted():
                node = self._find(event.path, event.name)
                node.state, node.started_at = "running", event.at
            case _:
                pass

    def take(self, entry: JournalEntry) -> None:
        """What the journal knows is more exact than what events tell; a step kept by a fork is in no event."""
        path = step_path(entry.path)
        if path != entry.path:
            if entry.kind == "draft" and entry.output is not None:
                self._find(path).content = entry.output.content
            return
        before = self._resumed_at is not None and entry.finished_at < self._resumed_at
        if entry.output is None or (before and entry.status == "failed"):
            return  # a failed step is tried anew
        node = self._find(path, entry.output.step_name, entry.kind)
        node.state, node.kept = _ENDED[entry.status], before
        node.started_at, node.finished_at = entry.started_at, entry.finished_at
        node.content, node.error = entry.output.content, entry.output.error
        node.tokens = entry.output.usage.total_tokens
        node.edited = entry.edited

    def settled(self) -> list[RunNode]:
        if self._run.status == "paused" and self._question is not None:
            self._pause(self._question.path)
        if self._run.status != "running":
            for node in walk(self._root.children):
                if node.state == "running" and not node.children:
                    node.state, node.finished_at = "stopped", node.finished_at or self._run.finished_at
        for child in self._root.children:
            self._sum_up(child)
        self._drop_waiting(self._root, self._run.status == "completed")
        give_inputs(self._root, self._run.input)
        return self._root.children

    def _resume(self, at: datetime) -> None:
        """What is finished is kept; what was cut short, failed or waited for an answer is done again."""
        self._resumed_at = at
        for node in walk(self._root.children):
            if node.state in OVER:
                node.kept = True
            else:
                node.state, node.finished_at = "waiting", None

    def _start(self, event: StepStarted) -> None:
        node = self._find(event.path, event.name, event.kind)
        node.state, node.kept, node.error = "running", False, None
        node.content, node.text, node.calls = None, "", []
        node.started_at, node.finished_at = event.at, None

    def _return(self, event: ToolReturned) -> None:
        calls = self._find(event.path, event.name).calls
        call = next((call for call in reversed(calls) if call.call_id == event.call_id), None)
        if call is not None:
            call.finished_at, call.result = event.at, event.result
            call.artifact, call.success = event.artifact, event.success

    def _end(self, node: RunNode, state: NodeState, at: datetime) -> None:
        node.state, node.finished_at = state, at
        node.started_at = node.started_at or at

    def _pause(self, path: str) -> None:
        parts = path.split("/") if path else []
        for depth in range(1, len(parts) + 1):
            self._find("/".join(parts[:depth])).state = "paused"

    def _find(self, path: str, name: str = "", kind: str = "") -> RunNode:
        """The node at this path, made with those around it if there is none yet."""
        if path not in self._nodes:
            self._make(path, name, kind)
        return self._nodes[path]

    def _make(self, path: str, name: str, kind: str) -> None:
        above, _, part = path.rpartition("/")
        parent = self._find(above, "", "steps")
        if path in self._nodes:  # it was planned with what is around it
            return
        beside = self._plans.get(above)
        plan = beside.child(part) if beside is not None else None
        node = RunNode(path, name or part, getattr(plan, "kind", "") or kind or "step")
        if part.isdigit() and beside is None and parent.kind == "steps":
            parent.kind = "loop"
        if part.isdigit() and parent.kind == "loop":
            node.name, node.kind, node.round = f"Round {part}", ROUND, int(part)
        elif part.startswith("#"):
            node.name, node.kind = f"Version {part[1:]}", VERSION
        parent.children.append(node)
        self._nodes[path] = node
        if plan is not None:
            self._plans[path] = plan
            self._plan(path, _inside(plan))

    def _plan(self, path: str, nodes: Sequence[Node]) -> None:
        for part, node in zip(sibling_names(nodes), nodes, strict=True):
            below = f"{path}/{part}" if path else part
            self._plans[below] = node
            self._nodes[below] = child = RunNode(below, node.name, node.kind)
            self._nodes[path].children.append(child)
            self._plan(below, _inside(node))

    def _sum_up(self, node: RunNode) -> None:
        """What a container is follows from what is in it, where no event told."""
        for child in node.children:
            self._sum_up(child)
        if not node.children:
            return
        begun = [child for child in node.children if child.state != "waiting"]
        node.kept = bool(begun) and all(child.kept for child in begun)
        if node.state in ("waiting", "running"):
            node.state = _joined(node, self._run.status)
        starts = [child.started_at for child in begun if child.started_at]
        ends = [child.finished_at for child in begun if child.finished_at]
        node.started_at = node.started_at or min(starts, default=None)
        if node.state != "running":
            node.finished_at = node.finished_at or max(ends, default=None)
        node.tokens = max(node.tokens, sum(child.tokens for child in node.children))

    def _drop_waiting(self, node: RunNode, all_over: bool) -> None:
        all_over = all_over or node.state in OVER
        if all_over:
            node.children = [child for child in node.children if child.state != "waiting"]
        for child in node.children:
            self._drop_waiting(child, all_over)


def _joined(node: RunNode, status: RunStatus) -> NodeState:
    """How a container stands whose end no event tells of."""
    states = {child.state for child in node.children}
    if "running" in states or "paused" in states:
        return "running" if "running" in states else "paused"
    if states == {"waiting"}:
        return "stopped" if node.state == "running" and status != "running" else node.state
    ends_here = node.kind != "loop" or status == "completed" or (node.kept and node.state == "waiting")
    if states <= OVER and ends_here:
        return "done"
    if status == "running":
        return "running"
    return "failed" if "failed" in states else "stopped"


def _inside(node: Child) -> Sequence[Node]:
    """The nodes that will run inside, where that is known before it begins."""
    if isinstance(node, NodeList):
        return node.nodes
    kind, ways = getattr(node, "kind", ""), list(getattr(node, "ways", ()))
    if kind == "workflow" and not isinstance(node, NestedWorkflow):
        ways = list(ways[0].nodes[0].ways)
    if kind == "parallel":
        return [way.nodes[0] for way in ways]
    return list(ways[0].nodes) if kind in ("steps", "workflow") else []
