"""A loop: steps again and again until they are good enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from storage.records import StepOutput, Usage

from .errors import StepError
from .events import IterationStarted
from .node import Child, StepInput, Way, check_name
from .scope import Scope
from .steps import NodeList
from .verdict import verdict


class Loop:
    """`steps` until `end_condition(outputs of this iteration)` (sync or async) is true, at most `max_iterations` times.

    Iterations count from 1; each sees what the one before it gave.
    """

    kind = "loop"

    def __init__(
        self,
        steps: Iterable[Any],
        end_condition: Callable[[list[StepOutput]], Any] | None = None,
        max_iterations: int = 3,
        name: str = "Loop",
    ) -> None:
        if max_iterations < 1:
            raise ValueError(f"{name} needs max_iterations of at least 1, not {max_iterations}.")
        self.name = check_name(name)
        self._body = NodeList(steps)
        self._end_condition = end_condition
        self._max_iterations = max_iterations

    @property
    def ways(self) -> Sequence[Way]:
        return [Way(self._body.nodes, f"up to {self._max_iterations} times")]

    def child(self, part: str) -> Child | None:
        """The steps of an iteration, whichever."""
        return self._body if part.isdigit() else None

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        if (known := await scope.known_output()) is not None:
            return known
        scope.container_started(self.kind)
        done: list[StepOutput] = []
        output = StepOutput(step_input.previous_step_content)
        for number in range(1, self._max_iterations + 1):
            iteration = scope.child(str(number))
            iteration.announce(IterationStarted, number=number, most=self._max_iterations)
            output = await self._body.run(step_input, iteration)
            done.append(output)
            try:
                if not output.success or output.stop or await self._is_over(output, iteration):
                    break
            except StepError as error:
                output = StepOutput(success=False, error=str(error))
                break
            outputs = {**step_input.previous_step_outputs, **{step.step_name: step for step in output.steps}}
            step_input = step_input.following(output.content, outputs, scope.state)
        used = sum((iteration.usage for iteration in done), Usage())
        output = replace(output, step_name=scope.name, steps=tuple(done), usage=used)
        scope.container_finished(self.kind, output)
        return output

    async def _is_over(self, output: StepOutput, iteration: Scope) -> bool:
        if self._end_condition is None:
            return False
        outputs = list(output.steps) or [output]  # an iteration whose output was edited has no steps
        return bool(await verdict(iteration, "until", self._end_condition, outputs))
