"""The recorded demo as stakeholders meet it: said to be one, gone through in order, left and come back to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from agents.recorded import read_recording
from cli.demo import SHIPPED

from .browser import ChatPage, visiting
from .chat_server import ChatServer

MESSAGES = read_recording(SHIPPED).messages


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(
        tmp_path_factory.mktemp("demo"),
        REFRAIN_DEMO=str(SHIPPED),
        REFRAIN_DEMO_SPEED="0",
        REFRAIN_OFFLINE_WORDS_PER_SECOND="0",
    )
    with running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    with visiting(browser, server.url, viewport={"width": 1280, "height": 860}) as page:
        yield page


def test_the_demo_is_gone_through_left_and_come_back_to(chat: ChatPage) -> None:
    chat.open()
    page = chat.page
    strip, following = page.locator("#refrain-strip"), page.locator("#refrain-next")
    expect(strip).to_contain_text(re.compile(r"^Recorded \d+ \w{3}( \d{4})?, replayed"))
    expect(page.get_by_text("what models and searches gave comes from a file")).to_be_visible()
    starters = page.locator("#starters button")
    expect(starters).to_have_text([f"{number}. {text}" for number, text in enumerate(MESSAGES, start=1)])

    starters.first.click()
    expect(page.get_by_role("heading", name="Solar Power After Sunset").first).to_be_visible()
    expect(following).to_have_text(f"Next: {MESSAGES[1]}")
    following.click()
    expect(chat.says("fell by about 85 percent between 2010 and 2019")).to_be_visible()
    expect(chat.chips()).to_have_count(3)

    chat.ask("Brief me on how vaccines work")
    aside = chat.says("This is a recorded demo, and this is not part of the recording. The offline model answers.")
    expect(aside).to_be_visible()
    expect(page.get_by_role("heading", name="How Vaccines Work").first).to_be_visible()
    chat.reload()
    expect(strip).to_contain_text("replayed")
    expect(aside).to_be_visible()

    expect(following).to_have_text(f"Next: {MESSAGES[2]}")
    following.click()
    expect(chat.says("For a whole country the question is seldom which of the two")).to_be_visible()
    expect(page.get_by_text("This is a recorded demo", exact=False)).to_have_count(1)

    for message in MESSAGES[3:]:
        expect(following).to_have_text(f"Next: {message}")
        following.click()
    expect(following).to_have_text("Answer as recorded: Approve")
    chat.reload()
    expect(following).to_have_text("Answer as recorded: Approve")
    following.click()
    expect(chat.says("Approved and published on")).to_be_visible()
    expect(page.locator("form.refrain-question")).to_have_count(0)
    expect(following).to_be_hidden()
    expect(strip).to_have_attribute("data-ended", "true")
    expect(page.get_by_text("This is a recorded demo", exact=False)).to_have_count(1)


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_the_strip_is_in_sight_and_takes_nothing_from_the_page(chat: ChatPage, width: int, theme: str) -> None:
    page = chat.page
    page.set_viewport_size({"width": width, "height": 740})
    page.add_init_script(f"localStorage.setItem('vite-ui-theme', '{theme}')")
    chat.open()
    expect(page.locator("#refrain-strip > span")).to_be_in_viewport(ratio=1)
    expect(page.locator("#refrain-next")).to_be_in_viewport(ratio=1)
    expect(page.locator("#chat-submit")).to_be_in_viewport(ratio=1)
    for starter in page.locator("#starters button").all():
        box = starter.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    overflow = "document.documentElement.scrollHeight - window.innerHeight"
    assert page.evaluate(overflow) <= 0, "the page is as high as the window, strip and all"
