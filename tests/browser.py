"""A headless browser on the chat page, and what a person does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",  # nothing moves: drawing without a graphics card is what costs
)
PATIENCE = 30_000  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


class ChatPage:
    """The page in one tab. `foreign` and `errors` collect what should not happen on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.on("request", lambda request: self._requested(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _requested(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws", 1), "data:", "blob:")):
            self.foreign.append(url)

    def open(self, path: str = "/") -> ChatPage:
        self.page.goto(self.url + path)
        expect(self.page.locator("#chat-input")).to_be_visible()
        if path == "/":  # until the server has said its first word, the page takes no files
            expect(self.page.get_by_role("article").first).to_be_visible()
        return self

    def reload(self) -> None:
        self.page.reload()
        expect(self.page.locator("#chat-input")).to_be_visible()

    def ask(self, text: str) -> None:
        """Type a message and send it; the conversation then has an address of its own."""
        self.page.locator("#chat-input").click()
        self.page.keyboard.insert_text(text)
        self.page.locator("#chat-submit").click()
        with suppress(TimeoutError):  # a page that is drawn anew just then takes no notice
            self.page.wait_for_function(
                "text => document.getElementById('chat-input').value !== text", arg=text, timeout=6000
            )
        if self.page.locator("#chat-input").input_value() == text:
            self.page.locator("#chat-submit").click()
        expect(self.page).to_have_url(re.compile("/thread/"))

    def step(self, name: str) -> Locator:
        """The line of a step, by its name; the last one of that name."""
        return self.page.locator(f'[id="step-{name}"]').last

    def button(self, name: str) -> Locator:
        """The last button of this name."""
        return self.page.get_by_role("button", name=name, exact=True).last

    def says(self, text: str | re.Pattern[str]) -> Locator:
        """The last message or step that holds the text."""
        return self.page.locator(".message-content", has_text=text).last

    def progress(self, name: str) -> Locator:
        """A top-level step in the list of what is done, running and to come."""
        return self.page.locator("li.refrain-step", has_text=name).last

    def chips(self) -> Locator:
        return self.page.locator("a.element-link")


_idle: dict[tuple[int, str, str], list[BrowserContext]] = {}


@contextmanager
def visiting(browser: Browser, url: str, **how: Any) -> Iterator[ChatPage]:
    """The page as a new visitor has it; in the end nothing must have gone wrong on it. `how` is the context's."""
    idle = _idle.setdefault((id(browser), url, repr(how)), [])
    visitor = idle.pop() if idle else browser.new_context(**how)
    page = ChatPage(visitor.new_page(), url)
    yield page
    _forget(visitor, url)
    idle.append(visitor)
    assert page.foreign == [], page.foreign
    assert page.errors == [], page.errors


def _forget(visitor: BrowserContext, url: str) -> None:
    """Leave nothing of a visitor but the page's own files, which take long to load."""
    for page in visitor.pages:
        page.close()
    visitor.unroute_all()
    visitor.clear_cookies()
    empty = visitor.new_page()
    visitor.new_cdp_session(empty).send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    empty.close()
