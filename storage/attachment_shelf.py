"""The part of the store that keeps the files of conversations."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import attachments, deletion
from .attachments import Attachment, Page, Shelf
from .files import File
from .readers import Readers
from .writer import Writer


class AttachmentShelf:
    """What `RunStore` has of it. Everything is the named user's alone, and of one conversation."""

    _path: Path
    _readers: Readers
    _writer: Writer

    async def add_attachment(
        self, name: str, media_type: str, content: bytes, pages: Sequence[Page], *, session_id: str, user_id: str
    ) -> tuple[Attachment, bool]:
        """Keep a file of a conversation, and say whether it is new there; the session is made if there is none."""
        return await self._writer.run(
            attachments.add,
            name,
            media_type,
            content,
            pages,
            session_id=session_id,
            user_id=user_id,
            folder=attachment_folder(self._path),
        )

    async def attachment(self, attachment_id: str, *, user_id: str) -> Attachment:
        """The user's attachment. Raises NotFound, also for another user's."""
        return await self._readers.run(attachments.get, attachment_id, user_id)

    async def attachments(self, session_id: str, *, user_id: str) -> list[Attachment]:
        """What is attached to the user's conversation, oldest first."""
        return await self._readers.run(attachments.of_session, session_id, user_id)

    async def attachment_pages(self, attachment_id: str) -> list[Page]:
        """Its text, page by page; nothing if there is no such attachment."""
        return await self._readers.run(attachments.pages, attachment_id)

    def attached_file(self, attachment_id: str, name: str, media_type: str) -> File:
        """The file itself, as it was attached."""
        return File(str(attachments.path_of(attachment_folder(self._path), attachment_id, name)), media_type)

    def shelf(self, session_id: str, user_id: str) -> Shelf:
        """What is attached to the user's conversation, to be read from threads."""
        return _StoredShelf(self._readers, session_id, user_id)

    async def delete_session(self, session_id: str, user_id: str) -> bool:
        """Whether there was such a session. All that came of it is gone, excerpts cited in other sessions too."""
        attached = await self.attachments(session_id, user_id=user_id)
        found = await self._writer.run(deletion.delete_session, session_id, user_id)
        folder = attachment_folder(self._path)
        for attachment in attached:
            await asyncio.to_thread(partial(shutil.rmtree, folder / attachment.id, ignore_errors=True))
        return found


@dataclass(frozen=True, slots=True)
class _StoredShelf:
    """The attachments of one conversation; its calls wait for a reading thread."""

    readers: Readers
    session_id: str
    user_id: str

    def attachments(self) -> Sequence[Attachment]:
        return self.readers.wait_for(attachments.of_session, self.session_id, self.user_id)

    def pages(self, attachment_id: str) -> Sequence[Page]:
        return self.readers.wait_for(attachments.pages, attachment_id)


def attachment_folder(database: Path) -> Path:
    """Where the files of a database's conversations are."""
    return database.with_name(f"{database.name}.files")
