"""A workflow as a step of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from storage.records import StepOutput

from .node import Child, StepInput, Way
from .scope import Scope
from .steps import NodeList


class NestedWorkflow:
    """A workflow's steps as one part of the path; its input is the content before it."""

    kind = "workflow"

    def __init__(self, name: str, steps: NodeList) -> None:
        self.name = name
        self._steps = steps

    @property
    def ways(self) -> Sequence[Way]:
        return [Way(self._steps.nodes)]

    def child(self, part: str) -> Child | None:
        return self._steps.child(part)

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        before = step_input.previous_step_content
        given = StepInput(
            step_input.input if before is None else before,
            session_state=scope.state,
            history=step_input.history,
            files=step_input.files,
            answer=step_input.answer,
            feedback=step_input.feedback,
            draft=step_input.draft,
        )
        output = await self._steps.run(given, scope.nested())
        return replace(output, stop=False, step_name=scope.name)
