"""Copies of a store that is in use, and a store made from such a copy."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from .attachment_shelf import attachment_folder
from .attachments import path_of
from .checks import Finding
from .errors import Busy, StorageError
from .faults import plainly
from .processes import anyone_lives, opening
from .verify import verify_now
from .writer import connect


class Damaged(StorageError):
    """What was to be restored is not as it should be; `findings` say what is wrong."""

    def __init__(self, message: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Copied:
    """A store that was copied to `path`; `files` attachments lie in `folder` beside it, if there are any."""

    path: Path
    folder: Path
    size: int
    files: int
    missing: tuple[str, ...] = ()


async def backup(path: Path, target: Path, *, force: bool = False) -> Copied:
    """Copy the store at `path`, as it is at one moment, to the file `target`; attachments go to `target`.files.

    The store may be in use, here and in other processes: nobody waits for the copy. Raises StorageError when there is
    no store, when the copy can't be written, and when `target` exists unless `force` is given.
    """
    return await asyncio.to_thread(_backup, path, target, force)


async def restore(source: Path, path: Path, *, force: bool = False) -> Copied:
    """Make the store at `path` from a copy, once that has been checked; one of an earlier version is brought up.

    Raises Busy while `path` is in use, NewerSchema, and unless `force` is given StorageError when `path` exists and
    Damaged when the copy is.
    """
    return await asyncio.to_thread(_restore, source, path, force)


def _backup(path: Path, target: Path, force: bool) -> Copied:
    path, target = path.absolute(), target.absolute()
    if not path.is_file():
        raise StorageError(f"There is no database at {path}. REFRAIN_DB names another one.")
    if target == path:
        raise StorageError(f"{path} is the database itself. Name another file.")
    _refuse_existing(target, force)
    return _copy(path, target)


def _restore(source: Path, path: Path, force: bool) -> Copied:
    source, path = source.absolute(), path.absolute()
    if not source.is_file():
        raise StorageError(f"There is no backup at {source}.")
    if source == path:
        raise StorageError(f"{path} is the database itself. Name a backup of it.")
    _refuse_existing(path, force)
    folder = path.with_name(f"{path.name}.owners")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = path.with_name(f"{path.name}.restoring")
    with opening(folder):  # nobody opens it meanwhile
        if anyone_lives(folder):
            raise Busy(f"{path} is in use. Stop Refrain, and restore then.")
        try:
            _copy(source, waiting)
            report = verify_now(waiting)
            if not report.clean and not force:
                told = " ".join(finding.text for finding in report.wrong[:3])
                raise Damaged(
                    f"{source} was not restored, as it is damaged. {told} --force restores what is left.", report.wrong
                )
            return _put(waiting, path)
        finally:
            _remove(waiting)


def _refuse_existing(target: Path, force: bool) -> None:
    if not force and (target.exists() or attachment_folder(target).exists()):
        raise StorageError(f"{target} exists already. Name another file, or replace it with --force.")


def _copy(path: Path, target: Path) -> Copied:
    part = target.with_name(f"{target.name}.part")
    source: Database | None = None
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove(part)
        source = connect(path)
        # Files are never changed, but go with their conversation: what the copy names must be here before it is made.
        _copy_files(_attached(source), attachment_folder(path), attachment_folder(part))
        os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o600))
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            source.conn.backup(copy)  # in one piece, which sees one moment and holds nobody up
            copy.execute("pragma journal_mode = delete")  # all of it in the one file
            (told,) = copy.execute("pragma quick_check(1)").fetchone()
            if told != "ok":
                raise StorageError(f"{path} is damaged: {told}. See what is wrong with: refrain verify")
            named = _attached(Database(copy))
        finally:
            copy.close()
        missing = _copy_files(named, attachment_folder(path), attachment_folder(part))
        _prune(attachment_folder(part), {attachment_id for attachment_id, _ in named})
        return _put(part, target, missing)
    except sqlite3.DatabaseError as error:
        raise plainly(error) from error
    except OSError as error:
        raise StorageError(f"{target} can't be written: {error.strerror or error}. Name another place.") from error
    finally:
        if source is not None:
            source.close()
        if target.parent.is_dir():
            _remove(part)


def _attached(db: Database) -> list[tuple[str, str]]:
    if not db.table("attachments").exists():
        return []  # an earlier version's
    return [(attachment_id, name) for attachment_id, name in db.execute("select id, name from attachments")]


def _copy_files(named: list[tuple[str, str]], source: Path, target: Path) -> tuple[str, ...]:
    """Copy the files that are not copied yet; gives the names of those that are not there."""
    missing = []
    for attachment_id, name in named:
        copy = path_of(target, attachment_id, name)
        if copy.exists():
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copyfile(path_of(source, attachment_id, name), copy)
            copy.chmod(0o600)
        except FileNotFoundError:
            missing.append(name)
    return tuple(missing)


def _prune(folder: Path, named: set[str]) -> None:
    """Without the files of conversations that were deleted while they were copied."""
    for kept in folder.iterdir() if folder.is_dir() else ():
        if kept.name not in named:
            shutil.rmtree(kept)


def _put(made: Path, target: Path, missing: tuple[str, ...] = ()) -> Copied:
    """Move what was made to where it belongs, in place of what is there."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    for suffix in ("-wal", "-shm"):
        target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)  # of what is replaced
    folder = attachment_folder(target)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(FileNotFoundError):
        os.replace(attachment_folder(made), folder)
    os.replace(made, target)
    count = sum(1 for path in folder.glob("*/*")) if folder.is_dir() else 0
    return Copied(target, folder, target.stat().st_size, count, missing)


def _remove(path: Path) -> None:
    """Take away what was left of a copy that was not finished."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(attachment_folder(path), ignore_errors=True)
    shutil.rmtree(path.with_name(f"{path.name}.owners"), ignore_errors=True)
