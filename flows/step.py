"""A step: one piece of work, tried, timed, journalled."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from agents.context import usage_meter
from agents.failures import is_permanent
from storage.garbage import without_collections
from storage.records import JournalEntry, StepOutput, Usage, now

from .errors import Rejected, StepFailure, cause_of, failure_of, is_permanent_failure
from .events import StepFailed, StepFinished, StepRetried, StepSkipped, StepStarted
from .executors import executor_for
from .fallback import Fallback, Tried
from .node import HISTORY_RUNS, Child, Nestable, Node, StepInput, Way, check_name, name_of
from .off_loop import off_loop
from .questions import Pause, answered, within_budget
from .scope import Scope
from .state import apply_changes, changes_between, check_changes, copy_of
from .winding_down import stop_if_winding_down
from .work import Work, waited_for

OnError = Literal["fail", "skip"]


class Step:
    """One piece of work: exactly one of `executor` (a callable or Runnable), `agent`, `team`, `workflow`.

    `timeout` and `backoff` are seconds; a failed attempt is tried again `retries` times, after
    `backoff * 2**n` with jitter. `on_error` says what a failure does: "fail" the run, "skip" the step (the
    content before it passes through), or a node to run instead.

    People: `confirm` is a question to be agreed to before the step runs; `ask` a pydantic model to be filled in,
    which the step finds in `step_input.answer`; with `review` its output counts once it is approved.

    An agent or team is told the last `add_history` completed runs of the session, at most 5.
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
        add_history: int = 0,
    ) -> None:
        given = [thing for thing in (executor, agent, team, workflow) if thing is not None]
        if len(given) != 1:
            raise ValueError("A Step takes exactly one of executor, agent, team or workflow.")
        work = given[0]
        self.name = check_name(name or name_of(work))
        if retries < 0 or backoff < 0 or (timeout is not None and timeout <= 0):
            raise ValueError(f"{self.name} needs retries and backoff of at least 0, and a timeout above 0.")
        self.retries = retries
        self.backoff = backoff
        self.timeout = timeout
        self._nested: Node | None = None if workflow is None else workflow.node
        if not 0 <= add_history <= (HISTORY_RUNS if workflow is None else 0):
            raise ValueError(
                f"{self.name} can't take add_history={add_history}: an agent is told of {HISTORY_RUNS} at most."
            )
        self._executor = None if workflow is not None else executor_for(work, add_history)
        self.kind = "step" if workflow is None else "workflow"
        self._fallback = None if on_error in ("fail", "skip") else Fallback(as_node(on_error), self._nested)
        self._skip = on_error == "skip"
        self._confirm = confirm
        self._ask = ask
        self._review = review
        self._has_inner = review or self._nested is not None or self._fallback is not None

    @property
    def ways(self) -> Sequence[Way]:
        nested = [] if self._nested is None else [Way([self._nested])]
        return nested if self._fallback is None else [*nested, Way([self._fallback.node], "if it fails")]

    @property
    def waits_for(self) -> Sequence[str]:
        """What a person is wanted for, in words."""
        wanted = {"confirm": self._confirm, "ask": self._ask, "review": self._review}
        return [word for word, given in wanted.items() if given]

    @property
    def asks(self) -> Sequence[type[BaseModel]]:
        """The form that a person fills in."""
        return [] if self._ask is None else [self._ask]

    def child(self, part: str) -> Child | None:
        if part.startswith("#"):  # another version of a reviewed output
            return self
        if self._fallback is not None and part == self._fallback.part:
            return self._fallback.node
        return self._nested.child(part) if self._nested is not None else None

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        if (known := await scope.known_output()) is not None:
            return self._restored(known)
        if self._nested is None:
            stop_if_winding_down()
        if self._nested is None and scope.context.is_bounded:
            await within_budget(scope)
        if self._confirm is not None:
            await answered(scope, "confirm", "confirm", self._confirm)
        if self._ask is not None:
            answer = await answered(scope, "ask", "input", f"{self.name} needs to know:", schema=self._ask)
            step_input = replace(step_input, answer=answer)
        if self._nested is None:
            scope.emit(StepStarted, kind=self.kind)
        else:
            scope.container_started(self.kind)
        started_at, started = now(), time.perf_counter()
        with usage_meter() as meter:
            work = self._reviewed(step_input, scope) if self._review else self._try(step_input, scope, scope)
            output, status, attempt, state = await work
        spent = Usage(meter.usage.input_tokens, meter.usage.output_tokens, time.perf_counter() - started)
        if self._has_inner:  # of what ran inside, a part may stand in the journal, where it is not measured again
            spent = spent.at_least(output.usage)
        content, success, error, stop = output.content, output.success, output.error, output.stop
        output = StepOutput(
            content, success, error, stop, scope.name, output.steps, spent, output.branches, output.permanent
        )
        changes = await off_loop(lambda: changes_between(scope.state, state), state) if state or scope.state else None
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
        if changes is not None:
            await apply_changes(scope.state, changes)
        return output

    async def _try(self, step_input: StepInput, scope: Scope, below: Scope) -> Tried:
        """How it ended. What runs inside the step has its paths below `below`."""
        if self._fallback is not None and (known := await self._fallback.known(step_input, below)) is not None:
            return known
        attempt = 0
        while True:
            attempt += 1
            state = await copy_of(scope.state)
            output, error = await self._attempt(step_input, scope, below, state)
            scope.stop_if_dropped()
            if error is None:
                return Tried(output, "completed", attempt, state)
            if attempt > self.retries or is_permanent(error):
                output = replace(output, permanent=is_permanent(error))
                cause = cause_of(error) + (f" (attempt {attempt} of {self.retries + 1})" if self.retries else "")
                return await self._failed(cause, attempt, step_input, scope, below, output)
            scope.emit(StepRetried, attempt=attempt, error=cause_of(error))
            await asyncio.sleep(self.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))
            stop_if_winding_down()

    async def _reviewed(self, step_input: StepInput, scope: Scope) -> Tried:
        """Like `_try`, once a person has approved the output; feedback makes another version of it."""
        version, spent = 0, Usage()
        while True:
            version += 1
            draft = await self._draft(version, step_input, scope)
            output, status = draft.output or StepOutput(), draft.status
            spent += output.usage
            if status == "completed":
                prompt = f"Is the output of {self.name} good to go on with?"
                said = await answered(scope, f"review/{version}", "review", prompt, draft=output.content)
                if said.get("feedback"):
                    step_input = replace(step_input, feedback=said["feedback"], draft=output.content)
                    continue
                output = self._restored(replace(output, content=said.get("output", output.content)))
            state = await copy_of(scope.state)
            await apply_changes(state, draft.changes)
            return Tried(replace(output, usage=spent), status, draft.attempt, state)

    async def _draft(self, version: int, step_input: StepInput, scope: Scope) -> JournalEntry:
        key = f"{scope.path}#draft/{version}"
        known = scope.context.journal.known(key)
        if known is not None and known.output is not None:
            return replace(known, output=self._restored(known.output))
        # What runs inside the step is in the journal already: another version of it needs paths of its own.
        below = scope if version == 1 else replace(scope, path=f"{scope.path}/#{version}")
        started = time.perf_counter()
        with usage_meter() as meter:
            tried = await self._try(step_input, scope, below)
        spent = Usage(meter.usage.input_tokens, meter.usage.output_tokens, time.perf_counter() - started)
        output = replace(tried.output, step_name=scope.name, usage=spent.at_least(tried.output.usage))
        changes = await off_loop(lambda: changes_between(scope.state, tried.state), tried.state)
        entry = JournalEntry(key, "draft", tried.status, output, changes=changes, attempt=tried.attempt)
        if tried.status == "completed":
            await scope.keep(entry)
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
        self, step_input: StepInput, scope: Scope, below: Scope, state: dict[str, Any]
    ) -> tuple[StepOutput, Exception | None]:
        try:
            if self.timeout is None:
                output = await self._execute(step_input, scope, below, state)
            else:
                work = Work(scope.work)
                doing = self._execute(step_input, replace(scope, work=work), replace(below, work=work), state)
                output = await waited_for(doing, work, self.timeout)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return StepOutput(), StepFailure("something it waited for was cancelled")  # nobody cancelled the step
        except (Pause, Rejected):
            raise
        except Exception as error:
            return StepOutput(), error
        if output.success:
            return output, None
        return output, StepFailure(failure_of(output), permanent=is_permanent_failure(output))

    async def _execute(self, step_input: StepInput, scope: Scope, below: Scope, state: dict[str, Any]) -> StepOutput:
        step_input = step_input.with_state(state)
        if self._nested is not None:
            return await self._nested.run(step_input, replace(below, state=state))
        assert self._executor is not None
        content = await self._executor.execute(step_input, scope)
        if state:
            await off_loop(lambda: check_changes(scope.state, state, scope.path), state)
        output = content if isinstance(content, StepOutput) else StepOutput(content)
        if output.content is None and output.success:
            return replace(output, content=step_input.previous_step_content)
        return self._restored(output)

    async def _failed(
        self, cause: str, attempt: int, step_input: StepInput, scope: Scope, below: Scope, output: StepOutput
    ) -> Tried:
        if self._fallback is not None:
            return await self._fallback.take_over(cause, attempt, step_input, below)
        if self._skip:
            skipped = StepOutput(step_input.previous_step_content, error=cause)
            return Tried(skipped, "skipped", attempt, scope.state)
        return Tried(replace(output, content=None, success=False, error=cause), "failed", attempt, scope.state)

    def _restored(self, output: StepOutput) -> StepOutput:
        """The output with its content as the model that the step declares, if it fits."""
        model = self._executor.content_type if self._executor is not None else None
        if model is not None and isinstance(output.content, dict):
            with suppress(ValidationError), without_collections:
                return replace(output, content=model.model_validate(output.content, by_alias=True, by_name=True))
        return output


def as_node(thing: Any) -> Node:
    """A node as it is; anything else a step can be, wrapped in a Step of the same name."""
    if isinstance(thing, Nestable):
        return Step(workflow=thing)
    if isinstance(thing, Node) and not isinstance(thing, type):
        return thing
    return Step(executor=thing)
