"""Whatever comes in, over every route and socket event: no error of ours, no silence, nothing of another person.

`FUZZ_INPUTS=10000 pytest tests/test_security_fuzz.py -s` is the long form, with other inputs each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import socketio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .chat_client import ChatClient
from .chat_server import ChatServer
from .people import signed_in, surface, with_accounts

INPUTS = int(os.environ.get("FUZZ_INPUTS", "400"))
MARK = "heliotrope"
HANGS = 20  # seconds until an answer counts as not coming

few = settings(
    max_examples=max(1, INPUTS // 10),
    derandomize="FUZZ_INPUTS" not in os.environ,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

ODD = [
    *("", "0", "-1", "1e999", "null", "true", "%", "%00", "..", "../../data/users.json", "..%2f..%2f", "a/b", "a#2"),
    *("' or 1=1 --", '"', "\\", "%_", "\x00", "\x1b[2J", "\ud800", "\u202e", "🗼" * 50, "x" * 300, "x" * 3000),
    *("{{7*7}}", "${x}", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "9" * 30, "NaN", "2026-13-45T99:99"),
    *("Europe/Berlin", "../../etc/passwd", "notes", "essay", "running", "md", "json", "local", "ada", "eve"),
]
text = st.one_of(st.sampled_from(ODD), st.text(max_size=40), st.uuids(version=4).map(str))
scalar = st.one_of(text, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats())
anything = st.recursive(
    scalar,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(text, inner, max_size=4)),
    max_leaves=12,
)
KEYS = [
    *("threadId", "sessionId", "name", "id", "forId", "value", "comment", "feedback", "feedbackId", "pagination"),
    *("first", "cursor", "filter", "search", "userId", "action", "payload", "turn_id", "run_id", "at", "output"),
    *("question_id", "approve", "values", "choice", "message", "fileReferences", "createdAt", "command", "type"),
    *("element", "props", "display", "recall", "fresh", "model", "steps", "username", "password", "session_id"),
]
QUERY = [
    *("workflow", "status", "text", "days", "before", "limit", "since", "path", "format", "run", "zone", "language"),
    *("session_id", "chat_profile", "theme", "code", "state", "error", "ask_parent_id"),
]


class Target:
    """The server with ada's things on it, and eve who tries; her socket lives on a loop of its own."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server
        self.counts: Counter[str] = Counter()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.wrong: list[Any] = []  # all of it is told at the end: one fault may hide another
        self.routes: list[str] = []
        self.events: list[str] = []
        self.ids: list[str] = []
        self.eve = self.run(self._prepare())
        self.http = httpx.Client(base_url=server.url, timeout=HANGS)
        self.cookies = dict(self.eve.http.cookies)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(HANGS * 3)

    async def _prepare(self) -> ChatClient:
        ada, eve = await signed_in(self.server, "ada"), await signed_in(self.server, "eve")
        self.server.open_gate()
        for page in (ada, eve):
            said = MARK if page is ada else "harbours"
            turn = await page.send(f"/run Gated {said}")
            run = (await page.until_ended(turn))["runs"][0]["run_id"]
            self.ids += [page.thread_id, turn, run, page.session_id, *list(page.steps)[:3]]
        taken = await surface(eve)
        self.routes, self.events = taken["routes"], taken["events"]
        await ada.close()
        return eve

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What the server says; once more when it ended the connection that the request before came by."""
        try:
            return self.http.send(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            self.counts["HTTP connections ended"] += 1
            self.http.close()
            self.http = httpx.Client(base_url=self.server.url, timeout=HANGS)
            return self.http.send(request)

    def values(self) -> st.SearchStrategy[Any]:
        """Something to name: an id of anybody's, or anything."""
        return st.one_of(st.sampled_from(self.ids), anything)

    def bodies(self) -> st.SearchStrategy[Any]:
        """Bodies of the keys we know, at two depths, with anything as values."""
        inner = st.dictionaries(st.sampled_from(KEYS), self.values(), max_size=6)
        return st.one_of(
            st.dictionaries(st.sampled_from(KEYS), st.one_of(self.values(), inner), max_size=6), inner, anything
        )


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    server = with_accounts(tmp_path_factory.mktemp("fuzz"), REFRAIN_MAX_TURNS="0", REFRAIN_MAX_TURNS_HOUR="0")
    server.start()
    found = Target(server)
    yield found
    found.run(found.eve.close())
    found.loop.call_soon_threadsafe(found.loop.stop)
    server.kill()
    print(f"\n{dict(found.counts)}")


def plain(value: Any) -> bytes:
    return json.dumps(value).encode()  # lone surrogates as \ud800, as a page can send them


