"""Who may open the page."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from agents.addresses import is_loopback
from chat.auth import NotReady, check_accounts, is_local_visitor, is_same_origin, keep_secret, verified
from storage.credentials import Credentials

LOCAL = {"host": "localhost:8000"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.9.1", "LOCALHOST"])
def test_addresses_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.2", "localhost.example.org", "127.0.0.1.nip.io"])
def test_addresses_others_can_reach(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"])
def test_the_visitor_of_this_machine(host: str) -> None:
    assert is_local_visitor("127.0.0.1", {"host": host})
    assert is_local_visitor("127.0.0.1", {"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "evil.example.org"},
        {"host": "127.0.0.1.nip.io:8000"},
        {"host": "localhost:8000@evil.example.org"},
        {**LOCAL, "origin": "http://evil.example.org"},
        {**LOCAL, "origin": "http://localhost:3000"},
        {**LOCAL, "origin": "null"},
        {**LOCAL, "x-forwarded-for": "10.0.0.1"},
        {**LOCAL, "x-forwarded-anything": ""},
        {**LOCAL, "forwarded": "for=10.0.0.1"},
        {**LOCAL, "via": "1.1 a"},
        {**LOCAL, "x-real-ip": "10.0.0.1"},
    ],
)
def test_everyone_else_is_a_stranger(headers: dict[str, str]) -> None:
    assert not is_local_visitor("127.0.0.1", headers)


def test_nobody_is_local_where_others_can_reach_the_server() -> None:
    assert not is_local_visitor("0.0.0.0", LOCAL)


def test_origins() -> None:
    assert is_same_origin("https://chat.example.org", "chat.example.org")
    assert not is_same_origin("https://chat.example.org:1", "chat.example.org")
    assert not is_same_origin("http://[bad", "[bad")


async def test_another_address_needs_accounts(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "users.json")
    check_accounts("127.0.0.1", credentials, oauth=False)
    check_accounts("0.0.0.0", credentials, oauth=True)
    with pytest.raises(NotReady, match="nobody has an account yet"):
        check_accounts("0.0.0.0", credentials, oauth=False)
    credentials.add("ada", "correct horse")
    check_accounts("0.0.0.0", credentials, oauth=False)
    assert await verified(credentials, "ada", "correct horse")
    assert not await verified(credentials, "ada", "wrong")


def test_the_secret_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "")
    keep_secret(tmp_path / "new")
    first = os.environ["CHAINLIT_AUTH_SECRET"]
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "new" / "auth_secret").stat().st_mode) == 0o600
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "")
    keep_secret(tmp_path / "new")
    assert os.environ["CHAINLIT_AUTH_SECRET"] == first
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "mine")
    keep_secret(tmp_path / "new")
    assert os.environ["CHAINLIT_AUTH_SECRET"] == "mine"
