"""A condition: steps that run only if something holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from storage.records import StepOutput

from .node import Child, Node, StepInput, check_name
from .scope import Scope
from .steps import NodeList
from .verdict import verdict


class Condition:
    """`steps` if `evaluator` (a bool, or a callable of StepInput, sync or async) says so, else `else_steps`.

    If nothing runs, the content before it passes through untouched.
    """

    kind = "condition"

    def __init__(
        self,
        evaluator: bool | Callable[[StepInput], Any],
        steps: Iterable[Any],
        else_steps: Iterable[Any] | None = None,
        name: str = "Condition",
    ) -> None:
        self.name = check_name(name)
        self._evaluator = evaluator
        self._then = NodeList(steps)
        self._else = NodeList(else_steps or ())

    @property
    def children(self) -> Sequence[Node]:
        return [*self._then.nodes, *self._else.nodes]

    def child(self, part: str) -> Child | None:
        return self._then.child(part) or self._else.child(part)

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        scope.container_started(self.kind)
        holds = self._evaluator
        if callable(holds):
            holds = bool(await verdict(scope, "verdict", holds, step_input))
        output = await (self._then if holds else self._else).run(step_input, scope)
        output = replace(output, step_name=scope.name)
        scope.container_finished(self.kind, output)
        return output
