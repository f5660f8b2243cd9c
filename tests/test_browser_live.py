"""Turns that outlive their page: closed, left, doubled, cut off, and a server that dies, in a real browser."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer
from .line import Line

# Counts, and waits at 100 and at 200 until the test opens that gate.
COUNTED = """
import asyncio
from pathlib import Path

from flows import Workflow

GATES = Path(__file__).parent


def notes(step_input):
    return "Notes on counting."


async def count(step_input):
    for number in range(300):
        while number in (100, 200) and not (GATES / f"gate{number // 100}").exists():
            await asyncio.sleep(0.01)
        yield f"w{number:03} "
        await asyncio.sleep(0.001)


counted = Workflow(name="Counted", steps=[notes, count], description="Counts words.")
"""
# What the page takes for a person's return, on which it asks who is signed in: at most every few seconds.
HAS_ASKED_IN_VAIN = """() => {
    window.dispatchEvent(new Event('focus'))
    return performance.getEntriesByType('resource').some((asked) =>
        asked.name.endsWith('/user') && asked.responseStatus === 0)
}"""
DROP = 3000  # milliseconds that the line stays cut
Opened = Callable[[], ChatPage]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("live"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (running.flows / "counted.py").write_text(COUNTED)
    with running:
        yield running


@pytest.fixture(scope="module")
def line(server: ChatServer) -> Iterator[Line]:
    between = Line(server.port)
    yield between
    between.close()


@pytest.fixture
def another(browser: Browser, server: ChatServer, line: Line) -> Iterator[Opened]:
    """Opens a page in a browser context of its own, behind the line."""
    line.mend()
    with ExitStack() as pages:
        yield lambda: pages.enter_context(visiting(browser, line.url, viewport={"width": 1280, "height": 860}))
        for number in (1, 2):
            open_gate(server, number)


@pytest.fixture
def chat(another: Opened, server: ChatServer) -> ChatPage:
    """A page on which the first hundred words stand, with more to come."""
    for number in (1, 2):
        gate(server, number).unlink(missing_ok=True)
    page = another().open()
    page.ask("/run Counted words")
    expect(words(page)).to_contain_text("w099")
    return page


def gate(server: ChatServer, number: int) -> Path:
    return server.flows / f"gate{number}"


def open_gate(server: ChatServer, number: int) -> None:
    gate(server, number).touch()


def words(page: ChatPage) -> Locator:
    return page.says("w000")


def expect_words(page: ChatPage, until: int) -> None:
    """Every word up to this one, each once and in order. What can be done next may stand below."""
    told = " ".join(f"w{number:03}" for number in range(until))
    expect(words(page)).to_have_text(re.compile(rf"^\s*{told}(?!\s*w\d)"))
    expect(page.page.locator(".message-content", has_text="w000")).to_have_count(1)


def expect_end(page: ChatPage) -> None:
    """The turn is over, looks so, and every word is there."""
    expect_words(page, 300)
    expect(page.progress("count")).to_have_attribute("data-state", "done")
    expect(page.page.locator(".loading-cursor")).to_have_count(0)
    expect(page.page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def stop(page: ChatPage) -> None:
    """Stop the turn: what is written stays, and one can go on."""
    page.page.get_by_role("button", name="Stop", exact=True).first.click()
    expect(page.page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(page.button("Resume")).to_be_visible()
    expect(page.page.locator(".loading-cursor")).to_have_count(0)


def await_stored(page: ChatPage, server: ChatServer, text: str) -> None:
    """What is written is stored a moment later: it will be there after a crash."""
    with closing(sqlite3.connect(server.folder / "data" / "refrain.db")) as db:
        query = "select 1 from events join turns on turns.id = turn_id where session_id = ? and data like ?"
        while not db.execute(query, [address(page).rpartition("/")[2], f"%{text}%"]).fetchone():
            page.page.wait_for_timeout(20)


def lost(page: ChatPage) -> Locator:
    return page.page.get_by_text("Connection lost. Reconnecting…")


def address(page: ChatPage) -> str:
    return page.page.url.removeprefix(page.url)


def test_a_closed_page_is_opened_in_another_browser_and_streams_on(
    chat: ChatPage, another: Opened, server: ChatServer
) -> None:
    where = address(chat)
    chat.page.close()
    open_gate(server, 1)
    other = another().open(where)
    expect_words(other, 200)
    open_gate(server, 2)
    expect_end(other)


def test_a_page_that_looks_at_another_conversation_meanwhile_streams_on_and_stops(
    chat: ChatPage, server: ChatServer
) -> None:
    where = address(chat)
    chat.page.locator("#new-chat-button").first.click()
    expect(chat.page.get_by_text("Ask for an article, a brief or a comparison")).to_be_visible()
    open_gate(server, 1)
    chat.page.locator(f"#thread-history a[href='{where}']").click()
    expect_words(chat, 200)
    stop(chat)
    expect_words(chat, 200)


def test_two_tabs_stream_the_same_and_either_stops_both(chat: ChatPage, another: Opened, server: ChatServer) -> None:
    second = another()
    second.page.route("**/set-session-cookie", lambda route: None)  # never answered: it is not waited for
    second.open(address(chat))
    open_gate(server, 1)
    for tab in (chat, second):
        expect_words(tab, 200)
    stop(second)
    expect(chat.page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(chat.button("Resume")).to_be_visible()
    expect_words(chat, 200)


def test_a_cut_line_is_told_of_and_no_word_is_lost_or_doubled(
    chat: ChatPage, another: Opened, server: ChatServer, line: Line
) -> None:
    cut = chat.page.evaluate("performance.now()")
    line.cut()
    expect(lost(chat)).to_be_visible()
    open_gate(server, 1)
    chat.page.wait_for_function(HAS_ASKED_IN_VAIN)
    chat.page.wait_for_function("([cut, least]) => performance.now() - cut > least", arg=[cut, DROP])
    chat.page.locator("#chat-input").click()
    chat.page.keyboard.insert_text("and what I typed stays")
    expect(chat.page.locator("#chat-submit")).to_be_disabled()
    line.mend()
    expect_words(chat, 200)
    expect(lost(chat)).to_have_count(0)
    expect(chat.page.locator("#chat-input")).to_have_text("and what I typed stays")
    open_gate(server, 2)
    expect_end(chat)


def test_a_message_sent_into_the_void_arrives_once_the_line_is_mended(chat: ChatPage, line: Line) -> None:
    chat.page.locator("#chat-input").click()
    chat.page.keyboard.insert_text("/run Counted more")
    line.cut()
    chat.page.locator("#chat-submit").click()
    expect(lost(chat)).to_be_visible()
    line.mend()
    expect(chat.says("Waiting for the turn above to end")).to_be_visible()
    expect(chat.page.locator('[data-step-type="user_message"]')).to_have_count(2)


def test_a_killed_server_is_told_of_and_what_was_written_stays_until_resume(chat: ChatPage, server: ChatServer) -> None:
    await_stored(chat, server, "w099")
    server.kill()
    expect(lost(chat)).to_be_visible()
    server.start()
    expect(chat.page.get_by_text("Interrupted", exact=True)).to_be_visible()
    expect(lost(chat)).to_have_count(0)
    expect_words(chat, 100)
    expect(chat.progress("notes")).to_have_attribute("data-state", "done")
    expect(chat.page.locator(".loading-cursor")).to_have_count(0)
    for number in (1, 2):
        open_gate(server, number)
    chat.button("Resume").click()
    expect_end(chat)
