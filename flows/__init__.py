"""The workflow engine and the WorkflowAgent."""

from storage.records import Run, StepOutput

from .agent import WorkflowAgent
from .node import StepInput
from .step import Step
from .steps import Steps
from .workflow import Workflow

__all__ = ["Run", "Step", "StepInput", "StepOutput", "Steps", "Workflow", "WorkflowAgent"]
