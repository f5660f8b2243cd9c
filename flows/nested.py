"""A workflow as a step of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from storage.records import StepOutput

from .inputs import checked
from .node import Child, StepInput, Way
from .scope import Scope
from .steps import NodeList


class NestedWorkflow:
    """A workflow's steps as one part of the path; its input is the content before it.

    The input has to fit `input_schema`. What the session state lacks of `session_state` is put there.
    """

    kind = "workflow"

    def __init__(
        self,
        name: str,
        steps: NodeList,
        input_schema: type[BaseModel] | None = None,
        session_state: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self._steps = steps
        self._input_schema = input_schema
        self._session_state = session_state or {}

    @property
    def ways(self) -> Sequence[Way]:
        return [Way(self._steps.nodes)]

    def child(self, part: str) -> Child | None:
        return self._steps.child(part)

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        before = step_input.previous_step_content
        value = step_input.input if before is None else before
        if self._input_schema is not None:
            value = checked(value, self._input_schema, self.name)
        for key, default in self._session_state.items():
            if key not in scope.state:
                scope.state[key] = deepcopy(default)
        given = StepInput(
            value,
            session_state=scope.state,
            history=step_input.history,
            files=step_input.files,
            answer=step_input.answer,
            feedback=step_input.feedback,
            draft=step_input.draft,
            known=step_input.known,
        )
        output = await self._steps.run(given, scope.nested())
        return replace(output, stop=False, step_name=scope.name)
