"""Signing in: guessing is slow, a login ends with its account, and no other site speaks for a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio

from chat.gate import Gate
from chat.signin import FORGOTTEN_AFTER, MOST_KEPT, RULES, SLOW, Attempts
from storage.credentials import Credentials

from .chat_client import ChatClient
from .chat_server import ChatServer
from .people import PEOPLE, credentials_of, sign_in, signed_in, with_accounts


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(attempts: Attempts, name: str, address: str) -> None:
    with pytest.raises(PermissionError), attempts.trying(name, address):
        raise PermissionError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock)


def test_a_few_slips_cost_nothing_and_then_the_wait_doubles(attempts: Attempts, clock: Clock) -> None:
    waits = []
    for _ in range(14):
        waits.append(attempts.wait("ada", "1.1.1.1"))
        clock.now += waits[-1]
        fail(attempts, "ada", "1.1.1.1")
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_a_wait_is_over_when_its_time_is(attempts: Attempts, clock: Clock) -> None:
    for _ in range(5):
        fail(attempts, "ada", "1.1.1.1")
    assert attempts.wait("ADA", "1.1.1.1") == 2
    clock.now += 1.5
    assert attempts.wait("ada", "1.1.1.1") == 0.5
    clock.now += FORGOTTEN_AFTER
    assert attempts.wait("ada", "1.1.1.1") == 0
    fail(attempts, "ada", "1.1.1.1")
    assert attempts.wait("ada", "1.1.1.1") == 0


def test_guesses_from_elsewhere_hold_the_true_user_up_for_seconds_alone(attempts: Attempts, clock: Clock) -> None:
    with attempts.trying("ada", "9.9.9.9"):
        pass
    for number in range(500):
        fail(attempts, "ada", f"2.2.{number // 250}.{number % 250}")
    assert attempts.wait("ada", "3.3.3.3") == RULES["name"].most == 8  # a place she has never signed in at
    assert attempts.wait("ada", "9.9.9.9") == 0  # her own
    assert attempts.wait("bob", "9.9.9.9") == 0


def test_one_address_cannot_try_many_names(attempts: Attempts, clock: Clock) -> None:
    for number in range(30):
        fail(attempts, f"name{number}", "1.1.1.1")
    assert attempts.wait("ada", "1.1.1.1") == 300
    assert attempts.wait("ada", "2.2.2.2") == 0


def test_many_tries_at_once_count_before_they_have_failed(attempts: Attempts) -> None:
    running = [attempts.trying("ada", "1.1.1.1") for _ in range(6)]
    for one in running:
        one.__enter__()
    assert attempts.wait("ada", "1.1.1.1") > 0


def test_a_success_clears_what_failed_before(attempts: Attempts) -> None:
    for _ in range(4):
        fail(attempts, "ada", "1.1.1.1")
    with attempts.trying("ada", "1.1.1.1"):
        pass
    for _ in range(3):
        fail(attempts, "ada", "1.1.1.1")
    assert attempts.wait("ada", "1.1.1.1") == 0


def test_what_is_remembered_does_not_grow_without_end(attempts: Attempts) -> None:
    for number in range(MOST_KEPT):
        fail(attempts, f"name{number}", "1.1.1.1")
    assert len(attempts._failed) <= MOST_KEPT
    assert attempts.wait("ada", "1.1.1.1") == 300


def test_a_mark_changes_with_the_password_and_tells_nothing_of_it(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "users.json")
    credentials.add("ada", "correct horse")
    first = credentials.mark("ada")
    credentials.change_password("ada", "another horse")
    second = credentials.mark("ada")
    credentials.remove("ada")
    assert credentials.mark("ada") is None
    credentials.add("ada", "correct horse")
    assert len({first, second, credentials.mark("ada")}) == 3
    assert first is not None
    assert first not in credentials.path.read_text()


# Over the real server.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = with_accounts(tmp_path_factory.mktemp("signin"), CHAINLIT_AUTH_SECRET="one secret " * 4)
    with running:
        yield running


@pytest.fixture
async def ada(server: ChatServer) -> AsyncIterator[ChatClient]:
    page = await signed_in(server, "ada")
    yield page
    await page.close()


async def test_guessing_is_answered_with_when_to_try_again(server: ChatServer) -> None:
    page = ChatClient(server.url)
    replies = [await sign_in(page, "mallory", "wrong password") for _ in range(12)]
    assert {reply.status_code for reply in replies[:4]} == {401}
    slow = next(reply for reply in replies if reply.status_code == 429)
    assert slow.json() == {"detail": SLOW}
    assert int(slow.headers["retry-after"]) >= 1
    assert (await sign_in(page, "eve")).status_code == 200  # another person at the same address
    await page.http.aclose()


async def test_the_login_cookie_is_out_of_reach_of_scripts_and_other_sites(server: ChatServer) -> None:
    page = ChatClient(server.url)
    cookie = (await sign_in(page, "ada")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # it came by http: a browser would not send it back
    behind = httpx.AsyncClient(base_url=server.url, headers={"X-Forwarded-Proto": "https"})
    reply = await behind.post("/login", data={"username": "ada", "password": PEOPLE["ada"]})
    assert reply.status_code == 200
    assert all("; Secure" in cookie for cookie in reply.headers.get_list("set-cookie"))
    for client in (page.http, behind):
        await client.aclose()


async def test_signing_out_takes_the_cookie_away(server: ChatServer) -> None:
    page = ChatClient(server.url)
    await sign_in(page, "ada")
    assert (await page.http.get("/user")).status_code == 200
    await page.http.post("/logout")
    assert (await page.http.get("/user")).status_code == 401
    await page.http.aclose()


async def test_with_accounts_nobody_is_let_in_for_being_on_this_machine(server: ChatServer) -> None:
    # A proxy on this machine asks like a local visitor, for whoever stands behind it.
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.post("/auth/header")).status_code == 400
        assert (await client.get("/refrain/runs")).status_code == 401


async def ended(page: ChatClient) -> None:
    """Nothing takes the page's login any more, and its socket is closed at the next word."""
    for path in ("/user", "/refrain/runs", "/project/settings", f"/project/thread/{uuid4()}"):
        assert (await page.http.get(path)).status_code == 401, path
    token = page.http.cookies["access_token"]
    for method, path in (("POST", "/auth/jwt"), ("GET", "/user"), ("GET", "/refrain/runs")):
        async with httpx.AsyncClient(base_url=page.url, headers={"Authorization": f"Bearer {token}"}) as bearer:
            assert (await bearer.request(method, path)).status_code == 401, path
    gone = asyncio.Event()
    page._socket.on("disconnect", lambda *_: gone.set())
    await page._socket.emit("client_message", {"message": {"id": str(uuid4()), "output": "Hello"}})
    async with asyncio.timeout(20):
        await gone.wait()
    back = ChatClient(page.url)
    back.http.cookies = page.http.cookies
    with pytest.raises(socketio.exceptions.ConnectionError):
        await back.connect()
    await back.http.aclose()


