"""A sequence: nodes one after the other, each given what those before it worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storage.records import StepOutput, Usage

from .node import Child, Node, StepInput, Way, check_name, sibling_names
from .scope import Scope
from .step import as_node


class NodeList:
    """Nodes in order, without a name of their own: the inside of Steps and of Workflow."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.nodes: Sequence[Node] = [as_node(item) for item in items]
        self.names = sibling_names(self.nodes)

    def child(self, part: str) -> Child | None:
        """The node that runs at this part of the path."""
        return self.nodes[self.names.index(part)] if part in self.names else None

    def only(self, names: Sequence[str]) -> NodeList:
        """The nodes of these names, in this order."""
        chosen = NodeList(())
        chosen.nodes = [self.nodes[self.names.index(name)] for name in names]
        chosen.names = list(names)
        return chosen

    async def run(self, step_input: StepInput, scope: Scope, done: list[StepOutput] | None = None) -> StepOutput:
        """The last node's content under the scope's name, `steps` the outputs so far; a failure or a stop ends it.

        `done` takes the outputs as they come, for a caller who wants them even if the rest is cut short.
        """
        if (known := await scope.known_output()) is not None:
            return known
        outputs = dict(step_input.previous_step_outputs)
        content = step_input.previous_step_content
        done, used = [] if done is None else done, Usage()
        for node, name in zip(self.nodes, self.names, strict=True):
            output = await node.run(step_input.following(content, outputs, scope.state), scope.child(name))
            done.append(output)
            outputs[name] = output
            content = output.content
            used = used + output.usage if len(done) > 1 else output.usage
            if not output.success or output.stop:
                return StepOutput(content, output.success, output.error, output.stop, scope.name, tuple(done), used)
        return StepOutput(content, step_name=scope.name, steps=tuple(done), usage=used)


class Steps:
    """A named sequence of nodes."""

    kind = "steps"

    def __init__(self, name: str, steps: Iterable[Any]) -> None:
        self.name = check_name(name)
        self._sequence = NodeList(steps)

    @property
    def ways(self) -> Sequence[Way]:
        return [Way(self._sequence.nodes)]

    def child(self, part: str) -> Child | None:
        return self._sequence.child(part)

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        scope.container_started(self.kind)
        output = await self._sequence.run(step_input, scope)
        scope.container_finished(self.kind, output)
        return output
