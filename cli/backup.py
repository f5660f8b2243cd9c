"""`refrain backup` and `refrain restore`: a copy of everything that is remembered, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.checks import database_path
from cli.terminal import perform, say
from storage.backup import Copied, restore
from storage.backup import backup as copy


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Copy the database to FILE while Refrain is in use, and attachments to the folder FILE.files beside it.

    Both belong together: move and keep them together. The copy is a database like any other; REFRAIN_DB may name it.
    """
    perform(lambda: _backup(file, force))


def restore_backup(
    file: Annotated[Path, typer.Argument(help="What `refrain backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the database there is, even by a damaged backup.")
    ] = False,
) -> None:
    """Make the database (REFRAIN_DB) from a backup, once it has been checked. Refrain must not be running."""
    perform(lambda: _restore(file, force))


async def _backup(file: Path, force: bool) -> int:
    made = await copy(database_path(), file, force=force)
    say(f"Kept in {_told(made)}")
    for name in made.missing:
        say(f"The file {name} of a conversation is missing here, and so in the backup.", "yellow")
    return 1 if made.missing else 0


async def _restore(file: Path, force: bool) -> int:
    made = await restore(file, database_path(), force=force)
    say(f"Restored to {_told(made)}")
    return 0


def _told(made: Copied) -> str:
    told = f"{made.path} ({made.size / 1_000_000:.1f} MB)"
    if not made.files:
        return f"{told}; there are no attachments."
    count = f"{made.files} attachment{'s' if made.files != 1 else ''}"
    return f"{told}, and {count} in {made.folder}. Both belong together."
