"""Profiles, commands, settings and titles on the page: a real browser, the offline model, no network."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    with ChatServer(tmp_path_factory.mktemp("talk"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0") as running:
        running.open_gate()
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    with visiting(browser, server.url, viewport={"width": 1280, "height": 860}) as page:
        yield page


def choose(chat: ChatPage, profile: str) -> None:
    chat.page.locator("#chat-profiles").click()
    chat.page.locator(f"[data-test='select-item:{profile}']").click()
    expect(chat.page.locator("#chat-profiles")).to_contain_text(profile)
    expect(chat.page.locator("#chat-input")).to_have_attribute("placeholder", f"What should {profile} work on?")


def set_to(chat: ChatPage, **choices: str) -> None:
    """Choose in the settings panel, by the id of a setting and the words of a choice, and save."""
    chat.page.get_by_role("button", name="Settings").click()
    for id, words in choices.items():
        chat.page.locator(f"#{id}").click()
        chat.page.get_by_role("option", name=words).click()
    chat.button("Save").click()


def title(chat: ChatPage, text: str) -> Locator:
    return chat.page.locator("#thread-history").get_by_text(text, exact=True).first


def test_a_profile_says_what_it_does_and_always_runs_its_workflow(chat: ChatPage) -> None:
    chat.open()
    choose(chat, "Brief")
    expect(chat.page.locator("#welcome-screen")).to_contain_text("Every message here runs Brief.")
    chat.page.get_by_role("button", name="How do vaccines work?").click()
    expect(chat.says("This conversation always runs Brief")).to_be_visible()
    chat.ask("How do vaccines work?")
    expect(chat.page.locator('[id="step-Brief"]')).to_have_count(2)
    chat.reload()
    expect(chat.page.locator("#chat-profiles")).to_contain_text("Brief")
    chat.ask("/help")
    expect(chat.says("This conversation always runs Brief: what you write is what it works on.")).to_be_visible()


def test_a_command_of_the_menu_is_a_turn_like_a_typed_one(chat: ChatPage) -> None:
    chat.open()
    chat.ask("/run Gated lighthouses")
    expect(chat.says("The essay ends.")).to_be_visible()
    chat.page.locator("#command-button").click()
    chat.page.get_by_text("List your runs").click()
    chat.page.keyboard.insert_text("gated")
    chat.page.locator("#chat-submit").click()
    expect(chat.says("Your runs of Gated, the newest first:")).to_contain_text("lighthouses · Gated · just now")
    expect(chat.page.locator('[data-step-type="user_message"]').last).to_have_text("/runs gated")
    chat.ask("/why")
    expect(chat.says("“/run Gated lighthouses” was run with Gated.")).to_be_visible()
    expect(chat.page.locator('[id="step-Gated"]')).to_have_count(1)


def test_a_command_without_words_is_sent_by_a_key_and_every_run_is_a_button_away(chat: ChatPage) -> None:
    chat.open()
    chat.ask("/run Gated capes")
    expect(chat.says("The essay ends.")).to_be_visible()
    chat.page.locator("#command-button").click()
    chat.page.get_by_text("List your runs").click()
    expect(chat.page.locator("#chat-input")).to_be_focused()
    chat.page.keyboard.press("Enter")
    answer = chat.says("Your runs, the newest first:")
    expect(answer).to_contain_text("capes · Gated · just now · completed")
    expect(answer.locator("code")).to_have_count(0)
    chat.open()
    chat.page.locator("#refrain-runs").click()
    expect(chat.page.locator(".refrain-panel .refrain-run").first).to_contain_text("capes")


def test_settings_are_kept_for_the_conversation_and_for_new_ones(chat: ChatPage, server: ChatServer) -> None:
    chat.open()
    chat.ask("/run Gated buoys")
    expect(chat.says("The essay ends.")).to_be_visible()
    expect(chat.step("Gated")).to_be_visible()
    set_to(chat, steps="The answer only", fresh="1 day")
    expect(chat.step("Gated")).to_have_count(0)
    expect(chat.progress("notes")).to_have_attribute("data-state", "done")
    expect(chat.says("The essay ends.")).to_be_visible()
    chat.reload()
    expect(chat.says("The essay ends.")).to_be_visible()
    expect(chat.step("Gated")).to_have_count(0)
    chat.open()
    chat.ask("/run Gated piers")
    expect(chat.says("The essay ends.")).to_be_visible()
    expect(chat.step("Gated")).to_have_count(0)
    chat.page.get_by_role("button", name="Settings").click()
    expect(chat.page.locator("#fresh")).to_contain_text("1 day")
    chat.page.get_by_role("button", name="Cancel").click()
    set_to(chat, steps="All steps", fresh="As the workflow says")
    expect(chat.step("Gated")).to_be_visible()


def test_a_conversation_is_named_by_its_first_topic_without_a_reload(chat: ChatPage) -> None:
    chat.open()
    chat.ask("Hello")
    expect(title(chat, "New conversation")).to_be_visible()
    chat.ask("Brief me on why sleep matters for memory")
    expect(title(chat, "Why sleep matters for memory")).to_be_visible()


def test_a_conversation_is_renamed_found_and_deleted_after_saying_what_goes(chat: ChatPage) -> None:
    chat.open()
    chat.ask("/run Gated harbours of Norway")
    expect(chat.says("The essay ends.")).to_be_visible()
    entry = title(chat, "Harbours of Norway")
    entry.hover()
    chat.page.locator("#thread-history #thread-options").first.click()
    chat.page.get_by_role("menuitem", name="Rename").click()
    dialog = chat.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Fjords")
    expect(dialog.get_by_role("button", name="Rename")).to_be_visible()
    chat.page.keyboard.press("Enter")
    renamed = title(chat, "Fjords")
    expect(renamed).to_be_visible()
    chat.page.locator("#search-chats-button").click()
    chat.page.get_by_placeholder("Search conversations").fill("nowhere")
    expect(chat.page.get_by_role("dialog")).to_contain_text("Nothing found. Try other words.")
    chat.page.get_by_placeholder("Search conversations").fill("fjord")
    chat.page.get_by_role("option", name="Fjords").click()
    expect(chat.says("The essay ends.")).to_be_visible()
    renamed.hover()
    chat.page.locator("#thread-history #thread-options").first.click()
    chat.page.get_by_role("menuitem", name="Delete").click()
    expect(chat.page.get_by_role("alertdialog")).to_contain_text(
        re.compile("Its runs and everything .* lose the citation")
    )
    chat.page.get_by_role("button", name="Delete", exact=True).click()
    expect(renamed).to_have_count(0)
