"""Servers that are told to end, and two of them over one database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.stopping import STOPPING
from storage import RunStore
from storage.verify import verify

from .chat_client import ChatClient
from .chat_server import ChatServer

# The first step waits for its gate; a folder for each time it was done shows whether it was done twice.
STAGED = """
import asyncio
from pathlib import Path

from flows import Workflow

HERE = Path(__file__).parent


async def first(step_input):
    yield "The first step begins. "
    while not (HERE / "open").exists():
        await asyncio.sleep(0.01)
    (HERE / f"done {len(list(HERE.glob('done *')))}").mkdir()
    yield "The first step ends."


def second(step_input):
    return "All is done."


staged = Workflow(name="Staged", steps=[first, second], description="Works in two steps.")
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    made = ChatServer(tmp_path_factory.mktemp("one"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (made.flows / "staged.py").write_text(STAGED)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def server(started: ChatServer) -> ChatServer:
    started.close_gate()
    for done in started.flows.glob("done *"):
        done.rmdir()
    return started


def times_done(server: ChatServer) -> int:
    """How often the first step of Staged came to its end."""
    return len(list(server.flows.glob("done *")))


def database(server: ChatServer) -> Path:
    return server.folder / "data" / "refrain.db"


async def test_a_disk_that_refuses_in_mid_turn_is_told_on_the_page_and_loses_nothing(server: ChatServer) -> None:
    async with ChatClient(server.url) as page:
        turn = await page.send("/run Staged harbours")
        await page.until(lambda: any("The first step begins" in step["output"] for step in page.steps.values()))
        server.limit_files(1)
        server.open_gate()
        ended = await page.until_ended(turn)
        assert ended["state"] == "failed"
        assert "The database can't be reached" in ended["note"]
        assert "The first step begins. The first step ends." in page.named("first")["output"]
        refused = asyncio.create_task(page.send("What are harbours?"))
        await page.until(lambda: any("The database can't be reached" in said for said in page.said()))
        refused.cancel()
        server.limit_files(-1)
        (retry,) = ended["buttons"]
        async with asyncio.timeout(20):  # what could not be kept is kept soon, and can be gone on with then
            while page.card(turn)["state"] != "completed":
                await page.press(retry["name"], retry["payload"])
                await asyncio.sleep(0.2)
        await page.until(lambda: page.last() == "All is done.")


async def test_a_server_that_is_told_to_end_lets_the_step_finish_and_the_next_start_goes_on(
    server: ChatServer,
) -> None:
    async with ChatClient(server.url) as page:
        turn = await page.send("/run Staged lighthouses")
        await page.until(lambda: any("The first step begins" in step["output"] for step in page.steps.values()))
        server.signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            while STOPPING not in server.log:  # noqa: ASYNC110 - the server is another process
                await asyncio.sleep(0.01)
        refused = asyncio.create_task(page.send("What are lighthouses?"))
        await page.until(lambda: any("takes nothing new" in said for said in page.said()))
        refused.cancel()
        server.open_gate()
        await page.until(lambda: page.card(turn).get("state") == "interrupted")
        assert [button["label"] for button in page.card(turn)["buttons"]] == ["Resume"]
        assert "The first step ends." in page.named("first")["output"], "the step at work was let finish"
        thread_id = page.thread_id
        assert await asyncio.to_thread(server.wait, 20) == 0

    store = RunStore(database(server))
    run, *_ = await store.runs()  # the newest
    journal = await store.journal(run.id)
    assert (run.status, [entry.path for entry in journal]) == ("interrupted", ["first"])
    await store.close()

    await asyncio.to_thread(server.start)
    async with ChatClient(server.url, thread_id=thread_id) as page:
        (resume,) = page.card(turn)["buttons"]
        assert (await page.press(resume["name"], resume["payload"])).status_code == 200
        assert (await page.until_ended(turn))["state"] == "completed"
        await page.until(lambda: page.last() == "All is done.")
    assert times_done(server) == 1
    assert [finding.text for finding in (await verify(database(server))).wrong] == []


async def test_two_servers_write_to_one_database_and_one_takes_over_what_the_other_left(
    server: ChatServer, tmp_path: Path
) -> None:
    """The second test of this module: it ends the server for good."""
    shared = {"REFRAIN_DB": str(database(server)), "REFRAIN_FLOWS": str(server.flows)}
    other = ChatServer(tmp_path / "two", REFRAIN_OFFLINE_WORDS_PER_SECOND="0", **shared)
    await asyncio.to_thread(other.start)
    try:
        async with ChatClient(server.url) as here, ChatClient(other.url) as there:
            turns = await asyncio.gather(*(page.send(f"/run Chatty waves {n}") for n, page in enumerate((here, there))))
            ended = await asyncio.gather(here.until_ended(turns[0]), there.until_ended(turns[1]))
            assert [card["state"] for card in ended] == ["completed", "completed"]
            assert all(page.last().count("wave") == 400 for page in (here, there))

            left = await here.send("/run Staged lighthouses")
            await here.until(lambda: any("The first step begins" in step["output"] for step in here.steps.values()))
            server.kill()
            async with ChatClient(other.url, thread_id=here.thread_id) as page:
                await page.until(lambda: page.card(left).get("state") == "interrupted")
                (resume,) = page.card(left)["buttons"]
                server.open_gate()
                assert (await page.press(resume["name"], resume["payload"])).status_code == 200
                assert (await page.until_ended(left))["state"] == "completed"
                await page.until(lambda: page.last() == "All is done.")
        assert times_done(server) == 1
        assert [finding.text for finding in (await verify(database(server))).wrong] == []
    finally:
        other.kill()
