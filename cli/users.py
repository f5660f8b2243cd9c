"""`refrain user`: who may sign in to the chat page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.terminal import fail, say
from storage.credentials import Credentials
from storage.errors import StorageError

users = typer.Typer(help="Who may sign in to the chat page.", no_args_is_help=True)

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users.command()
def add(name: str, password_stdin: FromStdin = False) -> None:
    """Let NAME sign in; asks for a password."""
    try:
        Credentials().add(name, _password(password_stdin))
    except (ValueError, StorageError, OSError) as error:
        fail(str(error))
    say(f"{name} may sign in.")


@users.command()
def password(name: str, password_stdin: FromStdin = False) -> None:
    """Give NAME another password."""
    try:
        Credentials().change_password(name, _password(password_stdin))
    except (ValueError, StorageError, OSError) as error:
        fail(str(error))
    say(f"{name} has a new password.")


@users.command()
def remove(name: str) -> None:
    """Let NAME no longer sign in; what they did stays."""
    try:
        Credentials().remove(name)
    except (ValueError, StorageError, OSError) as error:
        fail(str(error))
    say(f"{name} may no longer sign in.")


@users.command("list")
def names() -> None:
    """Who may sign in."""
    try:
        known = Credentials().names()
    except (StorageError, OSError) as error:
        fail(str(error))
    for name in known:
        say(name)
    if not known:
        typer.echo("Nobody yet: refrain user add NAME", err=True)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="Again"))
