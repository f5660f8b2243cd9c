"""Hashes of journal entries, by which it is seen that an entry is what was once kept."""

from __future__ import annotations

import hashlib


def entry_hash(path: str, kind: str, status: str, output: str | None, decision: str | None, changes: str | None) -> str:
    """A hash of an entry's columns as they are stored."""
    digest = hashlib.blake2b(digest_size=16)
    for column in (path, kind, status, output, decision, changes):
        written = b"" if column is None else column.encode()
        digest.update(b"-" if column is None else f"{len(written)}:".encode())
        digest.update(written)
    return digest.hexdigest()
