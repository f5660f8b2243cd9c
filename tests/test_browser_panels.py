"""The card of a turn and the panels beside the conversation: runs as one looks into them, compares and repeats them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize, expect

from .browser import ChatPage, visiting
from .chat_server import ChatServer

WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}

# Branches that are at work at the same time whatever the machine, and a loop of two rounds.
BRANCHES = """
import asyncio

from flows import Loop, Parallel, Step, Workflow

met = asyncio.Barrier(2)


async def left(step_input):
    await met.wait()
    return "Left."


async def right(step_input):
    await met.wait()
    return "Right."


def polish(step_input):
    return "Polished. [pixel](http://evil.example.org/) ![pixel](http://evil.example.org/p.gif)"


def sheet(step_input):
    return "| | Lighthouses | Harbours and moorings |\\n|---|---|---|\\n| What it is | Towers | Shelters |\\n"


table = Workflow(name="Sheet", steps=[sheet], description="Draws up a table.")
branches = Workflow(
    name="Branches",
    steps=[
        Parallel(Step("left", executor=left), Step("right", executor=right), name="Both"),
        Loop([Step("polish", executor=polish)], max_iterations=2, name="Refine"),
    ],
    description="Does two things at once, then polishes.",
)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("panels"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (running.flows / "branches.py").write_text(BRANCHES)
    with running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: ChatServer, request: pytest.FixtureRequest) -> Iterator[ChatPage]:
    server.close_gate()
    with visiting(browser, server.url, viewport=getattr(request, "param", WIDE)) as page:
        yield page.open()
        server.open_gate()


on_a_phone = pytest.mark.parametrize("chat", [PHONE], indirect=True)


def panel(chat: ChatPage) -> Locator:
    return chat.page.locator(".refrain-panel")


def node(chat: ChatPage, path: str) -> Locator:
    """A step in the tree of the run panel."""
    return panel(chat).locator(f'li[data-path="{path}"]')


def unfold(chat: ChatPage, path: str) -> None:
    node(chat, path).locator("button.refrain-node-line").first.click()


def run_and_show(chat: ChatPage, message: str) -> None:
    """Run a workflow whose gate is open, and open the panel of its run."""
    chat.ask(message)
    chat.button("Show run").click()
    expect(panel(chat).get_by_role("tab", name="Steps")).to_be_visible()


def place(shown: Locator) -> FloatRect:
    """Where it stands on the page."""
    box = shown.bounding_box()
    assert box is not None
    return box


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_a_run_at_work_is_one_line_and_its_panel_is_alive(chat: ChatPage, server: ChatServer) -> None:
    chat.ask("/run Gated lighthouses")
    line = chat.page.locator(".refrain-line")
    expect(line).to_contain_text("essay")
    expect(line).to_contain_text("1 of 2 steps")
    expect(chat.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "1")
    expect(chat.progress("notes")).to_be_hidden()
    line.click()
    expect(chat.progress("notes")).to_be_visible()
    chat.button("Show steps").click()
    expect(panel(chat)).to_contain_text("Running")
    expect(node(chat, "essay")).to_have_attribute("data-state", "running")
    server.open_gate()
    expect(panel(chat)).to_contain_text("Completed")
    expect(node(chat, "essay")).to_have_attribute("data-state", "done")
    expect(chat.button("Show run")).to_be_visible()
    expect(line).to_have_count(0)
    expect(panel(chat)).to_be_visible()  # Chainlit closes its panel whenever an element arrives


def test_an_answer_leads_to_its_run_with_what_was_looked_up_and_found(chat: ChatPage) -> None:
    run_and_show(chat, "/run Article the history of printing")
    expect(chat.page.locator("#side-view-title")).to_contain_text("Article")
    expect(panel(chat)).to_contain_text(re.compile(r"Completed.*just now.* tokens", re.DOTALL))
    expect(panel(chat)).to_contain_text("You asked for a fresh run.")
    unfold(chat, "Researcher")
    expect(node(chat, "Researcher")).to_contain_text("Looking for “the history of printing”")
    expect(node(chat, "Researcher")).to_contain_text("the-history-of-printing.md")
    tabs = panel(chat).get_by_role("tablist")
    tabs.get_by_role("tab", name="Steps").press("ArrowRight")
    table = panel(chat).get_by_role("table")
    expect(table.get_by_role("row", name=re.compile(r"^Writer done, after \d"))).to_be_visible()
    tabs.get_by_role("tab", name="Timeline").press("ArrowRight")
    result = panel(chat).get_by_role("tabpanel", name="Result")
    expect(result.get_by_role("heading", name="The History of Printing")).to_be_visible()
    chat.ask("Who printed with movable metal type?")
    expect(chat.chips().last).to_be_visible()
    expect(chat.button("Run it fresh")).to_be_visible()
    chat.button("Show run").click()
    expect(panel(chat)).to_contain_text("the history of printing")
    expect(panel(chat).get_by_role("tab", name="Steps")).to_have_attribute("aria-selected", "true")


