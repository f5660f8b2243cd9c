"""The chat over its socket and routes: a server in a process of its own, a page without a browser."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from storage import RunStore

from .chat_client import ChatClient
from .chat_server import ChatServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    with ChatServer(tmp_path_factory.mktemp("chat"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0") as running:
        yield running


@pytest.fixture
async def page(server: ChatServer) -> AsyncIterator[ChatClient]:
    server.close_gate()
    async with ChatClient(server.url) as client:
        yield client
    server.open_gate()


async def test_a_run_and_then_an_answer_from_it(page: ChatClient) -> None:
    first = await page.send("Write an article about climate change solutions")
    ended = await page.until_ended(first)
    assert ended["state"] == "completed"
    assert page.said()[0].startswith("**Ran Article**: ")
    assert [step["state"] for step in ended["runs"][0]["steps"]] == ["done", "done"]
    assert page.named("Researcher")["parentId"] == page.named("Article")["id"]
    assert "climate change solutions" in page.named("Web search")["output"]
    assert len(page.said()[1]) > 500

    second = await page.send("What are the main groups of climate change solutions?")
    await page.until_ended(second)
    assert not page.card(second)["runs"]
    await page.until(lambda: page.actions)
    (action,) = page.actions.values()
    assert action["label"] == "Run it fresh"
    chips = [element for element in page.elements.values() if element["type"] == "text"]
    assert chips
    assert all(chip["name"] in page.last() for chip in chips)
    source = await page.http.get(chips[0]["url"] + "&zone=Europe%2FBerlin")
    assert source.status_code == 200
    assert "~~" in source.text
    assert "Article" in source.text

    assert (await page.press("fresh", action["payload"])).status_code == 200
    await page.until(lambda: len(page.asked()) == 3)
    assert page.asked()[-1] == "/fresh What are the main groups of climate change solutions?"
    third = [id for id, step in page.steps.items() if step["type"] == "user_message"][-1]
    assert (await page.until_ended(third))["runs"]


async def test_a_run_that_was_not_wanted_ends_and_memory_answers_and_both_choices_are_kept(
    page: ChatClient, server: ChatServer
) -> None:
    server.open_gate()
    await page.until_ended(await page.send("/run Gated harbour lighthouses"))
    server.close_gate()
    asked = "Run Gated on harbour lighthouses of Norway"
    working = await page.send(asked)
    await page.until(lambda: page.card(working).get("runs"))
    recall = page.card(working)["buttons"][-1]
    assert recall["label"] == "Answer from what we have"

    assert (await page.press(recall["name"], recall["payload"])).status_code == 200
    assert (await page.until_ended(working))["state"] == "cancelled"
    await page.until(lambda: len(page.asked()) == 3)
    assert page.asked()[-1] == f"/recall {asked}"
    answering = [id for id, step in page.steps.items() if step["type"] == "user_message"][-1]
    await page.until_ended(answering)
    assert not page.card(answering)["runs"]
    assert "lighthouses" in page.last()
    await page.until(lambda: page.actions)

    server.open_gate()
    (fresh,) = page.actions.values()
    await page.press(fresh["name"], fresh["payload"])
    await page.until(lambda: len(page.asked()) == 4)
    assert page.asked()[-1] == f"/fresh {asked}"
    last = [id for id, step in page.steps.items() if step["type"] == "user_message"][-1]
    assert (await page.until_ended(last))["runs"]
    store = RunStore(server.folder / "data" / "refrain.db")
    kept = [(await store.get_turn(id)).override for id in (working, answering, last)]
    await store.close()
    assert kept == ["answer", "run", None]


async def test_the_conversation_is_there_again_after_a_reload(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("Brief me on how vaccines work")
    await page.until_ended(turn)
    async with ChatClient(server.url, thread_id=page.thread_id) as reloaded:
        for id, step in page.steps.items():
            if step["name"] not in {"on_message", "on_chat_start"}:
                assert reloaded.steps[id]["output"] == step["output"]
        assert reloaded.card(turn) == page.card(turn)
        assert reloaded.elements.keys() == page.elements.keys()


async def test_what_was_said_is_in_the_store_and_not_kept_in_memory(page: ChatClient, server: ChatServer) -> None:
    await page.until_ended(await page.send("Brief me on how vaccines work"))
    async with ChatClient(server.url, thread_id=page.thread_id) as reloaded:
        await reloaded.until_ended(await reloaded.send("/run Holding now"))
        assert "0 messages in memory." in reloaded.last()


async def test_one_may_send_while_a_run_works_and_the_message_waits_in_sight(
    page: ChatClient, server: ChatServer
) -> None:
    first = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    assert not page.loading
    second = await page.send("/run Gated buoys")
    await page.until(lambda: page.last() == "Waiting for the turn above to end")
    assert page.card(second)["state"] == "queued"
    server.open_gate()
    assert (await page.until_ended(first))["state"] == "completed"
    assert (await page.until_ended(second))["state"] == "completed"
    assert page.asked() == ["/run Gated lighthouses", "/run Gated buoys"]


async def test_of_two_messages_sent_in_one_moment_one_waits_in_sight(page: ChatClient, server: ChatServer) -> None:
    turns = await asyncio.gather(page.send("/run Gated lighthouses"), page.send("/run Gated buoys"))
    await page.until(lambda: "The essay begins." in page.said())
    assert sorted(page.card(turn)["state"] for turn in turns) == ["queued", "running"]
    server.open_gate()
    for turn in turns:
        assert (await page.until_ended(turn))["state"] == "completed"


async def test_stop_keeps_what_is_there_and_resume_finishes_it_in_its_place(
    page: ChatClient, server: ChatServer
) -> None:
    turn = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    (stop,) = page.card(turn)["buttons"]
    await page.press(stop["name"], stop["payload"])
    ended = await page.until_ended(turn)
    assert ended["state"] == "cancelled"
    assert "lighthouses guide ships" in page.named("notes")["output"]
    assert page.last().strip() == "The essay begins."

    server.open_gate()
    (resume,) = ended["buttons"]
    assert resume["label"] == "Resume"
    await page.press(resume["name"], resume["payload"])
    await page.until(lambda: page.card(turn)["state"] == "completed")
    assert page.last() == "The essay begins. The essay ends."
    assert len(page.said()) == 2


async def test_a_failed_run_says_so_in_plain_words_and_can_be_tried_again(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Flaky leaflets")
    ended = await page.until_ended(turn)
    assert ended["state"] == "failed"
    assert "The press is broken" in ended["note"]
    assert "Traceback" not in str(page.steps)
    (retry,) = ended["buttons"]
    assert retry["label"] == "Retry"
    server.open_gate()
    await page.press(retry["name"], retry["payload"])
    await page.until(lambda: page.card(turn)["state"] == "completed")
    assert page.last() == "Printed."


async def test_two_pages_of_one_conversation_show_the_same(page: ChatClient, server: ChatServer) -> None:
    first = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    async with ChatClient(server.url, thread_id=page.thread_id) as other:
        await other.until(lambda: "The essay begins." in other.last())
        second = await page.send("/run Gated buoys")
        await other.until(lambda: second in other.steps)
        server.open_gate()
        for shown in (page, other):
            await shown.until_ended(first)
            await shown.until_ended(second)
        assert other.said() == page.said()


async def test_a_page_that_comes_back_follows_on(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    await page.close()
    async with ChatClient(server.url, thread_id=page.thread_id) as back:
        assert back.card(turn)["state"] == "running"
        server.open_gate()
        await back.until_ended(turn)
        assert back.last() == "The essay begins. The essay ends."


async def test_the_same_page_after_a_lost_connection_is_shown_all_it_missed(
    page: ChatClient, server: ChatServer
) -> None:
    turn = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    back = ChatClient(server.url, thread_id=page.thread_id)
    back.session_id = page.session_id
    await page._socket.disconnect()
    server.open_gate()
    async with back:
        await back.until_ended(turn)
        assert back.last() == "The essay begins. The essay ends."


async def test_conversations_are_listed_renamed_and_deleted(page: ChatClient) -> None:
    words = "Hello there, this is a first message that is much longer than any title ought to be"
    turn = await page.send(words)
    await page.until_ended(turn)

    async def listed() -> list[dict[str, str]]:
        body = {"pagination": {"first": 50}, "filter": {}}
        return list((await page.http.post("/project/threads", json=body)).json()["data"])

    mine = next(thread for thread in await listed() if thread["id"] == page.thread_id)
    assert "this is a first message" in mine["name"]
    assert len(mine["name"]) <= 60
    assert mine["createdAt"].endswith("Z")
    await page.http.put("/project/thread", json={"threadId": page.thread_id, "name": "Greetings"})
    assert "Greetings" in [thread["name"] for thread in await listed()]
    deleted = await page.http.request("DELETE", "/project/thread", json={"threadId": page.thread_id})
    assert deleted.status_code == 200
    assert page.thread_id not in [thread["id"] for thread in await listed()]
    assert (await page.http.get(f"/project/thread/{page.thread_id}")).status_code == 404


async def test_thumbs_are_kept_for_ones_own_turns_alone(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("Hello")
    await page.until_ended(turn)
    step = next(step for step in page.steps.values() if (step.get("metadata") or {}).get("state"))
    given = {"forId": step["id"], "threadId": page.thread_id, "value": 1, "comment": "Good"}
    reply = await page.http.put("/feedback", json={"feedback": given, "sessionId": page.session_id})
    assert reply.status_code == 200
    async with ChatClient(server.url, thread_id=page.thread_id) as reloaded:
        assert reloaded.steps[step["id"]]["feedback"]["comment"] == "Good"
    unknown = {**given, "forId": "another"}
    refused = await page.http.put("/feedback", json={"feedback": unknown, "sessionId": page.session_id})
    assert refused.status_code == 404
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        taken = await stranger.request("DELETE", "/feedback", json={"feedbackId": reply.json()["feedbackId"]})
        assert taken.status_code == 401
    back = {"feedbackId": reply.json()["feedbackId"]}
    assert (await page.http.request("DELETE", "/feedback", json=back)).status_code == 200


async def test_words_come_in_batches_not_one_by_one(page: ChatClient) -> None:
    turn = await page.send("/run Chatty waves")
    await page.until_ended(turn)
    assert page.last().count("wave") == 400
    assert 2 < page.tokens < 100


async def test_the_pages_own_stop_button_stops_too(page: ChatClient) -> None:
    turn = await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    await page.stop()
    assert (await page.until_ended(turn))["state"] == "cancelled"


async def test_buttons_of_others_do_nothing(page: ChatClient) -> None:
    turn = await page.send("Hello")
    await page.until_ended(turn)
    for name, payload in (
        ("stop", {"turn_id": "x"}),
        ("resume", {"run_id": "x"}),
        ("fresh", {"turn_id": ["x"]}),
        ("recall", {}),
    ):
        before = len(page.toasts)
        await page.press(name, payload)
        await page.until(lambda before=before: len(page.toasts) > before)
    assert set(page.toasts) == {"That is not there any more."}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "refrain.example.org"},
        {"Origin": "http://evil.example.org"},
        {"Origin": "http://127.0.0.1:1"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"Forwarded": "for=10.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "10.0.0.1"},
    ],
)
async def test_only_this_machines_own_page_is_signed_in(server: ChatServer, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        assert (await client.post("/auth/header")).status_code in {401, 403}
        assert (await client.get("/")).status_code == 403


async def test_the_page_itself_signs_in_who_is_at_this_machine(server: ChatServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/user")).status_code == 401
        await client.get("/")
        assert (await client.get("/user")).json()["identifier"] == "local"
        assert "set-cookie" not in (await client.get("/")).headers


async def test_nothing_comes_from_another_host(server: ChatServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        reply = await client.get("/")
        assert "https://" not in reply.text
        policy = reply.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy.replace("'self'", "")


async def test_a_page_has_the_source_of_its_cards_before_it_needs_it(server: ChatServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        card = "/public/elements/TurnCard.jsx"
        assert f'rel="preload" as="fetch" crossorigin="use-credentials" href="{card}"' in (await client.get("/")).text
        reply = await client.get(card)
        assert "export default" in reply.text
        assert "from './" not in reply.text
        assert reply.headers["cache-control"] == "max-age=60"


async def test_what_a_deleted_conversation_worked_out_is_not_shown_any_more(
    page: ChatClient, server: ChatServer
) -> None:
    server.open_gate()
    turn = await page.send("/run Gated lighthouses of Brittany")
    await page.until_ended(turn)
    async with ChatClient(server.url) as other:
        answered = await other.send("What do lighthouses of Brittany guide?")
        await other.until_ended(answered)
        await other.until(lambda: other.actions)
        chip = next(element for element in other.elements.values() if element["type"] == "text")
        assert "guide ships" in (await other.http.get(chip["url"])).text
        await page.http.request("DELETE", "/project/thread", json={"threadId": page.thread_id})
        gone = await other.http.get(chip["url"])
        assert gone.text == "The conversation this came from has been deleted."


async def test_sharing_is_closed(page: ChatClient) -> None:
    turn = await page.send("Hello")
    await page.until_ended(turn)
    body = {"threadId": page.thread_id, "isShared": True}
    assert (await page.http.put("/project/thread/share", json=body)).status_code == 404
    assert (await page.http.get(f"/project/share/{page.thread_id}")).status_code == 404


async def test_sources_are_for_those_who_are_signed_in(server: ChatServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/refrain/evidence/x?run=y&path=z")).status_code == 401


def test_the_login_secret_is_kept_for_the_owner_alone(server: ChatServer) -> None:
    secret = server.folder / "data" / "auth_secret"
    assert len(secret.read_text()) >= 48
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


async def test_a_crash_is_shown_as_interrupted_and_resume_finishes_it(tmp_path: Path) -> None:
    server = ChatServer(tmp_path, REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    server.start()
    try:
        page = ChatClient(server.url)
        await page.connect()
        turn = await page.send("/run Gated lighthouses")
        await page.until(lambda: "The essay begins." in page.last())
        cookies = page.http.cookies
        server.kill()
        server.start()
        async with ChatClient(server.url, thread_id=page.thread_id) as back:
            back.http.cookies = cookies
            card = back.card(turn)
            assert card["state"] == "interrupted"
            (resume,) = card["buttons"]
            server.open_gate()
            await back.press(resume["name"], resume["payload"])
            await back.until(lambda: back.card(turn)["state"] == "completed")
            assert back.last() == "The essay begins. The essay ends."
            assert "lighthouses guide ships" in back.named("notes")["output"]
        await page.close()
    finally:
        server.kill()


async def test_another_address_needs_accounts(tmp_path: Path) -> None:
    server = ChatServer(tmp_path)
    process = server.launch(host="0.0.0.0")
    assert await asyncio.to_thread(process.wait, 60) != 0
    assert "nobody has an account yet" in server.log
    assert "refrain user add" in server.log
    assert "Traceback" not in server.log


async def test_people_with_accounts_see_their_own_conversations_alone(tmp_path: Path) -> None:
    from storage.credentials import Credentials

    server = ChatServer(tmp_path, REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    credentials = Credentials(tmp_path / "data" / "users.json")
    credentials.path.parent.mkdir()
    credentials.add("ada", "correct horse")
    credentials.add("eve", "battery staple")
    server.start()
    try:
        ada, eve = ChatClient(server.url), ChatClient(server.url)
        for client, name, password in ((ada, "ada", "correct horse"), (eve, "eve", "battery staple")):
            wrong = await client.http.post("/login", data={"username": name, "password": "wrong"})
            assert wrong.status_code == 401
            signed_in = await client.http.post("/login", data={"username": name, "password": password})
            assert signed_in.status_code == 200
        async with ada:
            turn = await ada.send("Brief me on how vaccines work")
            await ada.until_ended(turn)
            answered = await ada.send("What do vaccines train?")
            await ada.until_ended(answered)
            assert (await eve.http.get(f"/project/thread/{ada.thread_id}")).status_code == 404
            chips = [element for element in ada.elements.values() if element["type"] == "text"]
            for chip in chips:
                assert (await eve.http.get(chip["url"])).status_code == 404
            await eve.connect()
            for name, payload in (("stop", {"turn_id": turn}), ("fresh", {"turn_id": turn})):
                await eve.press(name, payload)
            await eve.until(lambda: len(eve.toasts) == 2)
            step = next(step for step in ada.steps.values() if (step.get("metadata") or {}).get("state"))
            given = {"forId": step["id"], "threadId": ada.thread_id, "value": 0}
            reply = await eve.http.put("/feedback", json={"feedback": given, "sessionId": eve.session_id})
            assert reply.status_code == 404
        await eve.close()
    finally:
        server.kill()
