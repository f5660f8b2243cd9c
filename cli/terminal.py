"""What every command needs: where to print, how to fail, whose things it looks at."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.text import Text

from agents.redaction import redacted
from storage.errors import StorageError

User = Annotated[str, typer.Option("--user", help="Whose runs and conversations.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs.")]

SHORT_ID = 8  # characters of a run's id that people see and type


def say(text: str = "", style: str = "") -> None:
    """Print a line of plain text."""
    Console().print(Text(printable(text), style=style), soft_wrap=True)


def print_json(value: object) -> None:
    """Print any of our values as one line of JSON."""
    plain = TypeAdapter(type(value)).dump_python(value, mode="json", fallback=str)
    print(json.dumps(plain, ensure_ascii=True), flush=True)


def fail(message: str, status: int = 1) -> NoReturn:
    """Say in one line what went wrong, and end the command."""
    line = " ".join(printable(message).split())
    Console(stderr=True).print(Text(line, style="red"), soft_wrap=True)
    raise typer.Exit(status)


def perform(command: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Do a command's work; what it gives is the exit status. Whatever goes wrong becomes one line on stderr.

    `REFRAIN_TRACEBACK=1` shows where it went wrong.
    """
    try:
        status = asyncio.run(command())
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except (KeyboardInterrupt, asyncio.CancelledError):
        fail("Stopped.", 130)
    except Exception as error:
        if os.environ.get("REFRAIN_TRACEBACK"):
            raise
        fail(explain(error))
    raise typer.Exit(status)


def explain(error: Exception) -> str:
    """What went wrong, in a sentence: our own errors are written for people, others are named."""
    ours = isinstance(error, StorageError) or type(error).__module__.split(".")[0] in {"agents", "flows"}
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    if ours:
        return redacted(str(error)) or type(error).__name__
    return redacted(f"Something went wrong: {type(error).__name__}: {error}")


def printable(text: str) -> str:
    """Without control characters, so that no text can drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
