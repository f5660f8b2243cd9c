"""A step: one piece of work, tried, timed, journalled."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from agents.context import usage_meter
from agents.failures import is_permanent
from storage.records import EntryStatus, JournalEntry, StepOutput, Usage, now

from .errors import Rejected, StepFailure, cause_of
from .events import StepFailed, StepFinished, StepRetried, StepSkipped, StepStarted
from .executors import executor_for
from .node import Child, Node, StepInput, check_name
from .questions import Pause, answered, within_budget
from .scope import Scope
from .state import apply_changes, changes_between

OnError = Literal["fail", "skip"]


class Step:
    """One piece of work: exactly one of `executor` (a callable or Runnable), `agent`, `team`, `workflow`.

    `timeout` and `backoff` are seconds; a failed attempt is tried again `retries` times, after
    `backoff * 2**n` with jitter. `on_error` says what a failure does: "fail" the run, "skip" the step (the
    content before it passes through), or a node to run instead.

    People: `confirm` is a question to be agreed to before the step runs; `ask` a pydantic model to be filled in,
    which the step finds in `step_input.answer`; with `review` its output counts once it is approved.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        executor: Any = None,
        agent: Any = None,
        team: Any = None,
        workflow: Nestable | None = None,
        retries: int = 0,
        backoff: float = 1.0,
        timeout: float | None = None,
        on_error: OnError | Any = "fail",
        confirm: str | None = None,
        ask: type[BaseModel] | None = None,
        review: bool = False,
    ) -> None:
        given = [thing for thing in (executor, agent, team, workflow) if thing is not None]
        if len(given) != 1:
            raise ValueError("A Step takes exactly one of executor, agent, team or workflow.")
        work = given[0]
        self.name = check_name(name or _name_of(work))
        self.retries = retries
        self.backoff = backoff
        self.timeout = timeout
        self._nested: Node | None = None if workflow is None else workflow.node
        self._executor = None if workflow is not None else executor_for(work)
        self.kind = "step" if workflow is None else "workflow"
        self._fallback: Node | None = None if on_error in ("fail", "skip") else as_node(on_error)
        self._skip = on_error == "skip"
        self._confirm = confirm
        self.ask = ask
        self._review = review

    @property
    def children(self) -> Sequence[Node]:
        return [node for node in (self._nested, self._fallback) if node is not None]

    def child(self, part: str) -> Child | None:
        if self._fallback is not None and part == self._fallback.name:
            return self._fallback
        return self._nested.child(part) if self._nested is not None else None

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        known = scope.known()
        if known is not None and known.output is not None:
            apply_changes(scope.state, known.changes)
            return self._restored(known.output)
        if self._nested is None:
            await within_budget(scope)
        if self._confirm is not None:
            await answered(scope, "confirm", "confirm", self._confirm)
        if self.ask is not None:
            answer = await answered(scope, "ask", "input", f"{self.name} needs to know:", schema=self.ask)
            step_input = replace(step_input, answer=answer)
        scope.emit(StepStarted, kind=self.kind)
        started_at, started = now(), time.perf_counter()
        with usage_meter() as meter:
            output, status, attempt, state = await (self._reviewed if self._review else self._try)(step_input, scope)
        spent = Usage(meter.usage.input_tokens, meter.usage.output_tokens, time.perf_counter() - started)
        output = replace(output, step_name=scope.name, usage=spent)
        changes = changes_between(scope.state, state)
        entry = JournalEntry(
            path=scope.path,
            kind=self.kind,
            status=status,
            output=output,
            changes=changes,
            attempt=attempt,
            started_at=started_at,
        )
        await self._tell_end(scope, entry, output)
        apply_changes(scope.state, changes)
        return output

    async def _try(self, step_input: StepInput, scope: Scope) -> tuple[StepOutput, EntryStatus, int, dict[str, Any]]:
        """The output, how it ended, at which attempt, and the session state it leaves."""
        attempt = 0
        while True:
            attempt += 1
            state = copy.deepcopy(scope.state) if scope.state else {}
            output, error = await self._attempt(step_input, scope, state)
            if error is None:
                return output, "completed", attempt, state
            if attempt > self.retries or is_permanent(error):
                return (*await self._failed(error, step_input, scope, output), attempt, scope.state)
            scope.emit(StepRetried, attempt=attempt, error=cause_of(error))
            await asyncio.sleep(self.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))

    async def _reviewed(
        self, step_input: StepInput, scope: Scope
    ) -> tuple[StepOutput, EntryStatus, int, dict[str, Any]]:
        """Like `_try`, once a person has approved the output; feedback makes another version of it."""
        version = 0
        while True:
            version += 1
            draft = await self._draft(version, step_input, scope)
            output, status = draft.output or StepOutput(), draft.status
            if status == "completed":
                prompt = f"Is what {self.name} gave good to go on with?"
                said = await answered(scope, f"review/{version}", "review", prompt, draft=output.content)
                if said.get("feedback"):
                    step_input = replace(step_input, feedback=said["feedback"])
                    continue
                output = replace(output, content=said.get("output", output.content))
            state = copy.deepcopy(scope.state)
            apply_changes(state, draft.changes)
            return output, status, draft.attempt, state

    async def _draft(self, version: int, step_input: StepInput, scope: Scope) -> JournalEntry:
        key = f"{scope.path}#draft/{version}"
        known = scope.context.journal.known(key)
        if known is not None and known.status == "completed" and known.output is not None:
            return replace(known, output=self._restored(known.output))
        output, status, attempt, state = await self._try(step_input, scope)
        changes = changes_between(scope.state, state)
        entry = JournalEntry(
            key, "draft", status, replace(output, step_name=scope.name), changes=changes, attempt=attempt
        )
        await scope.context.journal.record(entry, scope.context.stream.take_unstored())
        return entry

    async def _tell_end(self, scope: Scope, entry: JournalEntry, output: StepOutput) -> None:
        if entry.status == "skipped":
            await scope.record(entry, StepSkipped, error=output.error)
        elif self._nested is not None:  # its steps are in the journal; what they make up follows from them
            scope.container_finished(self.kind, output)
        elif entry.status == "failed":
            await scope.record(entry, StepFailed, error=output.error)
        else:
            await scope.record(entry, StepFinished, output=output, kind=self.kind)

    async def _attempt(
        self, step_input: StepInput, scope: Scope, state: dict[str, Any]
    ) -> tuple[StepOutput, Exception | None]:
        try:
            async with asyncio.timeout(self.timeout) as deadline:
                output = await self._execute(step_input, scope, state)
        except TimeoutError as error:
            if deadline.expired():
                return StepOutput(), StepFailure(f"it took longer than {self.timeout:g} seconds")
            return StepOutput(), error
        except (Pause, Rejected):
            raise
        except Exception as error:
            return StepOutput(), error
        return output, None if output.success else StepFailure(output.error or "it reported a failure")

    async def _execute(self, step_input: StepInput, scope: Scope, state: dict[str, Any]) -> StepOutput:
        inner = replace(scope, state=state)
        if self._nested is not None:
            return await self._nested.run(replace(step_input, session_state=state), inner)
        assert self._executor is not None
        content = await self._executor.execute(replace(step_input, session_state=state), inner)
        output = content if isinstance(content, StepOutput) else StepOutput(content)
        if output.content is None and output.success:
            output = replace(output, content=step_input.previous_step_content)
        return output

    async def _failed(
        self, error: Exception, step_input: StepInput, scope: Scope, output: StepOutput
    ) -> tuple[StepOutput, EntryStatus]:
        cause = cause_of(error)
        if self._fallback is not None:
            instead = await self._fallback.run(step_input, scope.child(self._fallback.name))
            return replace(instead, error=cause if instead.success else instead.error), (
                "completed" if instead.success else "failed"
            )
        if self._skip:
            return StepOutput(step_input.previous_step_content, error=cause), "skipped"
        return replace(output, content=None, success=False, error=cause), "failed"

    def _restored(self, output: StepOutput) -> StepOutput:
        model = self._executor.content_type if self._executor is not None else None
        if model is not None and isinstance(output.content, dict):
            return replace(output, content=model.model_validate(output.content))
        return output


@runtime_checkable
class Nestable(Protocol):
    """What can be a step of a workflow as a whole: another workflow."""

    @property
    def node(self) -> Node: ...


def as_node(thing: Any) -> Node:
    """A node as it is; anything else a step can be, wrapped in a Step of the same name."""
    if isinstance(thing, Nestable):
        return Step(workflow=thing)
    if isinstance(thing, Node) and not isinstance(thing, type):
        return thing
    return Step(executor=thing)


def _name_of(work: Any) -> str:
    name = getattr(work, "name", None) or getattr(work, "__name__", None) or type(work).__name__
    return "function" if name == "<lambda>" else str(name)
