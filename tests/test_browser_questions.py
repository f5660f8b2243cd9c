"""Questions of paused runs, answered on the page with buttons and forms, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from .browser import ChatPage, visiting
from .chat_questions import add_questions
from .chat_server import ChatServer

UNREACHABLE = "The server cannot be reached. What you entered is kept here. Try again in a moment."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("questions"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    add_questions(running)
    with running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer) -> Iterator[ChatPage]:
    with visiting(browser, server.url, viewport={"width": 1180, "height": 860}) as page:
        yield page


def asked(chat: ChatPage, message: str) -> Locator:
    """Start a run; the form of its question."""
    chat.open()
    chat.ask(message)
    expect(form(chat)).to_be_visible()
    return form(chat)


def form(chat: ChatPage) -> Locator:
    return chat.page.locator("form.refrain-question")


def field(chat: ChatPage, name: str) -> Locator:
    return form(chat).get_by_label(name).first


@pytest.mark.parametrize(
    ("workflow", "button", "line", "answer"),
    [
        ("Publish", "Go on", "You approved it.", "Done with: Notes on tides."),
        ("Costly", "Go on, grant the same again", "You granted the same amount again.", "Done with: The costly part."),
        ("Explain", "Detailed", "You chose Detailed.", "The detailed version."),
    ],
)
def test_a_button_answers_and_the_run_goes_on(
    chat: ChatPage, workflow: str, button: str, line: str, answer: str
) -> None:
    asked(chat, f"/run {workflow} tides")
    expect(chat.page.get_by_text("Waiting for you", exact=True)).to_be_visible()
    for reloaded in (False, True):
        if reloaded:
            chat.reload()
        expect(form(chat)).to_have_count(1)
    chat.button(button).click()
    for reloaded in (False, True):
        if reloaded:
            chat.reload()
        expect(chat.says(line)).to_be_visible()
        expect(chat.says(answer)).to_be_visible()
        expect(form(chat)).to_have_count(0)


def test_a_draft_is_changed_on_request_then_edited_and_approved(chat: ChatPage) -> None:
    asked(chat, "/run Essay tides")
    draft = form(chat).get_by_role("region", name="Draft of Write")
    expect(draft.get_by_role("heading", name="Lighthouses")).to_be_visible()
    assert (
        draft.evaluate("box => box.scrollHeight > box.clientHeight + 100 && getComputedStyle(box).overflowY") == "auto"
    )
    expect(form(chat).get_by_text("More below")).to_be_visible()
    chat.button("Show all").click()
    expect(form(chat).get_by_text("More below")).to_have_count(0)
    assert draft.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    chat.button("Show less").click()

    chat.button("Ask for changes").click()
    expect(field(chat, "What should be different?")).to_be_focused()
    chat.button("Send and try again").click()
    expect(form(chat)).to_contain_text("Say what should be different.")
    chat.page.keyboard.insert_text("shorter")
    chat.page.keyboard.press("Control+Enter")
    expect(draft).to_contain_text("It was asked to be shorter.")

    chat.button("Edit").click()
    field(chat, "Your version of Write").fill("# My own\n\nThe sea is wide.")
    chat.button("Approve my version").click()
    expect(chat.says("You edited it and approved your version.")).to_be_visible()
    expect(chat.says("You asked for changes: “shorter”")).to_be_visible()
    expect(chat.says("The sea is wide.")).to_be_visible()


def test_a_draft_that_is_data_is_checked_before_it_is_sent(chat: ChatPage) -> None:
    asked(chat, "/run Plan tides")
    chat.button("Edit").click()
    edited = field(chat, "Your version of Outline")
    edited.fill('{"title": "Tides",}')
    chat.button("Approve my version").click()
    expect(form(chat).locator(".refrain-problem")).to_contain_text("This is not JSON:")
    edited.fill('{"title": "Tides"}')
    chat.button("Approve my version").click()
    expect(chat.says("Done with: {'title': 'Tides'}")).to_be_visible()


def test_what_is_wrong_is_told_beside_the_fields_and_what_was_typed_outlives_a_reload(chat: ChatPage) -> None:
    asked(chat, "/run Travel tides")
    where = field(chat, "Where to")
    expect(where).to_be_focused()
    expect(form(chat).get_by_label("train")).to_be_checked()
    chat.page.keyboard.insert_text("Atlantis")
    field(chat, "How many days").fill("many")
    chat.button("Add guest").click()
    form(chat).get_by_role("group", name="Guest 1").get_by_label("Name").fill("Ada")
    form(chat).get_by_label("Stops on the way").fill("Bergen\nStavanger")
    chat.page.keyboard.press("Control+Enter")

    problems = form(chat).locator(".refrain-problem")
    expect(problems).to_have_text(
        [
            "No train goes to Atlantis. Choose a place that exists.",
            "Enter a whole number.",
            "Fill this in.",
            "Fill this in.",
            "Fill this in.",
        ]
    )
    expect(where).to_be_focused()
    expect(where).to_have_attribute("aria-invalid", "true")
    expect(where).to_have_accessible_description(
        "A city or a region No train goes to Atlantis. Choose a place that exists."
    )

    chat.reload()
    expect(where).to_have_value("Atlantis")
    expect(form(chat).get_by_label("Stops on the way")).to_have_value("Bergen\nStavanger")
    where.fill("Norway")
    field(chat, "How many days").fill("12")
    form(chat).get_by_label("boat").check()
    form(chat).get_by_label("Pace").select_option("brisk")
    form(chat).get_by_label("Age").fill("36")
    form(chat).get_by_label("Street").fill("Quay 1")
    form(chat).get_by_label("City").fill("Oslo")
    form(chat).get_by_label("Leaving on").fill("2027-05-17")
    chat.page.keyboard.press("Enter")
    expect(chat.says("Booked Norway for 12 days, boat, 1 guests, brisk.")).to_be_visible()
    expect(chat.says("You answered: Where to: Norway · How many days: 12 · How to travel: boat")).to_be_visible()


def test_answered_in_one_tab_it_is_gone_in_the_other(chat: ChatPage, server: ChatServer) -> None:
    asked(chat, "/run Explain tides")
    second = ChatPage(chat.page.context.new_page(), server.url).open(chat.page.url.removeprefix(server.url))
    expect(form(second)).to_be_visible()
    chat.button("Brief").click()
    for tab in (chat, second):
        expect(tab.says("You chose Brief.")).to_be_visible()
        expect(tab.says("The brief version.")).to_be_visible()
        expect(form(tab)).to_have_count(0)
    assert second.errors == []


def test_a_typed_answer_takes_the_form_away(chat: ChatPage) -> None:
    asked(chat, "/run Publish tides")
    chat.ask("yes")
    expect(chat.says("Done with: Notes on tides.")).to_be_visible()
    expect(chat.says("Answered below.")).to_be_visible()
    expect(form(chat)).to_have_count(0)


def test_a_server_that_was_killed_and_started_again_takes_the_answer(chat: ChatPage, server: ChatServer) -> None:
    asked(chat, "/run Greet tides")
    expect(field(chat, "Name")).to_be_focused()
    chat.page.keyboard.insert_text("Grace")
    server.kill()
    chat.page.keyboard.press("Enter")
    expect(form(chat)).to_contain_text(UNREACHABLE)
    server.start()
    expect(field(chat, "Name")).to_have_value("Grace")
    chat.button("Send and go on").click()
    expect(chat.says("Hello, Grace.")).to_be_visible()  # the page comes back by itself
    expect(form(chat)).to_have_count(0)


REFUSALS = [
    (0, UNREACHABLE, 0),
    (500, "The server could not take the answer. What you entered is kept here. Try again in a moment.", 0),
    (409, "This was answered already, perhaps in another tab.", 1),
]


def test_an_answer_that_is_not_taken_is_told_in_place_and_nothing_typed_is_lost(chat: ChatPage) -> None:
    asked(chat, "/run Greet tides")
    expect(field(chat, "Name")).to_be_focused()
    chat.page.keyboard.insert_text("Grace")
    for status, told, reload in REFUSALS:
        chat.page.unroute_all()
        chat.page.route("**/answer", refusing(status))
        field(chat, "Name").press("Enter")
        expect(form(chat).get_by_role("alert")).to_contain_text(told)
        expect(form(chat).get_by_role("button", name="Reload the page")).to_have_count(reload)
        expect(field(chat, "Name")).to_have_value("Grace")
        expect(chat.button("Send and go on")).to_be_enabled()


def refusing(status: int) -> Callable[[Route], None]:
    """Answers requests with this status; with 0 as a line that is cut."""
    said = '{"message": "This was answered already, perhaps in another tab."}' if status == 409 else "oops"
    return lambda route: route.fulfill(status=status, body=said) if status else route.abort("failed")


def test_while_an_answer_is_taken_its_buttons_cannot_be_pressed_again(chat: ChatPage) -> None:
    asked(chat, "/run Publish tides")
    held: list[Route] = []
    chat.page.route("**/answer", lambda route: held.append(route))
    chat.button("Go on").click()
    expect(form(chat)).to_contain_text("Going on…")
    expect(chat.button("Go on")).to_be_disabled()
    expect(chat.button("No, stop here")).to_be_disabled()
    (route,) = held
    route.continue_()
    expect(chat.says("Done with: Notes on tides.")).to_be_visible()


def test_to_cancel_the_run_is_asked_about_once_more(chat: ChatPage) -> None:
    asked(chat, "/run Greet tides")
    chat.button("Cancel the run").click()
    expect(form(chat)).to_contain_text("This ends the run here.")
    chat.button("Keep it waiting").click()
    chat.button("Cancel the run").click()
    chat.button("Yes, end the run").click()
    expect(chat.says("You ended the run here.")).to_be_visible()
    expect(chat.page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(chat.button("Ask again")).to_be_visible()


def test_the_form_leaves_alone_who_is_typing_and_keeps_its_own_text_when_the_page_is_drawn_anew(
    chat: ChatPage, server: ChatServer
) -> None:
    chat.open()
    chat.ask("/run Gated tides")
    expect(chat.says("The essay begins.")).to_be_visible()
    second = ChatPage(chat.page.context.new_page(), server.url).open(chat.page.url.removeprefix(server.url))
    second.ask("/run Greet tides")
    chat.page.bring_to_front()
    chat.page.locator("#chat-input").click()
    chat.page.keyboard.insert_text("While I type")
    server.open_gate()
    expect(form(chat)).to_be_visible()
    expect(chat.page.locator("#chat-input")).to_be_focused()
    expect(chat.page.locator("#chat-input")).to_have_text("While I type")

    field(chat, "Name").click()
    chat.page.keyboard.insert_text("Grace")
    second.ask("/run Explain tides")
    expect(form(chat)).to_have_count(2)
    expect(field(chat, "Name")).to_have_value("Grace")
    assert chat.page.locator(":focus").get_attribute("name") == "name"


def test_it_can_be_heard_and_fits_a_phone(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 844})
    for workflow, name in (("Publish", "Publish the notes to the whole team?"), ("Travel", "Book needs to know:")):
        asked(chat, f"/run {workflow} tides")
        named = chat.page.get_by_role("form", name=name)
        expect(named).to_be_visible()
        expect(named.get_by_role("status").first).to_have_text(f"{workflow} is waiting for your answer")
        assert named.evaluate(
            "form => form.scrollWidth <= form.clientWidth && form.getBoundingClientRect().right <= 390"
        )
        assert chat.page.evaluate("document.querySelector('form.refrain-question').contains(document.activeElement)")
