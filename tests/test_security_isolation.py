"""What one person can do with another's ids: every route, socket event and button of a real server.

Each is tried with the other's ids and with ids that do not exist, and must answer both alike; a route, event or
button without a case fails the test.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio

from .chat_client import ChatClient
from .chat_server import ChatServer
from .people import sign_in, signed_in, surface, with_accounts

VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z")  # ids and moments
MARK = "heliotrope"  # stands in all that ada says, attaches and is told


@dataclass(frozen=True)
class Ids:
    """What one can name to the server."""

    thread: str
    turn: str
    run: str
    question: str
    asking_run: str
    answer: str  # the step that thumbs are given to
    feedback: str
    element: str
    attachment: str
    page: str
    upload: str

    @classmethod
    def of_nobody(cls) -> Ids:
        return cls(*(str(uuid4()) for _ in fields(cls)))


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    json: Any = None
    files: Any = None
    data: Any = None


Case = Callable[[Ids], Ask]


def action(name: str) -> Case:
    """Ada's button, pressed on a page of eve's."""
    return lambda ids: Ask("POST", "/project/action", button(name, ids, "eve"))


def button(name: str, ids: Ids, page: str) -> dict[str, Any]:
    payload = {"turn_id": ids.turn, "run_id": ids.run, "at": "notes", "output": "Eve was here."}
    return {"sessionId": page, "action": {"id": str(uuid4()), "name": name, "payload": payload}}


def feedback(ids: Ids) -> dict[str, Any]:
    return {"forId": ids.answer, "threadId": ids.thread, "id": ids.feedback, "value": 0, "comment": "Eve was here"}


def element(ids: Ids) -> dict[str, Any]:
    made = {"id": ids.element, "type": "custom", "name": "TurnCard", "display": "inline", "threadId": ids.thread}
    return {"sessionId": ids.page, "element": {**made, "forId": ids.turn, "props": {"note": "Eve was here"}}}


CASES: dict[str, Case] = {
    "GET /refrain/runs/{run_id}": lambda ids: Ask("GET", f"/refrain/runs/{ids.run}"),
    "GET /refrain/runs/{run_id}/changes": lambda ids: Ask("GET", f"/refrain/runs/{ids.run}/changes"),
    "GET /refrain/runs/{run_id}/step": lambda ids: Ask("GET", f"/refrain/runs/{ids.run}/step?path=notes"),
    "GET /refrain/runs/{run_id}/export": lambda ids: Ask("GET", f"/refrain/runs/{ids.run}/export?format=json"),
    "GET /refrain/sessions/{session_id}/export": lambda ids: Ask("GET", f"/refrain/sessions/{ids.thread}/export"),
    "POST /refrain/runs/{run_id}/answer": lambda ids: Ask(
        "POST", f"/refrain/runs/{ids.asking_run}/answer", {"question_id": ids.question, "approve": True}
    ),
    "GET /refrain/evidence/{turn_id}": lambda ids: Ask("GET", f"/refrain/evidence/{ids.turn}?run={ids.run}&path=notes"),
    "GET /refrain/attachments/{attachment_id}": lambda ids: Ask("GET", f"/refrain/attachments/{ids.attachment}"),
    "GET /refrain/attachments/{attachment_id}/file": lambda ids: Ask(
        "GET", f"/refrain/attachments/{ids.attachment}/file"
    ),
    "PUT /feedback": lambda ids: Ask("PUT", "/feedback", {"feedback": feedback(ids), "sessionId": ids.page}),
    "DELETE /feedback": lambda ids: Ask("DELETE", "/feedback", {"feedbackId": ids.feedback}),
    "GET /project/thread/{thread_id}": lambda ids: Ask("GET", f"/project/thread/{ids.thread}"),
    "GET /project/thread/{thread_id}/element/{element_id}": lambda ids: Ask(
        "GET", f"/project/thread/{ids.thread}/element/{ids.element}"
    ),
    "PUT /project/thread": lambda ids: Ask("PUT", "/project/thread", {"threadId": ids.thread, "name": "Eve's"}),
    "DELETE /project/thread": lambda ids: Ask("DELETE", "/project/thread", {"threadId": ids.thread}),
    "POST /project/action": lambda ids: Ask("POST", "/project/action", button("delete_run", ids, ids.page)),
    "POST /project/file": lambda ids: Ask(
        "POST", f"/project/file?session_id={ids.page}", files={"file": ("a.md", b"Eve was here", "text/markdown")}
    ),
    "GET /project/file/{file_id}": lambda ids: Ask("GET", f"/project/file/{ids.upload}?session_id={ids.page}"),
    "PUT /project/element": lambda ids: Ask("PUT", "/project/element", element(ids)),
    "DELETE /project/element": lambda ids: Ask("DELETE", "/project/element", element(ids)),
    "PUT /project/thread/share": lambda ids: Ask(
        "PUT", "/project/thread/share", {"threadId": ids.thread, "isShared": True}
    ),
    "GET /project/share/{thread_id}": lambda ids: Ask("GET", f"/project/share/{ids.thread}"),
    "POST /mcp": lambda ids: Ask("POST", "/mcp", {"sessionId": ids.page, "name": "x"}),
    "DELETE /mcp": lambda ids: Ask("DELETE", "/mcp", {"sessionId": ids.page, "name": "x"}),
}

# Take no id of anything: what they say to eve must be of eve. What is asked is as telling as it can be.
LISTS: dict[str, Case] = {
    "GET /refrain/runs": lambda ids: Ask("GET", f"/refrain/runs?text={MARK}&user_id=ada"),
    "GET /refrain/recorded-answer": lambda ids: Ask("GET", f"/refrain/recorded-answer?session={ids.thread}"),
    "GET /refrain/library/{name}": lambda ids: Ask("GET", "/refrain/library/solar-power.md"),
    "POST /project/threads": lambda ids: Ask(
        "POST",
        "/project/threads",
        {"pagination": {"first": 50, "cursor": ids.thread}, "filter": {"userId": "ada", "search": MARK}},
    ),
    "GET /user": lambda ids: Ask("GET", "/user?id=ada"),
    "GET /project/settings": lambda ids: Ask("GET", f"/project/settings?chat_profile={ids.thread}"),
}

# The same for everybody, signed in or not; the page itself among them.
OPEN: dict[str, Case] = {
    "GET /public/{filename}": lambda ids: Ask("GET", "/public/..%2fdata%2fusers.json"),
    "GET /public/elements/{file}": lambda ids: Ask("GET", "/public/elements/..%2f..%2fdata%2fusers.json"),
    "GET /assets/{filename}": lambda ids: Ask("GET", "/assets/..%2f..%2fserver.py"),
    "GET /copilot/{filename}": lambda ids: Ask("GET", "/copilot/%2e%2e/%2e%2e/server.py"),
    "GET /project/translations": lambda ids: Ask("GET", "/project/translations"),
    "GET /favicon": lambda ids: Ask("GET", "/favicon"),
    "GET /logo": lambda ids: Ask("GET", "/logo"),
    "GET /avatars/{avatar_id}": lambda ids: Ask("GET", "/avatars/ada"),
    "GET /health": lambda ids: Ask("GET", "/health"),
    "HEAD /": lambda ids: Ask("HEAD", "/"),
    "GET /{full_path}": lambda ids: Ask("GET", f"/thread/{ids.thread}"),
    "POST /set-session-cookie": lambda ids: Ask("POST", "/set-session-cookie", {"session_id": ids.page}),
    "GET /auth/config": lambda ids: Ask("GET", "/auth/config"),
    "GET /auth/oauth/{provider_id}": lambda ids: Ask("GET", "/auth/oauth/github"),
    "GET /auth/oauth/{provider_id}/callback": lambda ids: Ask("GET", "/auth/oauth/github/callback?code=x&state=x"),
    "POST /auth/oauth/azure-ad-hybrid/callback": lambda ids: Ask(
        "POST", "/auth/oauth/azure-ad-hybrid/callback", data={"code": "x"}
    ),
    "POST /auth/header": lambda ids: Ask("POST", "/auth/header"),
    "POST /auth/jwt": lambda ids: Ask("POST", "/auth/jwt"),
    "POST /login": lambda ids: Ask("POST", "/login", data={"username": "ada", "password": "battery staple"}),
    "POST /logout": lambda ids: Ask("POST", "/logout"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = with_accounts(tmp_path_factory.mktemp("isolation"))
    with running:
        yield running


@pytest.fixture
async def ada(server: ChatServer) -> AsyncIterator[ChatClient]:
    page = await signed_in(server, "ada")
    yield page
    await page.close()


@pytest.fixture
async def eve(server: ChatServer) -> AsyncIterator[ChatClient]:
    page = await signed_in(server, "eve")
    yield page
    await page.close()


async def worked(ada: ChatClient, server: ChatServer) -> Ids:
    """Ada has a conversation with everything in it; what it is called."""
    server.open_gate()
    file = await ada.upload(f"{MARK}.md", f"The {MARK} turns to the sun.".encode(), "text/markdown")
    turn = await ada.send(f"/run Gated {MARK} gardens", [file])
    run = (await ada.until_ended(turn))["runs"][0]["run_id"]
    attachment = next(item["url"].split("/")[-2] for item in ada.elements.values() if item["type"] == "file")
    answer = next(id for id, step in ada.steps.items() if (step.get("metadata") or {}).get("turn_id") == turn)
    given = {"forId": answer, "threadId": ada.thread_id, "value": 1, "comment": MARK}
    kept = await ada.http.put("/feedback", json={"feedback": given, "sessionId": ada.session_id})
    asking = await ada.send(f"/run Asking {MARK}")
    await ada.until(lambda: ada.card(asking).get("question"))
    asking_run = ada.card(asking)["runs"][0]["run_id"]
    upload = await ada.upload("later.md", f"{MARK} later".encode(), "text/markdown")
    detail = (await ada.http.get(f"/refrain/runs/{asking_run}")).json()
    question = str((detail.get("question") or {}).get("id") or "q")
    element = next(iter(ada.elements))
    return Ids(
        *(ada.thread_id, turn, run, question, asking_run, answer, kept.json()["feedbackId"], element),
        *(attachment, ada.session_id, upload),
    )


async def everything(ada: ChatClient, ids: Ids) -> str:
    """All that the server tells ada about what is hers."""
    body = {"pagination": {"first": 50}, "filter": {}}
    replies = [
        await ada.http.post("/project/threads", json=body),
        *[
            await ada.http.get(path)
            for path in (
                f"/project/thread/{ids.thread}",
                f"/refrain/sessions/{ids.thread}/export?format=json",
                f"/refrain/runs/{ids.run}/step?path=notes",
                f"/refrain/runs/{ids.asking_run}/export?format=json",
                f"/refrain/attachments/{ids.attachment}",
                f"/project/file/{ids.upload}?session_id={ids.page}",
            )
        ],
    ]
    assert {reply.status_code for reply in replies} == {200}
    texts = [reply.text for reply in replies]
    texts[2] = json.dumps({**replies[2].json(), "exported_at": None})
    texts[4] = json.dumps({**replies[4].json(), "exported_at": None})
    return "\n".join([*texts, str(sorted(ada.steps)), str(sorted(ada.actions))])


async def tried(http: httpx.AsyncClient, ask: Ask, ids: Ids) -> tuple[int, str]:
    """What the server answers, without the ids that were asked with."""
    reply = await http.request(ask.method, ask.path, json=ask.json, files=ask.files, data=ask.data)
    text = reply.text
    for field in fields(ids):
        text = text.replace(getattr(ids, field.name), field.name)
    return reply.status_code, text


async def test_another_persons_things_are_as_if_they_were_not_there(
    server: ChatServer, ada: ChatClient, eve: ChatClient
) -> None:
    ids, none = await worked(ada, server), Ids.of_nobody()
    taken = await surface(eve)
    before = await everything(ada, ids)
    stranger = httpx.AsyncClient(base_url=server.url, timeout=20)
    table: list[tuple[str, object, object, object, str]] = []

    for name, case in CASES.items():
        hers, nobodys = [await tried(eve.http, case(id), id) for id in (ids, none)]
        unsigned, unsigned_none = [await tried(stranger, case(id), id) for id in (ids, none)]
        alike = hers == nobodys and unsigned == unsigned_none
        silent = MARK not in hers[1] + unsigned[1]
        table.append((name, hers[0], nobodys[0], unsigned[0], "refused alike" if alike and silent else "LEAKS"))
        assert alike, (name, hers, nobodys, unsigned, unsigned_none)
        assert silent, name
        assert hers[0] in {401, 403, 404}, (name, hers)
        assert unsigned[0] in {401, 403, 404}, (name, unsigned)

    for name, case in LISTS.items():
        hers, nobodys = [await tried(eve.http, case(id), id) for id in (ids, none)]
        unsigned = await tried(stranger, case(ids), ids)
        table.append((name, hers[0], nobodys[0], unsigned[0], "eve's own alone" if hers == nobodys else "LEAKS"))
        assert hers == nobodys, name
        assert not [what for what in (MARK, '"ada"') if what in hers[1] + unsigned[1]], name
        assert unsigned[0] == 401, name

    for name, case in OPEN.items():
        spare = httpx.AsyncClient(base_url=server.url, cookies=eve.http.cookies, timeout=20)  # one route signs out
        hers, unsigned = await tried(spare, case(ids), ids), await tried(stranger, case(ids), ids)
        await spare.aclose()
        table.append((name, hers[0], "", unsigned[0], "the same for all" if hers == unsigned else "LEAKS"))
        assert hers == unsigned, name
        assert hers[0] < 500, name
        assert "argon2" not in hers[1], name

    for name in taken["buttons"]:
        told = []
        for id in (ids, none):
            sent, before_toasts = button(name, id, eve.session_id), len(eve.toasts)
            reply = await eve.http.post("/project/action", json=sent)
            await eve.until(lambda before=before_toasts: len(eve.toasts) > before)
            told.append((reply.status_code, reply.text, eve.toasts[-1]))
        foreign = [
            await tried(eve.http, Ask("POST", "/project/action", button(name, id, id.page)), id) for id in (ids, none)
        ]
        alike = told[0] == told[1] and foreign[0] == foreign[1]
        table.append((f"button {name}", told[0][2], "same", foreign[0][0], "refused alike" if alike else "LEAKS"))
        assert alike, (name, told, foreign)
        assert told[0][2] == "That is not there any more."
        assert foreign[0][0] == 404

    assert await everything(ada, ids) == before
    print("\n" + _drawn(("route or button", "ada's id", "no such id", "signed out", "seen"), table))
    assert set(taken["routes"]) == CASES.keys() | LISTS.keys() | OPEN.keys()
    await stranger.aclose()


async def opened(server: ChatServer, page: ChatClient, **auth: Any) -> tuple[list[str], list[str], str]:
    """What a socket is told that is opened with `auth`: the names of events, threads named, and why it was refused."""
    names: list[str] = []
    texts: list[str] = []
    clear = asyncio.Event()
    socket = socketio.AsyncClient(reconnection=False)

    async def take(event: str, *given: Any) -> None:
        if clear.is_set():
            return
        names.append(event)
        texts.append(VARYING.sub("…", json.dumps(given)))
        if event in {"update_message", "resume_thread"}:  # what a page is told last
            clear.set()

    socket.on("*", take)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in page.http.cookies.jar)
    auth = {"sessionId": str(uuid4()), "clientType": "webapp", "userEnv": "{}", "threadId": "", **auth}
    try:
        await socket.connect(
            server.url, headers={"Cookie": cookies}, auth=auth, socketio_path="/ws/socket.io", transports=["websocket"]
        )
    except socketio.exceptions.ConnectionError as error:
        return [], [], str(error)
    await socket.emit("connection_successful")
    async with asyncio.timeout(20):
        await clear.wait()
    await socket.disconnect()
    return names, texts, ""


async def test_nothing_said_over_a_socket_reaches_another(server: ChatServer, ada: ChatClient, eve: ChatClient) -> None:
    ids, none = await worked(ada, server), Ids.of_nobody()
    taken = await surface(eve)
    before = await everything(ada, ids)
    table: list[tuple[str, object, object, object, str]] = []

    hers = await opened(server, eve, threadId=ids.thread)
    nobodys = await opened(server, eve, threadId=none.thread)
    assert hers == nobodys
    assert "resume_thread_error" in hers[0]
    assert MARK not in str(hers)
    table.append(("connect, threadId", "not found", "not found", "refused", "refused alike"))
    foreign = await opened(server, eve, sessionId=ids.page)
    assert (foreign[0], foreign[1]) == ([], [])
    table.append(("connect, sessionId", "refused", "(a new page)", "refused", "nothing told"))
    stranger = ChatClient(server.url)
    for auth in ({}, {"threadId": ids.thread}, {"sessionId": ids.page}):
        assert (await opened(server, stranger, **auth))[0] == []
    for odd in ("../../data", "..", "", "x" * 5000, None, 7, str(uuid4()).upper()):
        assert (await opened(server, eve, sessionId=odd))[0] == [], odd
    await stranger.http.aclose()

    def saying(id: Ids) -> dict[str, Any]:
        message = {"id": str(uuid4()), "threadId": id.thread, "parentId": id.turn, "type": "assistant_message"}
        message |= {"name": "ada", "output": "Hello", "createdAt": "2026-01-01T00:00:00Z", "metadata": {"a": 1}}
        return {"message": message, "fileReferences": [{"id": id.upload}], "threadId": id.thread}

    def ended(page: ChatClient) -> int:
        return sum((step.get("metadata") or {}).get("state") == "completed" for step in page.steps.values())

    told: dict[str, list[list[str]]] = {}

    async def told_after(event: str, id: Ids) -> list[str]:
        page = ChatClient(server.url)
        page.http.cookies = eve.http.cookies
        async with page:
            payload = {"threadId": id.thread, "sessionId": id.page, "recall": "session", **saying(id)}
            await page._socket.emit(event, payload)
            turn = await page.send("Hello again")
            await page.until_ended(turn)
            await page.until(lambda: ended(page) == len(page.asked()) == (2 if event == "client_message" else 1))
            said = [step["output"] for step in page.steps.values() if step["type"].endswith("message")]
            assert page.thread_id != ids.thread
            assert MARK not in json.dumps([page.steps, page.elements, page.toasts])
            return sorted(said) + page.toasts

    for event in taken["events"]:
        if event not in {"connect", "disconnect", "clear_session"}:
            told[event] = list(await asyncio.gather(told_after(event, ids), told_after(event, none)))
    for event, (of_ada, of_nobody) in told.items():
        alike = of_ada == of_nobody
        table.append((event, "eve's own", "eve's own", "no socket", "nothing of ada's" if alike else "LEAKS"))
        assert alike, (event, of_ada, of_nobody)
    assert {*told, "connect", "disconnect", "clear_session"} == set(taken["events"])
    assert await everything(ada, ids) == before
    print("\n" + _drawn(("socket event", "ada's ids", "no such ids", "signed out", "seen"), table))


async def test_what_another_worked_out_answers_nobody_else(
    server: ChatServer, ada: ChatClient, eve: ChatClient
) -> None:
    ids = await worked(ada, server)
    for asked in (f"What do the {MARK} gardens guide?", f"/recall {MARK} gardens", f"What is in {MARK}.md?"):
        turn = await eve.send(asked)
        await eve.until_ended(turn)
    told = json.dumps([eve.steps, eve.elements])
    assert "turns to the sun" not in told
    assert "lighthouses guide ships" not in told
    assert ids.run not in told
    assert ids.thread not in told


async def test_a_login_of_another_name_is_no_login_of_ones_own(server: ChatServer, eve: ChatClient) -> None:
    known = await sign_in(ChatClient(server.url), "ada", "not her password")
    unknown = await sign_in(ChatClient(server.url), "nobody", "not her password")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.status_code == 401


def _drawn(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [head, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
