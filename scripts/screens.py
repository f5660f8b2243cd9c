"""Takes the pictures in docs/screens: the main screens in the light and the dark theme and on a phone.

    python -m scripts.screens [FOLDER]

Drives Debian's chromium through the real page with the offline model and the sample library; nothing is fetched.
Each function below leads to one screen and goes on from the one before it; its name is the picture's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Locator, ViewportSize, expect

from cli.demo import SHIPPED
from tests.browser import ChatPage, chromium
from tests.chat_server import ChatServer

from .screen_workflows import WORKFLOWS

HOME = Path(__file__).resolve().parent.parent
FOLDER = HOME / "docs" / "screens"
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}

MINUTES = """# Minutes, 3 March

The allotment society met in the old station. Nine members came.

The new water pump costs 1,840 euros. It is paid from the reserve and fitted before Easter.
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to the page in one look."""

    look: Literal["light", "dark", "phone"]
    chat: ChatPage
    server: ChatServer

    def open(self) -> None:
        """The welcome screen, connected to the server."""
        self.chat.open()
        expect(self.chat.page.locator("#starters button").first).to_be_enabled()

    def begin(self, message: str) -> None:
        """Send the first message of a new conversation."""
        self.open()
        self.chat.ask(message)

    def ends(self, state: str = "completed") -> None:
        """Wait until the newest turn is in this state."""
        expect(self.chat.page.locator(".refrain-card[data-turn]").last).to_have_attribute("data-state", state)

    def last_question(self) -> Locator:
        return self.chat.page.locator('[data-step-type="user_message"]').last

    def close_panel(self) -> None:
        self.chat.page.locator("aside #side-view-title button, [role='dialog'] > button").last.click()
        expect(self.chat.page.locator("#side-view-content")).to_have_count(0)


def welcome(visit: Visit) -> None:
    visit.open()


def article(visit: Visit) -> None:
    visit.begin("Write an article about climate change solutions")
    visit.ends()
    _to_top(visit.last_question())


def answer(visit: Visit) -> None:
    visit.chat.ask("What does energy supply emit?")
    visit.ends()
    visit.chat.chips().last.click()
    expect(visit.chat.page.locator("#side-view-content del").first).to_be_visible()


def run_panel(visit: Visit) -> None:
    visit.close_panel()
    visit.chat.button("Show run").click()
    expect(visit.chat.page.locator(".refrain-tree")).to_be_visible()


def timeline(visit: Visit) -> None:
    visit.chat.page.get_by_role("tab", name="Timeline").click()


def what_changed(visit: Visit) -> None:
    visit.begin("/run Offer watch cargo bikes")
    visit.ends()
    visit.chat.ask("/run Offer watch cargo bikes")
    visit.ends()
    visit.chat.button("What changed").click()
    expect(visit.chat.page.locator("#side-view-content .refrain-panel")).to_be_visible()


def running(visit: Visit) -> None:
    visit.begin("/run Market scan cargo bikes")
    expect(visit.chat.says("Sales doubled in four years.")).to_be_visible()


def live_panel(visit: Visit) -> None:
    visit.chat.button("Show steps").click()
    expect(visit.chat.page.locator(".refrain-tree")).to_be_visible()


def stopped(visit: Visit) -> None:
    visit.close_panel()
    visit.chat.page.get_by_role("button", name="Stop", exact=True).first.click()
    visit.ends("cancelled")


def form(visit: Visit) -> None:
    visit.begin("/run Trip plan the Danish coast")
    visit.ends("paused")
    expect(visit.chat.page.get_by_label("days")).to_be_visible()
    visit.chat.page.locator("form button").last.scroll_into_view_if_needed()


def review(visit: Visit) -> None:
    visit.begin("/run Newsletter the allotment society")
    visit.ends("paused")
    expect(visit.chat.page.get_by_text("Dear readers").last).to_be_visible()


def failed(visit: Visit) -> None:
    visit.begin("/run Mailing the allotment society")
    visit.ends("failed")


def attachment(visit: Visit) -> None:
    minutes = visit.server.folder / "minutes.md"
    minutes.write_text(MINUTES, encoding="utf-8")
    visit.open()
    visit.chat.page.locator("[id=upload-button-input]").set_input_files(str(minutes))
    visit.chat.ask("What does the attached file say about the water pump?")
    visit.ends()


def runs(visit: Visit) -> None:
    visit.chat.ask("/runs")
    visit.ends()
    expect(visit.chat.page.locator("#side-view-content li").first).to_be_visible()


def settings(visit: Visit) -> None:
    visit.open()
    visit.chat.page.get_by_role("button", name="Settings").click()
    expect(visit.chat.page.locator("#confirm-sidebar")).to_be_visible()


def missing(visit: Visit) -> None:
    visit.chat.page.goto(f"{visit.chat.url}/thread/8a4c0000-0000-4000-8000-000000000000")
    expect(visit.chat.page.get_by_role("alert")).to_be_visible()
    expect(visit.chat.page.locator("#starters button").first).to_be_visible()


def disconnected(visit: Visit) -> None:
    visit.begin("/run Market scan folding bikes")
    expect(visit.chat.says("Sales doubled in four years.")).to_be_visible()
    visit.server.kill()
    expect(visit.chat.page.get_by_text("Connection lost")).to_be_visible()


def interrupted(visit: Visit) -> None:
    visit.server.start()
    visit.ends("interrupted")
    expect(visit.chat.page.get_by_text("Connection lost")).to_be_hidden()


def demo(visit: Visit) -> None:
    visit.open()
    visit.chat.page.locator("#starters button").first.click()
    visit.ends()
    expect(visit.chat.page.locator("#refrain-next")).to_be_visible()
    _to_top(visit.last_question())


Screen = Callable[[Visit], None]
SCREENS: tuple[Screen, ...] = (
    *(welcome, article, answer, run_panel, timeline, what_changed, running, live_panel, stopped, form, review, failed),
    *(attachment, runs, settings, missing, disconnected, interrupted),
)


def _to_top(part: Locator) -> None:
    part.evaluate("(part) => part.scrollIntoView({ block: 'start' })")


@contextmanager
def _serving(**environment: str) -> Iterator[ChatServer]:
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        server = ChatServer(Path(folder), REFRAIN_OFFLINE_WORDS_PER_SECOND="0", **environment)
        (server.flows / "gated.py").unlink()  # the tests' workflows
        (server.flows / "screens.py").write_text(WORKFLOWS, encoding="utf-8")
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _visited(browser: Browser, server: ChatServer, look: Literal["light", "dark", "phone"]) -> Visit:
    context = browser.new_context(
        viewport=PHONE if look == "phone" else DESKTOP,
        has_touch=look == "phone",
        color_scheme="dark" if look == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="Europe/Copenhagen",
        locale="en-GB",
    )
    return Visit(look, ChatPage(context.new_page(), server.url), server)


def take(visit: Visit, screens: tuple[Screen, ...], folder: Path) -> None:
    """Lead a visit through the screens, and write a picture of each into the folder."""
    for screen in screens:
        screen(visit)
        visit.chat.page.mouse.move(0, 0)
        visit.chat.page.wait_for_timeout(600)  # what fades or slides in is there
        name = screen.__name__.replace("_", "-")
        visit.chat.page.screenshot(path=folder / f"{name}-{visit.look}.png")
        print(f"{name}-{visit.look}.png")
    visit.chat.page.context.close()


def main(folder: Path = FOLDER) -> None:
    """Take all pictures anew."""
    folder.mkdir(parents=True, exist_ok=True)
    looks: tuple[Literal["light", "dark", "phone"], ...] = ("light", "dark", "phone")
    with chromium() as browser:
        for look in looks:
            with _serving() as server:
                take(_visited(browser, server, look), SCREENS, folder)
            with _serving(REFRAIN_DEMO=str(SHIPPED), REFRAIN_DEMO_SPEED="0") as server:
                take(_visited(browser, server, look), (demo,), folder)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
