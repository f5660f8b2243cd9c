"""Attached files as a visitor meets them: a real browser, the offline model, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer
from .pdf_files import ANNUAL_REPORT, pdf, protected

REVENUE = "Revenue rose by 12 percent to 48 million crowns"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    with ChatServer(tmp_path_factory.mktemp("files"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0") as running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    with visiting(browser, server.url, viewport={"width": 1280, "height": 860}, accept_downloads=True) as page:
        yield page


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(ANNUAL_REPORT))
    return path


def attach(chat: ChatPage, *paths: Path) -> None:
    """Choose files as behind the paper-clip, and wait until they are there."""
    expect(chat.page.locator("#command-button")).to_be_visible()  # the page is connected
    chat.page.locator("[id=upload-button-input]").set_input_files([str(path) for path in paths])
    for path in paths:
        expect(chat.page.locator("#message-composer").get_by_text(path.name)).to_be_visible()


def test_a_question_about_an_attached_report_is_answered_from_its_page(
    browser: Browser, chat: ChatPage, report: Path
) -> None:
    chat.open()
    attach(chat, report)
    chat.ask("What does the attached report say about revenue?")
    expect(chat.says(REVENUE)).to_contain_text("report.pdf, page 3")
    chip = chat.page.locator("a.inline-file", has_text="report.pdf")
    expect(chip).to_have_count(1)
    with chat.page.context.expect_page() as opened:
        chat.page.get_by_role("link", name="report.pdf, page 3").last.click()
    expect(opened.value.locator("section:target")).to_contain_text(REVENUE)
    opened.value.close()
    chat.reload()
    expect(chip).to_have_count(1)
    with chat.page.expect_download() as download:
        chip.click()
    assert Path(download.value.path()).read_bytes() == report.read_bytes()
    assert download.value.suggested_filename == "report.pdf"

    phone = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    other = ChatPage(phone.new_page(), chat.url).open().open(chat.page.url.removeprefix(chat.url))
    expect(other.page.locator("a.inline-file", has_text="report.pdf")).to_have_count(1)
    expect(other.says(REVENUE)).to_contain_text("report.pdf, page 3")
    assert other.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.close()


def test_a_file_can_be_dropped_on_the_page_and_is_what_summarise_this_means(chat: ChatPage) -> None:
    chat.open()
    expect(chat.page.locator("#command-button")).to_be_visible()
    text = "# Tide gauges\n\nA tide gauge measures the height of the sea against a fixed point on land."
    dropped = chat.page.evaluate_handle(
        """text => { const data = new DataTransfer();
        data.items.add(new File([text], 'a _tide_ <b>note.md', {type: 'text/markdown'})); return data; }""",
        text,
    )
    chat.page.locator("#chat-input").dispatch_event("drop", {"dataTransfer": dropped})
    expect(chat.page.locator("#message-composer").get_by_text("note")).to_be_visible()
    chat.ask("Summarise this")
    expect(chat.says("measures the height of the sea against a fixed point")).to_be_visible()
    expect(chat.page.locator("a.inline-file")).to_contain_text("a _tide_ b note.md")


def test_a_protected_file_is_told_with_what_to_do(chat: ChatPage, tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(protected(ANNUAL_REPORT, "secret"))
    chat.open()
    attach(chat, path)
    chat.ask("Summarise this")
    expect(chat.says("secret.pdf is protected by a password. Save a copy without one")).to_be_visible()
    expect(chat.says("The message is about what came with it, and that could not be read")).to_be_visible()
    expect(chat.page.locator("a.inline-file")).to_have_count(0)
    chat.reload()
    expect(chat.says("secret.pdf is protected by a password")).to_be_visible()
