"""Which processes live: each holds an OS lock on a file of its own, and the lock ends with the process."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlite_utils import Database


class Owner:
    """This store among the living. `id` is what the rows it works on are marked with."""

    def __init__(self, folder: Path) -> None:
        self.id = uuid4().hex
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(self._file(self.id))
        self._lock.acquire(timeout=0)

    def lives(self, owner: str | None) -> bool:
        """Whether the owner of that id still works. The file of a dead one is removed."""
        if owner is None:
            return False
        if owner == self.id:
            return self._lock.is_locked
        file = self._file(owner)
        if not file.exists():
            return False
        lock = _lock(file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        with suppress(OSError):
            file.unlink(missing_ok=True)
        lock.release()
        return False

    def clear_files(self) -> None:
        """Remove the lock files that dead processes left."""
        for file in self._folder.glob("*.lock"):
            self.lives(file.stem)

    def release(self) -> None:
        """Be dead to the others."""
        with suppress(OSError):
            self._file(self.id).unlink(missing_ok=True)
        self._lock.release()

    def _file(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"


def anyone_lives(folder: Path) -> bool:
    """Whether a living process has the store open whose owners' folder this is; to be asked under `opening`."""
    for file in folder.glob("*.lock"):
        lock = _lock(file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
    return False


def opening(folder: Path) -> FileLock:
    """The lock under which a store is opened: one process at a time migrates and looks for the dead."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileLock(folder / "opening", timeout=60, mode=0o600, thread_local=False)


WORKING = "'queued', 'running'"


def interrupt_orphans(db: Database, owner: Owner) -> None:
    """Runs and turns that dead processes were working on become `interrupted`."""
    for table in ("runs", "turns"):
        rows = db.execute(f"select distinct owner from {table} where status in ({WORKING})").fetchall()
        for (working,) in rows:
            if not owner.lives(working):
                db.execute(
                    f"update {table} set status = 'interrupted', owner = null "
                    f"where status in ({WORKING}) and owner is ?",
                    [working],
                )


def _lock(file: Path) -> FileLock:
    # Taken in one thread and released in another, so the lock must not be the thread's.
    return FileLock(file, mode=0o600, thread_local=False)
