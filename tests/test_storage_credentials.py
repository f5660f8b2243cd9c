from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from storage.credentials import Credentials
from storage.errors import StorageError

PASSWORD = "correct horse"


@pytest.fixture
def users(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "state" / "users.json")


def test_nobody_may_sign_in_before_someone_is_added(users: Credentials) -> None:
    assert users.names() == []
    assert not users.verify("ada", PASSWORD)
    assert not users.path.exists(), "asking must not write a file"


def test_an_added_user_signs_in_with_their_own_password_alone(users: Credentials) -> None:
    users.add("ada", PASSWORD)
    users.add("bob", "another password")
    assert users.names() == ["ada", "bob"]
    assert users.verify("ada", PASSWORD)
    assert not users.verify("ada", "another password")
    assert not users.verify("ada", PASSWORD + "x")
    assert not users.verify("ada", "")
    assert not users.verify("eve", PASSWORD)


def test_the_file_is_its_owners_alone_and_holds_no_password(users: Credentials) -> None:
    users.add("ada", PASSWORD)
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(users.path.parent.stat().st_mode) == 0o700
    text = users.path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert json.loads(text)["ada"].startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "short", "1234567"])
def test_a_short_password_is_refused(users: Credentials, password: str) -> None:
    with pytest.raises(ValueError, match="at least 8 characters"):
        users.add("ada", password)
    assert users.names() == []


@pytest.mark.parametrize("name", ["", " ", "two words", "../etc", "a/b", "new\nline", "-x", "x" * 65, "\x00"])
def test_a_bad_name_is_refused(users: Credentials, name: str) -> None:
    with pytest.raises(ValueError, match="A name is"):
        users.add(name, PASSWORD)


@pytest.mark.parametrize("name", ["ada", "Ada@example.org", "jörg", "a.b_c-d+e", "李"])
def test_ordinary_names_are_taken(users: Credentials, name: str) -> None:
    users.add(name, PASSWORD)
    assert users.verify(name, PASSWORD)


def test_a_name_that_differs_in_capitals_alone_is_taken(users: Credentials) -> None:
    users.add("Ada", PASSWORD)
    with pytest.raises(ValueError, match="already is a user Ada"):
        users.add("ada", "another password")
    assert users.verify("Ada", PASSWORD)


def test_a_changed_password_replaces_the_old(users: Credentials) -> None:
    users.add("ada", PASSWORD)
    users.change_password("ada", "another password")
    assert users.verify("ada", "another password")
    assert not users.verify("ada", PASSWORD)
    with pytest.raises(ValueError, match="no user eve"):
        users.change_password("eve", PASSWORD)


def test_a_removed_user_no_longer_signs_in(users: Credentials) -> None:
    users.add("ada", PASSWORD)
    users.remove("ada")
    assert not users.verify("ada", PASSWORD)
    with pytest.raises(ValueError, match="no user ada"):
        users.remove("ada")


def test_a_password_is_the_same_however_its_letters_are_composed(users: Credentials) -> None:
    users.add("ada", "caf\u00e9-caf\u00e9")
    assert users.verify("ada", "cafe\u0301-cafe\u0301")


def test_a_lone_surrogate_is_only_a_wrong_password(users: Credentials) -> None:
    users.add("ada", PASSWORD)
    assert not users.verify("ada", "\ud800" * 8)
    assert not users.verify("\ud800", PASSWORD)


def test_a_weaker_hash_is_renewed_when_its_owner_signs_in(users: Credentials) -> None:
    users.add("bob", PASSWORD)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    hashes = json.loads(users.path.read_text(encoding="utf-8"))
    users.path.write_text(json.dumps({**hashes, "ada": weak}), encoding="utf-8")

    assert not users.verify("ada", "wrong password")
    assert json.loads(users.path.read_text(encoding="utf-8"))["ada"] == weak
    assert users.verify("ada", PASSWORD)
    renewed = json.loads(users.path.read_text(encoding="utf-8"))
    assert renewed["ada"] != weak
    assert renewed["bob"] == hashes["bob"]
    assert users.verify("ada", PASSWORD)


def test_an_unknown_name_costs_the_same_work(users: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[bytes] = []

    class Counting(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            hashed.append(password if isinstance(password, bytes) else password.encode())
            return super().hash(password, salt=salt)

    monkeypatch.setattr("storage.credentials._hasher", Counting())
    assert not users.verify("eve", PASSWORD)
    assert hashed == [PASSWORD.encode()]


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"ada": 1}'])
def test_a_file_that_is_something_else_is_named(users: Credentials, text: str) -> None:
    users.path.parent.mkdir()
    users.path.write_text(text, encoding="utf-8")
    with pytest.raises(StorageError, match="is not a users file"):
        users.names()
    with pytest.raises(StorageError):
        users.add("ada", PASSWORD)
    assert users.path.read_text(encoding="utf-8") == text


def test_a_broken_hash_lets_nobody_in(users: Credentials) -> None:
    users.path.parent.mkdir()
    users.path.write_text('{"ada": "plain"}', encoding="utf-8")
    assert not users.verify("ada", "plain")


def test_users_added_at_once_are_all_kept(users: Credentials) -> None:
    names = [f"user{number}" for number in range(6)]
    threads = [threading.Thread(target=Credentials(users.path).add, args=(name, PASSWORD)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert users.names() == names
    assert not list(users.path.parent.glob(".users-*")), "no draft is left behind"


def test_the_file_stands_beside_the_database_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_USERS", raising=False)
    monkeypatch.delenv("REFRAIN_DB", raising=False)
    assert Credentials().path == Path(".refrain/users.json")
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "data" / "my.db"))
    assert Credentials().path == tmp_path / "data" / "users.json"
    monkeypatch.setenv("REFRAIN_USERS", str(tmp_path / "people.json"))
    assert Credentials().path == tmp_path / "people.json"
