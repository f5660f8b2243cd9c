"""What can go wrong with a workflow, in words that say what to do."""

from agents.errors import AgentError

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
    """A step that reported a failure, or took too long."""


class StateConflict(WorkflowError):
    """Two branches at the same time set one value of the session state differently."""


class InvalidAnswer(WorkflowError):
    """The answer does not fit the question; the run stays paused."""


class Rejected(WorkflowError):
    """A person said no."""


def cause_of(error: BaseException) -> str:
    """Why a step failed, in words: an error of ours says it itself, another one is named by its class."""
    text = str(error) if isinstance(error, AgentError | WorkflowError) else f"{type(error).__name__}: {error}"
    return text if len(text) <= _CAUSE_LIMIT else f"{text[:_CAUSE_LIMIT]}…"