def test_branches_stand_beside_each_other_in_time_and_rounds_under_their_loop(chat: ChatPage) -> None:
    run_and_show(chat, "/run Branches gardens")
    expect(node(chat, "Refine/2")).to_contain_text("Round 2")
    unfold(chat, "Refine/2/polish")
    expect(node(chat, "Refine/2/polish")).to_contain_text("Polished.")
    expect(panel(chat).locator("img")).to_have_count(0)
    panel(chat).get_by_role("tab", name="Timeline").click()
    rows = panel(chat).get_by_role("row")
    left, right = (place(rows.filter(has_text=name).locator(".refrain-span")) for name in ("left", "right"))
    assert max(left["x"], right["x"]) <= min(left["x"] + left["width"], right["x"] + right["width"])
    assert left["y"] < right["y"]


def test_a_failed_step_says_in_plain_words_what_went_wrong(chat: ChatPage) -> None:
    chat.ask("/run Flaky leaflets")
    expect(chat.page.get_by_text("Failed", exact=True)).to_be_visible()
    chat.button("Show run").click()
    expect(node(chat, "printing")).to_have_attribute("data-state", "failed")
    expect(node(chat, "printing")).to_contain_text("The press is broken")
    expect(panel(chat)).not_to_contain_text("Error")


def test_a_step_is_run_again_with_another_text_and_the_changes_are_told(chat: ChatPage, server: ChatServer) -> None:
    server.open_gate()
    run_and_show(chat, "/run Gated harbours")
    unfold(chat, "notes")
    chat.button("Edit or run again from here").click()
    editor = panel(chat).get_by_role("textbox")
    expect(editor).to_have_value("Notes about harbours: lighthouses guide ships through the night.")
    editor.fill("Notes about harbours: they shelter ships.")
    chat.button("Run from here with this text").click()
    expect(panel(chat)).to_contain_text("The new run has begun in the conversation.")
    panel(chat).get_by_role("tab", name="Timeline").click()
    panel(chat).get_by_role("tab", name="Steps").click()
    expect(node(chat, "notes").get_by_role("heading", name="Output")).to_be_visible()  # what was open stays open
    chat.button("Show it").click()
    expect(panel(chat)).to_contain_text("You asked to run it again from notes")
    chat.button("What changed").click()
    changes = chat.page.get_by_role("region", name="What changed")
    changed = changes.locator('[data-path="notes"]')
    expect(changed.locator('[data-kind="added"]')).to_contain_text("+New: Notes about harbours: they shelter ships.")
    expect(changed.locator('[data-kind="removed"]')).to_contain_text("−Gone: Notes about harbours: lighthouses guide")
    expect(changes.locator('[data-path="essay"]')).to_contain_text("no change")
    changes.get_by_role("button", name=re.compile("^Now")).click()
    expect(node(chat, "notes")).to_have_attribute("data-state", "done")
    chat.button("What changed").click()
    expect(changes).to_be_visible()


def test_a_run_is_taken_along_as_a_file(chat: ChatPage, server: ChatServer, tmp_path: Path) -> None:
    server.open_gate()
    chat.ask("/run Gated files")
    chat.button("Export").click()
    with chat.page.expect_download() as markdown:
        chat.page.get_by_role("menuitem", name="This run, Markdown").click()
    markdown.value.save_as(tmp_path / "run.md")
    assert "The essay begins. The essay ends." in (tmp_path / "run.md").read_text()
    expect(chat.page.get_by_role("menu")).to_have_count(0)
    chat.button("Export").click()
    with chat.page.expect_download() as data:
        chat.page.get_by_role("menuitem", name="This conversation, JSON").click()
    data.value.save_as(tmp_path / "conversation.json")
    assert "/run Gated files" in json.dumps(json.loads((tmp_path / "conversation.json").read_text()))


