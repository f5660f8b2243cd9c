"""Files that runs work on: where they are, not what is in them."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message: kept as the attachment `id`, or refused for `problem`, a sentence.

    `new` says that the conversation did not have it before.
    """

    name: str
    media_type: str = ""
    id: str = ""
    new: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a run works on: its path and its media type. What is in it stays on disk until a step reads it."""

    path: str
    type: str

    @classmethod
    def at(cls, path: str) -> File:
        """The file at `path`, its type as its name tells."""
        return cls(path, mimetypes.guess_type(path)[0] or "application/octet-stream")

    @property
    def name(self) -> str:
        return Path(self.path).name

    def read_bytes(self) -> bytes:
        """What is in it. Raises OSError if it cannot be read."""
        return Path(self.path).read_bytes()

    def read_text(self, encoding: str = "utf-8") -> str:
        """What is in it, as text. Raises OSError, and UnicodeDecodeError if it is not text of that encoding."""
        return Path(self.path).read_text(encoding)
