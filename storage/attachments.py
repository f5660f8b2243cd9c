"""Attachments: the files of a conversation, their text page by page, and the files themselves on disk."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from sqlite_utils import Database

from . import sessions
from .encoding import clean, from_time, to_time
from .errors import NotFound
from .records import now
from .rows import all_rows, first_row

NAME_LIMIT = 120  # characters
ORPHANED_AFTER = 3600.0  # seconds until a folder that no row names counts as left behind

_FOLDER_NAME = re.compile(r"[0-9a-f]{32}")
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff/\\:*?"<>|`\[\]]+')


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a file that is cited by itself. `label` says which (`page 3`, `rows 51–100`); "" if it is all."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a conversation; what is in it is asked for apart."""

    id: str
    name: str
    media_type: str
    user_id: str
    session_id: str
    created_at: datetime


class Shelf(Protocol):
    """The attachments of one conversation, for whoever searches them. Its calls may block."""

    def attachments(self) -> Sequence[Attachment]:
        """What is attached now, oldest first."""
        ...

    def pages(self, attachment_id: str) -> Sequence[Page]:
        """The text of one of them; nothing if it is gone."""
        ...


def add(
    db: Database,
    name: str,
    media_type: str,
    content: bytes,
    pages: Sequence[Page],
    *,
    session_id: str,
    user_id: str,
    folder: Path,
) -> tuple[Attachment, bool]:
    """Keep a file, and say whether it is new: the same content twice in a conversation is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    known = first_row(
        db,
        "select * from attachments where user_id = ? and session_id = ? and digest = ?",
        [user_id, session_id, digest],
    )
    if known is not None:
        return _to_attachment(known), False
    sessions.ensure_session(db, session_id, user_id)
    attachment = Attachment(uuid4().hex, fit_name(name), media_type, user_id, session_id, now())
    path = path_of(folder, attachment.id, attachment.name)
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    db.table("attachments").insert(
        {
            "id": attachment.id,
            "user_id": user_id,
            "session_id": session_id,
            "name": attachment.name,
            "media_type": media_type,
            "digest": digest,
            "created_at": to_time(attachment.created_at),
        }
    )
    db.conn.executemany(
        "insert into attachment_pages values (?, ?, ?, ?)",
        [(attachment.id, number, page.label, clean(page.text)) for number, page in enumerate(pages, 1)],
    )
    return attachment, True


def get(db: Database, attachment_id: str, user_id: str) -> Attachment:
    """The user's attachment. Raises NotFound, also for another user's."""
    row = first_row(db, "select * from attachments where id = ? and user_id = ?", [attachment_id, user_id])
    if row is None:
        raise NotFound(f"There is no attachment {attachment_id}.")
    return _to_attachment(row)


def of_session(db: Database, session_id: str, user_id: str) -> list[Attachment]:
    """What is attached to the conversation, oldest first."""
    rows = all_rows(
        db, "select * from attachments where user_id = ? and session_id = ? order by created_at", [user_id, session_id]
    )
    return [_to_attachment(row) for row in rows]


def pages(db: Database, attachment_id: str) -> list[Page]:
    """The pages in order; none for an attachment that does not exist."""
    rows = db.execute(
        "select label, text from attachment_pages where attachment_id = ? order by number", [attachment_id]
    )
    return [Page(label, text) for label, text in rows.fetchall()]


def sweep(db: Database, folder: Path, older_than: float = ORPHANED_AFTER) -> None:
    """Delete the files that no attachment names, once they have been there for so many seconds."""
    if not folder.is_dir():
        return
    kept = {row[0] for row in db.execute("select id from attachments")}
    for path in folder.iterdir():
        with suppress(OSError):  # another process has swept it
            old = time.time() - path.stat().st_mtime >= older_than
            if old and path.name not in kept and _FOLDER_NAME.fullmatch(path.name):
                shutil.rmtree(path)


def path_of(folder: Path, attachment_id: str, name: str) -> Path:
    """Where the file itself is."""
    return folder / attachment_id / name


def fit_name(name: str) -> str:
    """A file's name as it is shown and kept: one line, no folders, nothing that a file system refuses."""
    base = " ".join(_UNFIT.sub(" ", clean(name).replace("\\", "/").rpartition("/")[2]).split()).lstrip(". ")
    stem, dot, suffix = base.rpartition(".")
    if len(base) > NAME_LIMIT:
        base = f"{(stem or base)[: NAME_LIMIT - len(suffix) - 1]}{dot}{suffix}"[:NAME_LIMIT]
    while len(base.encode()) > 2 * NAME_LIMIT:
        base = base[1:]
    return base or "file"


def _to_attachment(row: dict[str, Any]) -> Attachment:
    return Attachment(
        row["id"],
        row["name"],
        row["media_type"],
        row["user_id"],
        row["session_id"],
        from_time(row["created_at"]),
    )