@pytest.mark.parametrize("how", ["removed", "given another password", "removed and added again"])
async def test_a_login_ends_with_what_it_was_got_by(server: ChatServer, how: str) -> None:
    credentials, name = credentials_of(server), f"bob{uuid4().hex[:6]}"
    credentials.add(name, "first password")
    page = ChatClient(server.url)
    await sign_in(page, name, "first password")
    await page.connect()
    if how == "given another password":
        credentials.change_password(name, "second password")
    else:
        credentials.remove(name)
    if how == "removed and added again":
        credentials.add(name, "first password")
    await ended(page)
    await page.close()


async def test_a_users_file_that_cannot_be_read_lets_nobody_in(server: ChatServer, ada: ChatClient) -> None:
    path = credentials_of(server).path
    good = path.read_text()
    try:
        path.write_text("{broken")
        assert (await ada.http.get("/refrain/runs")).status_code == 401
    finally:
        path.write_text(good)
    assert (await ada.http.get("/refrain/runs")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_change_nothing_and_open_no_socket(
    server: ChatServer, ada: ChatClient, headers: dict[str, str]
) -> None:
    turn = await ada.send("Hello")
    await ada.until_ended(turn)
    for method, path, body in (
        ("POST", "/project/threads", {"pagination": {"first": 5}, "filter": {}}),
        ("PUT", "/project/thread", {"threadId": ada.thread_id, "name": "Evil"}),
        ("DELETE", "/project/thread", {"threadId": ada.thread_id}),
        ("POST", "/logout", None),
        ("POST", "/login", None),
    ):
        reply = await ada.http.request(method, path, json=body, headers=headers)
        assert (reply.status_code, reply.json()["detail"]) == (403, "This can only be asked from Refrain's own page.")
    assert (await ada.http.get(f"/project/thread/{ada.thread_id}")).json()["name"] != "Evil"
    cookies = f"access_token={ada.http.cookies['access_token']}"
    socket = socketio.AsyncClient(reconnection=False)
    auth = {"sessionId": str(uuid4()), "clientType": "webapp"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await socket.connect(
            server.url,
            headers={"Cookie": cookies, **headers},
            auth=auth,
            socketio_path="/ws/socket.io",
            transports=["websocket"],
        )
    polled = await ada.http.get("/ws/socket.io/", params={"EIO": "4", "transport": "polling"}, headers=headers)
    assert polled.status_code == 403


async def test_ones_own_page_may_do_all_that(server: ChatServer, ada: ChatClient) -> None:
    for headers in ({"Origin": server.url}, {"Sec-Fetch-Site": "same-origin"}, {}):
        body = {"pagination": {"first": 5}, "filter": {}}
        assert (await ada.http.post("/project/threads", json=body, headers=headers)).status_code == 200


async def test_the_frameworks_description_of_itself_is_closed(server: ChatServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            reply = await client.get(path)
            assert "openapi" not in reply.text
            assert "swagger" not in reply.text.lower()


async def test_a_new_secret_ends_every_login(server: ChatServer) -> None:
    page = ChatClient(server.url)
    await sign_in(page, "ada")
    assert (await page.http.get("/user")).status_code == 200
    server.kill()
    server._environment["CHAINLIT_AUTH_SECRET"] = "another secret " * 4
    server.start()
    assert (await page.http.get("/user")).status_code == 401
    assert (await sign_in(page, "ada")).status_code == 200
    await page.http.aclose()


async def called(gate: Gate, **scope: Any) -> int:
    """The status that the gate, or what is behind it, answers with."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    request = {"type": "http", "method": "POST", "path": "/", "headers": [], "scheme": "http", **scope}
    await gate(request, receive, send)
    if sent[0]["status"] >= 400:
        json.loads(sent[1]["body"])
    return int(sent[0]["status"])


async def test_a_body_that_does_not_say_its_size_is_counted() -> None:
    async def reads_all(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    assert await called(Gate(reads_all, holds=lambda token: True)) == 413


async def test_a_server_behind_a_proxy_knows_its_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    headers = [(b"origin", b"https://refrain.example.org"), (b"host", b"10.0.0.2:8000")]
    gate = Gate(fine, holds=lambda token: True)
    assert await called(gate, headers=headers) == 403
    monkeypatch.setenv("CHAINLIT_URL", "https://refrain.example.org/")
    assert await called(gate, headers=headers) == 200
