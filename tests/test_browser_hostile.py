"""Names that others gave, on every part of the page that shows them: they are text, and ask no other host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer

HOSTILE = """
from pydantic import BaseModel, Field
from typing import Literal

from flows import Step, Workflow

NAME = "<img src=x onerror=alert(1)> ![p](a.gif) [go](javascript:alert(1)) <b>bold"
EVIL = NAME + "</b> ![p](http://evil.example.org/a.gif)"


class Form(BaseModel):
    where: str = Field(title=f"Where {EVIL}", description=f"Tell {EVIL}")
    how: Literal["<script>alert(1)</script>", "train"] = Field("train", title=EVIL)


def search(step_input):
    return f"Found {EVIL}"


def travel(step_input):
    raise ValueError(f"Nothing goes to {step_input.answer.where}")


hostile = Workflow(
    name=f"Hostile {NAME}",
    description=f"Travels {EVIL}",
    steps=[Step(name=f"Search {NAME}", executor=search), Step(name=f"Travel {NAME}", executor=travel, ask=Form)],
)
"""
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("hostile"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (running.flows / "hostile.py").write_text(HOSTILE)
    with running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    with visiting(browser, server.url, viewport={"width": 1280, "height": 860}) as page:
        page.page.on("dialog", lambda dialog: page.errors.append(f"An alert: {dialog.message}"))
        yield page


def test_names_of_workflows_steps_fields_sources_and_conversations_are_text_everywhere(chat: ChatPage) -> None:
    page = chat.page
    chat.open()
    page.locator("#chat-profiles").click()
    expect(page.get_by_role("option", name="Hostile")).to_contain_text(EVIL)
    page.get_by_role("option", name="Hostile").click()
    chat.ask(f"to Bergen {EVIL}")
    form = page.locator("form.refrain-question")
    expect(form).to_contain_text(f"Where {EVIL}")
    form.get_by_label("Where").first.fill(EVIL)
    page.keyboard.press("Enter")
    expect(chat.says("Nothing goes to").first).to_contain_text(EVIL)
    expect(page.locator("#thread-history")).to_contain_text("To")
    chat.button("Show run").click()
    panel = page.locator("#side-view-content")
    expect(panel).to_contain_text(f"Search {EVIL}")
    panel.get_by_text("Search <img").first.click()
    expect(panel).to_contain_text(f"Found {EVIL}")
    chat.button("Runs").click()
    expect(panel).to_contain_text("Hostile <img")
    chat.reload()
    expect(page.locator("#thread-history")).to_contain_text("To")
    expect(page.locator("img[src*='evil'], img[src='x'], a[href^='javascript']")).to_have_count(0)
    expect(page.locator("b", has_text="bold")).to_have_count(0)
