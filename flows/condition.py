"""A condition: steps that run only if something holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from storage.records import StepOutput

from .errors import StepError
from .node import Child, StepInput, Way, check_name, either
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
    def ways(self) -> Sequence[Way]:
        return [Way(self._then.nodes, "then"), Way(self._else.nodes, "else")]

    def child(self, part: str) -> Child | None:
        return either(self._then.child(part), self._else.child(part))

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        if (known := await scope.known_output()) is not None:
            return known
        scope.container_started(self.kind)
        try:
            chosen = self._then if await self._holds(step_input, scope) else self._else
            output = await chosen.run(step_input, scope)
        except StepError as error:
            output = StepOutput(success=False, error=str(error))
        output = replace(output, step_name=scope.name)
        scope.container_finished(self.kind, output)
        return output

    async def _holds(self, step_input: StepInput, scope: Scope) -> bool:
        if not callable(self._evaluator):
            return bool(self._evaluator)
        return bool(await verdict(scope, "verdict", self._evaluator, step_input))
