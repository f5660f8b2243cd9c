"""The workflow engine and the WorkflowAgent."""

from storage.records import Run, StepOutput

from .agent import WorkflowAgent
from .condition import Condition
from .loop import Loop
from .node import StepInput
from .parallel import Parallel
from .router import Router
from .step import Step
from .steps import Steps
from .workflow import Workflow

__all__ = [
    "Condition",
    "Loop",
    "Parallel",
    "Router",
    "Run",
    "Step",
    "StepInput",
    "StepOutput",
    "Steps",
    "Workflow",
    "WorkflowAgent",
]
