"""A conversation recorded, and a recording replayed, as the page shows it: a strip above everything, and starters."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import escape
from pathlib import Path

from chainlit.config import config

from agents.boundary import boundary, install
from agents.models import default_model, describe_model
from agents.offline import OfflineModel
from agents.recorded import read_recording
from agents.recording import Recorder
from agents.replay import Replay
from flows.words import shorten
from storage.records import now

RECORD, DEMO, SPEED, SCRATCH = "REFRAIN_RECORD", "REFRAIN_DEMO", "REFRAIN_DEMO_SPEED", "REFRAIN_SCRATCH"
HANDED_ON = frozenset({RECORD, DEMO, SPEED, SCRATCH})  # by `refrain demo` and `refrain record`; nobody sets them
LABEL_LIMIT = 90  # characters of a message on a starter


def take_part(workflows: Iterable[str]) -> None:
    """Record or replay in this process, as the environment says.

    Raises BadRecording for a file that is none, and OSError for one that cannot be made.
    """
    if scratch := os.environ.get(SCRATCH):
        config.code.on_app_shutdown = lambda: _clear(scratch)
    if path := os.environ.get(DEMO):
        install(Replay(read_recording(Path(path)), speed=float(os.environ.get(SPEED) or 1)))
    elif path := os.environ.get(RECORD):
        model = default_model()
        name, offline = describe_model(model).partition(" at ")[0], isinstance(model, OfflineModel)
        install(Recorder(Path(path), model=name, workflows=workflows, offline=offline))


def headline() -> str:
    """What the page says all the time about a recording, if there is one."""
    border = boundary()
    if isinstance(border, Replay):
        return f"Recorded {day(border.recording.recorded_at, now())}, replayed"
    if isinstance(border, Recorder):
        return f"Recording to {Path(os.environ.get(RECORD, '')).name}"
    return ""


def about() -> str:
    """What the welcome says about a recording, if there is one."""
    border = boundary()
    if isinstance(border, Replay):
        model = "" if border.recording.offline else f" The words are those of {border.recording.model}."
        answers = " and answers" if border.recording.answers else ""
        return (
            f"{headline()}: the engine is at work, and what models and searches gave comes from a file.{model} "
            f"Go through the messages{answers} in order, or ask something else: then the offline model answers."
        )
    if isinstance(border, Recorder):
        return (
            f"{headline()}: every conversation of this server goes into the file; one is enough. "
            "End the server with Ctrl+C when you are done."
        )
    return ""


def scripted() -> Sequence[str]:
    """The messages of the recording that is replayed, in order; none where nothing is replayed."""
    border = boundary()
    return border.recording.messages if isinstance(border, Replay) else ()


def starter_labels() -> list[tuple[str, str]]:
    """The messages of the recording, each once, with what stands on their starters."""
    messages = list(dict.fromkeys(scripted()))
    return [(f"{number}. {shorten(message, LABEL_LIMIT)}", message) for number, message in enumerate(messages, start=1)]


def with_strip(template: Callable[[str], str]) -> Callable[[str], str]:
    """The page's HTML with the strip that tells of a recording; unchanged where there is none."""

    def page(root_path: str) -> str:
        html, told = template(root_path), headline()
        if not told:
            return html
        kind = "replay" if scripted() else "record"
        strip = (
            f'<aside id="refrain-strip" data-kind="{kind}" aria-label="Recording" '
            f'data-script="{escape(json.dumps(list(scripted())))}"><span>{escape(told)}</span></aside>'
            f'<script type="module" src="{root_path}/public/strip.js"></script>'
        )
        sheet = f'<link rel="stylesheet" href="{root_path}/public/strip.css">'
        return html.replace("</head>", f"{sheet}</head>", 1).replace("<body>", f"<body>{strip}", 1)

    return page


@contextmanager
def replaying(path: Path, *, speed: float = 0.0) -> Iterator[Replay]:
    """Replay a recording in this process for a while: for tests, at once unless `speed` says otherwise."""
    replay, before = Replay(read_recording(path), speed=speed), boundary()
    searched = os.environ.get("REFRAIN_SEARCH")
    os.environ["REFRAIN_SEARCH"] = "library"
    install(replay)
    try:
        yield replay
    finally:
        install(before)
        if searched is None:
            del os.environ["REFRAIN_SEARCH"]
        else:
            os.environ["REFRAIN_SEARCH"] = searched


async def _clear(folder: str) -> None:
    # Chainlit ends the process right after this, without what Python does at the end of one.
    shutil.rmtree(folder, ignore_errors=True)


def day(moment: datetime, today: datetime) -> str:
    """The day as people write it: `14 Nov`, with its year if that is another than today's."""
    return f"{moment.day} {moment:%b}" + (f" {moment.year}" if moment.year != today.year else "")
