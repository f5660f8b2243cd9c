"""The page as a visitor meets it: a real browser, the offline model, the sample library, no network."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    with ChatServer(tmp_path_factory.mktemp("page"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0") as running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    server.close_gate()
    with visiting(browser, server.url, viewport={"width": 1280, "height": 860}, timezone_id="Asia/Tokyo") as page:
        yield page
        server.open_gate()


def test_a_visitor_comes_in_without_signing_in_and_is_told_what_this_is(chat: ChatPage) -> None:
    chat.open()
    expect(chat.page.get_by_text("Ask for an article, a brief or a comparison")).to_be_visible()
    expect(chat.page.get_by_text("offline model")).to_be_visible()
    expect(chat.page.locator("#starters button")).to_have_count(4)
    expect(chat.page).to_have_title("Refrain")
    chat.button("How it works").click()
    expect(chat.page.get_by_role("dialog")).to_contain_text("/fresh question: Work it out anew")


def test_a_run_is_explained_watched_and_ends_in_an_article(chat: ChatPage) -> None:
    chat.open()
    chat.page.get_by_role("button", name="Write an article about climate change solutions").click()
    expect(chat.says(re.compile("(Running|Ran) Article: nothing in memory covers"))).to_be_visible()
    for name in ("Researcher", "Writer"):
        expect(chat.progress(name)).to_have_attribute("data-state", "done")
    expect(chat.page.get_by_role("heading", name="Climate Change Solutions").first).to_be_visible()
    expect(chat.step("Researcher")).to_have_count(0)  # a run that has ended well is folded
    chat.step("Article").click()
    chat.step("Researcher").click()
    expect(chat.says("sources for “climate change solutions”")).to_be_visible()
    expect(chat.button("Stop")).to_have_count(0)
    assert chat.page.url.startswith(f"{chat.url}/thread/")
    expect(chat.page.locator("#thread-history").get_by_text("Climate change solutions")).to_be_visible()


def test_a_question_is_answered_from_memory_with_sources_before_and_after_a_reload(chat: ChatPage) -> None:
    chat.open()
    chat.ask("Write an article about the history of printing")
    expect(chat.progress("Writer")).to_have_attribute("data-state", "done")
    chat.ask("Who printed with movable metal type?")
    for reloaded in (False, True):
        if reloaded:
            chat.reload()
        chip = chat.chips().last
        expect(chip).to_have_text(re.compile(r"^(Researcher|Writer).* · (just now|1 min ago)$"))
        expect(chat.button("Run it fresh")).to_be_visible()
        chip.click()
        panel = chat.page.locator("#side-view-content")
        expect(panel).to_contain_text("of Article, asked for “Write an article about the history of printing”")
        expect(panel).to_contain_text("JST")
        expect(panel.locator("del").first).to_be_visible()
        why = chat.step("Why this answer")
        expect(chat.says("Confidence:")).to_have_count(0)
        why.click()
        expect(chat.says("Confidence:")).to_be_visible()
        assert "/element/" not in chat.page.url
        chat.page.locator("#side-view-title button").click()
        expect(panel).to_have_count(0)


def test_a_question_can_be_run_fresh_after_all(chat: ChatPage) -> None:
    chat.open()
    chat.ask("Brief me on how vaccines work")
    expect(chat.progress("Summariser")).to_have_attribute("data-state", "done")
    chat.ask("Brief me on how vaccines work")
    chat.button("Run it fresh").click()
    expect(chat.page.locator('[data-step-type="user_message"]')).to_have_count(3)
    expect(chat.page.locator('[id="step-Brief"]')).to_have_count(2)


def test_a_message_sent_while_a_run_works_waits_in_sight_and_stop_is_at_hand(
    chat: ChatPage, server: ChatServer
) -> None:
    chat.open()
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    expect(chat.progress("essay")).to_have_attribute("data-state", "running")
    chat.ask("/run Gated buoys")
    expect(chat.says("Waiting for the turn above to end")).to_be_visible()
    chat.page.get_by_role("button", name="Stop").first.click()
    expect(chat.page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(chat.progress("notes")).to_have_attribute("data-state", "done")
    expect(chat.says("Waiting for the turn above to end")).to_have_count(0)
    server.open_gate()
    expect(chat.says("The essay begins. The essay ends.")).to_be_visible()
    chat.button("Resume").click()
    expect(chat.page.locator(".message-content", has_text="The essay ends.")).to_have_count(2)


def test_a_run_survives_the_reload_of_its_page_and_a_second_tab_sees_it_too(chat: ChatPage, server: ChatServer) -> None:
    chat.open()
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    chat.reload()
    expect(chat.progress("essay")).to_have_attribute("data-state", "running")
    second = ChatPage(chat.page.context.new_page(), server.url).open(chat.page.url.removeprefix(server.url))
    expect(second.says("The essay begins.")).to_be_visible()
    server.open_gate()
    for tab in (chat, second):
        expect(tab.says("The essay begins. The essay ends.")).to_be_visible()
        expect(tab.page.locator(".message-content", has_text="The essay ends.")).to_have_count(1)


def test_a_crash_in_mid_run_is_shown_and_resume_finishes_the_run(chat: ChatPage, server: ChatServer) -> None:
    chat.open()
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    expect(chat.progress("essay")).to_have_attribute("data-state", "running")
    server.kill()
    server.start()
    expect(chat.page.get_by_text("Interrupted", exact=True)).to_be_visible()  # the page comes back by itself
    server.open_gate()
    chat.button("Resume").click()
    expect(chat.says("The essay begins. The essay ends.")).to_be_visible()
    expect(chat.progress("notes")).to_have_attribute("data-state", "done")
    expect(chat.page.get_by_text("Interrupted", exact=True)).to_have_count(0)


def test_a_failed_run_can_be_tried_again(chat: ChatPage, server: ChatServer) -> None:
    chat.open()
    chat.ask("/run Flaky leaflets")
    expect(chat.page.locator(".refrain-note")).to_contain_text("The press is broken")
    server.open_gate()
    chat.button("Retry").click()
    expect(chat.says("Printed.")).to_be_visible()


def test_a_conversation_is_found_again_and_deleted(chat: ChatPage) -> None:
    chat.open()
    chat.ask("/run Nonsense lighthouses of the north")
    entry = chat.page.locator("#thread-history").get_by_text("Nonsense lighthouses")
    expect(entry).to_be_visible()
    chat.open()
    entry.click()
    expect(chat.says("There are:")).to_be_visible()
    entry.hover()
    chat.page.locator("#thread-history #thread-options").first.click()
    chat.page.get_by_role("menuitem", name="Delete").click()
    chat.page.get_by_role("button", name="Delete", exact=True).click()
    expect(entry).to_have_count(0)
    expect(chat.page.get_by_text("Ask for an article, a brief or a comparison")).to_be_visible()


def test_the_running_step_and_its_stop_stay_in_sight_when_one_scrolls(chat: ChatPage, server: ChatServer) -> None:
    chat.open()
    chat.page.set_viewport_size({"width": 1280, "height": 420})
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    chat.step("notes").click()
    chat.page.mouse.move(640, 150)
    chat.page.mouse.wheel(0, 2000)
    floating = chat.page.locator(".refrain-floating")
    expect(floating).to_be_in_viewport()
    floating.get_by_role("button", name="Stop").click()
    expect(chat.page.get_by_text("Stopped", exact=True)).to_be_attached()
    expect(floating).to_have_count(0)


def test_text_of_others_is_neither_markup_nor_an_image_from_elsewhere(chat: ChatPage) -> None:
    chat.open()
    chat.ask("/run Gated <img src=x onerror=alert(1)> ![pixel](http://evil.example.org/p.gif) :tip[x]")
    expect(chat.says("lighthouses guide ships")).to_have_count(0)
    chat.step("notes").click()
    notes = chat.says("lighthouses guide ships")
    expect(notes).to_contain_text("<img src=x onerror=alert(1)>")
    expect(notes.locator("img")).to_have_count(0)
    expect(notes.get_by_role("link", name="pixel")).to_be_visible()
