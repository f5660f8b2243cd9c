"""`refrain demo`: the chat page with a recorded conversation, replayed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from agents.recorded import BadRecording, Recording, read_recording
from cli.chat import chat
from cli.terminal import fail, say

SHIPPED = Path(__file__).resolve().parent / "demos" / "solar-and-wind.jsonl"

USUAL_WORDS = 90.0  # that the offline model writes in a second


def demo(
    file: Annotated[Path | None, typer.Argument(help="A recording; else the one that comes along.")] = None,
    speed: Annotated[float, typer.Option(min=0, help="2 is twice as fast as recorded, 0 is at once.")] = 1.0,
    keep: Annotated[Path | None, typer.Option(help="A new database to keep what the demo does in.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    headless: Annotated[bool, typer.Option("--headless/--open", help="Open no browser, or one.")] = True,
) -> None:
    """Start the chat page with a recorded conversation: no key, no network, nothing fetched."""
    path = file or SHIPPED
    recording = _read(path)
    say(f"{path.name}: {_held(recording)}, recorded {recording.recorded_at:%Y-%m-%d} with {recording.model}.")
    if recording.cut:
        say("Its last line is incomplete and is left out.", "dim")
    without_network()
    os.environ.update(
        REFRAIN_DEMO=str(path.resolve()),
        REFRAIN_DEMO_SPEED=str(speed),
        REFRAIN_OFFLINE_WORDS_PER_SECOND=str(USUAL_WORDS * speed),
    )
    serve(keep, host, port, headless)


def without_network() -> None:
    """From here on no model and no search is reached, whatever the shell had set."""
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        del os.environ[name]
    os.environ.pop("REFRAIN_EMBEDDINGS", None)
    os.environ.pop("REFRAIN_RECORD", None)
    os.environ["REFRAIN_SEARCH"] = "library"


def serve(keep: Path | None, host: str, port: int, headless: bool) -> None:
    """Become the page's server, over a new database: the file `keep`, or one that goes when the server ends."""
    if keep is not None:
        if keep.exists():
            fail(f"{keep} is there already, and what it holds would change the conversation. Name a new file.")
        os.environ["REFRAIN_DB"] = str(keep.resolve())
        chat(host, port, headless)
        return
    folder = tempfile.mkdtemp(prefix="refrain-")
    os.environ.update(REFRAIN_SCRATCH=folder, REFRAIN_DB=str(Path(folder) / "refrain.db"))
    try:
        chat(host, port, headless)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the server did not start: it would have taken this one's place


def _held(recording: Recording) -> str:
    said, answered = len(recording.messages), len(recording.answers)
    told = f"{said} message{'' if said == 1 else 's'}"
    return f"{told} and {answered} answer{'' if answered == 1 else 's'}" if answered else told


def _read(path: Path) -> Recording:
    try:
        recording = read_recording(path)
    except BadRecording as error:
        fail(str(error))
    if not recording.messages:
        fail(f"{path.name} holds no messages: nothing was said while it was recorded.")
    return recording
