"""`refrain chat`: the chat page."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from agents.addresses import is_loopback
from cli.terminal import fail, say

HOME = Path(__file__).resolve().parent.parent

# Chainlit takes its own switches from variables with these common names: a CI machine's CI=true would make it
# set a false OpenAI key, a DEBUG left in a shell would make it verbose.
TAKEN_FOR_SWITCHES = ("CI", "DEBUG", "WATCH", "HEADLESS", "NO_CACHE", "RUN_TARGET")


def chat(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    headless: Annotated[bool, typer.Option("--headless/--open", help="Open no browser, or one.")] = True,
) -> None:
    """Start the chat page."""
    app = HOME / "app.py"
    if not app.exists():
        fail(f"{app} is missing: start the chat from a checkout of Refrain (make chat).")
    _check_free(host, port)
    say(f"Refrain is at http://{_shown(host)}:{port} in a few seconds (Ctrl+C ends it)")
    sys.stdout.flush()
    command = [sys.executable, "-m", "chainlit", "run", str(app), "--host", host, "--port", str(port)]
    os.execve(sys.executable, [*command, *(["--headless"] if headless else [])], _environment(host))


def _environment(host: str) -> dict[str, str]:
    """Ours, with what the page must know: where it listens, and where its files are."""
    kept = {name: value for name, value in os.environ.items() if name not in TAKEN_FOR_SWITCHES}
    usual = {"CHAINLIT_APP_ROOT": str(HOME)}
    if is_loopback(host):
        usual["UVICORN_WS_PER_MESSAGE_DEFLATE"] = "false"  # on one computer it only costs time
    return {**usual, **kept, "REFRAIN_HOST": host}


def _check_free(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or error
        fail(f"Cannot listen on {host}:{port}: {reason}. Choose another with --host or --port.")


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):
        return "localhost"
    return f"[{host}]" if ":" in host else host
