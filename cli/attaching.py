"""Files on the command line: read and kept with the conversation, as the page does it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from agents.reading import TYPES
from cli.terminal import fail, printable
from flows.attaching import attach
from storage import RunStore
from storage.files import Attached

Attach = Annotated[
    list[Path] | None,
    typer.Option(help="A file to work on (.pdf, .md, .txt or .csv are searched); give it once for each."),
]


async def attached_to(store: RunStore, files: Sequence[Path], session: str, user: str) -> tuple[Attached, ...]:
    """The files as they are kept with the conversation; ends the program when one of them cannot be read."""
    for path in files:
        if not path.is_file():
            fail(f"There is no file {path.absolute()}.")
    given = [(path, path.name) for path in files]
    attached = await attach(store, given, session_id=session, user_id=user)
    for file in attached:
        if file.problem:
            print(printable(file.problem), file=sys.stderr)
    return attached


def readable(files: Sequence[Path]) -> list[Path]:
    """Those that can be searched; a workflow may take others as well."""
    return [path for path in files if path.suffix.lower() in TYPES and path.is_file()]
