"""Puts the pieces together as the environment says: the store, the workflows there are, the agent over them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from agents.embeddings import default_embeddings
from storage import RunStore

from .agent import WorkflowAgent
from .errors import WorkflowError, cause_of
from .workflow import Workflow

CATALOG = Path(__file__).parent / "catalog"


def load_workflows() -> dict[str, Workflow]:
    """Every Workflow at the top of a file in `flows/catalog/`, and in the folder REFRAIN_FLOWS names, by name.

    Raises WorkflowError for a file that cannot be read, or two workflows of one name.
    """
    found: dict[str, Workflow] = {}
    folders = [CATALOG]
    if extra := os.environ.get("REFRAIN_FLOWS"):
        folders.append(Path(extra))
    for folder in folders:
        for path in _files(folder):
            for workflow in _workflows_of(_load(path)):
                if workflow.name in found:
                    raise WorkflowError(f"{path} defines a second workflow called {workflow.name!r}; rename one.")
                found[workflow.name] = workflow
    return found


def build_agent(store: RunStore | None = None) -> WorkflowAgent:
    """The WorkflowAgent over all workflows, with the store and the models that the environment names."""
    return WorkflowAgent(load_workflows().values(), store=store or RunStore(), embeddings=default_embeddings())


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise WorkflowError(f"REFRAIN_FLOWS names {folder}, which is no folder.")
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _load(path: Path) -> ModuleType:
    name = f"flows.catalog.{path.stem}" if path.parent == CATALOG else f"refrain_flows_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WorkflowError(f"{path} cannot be read as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that functions of the file find their own module, as annotations need
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise WorkflowError(f"{path} cannot be used: {cause_of(error)}") from error
    return module


def _workflows_of(module: ModuleType) -> Iterator[Workflow]:
    for value in vars(module).values():
        if isinstance(value, Workflow):
            yield value
