"""Branches at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, Literal

from storage.records import JournalEntry, StepOutput, Usage

from .errors import StateConflict
from .node import Child, Node, StepInput, Way, as_text, check_name
from .off_loop import off_loop
from .questions import Pause
from .scope import Scope
from .state import copy_of, merge_branches
from .steps import NodeList


class Parallel:
    """Runs `steps` at the same time, at most `max_concurrency` of them.

    The content joins every branch under a heading with its name, in the order written. Each branch works on its own
    copy of the session state; the changes merge in the order written, and a conflict fails. `on_error` "fail"
    cancels the siblings of a failed branch, "continue" leaves the failed one out.
    """

    kind = "parallel"

    def __init__(
        self,
        *steps: Any,
        name: str = "Parallel",
        max_concurrency: int | None = None,
        on_error: Literal["fail", "continue"] = "fail",
    ) -> None:
        if max_concurrency is not None and max_concurrency < 1:
            raise ValueError(f"{name} needs max_concurrency of at least 1, not {max_concurrency}.")
        self.name = check_name(name)
        self._branches = NodeList(steps)
        self._max_concurrency = max_concurrency
        self._fails_fast = on_error == "fail"

    @property
    def ways(self) -> Sequence[Way]:
        return [Way([node]) for node in self._branches.nodes]

    def child(self, part: str) -> Child | None:
        return self._branches.child(part)

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        if (known := await scope.known_output()) is not None:
            return known
        scope.container_started(self.kind)
        scopes = [scope.child(name, await copy_of(scope.state)) for name in self._branches.names]
        ended = await self._run_branches(step_input, scopes)
        output = await self._joined(ended, scopes, scope, step_input.previous_step_content)
        if output.success:
            await self._leave_out(output, scopes)
        scope.container_finished(self.kind, output)
        return output

    async def _run_branches(
        self, step_input: StepInput, scopes: Sequence[Scope]
    ) -> list[StepOutput | BaseException | None]:
        """What each branch gave or raised, in the order written; None for one that was cut short."""
        places = asyncio.Semaphore(self._max_concurrency) if self._max_concurrency else nullcontext()
        ended: list[StepOutput | BaseException | None] = [None] * len(scopes)

        async def branch(number: int, node: Node, scope: Scope) -> None:
            end: StepOutput | BaseException
            try:
                end = await self._branch(node, step_input, scope, places)
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                end = error
            ended[number] = end
            if self._ends_all(end):
                _cancel(task for task in tasks if task is not tasks[number])

        tasks = [
            asyncio.create_task(branch(number, node, scope))
            for number, (node, scope) in enumerate(zip(self._branches.nodes, scopes, strict=True))
        ]
        try:
            if tasks:
                await asyncio.wait(tasks)
        except asyncio.CancelledError:
            _cancel(tasks)
            await asyncio.wait(tasks)
            raise
        return ended

    async def _branch(
        self, node: Node, step_input: StepInput, scope: Scope, places: AbstractAsyncContextManager[Any]
    ) -> StepOutput:
        left_out = scope.context.journal.known(_left_out(scope))
        if left_out is not None and left_out.output is not None:
            return left_out.output
        async with places:
            return await node.run(step_input.with_state(scope.state), scope)

    def _ends_all(self, end: StepOutput | BaseException) -> bool:
        if isinstance(end, BaseException):
            return not isinstance(end, Pause)
        return self._fails_fast and not end.success

    async def _joined(
        self, ended: Sequence[StepOutput | BaseException | None], scopes: Sequence[Scope], scope: Scope, before: Any
    ) -> StepOutput:
        """One output of all branches: failure outranks stop, stop outranks pause."""
        raised = [end for end in ended if isinstance(end, BaseException)]
        for error in raised:
            if not isinstance(error, Pause):
                raise error
        outputs = [end for end in ended if isinstance(end, StepOutput)]
        used = sum((output.usage for output in outputs), Usage())
        used = replace(used, seconds=max((output.usage.seconds for output in outputs), default=0.0))
        failed = next((output for output in outputs if not output.success), None)
        good = [output for output in outputs if output.success]
        if failed is not None and (self._fails_fast or not (good or raised)):
            return StepOutput(None, False, failed.error, False, scope.name, tuple(outputs), used)
        stop = any(output.stop for output in good)
        if raised and not stop:
            raise raised[0]
        branches = [
            (branch.name, branch.state)
            for branch, end in zip(scopes, ended, strict=True)
            if isinstance(end, StepOutput) and end.success
        ]
        try:
            merged = await off_loop(lambda: merge_branches(scope.state, branches), scope.state, *branches)
        except StateConflict as conflict:
            return StepOutput(None, False, str(conflict), False, scope.name, tuple(outputs), used)
        scope.state.clear()
        scope.state.update(merged)
        content = await off_loop(lambda: _under_headings(good), good) if good else before
        return StepOutput(content, True, None, stop, scope.name, tuple(outputs), used, branches=True)

    async def _leave_out(self, output: StepOutput, scopes: Sequence[Scope]) -> None:
        """Put the failures that were gone on without in the journal: a resume must not try them anew."""
        failed = {branch.step_name: branch for branch in output.steps if not branch.success}
        for scope in scopes:
            key = _left_out(scope)
            if scope.name in failed and scope.context.journal.known(key) is None:
                entry = JournalEntry(key, "verdict", output=failed[scope.name])
                await scope.keep(entry)


def _under_headings(outputs: Iterable[StepOutput]) -> str:
    return "\n\n".join(f"## {output.step_name}\n\n{as_text(output.content)}" for output in outputs)


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _left_out(scope: Scope) -> str:
    return f"{scope.path}#left_out"