def requested(target: Target, data: st.DataObject) -> httpx.Request:
    """A request that a route might take, but for what is odd in it."""
    method, _, path = data.draw(st.sampled_from(target.routes)).partition(" ")
    while "{" in path:
        before, _, rest = path.partition("{")
        value = data.draw(st.one_of(st.sampled_from(target.ids), text))
        path = (
            before
            + quote(value.encode("utf-8", "replace"), safe=data.draw(st.sampled_from(["", "/.%"])))
            + rest.partition("}")[2]
        )
    if data.draw(st.integers(0, 9)) == 0:
        method = data.draw(
            st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "ODD"])
        )
    query = data.draw(st.dictionaries(st.sampled_from(QUERY), st.one_of(st.sampled_from(target.ids), text), max_size=4))
    headers: dict[str, str] = {}
    if data.draw(st.integers(0, 4)):
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in target.cookies.items())
    named = ["accept", "accept-language", "authorization", "cookie", "origin", "range", "if-none-match", "x-odd"]
    if data.draw(st.integers(0, 3)) == 0:
        headers[data.draw(st.sampled_from(named))] = data.draw(st.text("abc ;=,/%\"'*0-9é\\", max_size=30))
    content, files = b"", None
    if method in {"POST", "PUT", "DELETE", "PATCH"}:
        kind = data.draw(st.sampled_from(["json"] * 6 + ["raw", "form", "file"]))
        if kind == "file":
            named_file = (data.draw(text).encode("utf-8", "replace").decode(), b"Words", "text/markdown")
            files = {data.draw(st.sampled_from(["file", "x"])): named_file}
        elif kind == "form":
            headers["content-type"] = "application/x-www-form-urlencoded"
            content = f"username={quote(data.draw(text), errors='replace')}&password=x".encode()
        else:
            headers["content-type"] = "application/json"
            content = data.draw(st.binary(max_size=60)) if kind == "raw" else plain(data.draw(target.bodies()))
    asked = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in query.items())
    request = target.http.build_request(
        method, "/", headers=httpx.Headers(headers, encoding="latin-1"), content=content or None, files=files
    )
    request.url = request.url.copy_with(raw_path=(path + (f"?{asked}" if asked else "")).encode("ascii", "replace"))
    return request


@few
@given(data=st.data())
def test_no_request_breaks_anything_or_tells_of_another(target: Target, data: st.DataObject) -> None:
    for _ in range(8):
        request = requested(target, data)
        request.read()
        try:
            reply = target.answer(request)
        except httpx.LocalProtocolError:
            continue  # no client can send that
        target.counts[f"HTTP {reply.status_code}"] += 1
        target.counts["HTTP requests"] += 1
        told = (request.method, str(request.url), dict(request.headers), request.read()[:500], reply.text[:500])
        if reply.status_code >= 500 or MARK in reply.text:
            target.wrong.append(told)
    assert len(target.wrong) < 20, target.wrong


@few
@given(data=st.data())
def test_no_socket_event_breaks_anything_or_tells_of_another(target: Target, data: st.DataObject) -> None:
    events = []
    for _ in range(2):
        name = data.draw(st.one_of(st.sampled_from([*target.events, "client_message", "chat_settings_change"]), text))
        given_here = data.draw(st.lists(st.one_of(target.bodies(), said()), max_size=2))
        if name not in {"disconnect", "connect"}:
            events.append((name.encode("utf-8", "replace").decode(), json.loads(printable(given_here))))
    auth = data.draw(st.dictionaries(st.sampled_from(AUTH), target.values(), max_size=5))
    heard = target.run(exchanged(target, events, json.loads(printable(auth))))
    target.counts["socket events"] += len(events)
    target.counts["socket connections"] += 1
    assert MARK not in heard, (events, auth)


AUTH = ["sessionId", "clientType", "userEnv", "chatProfile", "threadId"]


def said() -> st.SearchStrategy[dict[str, Any]]:
    """A message as the page sends it, with anything for its text."""
    message = st.fixed_dictionaries({"id": st.uuids(version=4).map(str), "output": text}, optional={"command": scalar})
    return st.fixed_dictionaries({"message": message}, optional={"fileReferences": anything})


def printable(value: Any) -> str:
    """JSON that a socket can carry: UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


async def exchanged(target: Target, events: list[tuple[str, list[Any]]], auth: dict[str, Any]) -> str:
    """Say all that on eve's page and open a socket with `auth`; what she was told. Her page must still answer."""
    eve = target.eve
    for name, given_here in events:
        await eve._socket.emit(name, tuple(given_here))
    eve.seen.discard("set_commands")
    await eve._socket.emit("connection_successful")  # answered in order, after all that
    await eve.until(lambda: "clear_call_fn" in eve.seen)
    socket = socketio.AsyncClient(reconnection=False)
    heard: list[Any] = []
    socket.on("*", lambda event, *told: heard.append(told))
    cookies = "; ".join(f"{name}={value}" for name, value in target.cookies.items())
    try:
        where = {"socketio_path": "/ws/socket.io", "transports": ["websocket"], "wait_timeout": HANGS}
        await socket.connect(target.server.url, headers={"Cookie": cookies}, auth=auth, **where)
        await socket.emit("connection_successful")
        await socket.disconnect()
    except socketio.exceptions.ConnectionError:
        pass
    return repr([eve.steps, eve.elements, eve.toasts, heard])


def test_after_all_that_the_server_works_and_has_met_no_surprise(target: Target) -> None:
    assert not target.wrong
    page = target.run(signed_in(target.server, "eve"))
    turn = target.run(page.send("/run Gated buoys"))
    assert target.run(page.until_ended(turn))["state"] == "completed"
    target.run(page.close())
    assert "Traceback" not in target.server.log, target.server.log[-4000:]
    print(f"\n{sum(target.counts[name] for name in ('HTTP requests', 'socket events', 'socket connections'))} inputs")
