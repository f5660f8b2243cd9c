"""`refrain graph`: a workflow's tree as a picture."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.run import named
from cli.terminal import perform, printable
from flows.setup import load_workflows


def graph(workflow: Annotated[str, typer.Argument(help="A workflow's name.")]) -> None:
    """Print a workflow's steps as a Mermaid flowchart, which READMEs and many editors draw."""
    perform(lambda: _graph(workflow))


async def _graph(given: str) -> int:
    workflows = load_workflows()
    print(printable(workflows[named(workflows, given)].mermaid()))
    return 0
