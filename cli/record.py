"""`refrain record`: the chat page, with everything that comes from outside written to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.demo import serve
from cli.terminal import fail, say


def record(
    file: Annotated[Path, typer.Argument(help="The file to make, as in demo.jsonl.")],
    keep: Annotated[Path | None, typer.Option(help="A new database to keep the conversations in.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    headless: Annotated[bool, typer.Option("--headless/--open", help="Open no browser, or one.")] = True,
) -> None:
    """Start the chat page, and record its conversations for `refrain demo`: one is enough."""
    if file.exists():
        fail(f"{file} is there already. Name a new file, or delete it first.")
    if not file.resolve().parent.is_dir():
        fail(f"There is no folder {file.resolve().parent}. Make it first.")
    os.environ["REFRAIN_RECORD"] = str(file.resolve())
    os.environ.pop("REFRAIN_DEMO", None)
    if os.environ.pop("REFRAIN_EMBEDDINGS", ""):
        say("What is recalled is ranked by words alone, as it will be in the demo.", "dim")
    say(f"Everything that models and searches give goes to {file}. Have one conversation, then press Ctrl+C.")
    serve(keep, host, port, headless)
