"""Attaching files to a conversation: read, then kept; what cannot be read is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from agents.context import in_thread
from agents.reading import Unreadable, read
from storage import RunStore
from storage.attachments import fit_name
from storage.files import Attached

MOST_FILES = 5  # that come with one message


async def attach(
    store: RunStore, files: Iterable[tuple[Path, str]], *, session_id: str, user_id: str
) -> tuple[Attached, ...]:
    """Read the files, given as path and name, and keep them with the conversation; those refused say why.

    The same content once more is the file that is there already.
    """
    attached: dict[str, Attached] = {}
    for path, name in files:
        if len(attached) >= MOST_FILES:
            problem = f"{fit_name(name)} was left out: {MOST_FILES} files can come with one message."
            attached[name] = Attached(fit_name(name), problem=problem)
            continue
        one = await _attach(store, path, name, session_id, user_id)
        attached.setdefault(one.id or name, one)
    return tuple(attached.values())


async def _attach(store: RunStore, path: Path, name: str, session_id: str, user_id: str) -> Attached:
    try:
        reading, content = await in_thread(lambda: (read(path, name), path.read_bytes()))
    except Unreadable as why:
        return Attached(fit_name(name), problem=str(why))
    kept, new = await store.add_attachment(
        name, reading.media_type, content, reading.pages, session_id=session_id, user_id=user_id
    )
    return Attached(kept.name, kept.media_type, kept.id, new)
