"""What can go wrong with a workflow, in words that say what to do."""

from collections.abc import Mapping

from agents.errors import AgentError
from agents.redaction import redacted
from storage.errors import StorageError
from storage.records import StepOutput

_CAUSE_LIMIT = 2_000  # characters


class WorkflowError(Exception):
    """A workflow could not be built, started or resumed as asked."""


class InvalidInput(WorkflowError):
    """The input does not fit the workflow's `input_schema`; nothing was run."""


class TreeChanged(WorkflowError):
    """The workflow is no longer the one the run was started with."""


class StepError(WorkflowError):
    """A step gave something that no step may give."""


class StepFailure(WorkflowError):
    """A step that reported a failure, or took too long. A `permanent` failure comes again however often one tries."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class StateConflict(WorkflowError):
    """Two branches at the same time set one value of the session state differently."""


class InvalidAnswer(WorkflowError):
    """The answer does not fit the question; the run stays paused. `fields` says what is wrong with each of a form's."""

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class NotAsked(InvalidAnswer):
    """The run does not wait for this answer, or no longer."""


class Rejected(WorkflowError):
    """A person said no."""


def cause_of(error: BaseException) -> str:
    """Why a step failed, in words without keys: an error of ours says it itself, another one is named by its class."""
    ours = isinstance(error, AgentError | WorkflowError | StorageError)
    text = redacted(str(error) if ours else f"{type(error).__name__}: {error}")
    return text if len(text) <= _CAUSE_LIMIT else f"{text[:_CAUSE_LIMIT]}…"


def failure_of(output: StepOutput, path: str = "") -> str:
    """What a failed output tells: the path of the step that failed, below `path`, and why.

    What the steps around it say of the failure themselves comes after it: their attempts, or what a fallback ran for.
    """
    failed = _failed_step(output)
    if failed is None:
        why = output.error or "it reported a failure"
        return f"{path} failed: {why}" if path else why
    told = failure_of(failed, f"{path}/{failed.step_name}" if path else failed.step_name)
    again = failure_of(failed, failed.step_name)
    more = (output.error or "").removeprefix(again).removeprefix(failed.error or "").strip()
    return f"{told}; {path}: {more}" if path and more else told


def is_permanent_failure(output: StepOutput) -> bool:
    """Whether the step that failed inside `output`, or it itself, would fail again."""
    failed = _failed_step(output)
    return output.permanent if failed is None else is_permanent_failure(failed)


def _failed_step(output: StepOutput) -> StepOutput | None:
    return next((step for step in output.steps if not step.success), None)
