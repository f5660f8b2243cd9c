"""How much one person may ask for: what is too much is refused in a sentence, on the page, and nothing else ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from chat.limits import HOUR, MOST_BODY, MOST_PENDING, MOST_UPLOAD, Limits, Most, TooMuch

from .chat_client import ChatClient
from .chat_server import ChatServer
from .people import signed_in, with_accounts


class Work:
    """What is at work, and what time it is."""

    def __init__(self) -> None:
        self.live: set[str] = set()
        self.now = 10_000.0
        self.limits = Limits(self.live.__contains__, lambda: self.now)

    def begin(self, user: str, *, goes_on: bool = False) -> str:
        id = str(uuid4())
        with self.limits.starting(user, id, "Hello"):
            if goes_on:
                self.live.add(id)
        return id


@pytest.fixture
def work() -> Work:
    return Work()


def test_a_sixth_turn_at_once_is_refused_until_one_ends(work: Work) -> None:
    ids = [work.begin("ada", goes_on=True) for _ in range(5)]
    with pytest.raises(TooMuch, match=r"^5 turns of yours are at work"):
        work.begin("ada")
    work.begin("eve")
    work.live.discard(ids[2])
    work.begin("ada")


def test_a_turn_that_is_just_being_begun_counts(work: Work) -> None:
    opened = [work.limits.starting("ada", str(number)) for number in range(5)]
    for one in opened:
        one.__enter__()
    with pytest.raises(TooMuch):
        work.begin("ada")


def test_a_turn_that_is_gone_on_with_counts_once(work: Work) -> None:
    id = work.begin("ada", goes_on=True)
    for _ in range(10):
        with work.limits.starting("ada", id):
            pass
    work.begin("ada")


def test_an_hour_has_240_turns_and_says_when_there_are_more(work: Work) -> None:
    for _ in range(240):
        work.begin("ada")
        work.now += 1
    with pytest.raises(TooMuch, match=r"240 messages .* Try again in 56 minutes\.$"):
        work.begin("ada")
    work.begin("eve")
    work.now += HOUR - 240
    work.begin("ada")
    with pytest.raises(TooMuch, match=r"Try again in 1 minute\.$"):
        work.begin("ada")


def test_what_has_long_been_done_is_not_remembered(work: Work) -> None:
    work.begin("ada")
    work.now += HOUR + 1
    work.limits.check("ada", "")
    assert work.limits._begun == {}


def test_limits_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Most.of("ada") == Most(20_000, 5, 240)
    assert Most.of("local") == Most(20_000, None, None)
    monkeypatch.setenv("REFRAIN_MAX_MESSAGE", "100")
    monkeypatch.setenv("REFRAIN_MAX_TURNS", "0")
    monkeypatch.setenv("REFRAIN_MAX_TURNS_HOUR", "7")
    assert Most.of("ada") == Most(100, None, 7)
    assert Most.of("local") == Most(100, None, 7)
    monkeypatch.setenv("REFRAIN_MAX_MESSAGE", "a lot")
    assert Most.of("ada").characters == 20_000


# Over the real server.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = with_accounts(tmp_path_factory.mktemp("limits"), REFRAIN_MAX_TURNS="2", REFRAIN_MAX_TURNS_HOUR="9")
    with running:
        yield running


@pytest.fixture
async def ada(server: ChatServer) -> AsyncIterator[ChatClient]:
    server.close_gate()
    page = await signed_in(server, "ada")
    yield page
    await page.close()


@pytest.fixture
async def eve(server: ChatServer) -> AsyncIterator[ChatClient]:
    page = await signed_in(server, "eve")
    yield page
    await page.close()


async def refused(page: ChatClient, text: str) -> str:
    """The sentence that the page shows for a message that is not taken."""
    id = str(uuid4())
    await page._socket.emit("client_message", {"message": {"id": id, "type": "user_message", "output": text}})
    found: list[str] = []

    def answered() -> list[str]:
        found[:] = [step["output"] for step in page.steps.values() if step["metadata"] == {"refused": {"id": id}}]
        return found

    await page.until(answered)
    await page.until(lambda: not page.loading)
    return found[0]


async def test_a_message_that_is_too_long_is_refused_and_stored_nowhere(ada: ChatClient) -> None:
    said = await refused(ada, "word " * 4001)
    assert said == (
        "This message has 20,005 characters, and 20,000 can be sent. Shorten it, or attach the text as a file."
    )
    body = {"pagination": {"first": 50}, "filter": {"search": "word word"}}
    assert (await ada.http.post("/project/threads", json=body)).json()["data"] == []
    turn = await ada.send("Hello")
    assert (await ada.until_ended(turn))["state"] == "completed"


async def test_what_is_at_work_and_what_was_asked_in_an_hour_is_limited(
    server: ChatServer, ada: ChatClient, eve: ChatClient
) -> None:
    first = await eve.send("/run Gated lighthouses")
    second = await eve.send("/run Gated buoys")
    said = await refused(eve, "/run Gated third")
    assert said == "2 turns of yours are at work, and no more can be. Wait for one to end, or stop one."
    again = await eve.press("again", {"turn_id": first})
    assert again.status_code == 200
    await eve.until(lambda: eve.toasts == [said])
    turn = await ada.send("Hello")
    await ada.until_ended(turn)

    server.open_gate()
    await eve.until_ended(first)
    await eve.until_ended(second)
    for number in range(7):
        await eve.until_ended(await eve.send(f"Hello {number}"))
    said = await refused(eve, "One more")
    assert said.startswith("9 messages can be worked on in an hour, and that is reached. Try again in ")
    asked = [step for step in eve.steps.values() if step["type"] == "user_message"]
    assert len(asked) == 9


async def test_too_large_a_request_is_refused_before_it_is_read(ada: ChatClient) -> None:
    named = {"threadId": ada.thread_id, "name": "x" * MOST_BODY}
    for method, path, more in (
        ("PUT", "/project/thread", {"json": named}),
        ("POST", f"/refrain/runs/{uuid4()}/answer", {"content": b"[" * (MOST_BODY + 1)}),
        ("PUT", "/feedback", {"content": b"x" * (MOST_BODY + 1)}),
        ("POST", "/login", {"content": b"x" * (MOST_BODY + 1)}),
        ("POST", f"/project/file?session_id={ada.session_id}", {"content": b"x" * (MOST_UPLOAD + 1)}),
    ):
        reply = await ada.http.request(method, path, **more)  # type: ignore[arg-type]
        assert (reply.status_code, reply.json()["detail"]) == (413, "This is more than can be sent at once."), path


async def test_files_are_looked_at_by_the_server_not_by_their_name(ada: ChatClient) -> None:
    async def uploaded(name: str, content: bytes, kind: str) -> tuple[int, str]:
        where, sent = {"session_id": ada.session_id}, {"file": (name, content, kind)}
        reply = await ada.http.post("/project/file", params=where, files=sent)
        return reply.status_code, reply.json().get("detail", "")

    assert await uploaded("a.exe", b"MZ", "application/x-msdownload") == (400, "File type not allowed")
    assert await uploaded("a.html", b"<script>", "text/html") == (400, "File type not allowed")
    assert await uploaded("a.html", b"<script>", "text/markdown") == (400, "File type not allowed")
    assert await uploaded("a.md", b"", "text/markdown") == (400, "This file is empty.")
    assert (await uploaded("a.md", b"x" * (10 << 20) + b"x", "text/markdown"))[0] == 400
    files = [
        await ada.upload("a.pdf", b"<html>", "application/pdf"),
        await ada.upload("b.txt", b"%PDF-1.4 not a text", "text/plain"),
        *[await ada.upload(f"{number}.md", f"Sea {number}.".encode(), "text/markdown") for number in range(5)],
    ]
    turn = await ada.send("What is in these?", files)
    await ada.until_ended(turn)
    said = "\n".join(ada.said())
    assert "a.pdf is no PDF, although it is called one" in said.replace("\u2060", "").replace("\\", "")
    assert "b.txt is a PDF by its content" in said.replace("\u2060", "").replace("\\", "")
    assert "5 files can come with one message" in said


async def test_what_waits_to_be_sent_is_counted(ada: ChatClient) -> None:
    for number in range(MOST_PENDING):
        await ada.upload(f"{number}.md", b"Words.", "text/markdown")
    where, sent = {"session_id": ada.session_id}, {"file": ("more.md", b"Words.", "text/markdown")}
    reply = await ada.http.post("/project/file", params=where, files=sent)
    assert reply.json() == {"detail": "Too many files wait to be sent. Send your message, or reload the page."}
