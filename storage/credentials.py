"""Who may sign in: a file of names and memory-hard password hashes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from filelock import FileLock

from .errors import StorageError

SHORTEST_PASSWORD = 8
_NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")
_hasher = PasswordHasher()


class Credentials:
    """The users file: JSON, name to argon2 hash, readable by its owner alone.

    `path`, else `REFRAIN_USERS`, else `users.json` beside the database. The file is read anew at each call,
    so that a user added elsewhere can sign in at once. Hashing takes tens of milliseconds: call it off an
    event loop. Raises StorageError when the file is not a users file.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path or os.environ.get("REFRAIN_USERS") or _beside_the_database())

    def names(self) -> list[str]:
        """Everyone who may sign in, in alphabetical order; none when there is no file."""
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """Let `name` sign in. Raises ValueError for a bad or taken name or a short password."""
        if not _NAME.fullmatch(name):
            raise ValueError("A name is 1 to 64 letters, digits or . _ @ + - after a letter or digit.")
        hashed = _hash(password)
        with self._lock():
            hashes = self._read()
            taken = next((known for known in hashes if known.casefold() == name.casefold()), None)
            if taken:
                raise ValueError(f"There already is a user {taken}.")
            self._write({**hashes, name: hashed})

    def change_password(self, name: str, password: str) -> None:
        """Give `name` another password. Raises ValueError for an unknown name or a short password."""
        hashed = _hash(password)
        with self._lock():
            self._write({**self._known(name), name: hashed})

    def remove(self, name: str) -> None:
        """Let `name` no longer sign in; what they did stays. Raises ValueError for an unknown name."""
        with self._lock():
            hashes = self._known(name)
            del hashes[name]
            self._write(hashes)

    def verify(self, name: str, password: str) -> bool:
        """Whether `name` signs in with `password`. Takes as long for a name that does not exist."""
        known = self._read().get(name)
        if known is None:
            _hasher.hash(_encoded(password))
            return False
        try:
            _hasher.verify(known, _encoded(password))
        except (VerificationError, InvalidHashError):
            return False
        if _hasher.check_needs_rehash(known):
            self._renew(name, known, _hasher.hash(_encoded(password)))
        return True

    def mark(self, name: str) -> str | None:
        """A short text that changes when the password does, and tells nothing of it; None for an unknown name."""
        known = self._read().get(name)
        return None if known is None else hashlib.sha256(known.encode()).hexdigest()[:16]

    def _renew(self, name: str, old: str, new: str) -> None:
        with self._lock():
            hashes = self._read()
            if hashes.get(name) == old:
                self._write({**hashes, name: new})

    def _known(self, name: str) -> dict[str, str]:
        hashes = self._read()
        if name not in hashes:
            raise ValueError(f"There is no user {name}.")
        return hashes

    def _lock(self) -> FileLock:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(f"{self.path}.lock", mode=0o600)

    def _read(self) -> dict[str, str]:
        try:
            hashes = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            hashes = None
        if not isinstance(hashes, dict) or not all(isinstance(value, str) for value in hashes.values()):
            raise StorageError(f"{self.path} is not a users file: it should hold names and password hashes.")
        return hashes

    def _write(self, hashes: dict[str, str]) -> None:
        descriptor, draft = tempfile.mkstemp(dir=self.path.parent, prefix=".users-")  # made with mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(hashes, file, indent=2, sort_keys=True, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


def _beside_the_database() -> Path:
    return Path(os.environ.get("REFRAIN_DB") or ".refrain/refrain.db").parent / "users.json"


def _hash(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return _hasher.hash(_encoded(password))


def _encoded(password: str) -> bytes:
    # The same letters are typed as different code points on different keyboards.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