def test_the_runs_open_by_themselves_and_are_filtered_opened_and_deleted(chat: ChatPage, server: ChatServer) -> None:
    server.open_gate()
    for subject in ("anchors of old", "buoys of old"):
        chat.ask(f"/run Gated {subject}")
        expect(chat.says("The essay ends.")).to_be_visible()
    chat.ask("/runs")
    runs = chat.page.get_by_role("region", name="Runs")
    lines = runs.locator("li.refrain-run")
    runs.get_by_placeholder("Find what was asked").fill("of old")
    expect(lines).to_have_count(2)
    expect(runs.locator(".refrain-totals")).to_contain_text("2 runs")
    runs.get_by_label("Status").select_option("Failed")
    expect(runs).to_contain_text("No runs fit. Use fewer filters, or show all runs.")
    expect(runs.locator(".refrain-totals")).to_have_count(0)
    runs.get_by_label("Status").select_option("Any status")
    lines.get_by_role("button", name="Completed: anchors of old").click()
    expect(panel(chat).get_by_role("tab", name="Steps")).to_be_visible()
    chat.button("All runs").click()
    expect(lines).to_have_count(2)  # the filter is still there
    for answer, left in (("Keep it", 2), ("Delete for good", 1)):
        runs.get_by_role("button", name="More about anchors of old").click()
        chat.page.get_by_role("menuitem", name="Delete").click()
        expect(runs).to_contain_text("Delete this run for good?")
        runs.get_by_role("button", name=answer).click()
        expect(lines).to_have_count(left)
    expect(runs.locator(".refrain-totals")).to_contain_text("1 run")
    chat.reload()
    expect(chat.button("Open runs")).to_be_visible()
    expect(panel(chat)).to_have_count(0)
    chat.button("Open runs").click()
    expect(lines.first).to_be_visible()
    none = {"runs": [], "next": None, "totals": {"runs": 0}, "workflows": []}
    chat.page.route("**/refrain/runs?*", lambda route: route.fulfill(json=none))
    chat.button("Open runs").click()
    expect(runs).to_contain_text("No runs yet. Ask, or name a topic, in the message box")
    expect(runs.locator(".refrain-totals")).to_have_count(0)


def test_runs_that_cannot_be_loaded_are_asked_for_again(chat: ChatPage, server: ChatServer) -> None:
    server.open_gate()
    chat.ask("/run Gated ropes")
    expect(chat.says("The essay ends.")).to_be_visible()
    chat.page.route("**/refrain/runs?*", lambda route: route.abort())
    chat.ask("/runs")
    expect(panel(chat).get_by_role("alert")).to_contain_text("Could not load the runs. Try again.")
    chat.page.unroute("**/refrain/runs?*")
    chat.button("Try again").click()
    expect(panel(chat).get_by_role("button", name="Completed: ropes")).to_be_visible()


def test_the_keyboard_alone_opens_a_run_and_comes_back_from_it(chat: ChatPage, server: ChatServer) -> None:
    server.open_gate()
    chat.ask("/run Gated keys")
    chat.button("Show run").focus()
    chat.page.keyboard.press("Enter")
    expect(panel(chat)).to_be_focused()
    expect(node(chat, "notes")).to_be_visible()
    chat.button("Delete run").focus()
    chat.page.keyboard.press("Enter")
    expect(chat.button("Keep it")).to_be_focused()
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.press("Escape")
    expect(panel(chat)).to_have_count(0)
    expect(chat.button("Show run")).to_be_focused()


@on_a_phone
def test_on_a_phone_the_steps_unfold_in_place_and_the_panels_are_sheets(chat: ChatPage, server: ChatServer) -> None:
    chat.ask("/run Gated lanterns")
    chat.page.locator(".refrain-line").click()
    expect(chat.progress("essay")).to_be_visible()
    chat.button("Show steps").click()
    sheet = chat.page.get_by_role("dialog")
    expect(sheet).to_contain_text("Running")
    assert sideways(chat.page) <= 0
    server.open_gate()
    expect(sheet).to_contain_text("Completed")
    unfold(chat, "notes")
    box = place(node(chat, "notes"))
    assert 0 <= box["x"] < box["x"] + box["width"] <= PHONE["width"]
    chat.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    chat.ask("/runs")
    expect(sheet.get_by_role("button", name="Completed: lanterns")).to_be_visible()
    assert sideways(chat.page) <= 0


@on_a_phone
def test_words_of_a_table_are_whole_on_a_phone_and_the_page_stays_narrow(chat: ChatPage) -> None:
    chat.ask("/run Sheet coasts")
    cell = chat.page.locator(".message-content td", has_text="What it is")
    expect(cell).to_be_visible()
    whole = "cell => getComputedStyle(cell).overflowWrap === 'normal' && cell.scrollWidth <= cell.clientWidth"
    assert cell.evaluate(whole)
    assert sideways(chat.page) <= 0
