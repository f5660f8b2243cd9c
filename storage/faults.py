"""What the disk and the database refuse, in words that say what to do."""

from __future__ import annotations

import errno
import sqlite3

from .errors import StorageError

FULL = "The disk is full: nothing more can be kept. Make room on it, then try again."
READ_ONLY = (
    "The database can't be written: it is read-only. Give write access to its file and its folder, "
    "or let REFRAIN_DB name another file, then try again."
)
LOCKED = "Another program keeps the database to itself. Wait until it has ended, or end it, then try again."
DAMAGED = (
    "The database is damaged. Stop Refrain and see what is wrong with: refrain verify. "
    "A backup comes back with: refrain restore FILE"
)
UNREACHABLE = "The database can't be reached: {}. Look whether its disk is there, then try again."

_OF_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_IOERR: UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
}
_OF_THE_SYSTEM = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY, errno.EACCES: READ_ONLY}


def plainly(error: BaseException) -> BaseException:
    """The error as callers may see it: what the database or the disk says comes as a StorageError."""
    said: str | None = None
    if isinstance(error, sqlite3.DatabaseError):
        code = getattr(error, "sqlite_errorcode", None) or 0
        said = _OF_SQLITE.get(code & 0xFF, "The database refused: {}.")  # the rest of a code says where it happened
    elif isinstance(error, OSError):
        said = _OF_THE_SYSTEM.get(error.errno or 0)
    if said is None:
        return error
    failure = StorageError(said.format(error))
    failure.__cause__ = error
    return failure
