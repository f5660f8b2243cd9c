"""Runs over the real server: lists, trees, changes, downloads, running again and deleting; for two people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from storage.credentials import Credentials

from .chat_client import ChatClient
from .chat_server import ChatServer

LONG = """
from flows import Workflow


def text(step_input):
    return "![x](https://example.com/x.png) " + "wave " * 2000 + "The end."


def table(step_input):
    return {"rows": [1, 2]}


long = Workflow(name="Long", steps=[text, table], description="Gives much.")
"""
PEOPLE = {"ada": "correct horse", "eve": "battery staple"}
ARTICLE = "Write an article about climate change solutions"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    folder = tmp_path_factory.mktemp("runs")
    running = ChatServer(folder, REFRAIN_OFFLINE_WORDS_PER_SECOND="0", REFRAIN_PRICE="0.15,0.60")
    credentials = Credentials(folder / "data" / "users.json")
    credentials.path.parent.mkdir()
    for name, password in PEOPLE.items():
        credentials.add(name, password)
    (running.flows / "long.py").write_text(LONG)
    with running:
        yield running


async def signed_in(server: ChatServer, name: str) -> ChatClient:
    client = ChatClient(server.url)
    reply = await client.http.post("/login", data={"username": name, "password": PEOPLE[name]})
    assert reply.status_code == 200
    await client.connect()
    return client


@pytest.fixture
async def ada(server: ChatServer) -> AsyncIterator[ChatClient]:
    server.open_gate()
    client = await signed_in(server, "ada")
    yield client
    await client.close()


@pytest.fixture
async def eve(server: ChatServer) -> AsyncIterator[ChatClient]:
    client = await signed_in(server, "eve")
    yield client
    await client.close()


async def get(page: ChatClient, path: str) -> Any:
    reply = await page.http.get(path)
    assert reply.status_code == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    return reply.json()


async def ran(page: ChatClient, message: str) -> str:
    """The id of the run that the message makes."""
    card = await page.until_ended(await page.send(message))
    return str(card["runs"][0]["run_id"])


async def pressed(page: ChatClient, name: str, **payload: Any) -> dict[str, Any]:
    """How the turn ended that the button has begun."""
    turn_id = (await page.press(name, payload)).json()["response"]["turn_id"]
    await page.until(lambda: turn_id in page.steps)
    return await page.until_ended(turn_id)


async def test_a_run_at_work_can_be_watched_step_by_step(server: ChatServer, ada: ChatClient) -> None:
    server.close_gate()
    turn = await ada.send("/run Gated lighthouses")
    await ada.until(lambda: "The essay begins." in ada.last())
    run_id = ada.card(turn)["runs"][0]["run_id"]
    detail = await get(ada, f"/refrain/runs/{run_id}")

    notes, essay = detail["tree"]
    assert (detail["status"], detail["live"], detail["finished_at"]) == ("running", True, None)
    assert (notes["state"], essay["state"], essay["seconds"]) == ("done", "running", None)
    assert essay["output"] == "The essay begins. "
    assert essay["input"] == notes["output"]
    assert not notes["rerunnable"]
    assert (await ada.press("delete_run", {"run_id": run_id})).json()["response"] is None
    await ada.until(lambda: ada.toasts == ["It is being worked on already."])
    server.open_gate()
    await ada.until_ended(turn)
    detail = await get(ada, f"/refrain/runs/{run_id}")
    assert (detail["status"], detail["live"]) == ("completed", False)
    assert [node["rerunnable"] for node in detail["tree"]] == [True, True]
    assert detail["started_at"].endswith("Z")
    assert detail["tree"][1]["offset"] >= detail["tree"][0]["offset"] >= 0


async def test_runs_are_listed_with_filters_pages_and_totals(ada: ChatClient, eve: ChatClient) -> None:
    for topic in ("harbours", "beacons", "harbour pilots"):
        await ran(eve, f"/run Gated {topic}")
    await ran(eve, "/run Flaky harbour")

    listed = await get(eve, "/refrain/runs?workflow=&status=&text=&days=")
    assert [line["input"] for line in listed["runs"]] == ["harbour", "harbour pilots", "beacons", "harbours"]
    assert listed["workflows"] == ["Flaky", "Gated"]
    assert (listed["totals"]["runs"], listed["totals"]["cost"]) == (4, 0)
    assert listed["runs"][0]["session_title"]
    found = await get(eve, "/refrain/runs?text=HARBOUR&workflow=Gated&status=completed&days=1&limit=1")
    assert [line["input"] for line in found["runs"]] == ["harbour pilots"]
    assert found["totals"]["runs"] == 2
    rest = await get(eve, f"/refrain/runs?text=HARBOUR&workflow=Gated&before={found['next']}&limit=1")
    assert [line["input"] for line in rest["runs"]] == ["harbours"]
    assert rest["next"] is None
    assert all(line["input"] != "beacons" for line in (await get(ada, "/refrain/runs"))["runs"])

    for query, word in (("status=odd", "status"), ("days=0", "days"), ("limit=x", "limit"), ("before=x", "before")):
        refused = await eve.http.get(f"/refrain/runs?{query}")
        assert refused.status_code == 422
        assert refused.json()["detail"].startswith(word)


async def test_a_run_is_told_with_tools_sources_cost_and_versions(ada: ChatClient) -> None:
    first = await ran(ada, ARTICLE)
    second = await ran(ada, f"/fresh {ARTICLE}")
    detail = await get(ada, f"/refrain/runs/{second}")

    assert (detail["earlier"], [line["id"] for line in detail["versions"]]) == (first, [second, first])
    assert detail["reason"] == "You asked for a fresh run."
    assert detail["cost"] > 0
    (call,) = detail["tree"][0]["calls"]
    assert call["success"]
    assert call["sources"][0]["address"].startswith("library:")
    assert call["sources"][0]["host"] == ""
    turn = [id for id, step in ada.steps.items() if step["type"] == "user_message"][-1]
    card = ada.card(turn)
    assert (card["earlier"], card["turn_id"], card["session_id"]) == (first, turn, ada.thread_id)
    told = await get(ada, f"/refrain/runs/{second}/changes")
    assert told["summary"] == "Nothing changed: both steps gave the same."
    assert (told["since"]["id"], told["run"]["id"]) == (first, second)
    assert (await ada.http.get(f"/refrain/runs/{first}/changes")).status_code == 404

    answered = await ada.send("What are the main groups of climate change solutions?")
    await ada.until_ended(answered)
    assert ada.card(answered)["cites"][0] in (first, second)


async def test_a_long_text_is_shown_in_part_and_given_whole_and_json_as_json(ada: ChatClient) -> None:
    run_id = await ran(ada, "/run Long wind")
    detail = await get(ada, f"/refrain/runs/{run_id}")
    text, table = detail["tree"]
    assert (text["text"], text["truncated"]) == (True, True)
    assert 3900 < len(text["output"]) <= 4000
    assert "![" not in text["output"], "images would be fetched from other hosts"
    assert (table["text"], json.loads(table["output"])) == (False, {"rows": [1, 2]})
    whole = await get(ada, f"/refrain/runs/{run_id}/step?path=text")
    assert whole["input"] == "wind"
    assert whole["output"].endswith("The end.")
    assert (await get(ada, f"/refrain/runs/{run_id}/step"))["input"] == "wind"
    assert (await ada.http.get(f"/refrain/runs/{run_id}/step?path=none")).status_code == 404

    await ada.press("fork", {"run_id": run_id, "at": "table", "output": "no json"})
    await ada.until(lambda: ada.toasts and "What table gives is JSON" in ada.toasts[0])
    card = await pressed(ada, "fork", run_id=run_id, at="table", output='{"rows": [3]}')
    again = await get(ada, f"/refrain/runs/{card['runs'][0]['run_id']}")
    assert json.loads(again["tree"][1]["output"]) == {"rows": [3]}


async def test_a_step_is_run_again_and_what_changed_is_told(ada: ChatClient) -> None:
    run_id = await ran(ada, "Write an article about how vaccines work")
    card = await pressed(ada, "fork", run_id=run_id, at="Researcher", output="# Notes\n\nThe moon is made of stone.")
    assert card["earlier"] == run_id
    assert ada.asked()[-1] == "Run Article again from Researcher, with my text"
    assert "moon is made of stone" in ada.last()
    fork = card["runs"][0]["run_id"]
    detail = await get(ada, f"/refrain/runs/{fork}")
    assert (detail["forked_from"], [node["kept"] for node in detail["tree"]]) == (run_id, [True, False])
    assert [(node["edited"], node["after_edit"]) for node in detail["tree"]] == [(True, False), (False, True)]
    changed = await get(ada, f"/refrain/runs/{fork}/changes")
    assert changed["since"]["id"] == run_id
    assert changed["summary"].startswith("Both steps changed: the text of Researcher has 2 new sentences")
    assert "The moon is made of stone." in changed["steps"][0]["added"]
    same = await get(ada, f"/refrain/runs/{fork}/changes?since={fork}")
    assert same["summary"].startswith("Nothing changed")

    card = await pressed(ada, "rerun", run_id=run_id)
    assert (card["state"], card["earlier"], ada.asked()[-1]) == ("completed", run_id, "Run Article again")
    assert (await ada.press("fork", {"run_id": run_id, "at": "Nowhere"})).json()["response"] is None
    await ada.until(lambda: ada.toasts == ["The run has no step at 'Nowhere'. There are: Researcher, Writer."])


async def test_a_run_and_a_conversation_are_downloaded(ada: ChatClient) -> None:
    run_id = await ran(ada, "/run Gated Leuchttürme: “hell”")
    reply = await ada.http.get(f"/refrain/runs/{run_id}/export?format=md")
    assert reply.headers["content-disposition"] == (f'attachment; filename="gated-leuchtturme-hell-{run_id[:8]}.md"')
    assert reply.headers["content-type"].startswith("text/markdown")
    assert "## Step essay" in reply.text
    values = (await ada.http.get(f"/refrain/runs/{run_id}/export?format=json")).json()
    assert [step["path"] for step in values["steps"]] == ["notes", "essay"]
    conversation = await ada.http.get(f"/refrain/sessions/{ada.thread_id}/export")
    assert f"Run `{run_id}`" in conversation.text
    told = json.loads((await ada.http.get(f"/refrain/sessions/{ada.thread_id}/export?format=json")).text)
    assert told["turns"][0]["runs"][0]["id"] == run_id
    assert (await ada.http.get(f"/refrain/runs/{run_id}/export?format=pdf")).status_code == 422


async def test_a_deleted_run_is_gone_and_its_turn_says_so(server: ChatServer, ada: ChatClient) -> None:
    run_id = await ran(ada, "/run Gated buoys")
    assert (await ada.press("delete_run", {"run_id": run_id})).json()["response"] == {"deleted": True}
    assert (await ada.http.get(f"/refrain/runs/{run_id}")).status_code == 404
    back = ChatClient(server.url, thread_id=ada.thread_id)
    back.http.cookies = ada.http.cookies
    async with back:
        assert back.last() == "This run was deleted."
        assert back.asked() == ["/run Gated buoys"]
        turn = next(id for id, step in back.steps.items() if step["type"] == "user_message")
        assert (back.card(turn)["state"], back.card(turn)["runs"]) == ("completed", [])


async def test_another_persons_runs_are_as_if_there_were_none(ada: ChatClient, eve: ChatClient) -> None:
    run_id = await ran(ada, "/run Gated cliffs")
    own = await ran(eve, "/run Gated cliffs")
    for path in ("", "/step?path=notes", "/changes", f"/changes?since={own}", "/export", "/export?format=odd"):
        others = await eve.http.get(f"/refrain/runs/{run_id}{path}")
        none = await eve.http.get(f"/refrain/runs/0000{path}")
        assert (others.status_code, others.text) == (none.status_code, none.text) == (404, none.text)
    since = [await eve.http.get(f"/refrain/runs/{own}/changes?since={id}") for id in (run_id, "0000")]
    assert (since[0].status_code, since[0].text) == (since[1].status_code, since[1].text)
    assert since[0].status_code == 404
    sessions = [await eve.http.get(f"/refrain/sessions/{id}/export") for id in (ada.thread_id, "0000")]
    assert (sessions[0].status_code, sessions[0].text) == (404, sessions[1].text)
    for name in ("rerun", "fork", "delete_run"):
        await eve.press(name, {"run_id": run_id, "at": "notes"})
    await eve.until(lambda: eve.toasts == ["That is not there any more."] * 3)
    assert (await get(ada, f"/refrain/runs/{run_id}"))["status"] == "completed"

    stranger = ChatClient(ada.url)
    for path in ("/refrain/runs", f"/refrain/runs/{run_id}", f"/refrain/sessions/{ada.thread_id}/export"):
        assert (await stranger.http.get(path)).status_code == 401
    await stranger.http.aclose()


async def test_a_part_that_is_done_again_is_finished_after_a_crash(server: ChatServer, ada: ChatClient) -> None:
    run_id = await ran(ada, "/run Gated storms")
    server.close_gate()
    reply = await ada.press("fork", {"run_id": run_id, "at": "notes", "output": "Storms are loud."})
    turn = reply.json()["response"]["turn_id"]
    await ada.until(lambda: turn in ada.steps and ada.last().strip() == "The essay begins.")
    fork = ada.card(turn)["runs"][0]["run_id"]
    server.kill()
    server.start()
    back = ChatClient(server.url, thread_id=ada.thread_id)
    back.http.cookies = ada.http.cookies
    async with back:
        card = back.card(turn)
        assert card["state"] == "interrupted"
        detail = await get(back, f"/refrain/runs/{fork}")
        assert (detail["status"], detail["live"], detail["tree"][0]["state"]) == ("interrupted", False, "done")
        server.open_gate()
        (resume,) = card["buttons"]
        assert resume["payload"] == {"run_id": fork}
        await back.press(resume["name"], resume["payload"])
        await back.until(lambda: back.card(turn)["state"] == "completed")
        detail = await get(back, f"/refrain/runs/{fork}")
        assert [(node["state"], node["kept"]) for node in detail["tree"]] == [("done", True), ("done", False)]
        assert detail["tree"][1]["input"] == "Storms are loud."
