"""A langchain-core Runnable as a step."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel

from agents.boundary import Given, boundary
from agents.models import UsageCounter
from agents.offline import OfflineModel
from agents.recorded_values import added

from .events import StepDelta
from .node import StepInput
from .off_loop import off_loop
from .plain import check_content
from .scope import Scope


class RunnableExecutor:
    """A langchain-core Runnable: it gets the content before it, in the first step the input.

    What it gives crosses the boundary, where it is recorded and replayed; the offline model is on our side of it.
    """

    def __init__(self, runnable: Runnable[Any, Any]) -> None:
        self.runnable = runnable
        self.content_type = _output_model(runnable)

    async def execute(self, step_input: StepInput, scope: Scope) -> Any:
        value, border = step_input.previous_step_content, boundary()
        given = step_input.input if value is None else value
        if border is None or isinstance(self.runnable, OfflineModel):
            stream = self._call(given)
        else:
            place = Given(scope.context.workflow, scope.path, given, self.content_type)
            stream = border.output(place, lambda: self._call(given))
        result: Any = None
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                text = chunk.text if isinstance(chunk, BaseMessage) else chunk
                if isinstance(text, str) and text:
                    scope.emit(StepDelta, text=text)
                result = added(result, chunk)
        content = str(result.text) if isinstance(result, BaseMessage) else result
        return await off_loop(lambda: check_content(content, scope.path), content)

    def _call(self, given: Any) -> AsyncGenerator[Any, None]:
        counting = RunnableConfig(callbacks=[UsageCounter()])
        return cast(AsyncGenerator[Any, None], self.runnable.astream(given, counting))


def _output_model(runnable: Runnable[Any, Any]) -> type[BaseModel] | None:
    """The model that a Runnable says it gives; a message counts as its text."""
    try:
        declared = runnable.OutputType
    except TypeError:  # it does not say
        return None
    ours = isinstance(declared, type) and issubclass(declared, BaseModel) and not issubclass(declared, BaseMessage)
    return declared if ours else None
