"""Answers that the form below a question sends: over the socket and the route of a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from flows import Step, Workflow
from storage import RunStore
from storage.records import JournalEntry

from .chat_client import ChatClient
from .chat_questions import add_questions
from .chat_server import ChatServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("answers"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    add_questions(running)
    with running:
        yield running


@pytest.fixture
async def page(server: ChatServer) -> AsyncIterator[ChatClient]:
    async with ChatClient(server.url) as client:
        yield client


async def question(page: ChatClient, turn: str, kind: str) -> dict[str, Any]:
    """Wait until the turn asks a question of this kind."""
    await page.until(lambda: (page.card(turn).get("question") or {}).get("kind") == kind)
    assert page.card(turn)["state"] == "paused"
    return dict(page.card(turn)["question"])


async def answer(page: ChatClient, asked: dict[str, Any], **said: Any) -> httpx.Response:
    return await page.http.post(f"/refrain/runs/{asked['run_id']}/answer", json={"question_id": asked["id"], **said})


def forms(page: ChatClient) -> list[dict[str, Any]]:
    """The forms that stand below a message of the page."""
    elements = page.elements.values()
    return [element for element in elements if element["name"] == "QuestionForm" and element["forId"] in page.steps]


@pytest.mark.parametrize(
    ("message", "kind", "said", "line", "ends"),
    [
        ("/run Publish tides", "confirm", {"approve": True}, "You approved it.", "Done with: Notes on tides."),
        ("/run Costly tides", "budget", {"approve": True}, "You granted the same amount again.", "Done with:"),
        ("/run Explain tides", "route", {"choice": "Detailed"}, "You chose Detailed.", "The detailed version."),
        ("/run Greet tides", "input", {"values": {"name": "Ada"}}, "You answered: Name: Ada", "Hello, Ada."),
        ("/run Essay tides", "review", {"approve": True}, "You approved it.", "Lighthouses **guide ships**"),
        ("/run Essay tides", "review", {"output": "My own."}, "You edited it and approved your version.", "My own."),
        ("/run Plan tides", "review", {"output": {"title": "Mine"}}, "You edited it", "'title': 'Mine'"),
    ],
)
async def test_an_answer_lets_the_run_go_on_at_once_and_leaves_a_line(
    page: ChatClient, message: str, kind: str, said: dict[str, Any], line: str, ends: str
) -> None:
    turn = await page.send(message)
    asked = await question(page, turn, kind)
    assert len(forms(page)) == 1
    assert page.last().startswith(asked["prompt"].split("_")[0][:20])

    response = await answer(page, asked, **said)
    assert (response.status_code, response.json()) == (200, {})
    ended = await page.until_ended(turn)
    assert (ended["state"], ended["question"]) == ("completed", None)
    assert not forms(page)
    assert any(line in message for message in page.said())
    assert ends in page.last()


async def test_the_line_of_an_answer_survives_a_reload_in_its_place(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Essay tides")
    asked = await question(page, turn, "review")
    assert asked["draft"].startswith("# Lighthouses")
    assert (await answer(page, asked, feedback="shorter")).status_code == 200
    await page.until(lambda: "shorter" in ((page.card(turn).get("question") or {}).get("draft") or ""))
    again = await question(page, turn, "review")
    assert again["id"] != asked["id"]
    assert (await answer(page, again, approve=True)).status_code == 200
    await page.until_ended(turn)

    said = page.said()
    assert [text.rpartition("\n")[2] for text in said[1:3]] == [
        "*You asked for changes: “shorter”*",
        "*You approved it.*",
    ]
    assert "It was asked to be shorter." in said[3]
    async with ChatClient(server.url, thread_id=page.thread_id) as reloaded:
        assert reloaded.said() == said
        assert reloaded.card(turn) == page.card(turn)


async def test_values_that_do_not_fit_are_told_field_by_field_and_the_run_waits(page: ChatClient) -> None:
    turn = await page.send("/run Travel tides")
    asked = await question(page, turn, "input")
    wrong = {
        "place": "Somewhere that is far too far away to name",
        "days": "many",
        "budget": -1,
        "travel": "rocket",
        "stops": ["a", "b", "c", "d"],
        "address": {"street": "Quay 1", "city": "X"},
        "guests": [{"name": "Ada", "age": 200}],
        "more": 1,
    }
    refused = await answer(page, asked, values=wrong)
    assert refused.status_code == 422
    assert refused.json() == {
        "message": "Some fields need another look.",
        "fields": {
            "place": "At most 30 characters.",
            "days": "Enter a whole number.",
            "budget": "More than 0.",
            "travel": "Choose one of 'train', 'boat' or 'bicycle'.",
            "stops": "At most 3 entries.",
            "address.city": "At least 2 characters.",
            "guests.0.age": "At most 120.",
        },
    }
    whole = {"place": "Atlantis", "days": 3, "address": {"street": "Quay 1", "city": "Oslo"}}
    told = (await answer(page, asked, values=whole)).json()
    assert told["fields"] == {"place": "No train goes to Atlantis. Choose a place that exists."}
    assert told["message"] == "One field needs another look."
    assert (await question(page, turn, "input")) == asked

    assert (await answer(page, asked, values={**whole, "place": "Oslo"})).status_code == 200
    await page.until_ended(turn)
    assert page.last() == "Booked Oslo for 3 days, train, 0 guests, steady."


async def test_a_no_ends_the_run_and_offers_no_way_on_that_would_end_it_again(page: ChatClient) -> None:
    turn = await page.send("/run Publish tides")
    asked = await question(page, turn, "confirm")
    assert (await answer(page, asked, approve=False)).status_code == 200
    ended = await page.until_ended(turn)
    assert ended["state"] == "cancelled"
    assert "You said no. The run ended here." in page.last()
    assert [button["name"] for button in ended["buttons"]] == ["again"]


async def test_of_two_answers_at_once_exactly_one_counts(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Explain tides")
    asked = await question(page, turn, "route")
    async with ChatClient(server.url, thread_id=page.thread_id) as second:
        assert second.card(turn)["question"] == asked
        replies = await asyncio.gather(
            answer(page, asked, choice="Brief"),
            answer(second, asked, choice="Detailed"),
            answer(page, asked, choice="Brief"),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409, 409]
        refused = [reply.json()["message"] for reply in replies if reply.status_code == 409]
        assert refused == ["This was answered already, perhaps in another tab."] * 2
        for tab in (page, second):
            await tab.until_ended(turn)
            assert not forms(tab)
        assert second.said() == page.said()
    late = await answer(page, asked, choice="Brief")
    assert late.status_code == 409


async def test_a_typed_answer_goes_on_and_the_form_is_gone_from_every_page(
    page: ChatClient, server: ChatServer
) -> None:
    first = await page.send("/run Publish tides")
    asked = await question(page, first, "confirm")
    async with ChatClient(server.url, thread_id=page.thread_id) as second:
        typed = await page.send("yes")
        for tab in (page, second):
            await tab.until(lambda tab=tab: typed in tab.steps)
            await tab.until_ended(typed)
            await tab.until(lambda tab=tab: any("Answered below." in text for text in tab.said()))
            assert not forms(tab)
            assert tab.card(first)["state"] == "completed"
            await tab.until(lambda tab=tab: "Done with: Notes on tides." in tab.said())
    async with ChatClient(server.url, thread_id=page.thread_id) as reloaded:
        assert sorted(reloaded.said()) == sorted(page.said())
        assert not forms(reloaded)
    assert (await answer(page, asked, approve=True)).status_code == 409


async def test_a_typed_answer_that_does_not_fit_is_told_in_words(page: ChatClient) -> None:
    turn = await page.send("/run Greet tides")
    await question(page, turn, "input")
    await page.until_ended(await page.send("name: Bartholomew the Great"))
    assert page.last() == "The values do not fit Hello. name: At most 12 characters."
    assert len(forms(page)) == 1


async def test_a_question_outlives_the_server(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Travel tides")
    asked = await question(page, turn, "input")
    server.kill()
    server.start()
    async with ChatClient(server.url, thread_id=page.thread_id) as reopened:
        assert reopened.card(turn)["question"] == asked
        assert len(forms(reopened)) == 1
        values = {"place": "Oslo", "days": 3, "address": {"street": "Quay 1", "city": "Bergen"}}
        assert (await answer(reopened, asked, values=values)).status_code == 200
        await reopened.until_ended(turn)
        assert reopened.last().startswith("Booked Oslo")


async def test_an_answer_whose_server_died_right_after_it_is_not_lost(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Explain tides")
    asked = await question(page, turn, "route")
    server.kill()
    store = RunStore(server.folder / "data" / "refrain.db")
    await store.claim_run(asked["run_id"], question_id=asked["id"])
    await store.record(asked["run_id"], JournalEntry(asked["id"], "answer", decision=["Brief"]))
    await store.close()
    server.start()
    async with ChatClient(server.url, thread_id=page.thread_id) as reopened:
        assert (await answer(reopened, asked, choice="Detailed")).status_code == 200
        await reopened.until_ended(turn)
        assert reopened.last() == "The brief version."


async def test_what_is_not_there_or_not_ones_own_cannot_be_answered(page: ChatClient, server: ChatServer) -> None:
    store = RunStore(server.folder / "data" / "refrain.db")
    other = Workflow("Publish", [Step("Send out", executor=lambda given: "x", confirm="Sure?")], store=store)
    paused = await other.run("theirs", user_id="somebody else")
    await store.close()
    assert paused.question is not None
    body = {"question_id": paused.question.id, "approve": True}
    theirs = await page.http.post(f"/refrain/runs/{paused.id}/answer", json=body)
    none = await page.http.post("/refrain/runs/nothing/answer", json=body)
    assert (
        (theirs.status_code, theirs.json())
        == (none.status_code, none.json())
        == (404, {"message": "There is no such run."})
    )
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        assert (await stranger.post(f"/refrain/runs/{paused.id}/answer", json=body)).status_code == 401


@pytest.mark.parametrize("body", ["", "[]", '{"approve": true}', '{"question_id": "x", "aprove": true}', "\ud83d"])
async def test_a_body_that_is_no_answer_is_refused(page: ChatClient, body: str) -> None:
    turn = await page.send("/run Publish tides")
    asked = await question(page, turn, "confirm")
    content = body.encode("utf-8", "surrogatepass")
    refused = await page.http.post(f"/refrain/runs/{asked['run_id']}/answer", content=content)
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("The answer could not be read")
    assert (await question(page, turn, "confirm")) == asked


async def test_an_answer_to_another_kind_of_question_is_refused(page: ChatClient) -> None:
    turn = await page.send("/run Publish tides")
    asked = await question(page, turn, "confirm")
    refused = await answer(page, asked, choice="Brief")
    assert (refused.status_code, refused.json()["fields"]) == (422, {})
    assert (await answer(page, {**asked, "id": "Send out#other"}, approve=True)).status_code == 409
    assert (await question(page, turn, "confirm")) == asked
