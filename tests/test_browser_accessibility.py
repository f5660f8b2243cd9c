"""The page for everybody: by keyboard and screen reader alone, in the dark, on a phone, and when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.credentials import Credentials

from .accessibility import Finding, findings, overflow, small_targets
from .browser import ChatPage
from .chat_server import ChatServer

# Asks before it goes on.
CAREFUL = """
from flows import Step, Workflow


def publish(step_input):
    return "Published."


careful = Workflow(name="Careful", steps=[Step("Publish", executor=publish, confirm="Publish this?")])
"""
# Findings in Chainlit's own markup that cannot be mended from outside: rule, part of the selector, why.
CHAINLITS: tuple[tuple[str, str, str], ...] = ()

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at the page."""

    dark: bool
    phone: bool


LOOKS = {"light": Look(False, False), "dark": Look(True, False), "phone": Look(False, True)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("access"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (running.flows / "careful.py").write_text(CAREFUL)
    with running:
        yield running


def visit(browser: Browser, server: ChatServer, look: Look) -> ChatPage:
    context = browser.new_context(
        viewport=PHONE if look.phone else DESKTOP,
        has_touch=look.phone,
        color_scheme="dark" if look.dark else "light",
        reduced_motion="reduce",
    )
    return ChatPage(context.new_page(), server.url)


def enter(chat: ChatPage) -> Page:
    """Open the page, and wait until the visitor is known: until then it may still go elsewhere to sign in."""
    chat.open()
    expect(chat.page.locator("#user-nav-button")).to_be_visible()
    return chat.page


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    server.close_gate()
    page = visit(browser, server, LOOKS["light"])
    yield page
    server.open_gate()
    page.page.context.close()
    assert page.errors == []


class Inspection:
    """Looks at one screen after the other, and remembers what is wrong with them."""

    def __init__(self, page: Page, look: Look) -> None:
        self._page = page
        self._look = look
        self.wrong: list[str] = []

    def look(self, screen: str) -> None:
        rules = ("color-contrast",) if self._look.dark else ()  # all else is as it is in the light
        self.wrong += [f"{screen}: {each}" for each in findings(self._page, *rules) if not _is_chainlits(each)]
        if beyond := overflow(self._page):
            self.wrong.append(f"{screen}: scrolls sideways by {beyond} pixels")
        if self._look.phone:
            self.wrong += [f"{screen}: too small for a finger: {each}" for each in small_targets(self._page)]


def _is_chainlits(finding: Finding) -> bool:
    return any(finding.rule == rule and part in finding.selector for rule, part, _ in CHAINLITS)


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_on_the_main_screens_keeps_anybody_out(browser: Browser, server: ChatServer, name: str) -> None:
    server.close_gate()
    look = LOOKS[name]
    chat = visit(browser, server, look)
    screens = Inspection(chat.page, look)
    enter(chat)
    expect(chat.page.locator("#starters button").first).to_be_visible()
    screens.look("welcome")
    chat.ask("Brief me on how vaccines work")
    expect(chat.page.get_by_role("heading", name="How Vaccines Work in Brief")).to_be_visible()
    expect(chat.page.locator(".refrain-card[data-state='completed']").first).to_be_attached()
    screens.look("a finished run")
    chat.ask("What are antibodies?")
    expect(chat.says("White blood cells")).to_be_visible()
    screens.look("an answer from memory")
    chat.chips().last.click()
    expect(chat.page.locator("#side-view-content")).to_contain_text("asked for")
    screens.look("the panel")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#side-view-content")).to_have_count(0)
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    screens.look("a run at work")
    chat.button("Stop").click()
    expect(chat.page.locator(".refrain-end", has_text="Stopped")).to_be_visible()
    chat.ask("/run Flaky leaflets")
    expect(chat.page.locator(".refrain-end", has_text="Failed")).to_be_visible()
    screens.look("a failed run")
    chat.ask("/run Careful leaflets")
    expect(chat.page.get_by_text("Publish this?")).to_be_visible()
    screens.look("a question")
    chat.button("Show run").click()
    expect(chat.page.locator(".refrain-tree")).to_be_visible()
    screens.look("the panel of a run")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#side-view-content")).to_have_count(0)
    chat.ask("/runs")
    expect(chat.page.locator("#side-view-content li").first).to_be_visible()
    screens.look("the runs")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#side-view-content")).to_have_count(0)
    chat.page.get_by_role("button", name="Settings").click()
    expect(chat.page.locator("#confirm-sidebar")).to_be_visible()
    screens.look("settings")
    chat.page.context.close()
    assert not screens.wrong, "\n".join(screens.wrong)
    assert chat.errors == []


def press(chat: ChatPage, key: str, until: str, most: int = 40) -> None:
    """Press a key until the keyboard is at an element, which is there already."""
    expect(chat.page.locator(until).first).to_be_visible()
    for _ in range(most):
        chat.page.keyboard.press(key)
        if chat.page.locator(until).and_(chat.page.locator(":focus")).count():
            return
    at = chat.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{most} times {key} do not lead to {until}; the keyboard is at {at}")


def test_a_whole_visit_by_keyboard_alone(chat: ChatPage, server: ChatServer) -> None:
    page = enter(chat)
    keyboard = page.keyboard
    press(chat, "Shift+Tab", ".refrain-skip")
    keyboard.press("Enter")
    expect(page.locator("#chat-input")).to_be_focused()
    press(chat, "Tab", "#starters button")
    keyboard.press("Enter")
    expect(page.locator(".refrain-card[data-state='completed']").first).to_be_attached()
    press(chat, "Tab", "#chat-input")
    keyboard.insert_text("What is carbon pricing?")
    keyboard.press("Enter")
    expect(chat.chips().last).to_be_visible()

    press(chat, "Shift+Tab", "a.element-link")
    keyboard.press("Enter")
    panel = page.locator("aside:has(#side-view-content)")
    expect(panel.get_by_role("button", name="Close the panel")).to_be_focused()
    expect(panel).to_contain_text("asked for")
    keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(chat.chips().last).to_be_focused()

    press(chat, "Tab", "#chat-input")
    keyboard.insert_text("/run Gated lighthouses")
    keyboard.press("Enter")
    expect(chat.says("The essay begins.")).to_be_visible()
    press(chat, "Shift+Tab", ".refrain-button[data-button='stop']")
    keyboard.press("Enter")
    expect(page.locator(".refrain-end", has_text="Stopped")).to_be_visible()
    press(chat, "Tab", "#chat-input")
    server.open_gate()
    press(chat, "Shift+Tab", ".refrain-button[data-button='resume']")
    keyboard.press("Enter")
    expect(chat.says("The essay ends.")).to_be_visible()

    press(chat, "Shift+Tab", "#thread-options", most=80)
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Rename").press("Escape")
    press(chat, "Tab", "#chat-settings-header-button")
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close the settings")).to_be_focused()
    keyboard.press("Escape")
    expect(page.locator("#chat-settings-header-button")).to_be_focused()
    press(chat, "Shift+Tab", "#new-chat-button")
    keyboard.press("Enter")
    expect(page.locator("#welcome-screen")).to_be_visible()
    press(chat, "Tab", "#thread-history [data-sidebar='menu-button']")
    keyboard.press("Enter")
    expect(chat.says("The essay ends.")).to_be_visible()


HEARD = """() => {
    const heard = window.heard = []
    const region = document.getElementById('refrain-says')
    new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true })
}"""


def test_a_screen_reader_says_what_becomes_of_a_turn_once(chat: ChatPage, server: ChatServer) -> None:
    enter(chat)
    expect(chat.page.locator("#refrain-says")).to_be_attached()
    chat.page.evaluate(HEARD)
    says = chat.page.locator("#refrain-says")
    chat.ask("/run Gated lighthouses")
    expect(says).to_have_text("Gated is running")
    server.open_gate()
    expect(says).to_have_text("Answer ready")
    server.close_gate()
    chat.ask("/run Flaky leaflets")
    expect(says).to_have_text("Failed: printing failed: The press is broken")
    chat.ask("/run Careful leaflets")
    expect(says).to_have_text("Waiting for your answer")
    heard = [each for each in chat.page.evaluate("window.heard") if not each.startswith(("Flaky is", "Careful is"))]
    assert heard == [
        "Gated is running",
        "Answer ready",
        "Failed: printing failed: The press is broken",
        "Waiting for your answer",
    ]
    chat.reload()
    expect(chat.page.get_by_text("Publish this?")).to_be_visible()
    expect(says).to_have_text("")  # what was said before is no news


def test_what_each_part_is_has_a_name(chat: ChatPage) -> None:
    page = enter(chat)
    assert page.evaluate("document.documentElement.lang") == "en"
    chat.ask("Brief me on why sleep matters for memory")
    expect(page.get_by_role("heading", name=re.compile("Sleep.* in Brief"))).to_be_visible()
    expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(page.get_by_role("article", name="You")).to_contain_text("Brief me on why sleep")
    expect(page.get_by_role("article", name="Refrain").last).to_contain_text("sleep")
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Options of")).first).to_have_attribute("aria-haspopup", "menu")
    expect(page).to_have_title(re.compile(" · Refrain$"))


def test_what_moves_holds_still_for_those_who_ask_for_it(chat: ChatPage) -> None:
    enter(chat)
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay begins.")).to_be_visible()
    moving = "document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations === Infinity).length"
    assert chat.page.evaluate(moving) == 0


def test_a_dark_system_gets_a_dark_page_from_the_first_moment(browser: Browser, server: ChatServer) -> None:
    chat = visit(browser, server, LOOKS["dark"])
    chat.page.route("**/assets/*.js", lambda route: route.abort())  # nothing is drawn: what is there stands without it
    chat.page.goto(server.url)
    assert chat.page.evaluate("document.documentElement.className") == "dark"
    assert chat.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 27, 29)"
    chat.page.context.close()


def test_an_address_that_leads_nowhere_says_so_and_offers_to_go_on(chat: ChatPage) -> None:
    chat.page.goto(f"{chat.url}/thread/8a4c0000-0000-4000-8000-000000000000")
    notice = chat.page.get_by_role("alert")
    expect(notice).to_contain_text("deleted, or belongs to another account")
    expect(chat.page.get_by_text("Couldn't resume chat")).to_be_hidden()
    expect(chat.page.locator("#starters button").first).to_be_visible()
    chat.ask("/run Flaky leaflets")
    expect(notice).to_have_count(0)


def test_a_conversation_begun_on_a_phone_is_there_after_a_reload(browser: Browser, server: ChatServer) -> None:
    chat = visit(browser, server, LOOKS["phone"])
    enter(chat)
    chat.ask("Brief me on why sleep matters for memory")
    expect(chat.page.locator(".refrain-card[data-state='completed']").first).to_be_attached()
    chat.reload()
    expect(chat.page.get_by_role("heading", name=re.compile("Sleep.* in Brief"))).to_be_visible()
    chat.button("Open the list of conversations").click()
    sidebar = chat.page.get_by_role("navigation", name="Conversations")
    expect(sidebar.locator("[data-active='true']")).to_be_visible()
    assert overflow(chat.page) == 0
    assert small_targets(chat.page) == []
    chat.page.context.close()


def test_another_browser_is_led_to_the_conversation_it_asks_for(
    chat: ChatPage, browser: Browser, server: ChatServer
) -> None:
    enter(chat)
    chat.ask("/run Flaky leaflets")
    expect(chat.page.locator(".refrain-end", has_text="Failed")).to_be_visible()
    other = visit(browser, server, LOOKS["light"])
    other.page.goto(chat.page.url)
    expect(other.page.locator(".refrain-end", has_text="Failed")).to_be_visible()
    expect(other.page).to_have_url(chat.page.url)
    other.page.context.close()


def test_signing_in_is_open_to_everybody(browser: Browser, tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    Credentials(users).add("ada", "correct horse")
    server = ChatServer(tmp_path, REFRAIN_USERS=str(users))
    server.start(host="0.0.0.0")
    try:
        for look in (LOOKS["dark"], LOOKS["phone"]):
            chat = visit(browser, server, look)
            chat.page.goto(server.url)
            expect(chat.page.get_by_role("button", name="Show the password")).to_be_visible()
            screens = Inspection(chat.page, look)
            chat.page.get_by_label("Name").fill("ada")
            chat.page.get_by_label("Password", exact=True).fill("wrong")
            chat.page.keyboard.press("Enter")
            expect(chat.page.get_by_role("alert")).to_have_text("Name and password do not fit. Try again.")
            screens.look("a wrong password")
            assert not screens.wrong, "\n".join(screens.wrong)
            chat.page.context.close()
    finally:
        server.kill()
