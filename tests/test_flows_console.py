"""A run as a terminal and as a pipe show it: every step, what became of it, and nothing that drives the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from rich.console import Console

from agents import Agent
from flows import Condition, Loop, Parallel, Router, Step, StepInput, Workflow
from flows.answers import resume_call, resume_command
from flows.console import RunPrinter
from storage.records import Question

from .scripted import ScriptedModel, with_usage

ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


class Flaky:
    """Fails the first time it is called."""

    name = "Fetch"

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, step_input: StepInput) -> str:
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError("the line was busy")
        return "fetched"


def breaks(step_input: StepInput) -> str:
    raise RuntimeError("out of paper")


def says(text: str, name: str = "Say") -> Step:
    return Step(name, executor=lambda _: text)


async def shown(workflow: Workflow, input: str = "a topic", *, terminal: bool = False, live: bool = True) -> str:
    """What a run prints; for a terminal without colours and cursor movements."""
    file = StringIO()
    console = Console(file=file, force_terminal=terminal, width=100, height=40)
    with RunPrinter(console, live=live) as printer:
        async for event in workflow.stream(input):
            printer.show(event)
    return file.getvalue()


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    run = Workflow("Plain", [says("**one** :bee: [red]", "First"), says("two", "Second")]).print_response("a topic")

    printed = capsys.readouterr().out
    assert run.content == "two"
    assert printed.startswith("Plain: a topic\n=== First ===\n**one** :bee: [red]\n(")
    assert "=== Second ===\ntwo\n" in printed
    assert re.search(r"Plain finished in \d+\.\d s$", printed.strip())
    assert "\x1b" not in printed


@pytest.mark.parametrize("live", [True, False])
async def test_a_terminal_gets_a_panel_a_step(live: bool) -> None:
    printed = await shown(Workflow("Panels", [says("one", "First"), says("two", "Second")]), terminal=True, live=live)

    lines = ESCAPE.sub("", printed).splitlines()
    framed = [line for line in lines if line.startswith(("╭", "╰"))]
    assert sum(" First " in line for line in framed) == 1
    assert sum(" Second " in line for line in framed) == 1
    assert any(re.match(r"│ one +│", line) for line in lines)
    assert ("\x1b[?25l" in printed) is live, "only what is live hides the cursor"


async def test_nested_steps_are_told_by_their_paths_under_their_containers() -> None:
    flow = Workflow(
        "Deep",
        [
            Parallel(says("left", "Left"), Workflow("Inner", [says("right", "Right")]), name="Both"),
            Loop([says("again", "Draft")], max_iterations=2, name="Refine"),
            Condition(True, [says("yes", "Yes")], name="If"),
            Router(lambda _: "B", [says("a", "A"), says("b", "B")], name="Way"),
        ],
    )
    printed = await shown(flow)

    order = [
        "Both (parallel)",
        "=== Both › Left ===",
        "=== Both › Inner › Right ===",
        "Refine (loop)",
        "  round 1",
        "=== Refine › 1 › Draft ===",
        "  round 2",
        "=== Refine › 2 › Draft ===",
        "If (condition)",
        "=== If › Yes ===",
        "Way (router)",
        "=== Way › B ===",
    ]
    lines = printed.splitlines()
    assert "  Both › Inner (workflow)" in lines
    assert [line for line in lines if line in order and "Both ›" not in line] == [o for o in order if "Both ›" not in o]
    assert set(order) <= set(lines)
    assert "=== Way › A ===" not in lines


async def test_deeper_panels_are_indented() -> None:
    printed = await shown(Workflow("Deep", [Parallel(says("left", "Left"), name="Both")]), terminal=True, live=False)
    assert re.search(r"^  ╭─+ Both › Left ─+╮$", ESCAPE.sub("", printed), re.MULTILINE)


async def test_retries_skips_and_failures_are_told() -> None:
    flow = Workflow(
        "Trouble",
        [
            Step("Fetch", executor=Flaky(), retries=1, backoff=0.0),
            Step("Decorate", executor=breaks, on_error="skip"),
            Step("Press", executor=breaks),
        ],
    )
    printed = await shown(flow)

    assert "- attempt 1 failed: RuntimeError: the line was busy; trying again\nfetched\n" in printed
    assert "=== Decorate ===\n(skipped: RuntimeError: out of paper)" in printed
    assert "=== Press ===\n(failed: RuntimeError: out of paper)" in printed
    assert "Trouble failed: Press failed: RuntimeError: out of paper" in printed


async def test_a_nested_workflow_that_is_tried_again_is_told() -> None:
    inner = Workflow("Inner", [Flaky()])
    printed = await shown(Workflow("Outer", [Step(workflow=inner, retries=1, backoff=0.0)]))

    assert "Inner: attempt 1 failed: " in printed
    assert printed.index("=== Inner › Fetch ===\n(failed") < printed.index("=== Inner › Fetch ===\nfetched")


async def test_a_search_is_shown_as_its_sources_each_once() -> None:
    source = {"title": "Bees", "address": "library:bees.md", "snippet": "…"}
    found = {"engine": "Library", "query": "bees", "note": "", "sources": [source, source]}
    printed = await shown(Workflow("Find", [Step("Search", executor=lambda _: found)]))

    assert printed.count("Bees (library:bees.md)") == 1
    assert "snippet" not in printed


async def test_a_paused_run_shows_its_draft_its_question_and_how_to_go_on() -> None:
    printed = await shown(Workflow("Post", [Step("Draft", executor=lambda _: "the draft", review=True)]))

    assert "=== Draft ===\nthe draft\n(waits for an answer)" in printed
    assert "Post waits: Is the output of Draft good to go on with?" in printed
    assert re.search(r"refrain resume [0-9a-f]{8} --approve\n", printed)


def test_a_script_is_told_the_call_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    run = Workflow("Post", [Step("Send", executor=lambda _: "sent", confirm="Send it?")]).print_response("a letter")

    printed = capsys.readouterr().out
    assert run.status == "paused"
    assert "Post waits: Send it?" in printed
    assert f'go on: await workflow.resume("{run.id}", approve=True)' in printed


class Form(BaseModel):
    city: str = Field(description="Where to")
    nights: int = 1


async def test_a_form_and_a_choice_are_told() -> None:
    asked = await shown(Workflow("Trip", [Step("Book", executor=lambda _: "booked", ask=Form)]))
    assert "city (string): Where to" in asked
    assert "nights (integer, optional)" in asked
    assert '--values \'{"city": "…", "nights": "…"}\'' in asked

    routed = await shown(Workflow("Trip", [Router(None, [says("a", "Train"), says("b", "Ship")])]))
    assert "choices: Train, Ship" in routed
    assert "--choice 'Train'" in routed


def test_each_kind_of_question_has_its_answers() -> None:
    confirm = Question("Send#confirm", "confirm", "Send", "Send it?")
    review = Question("Send#review/1", "review", "Send", "Good?")
    assert [line.split()[-1] for line in resume_command("abcdef123456", confirm)] == ["--approve", "--reject"]
    assert len(resume_call("abcdef123456", review)) == 4


@pytest.mark.parametrize("terminal", [True, False])
async def test_no_content_can_drive_the_terminal(terminal: bool) -> None:
    nasty = "red \x1b[31malert\x1b]0;title\x07 \x9b2J \u202eback \ud800 [link](https://evil.example/x)"
    flow = Workflow(
        "Nasty",
        [says(nasty, "Write"), Step("Fail", executor=_fails_with(nasty), on_error="skip")],
    )
    printed = await shown(flow, nasty, terminal=terminal, live=False)

    rest = re.sub(r"\x1b\[[0-9;]*m", "", printed) if terminal else printed
    assert "alert" in rest
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"} & set(rest)
    assert "evil.example" in rest, "where a link leads is seen"


def _fails_with(text: str) -> object:
    def fail(step_input: StepInput) -> str:
        raise RuntimeError(text)

    return fail


async def test_tokens_and_seconds_are_told() -> None:
    writer = Agent("Writer", model=ScriptedModel([with_usage("done", 1000, 234)]))
    printed = await shown(Workflow("Cost", [writer]))

    assert re.search(r"=== Writer ===\ndone\n\(\d+\.\d s, 1,234 tokens\)", printed)
    assert re.search(r"Cost finished in \d+\.\d s, 1,234 tokens", printed)


async def test_a_long_text_keeps_to_the_screen_while_it_grows_and_is_printed_whole() -> None:
    text = "\n\n".join(f"line {number}" for number in range(100))
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=60, height=20)
    with RunPrinter(console) as printer:
        async for event in Workflow("Long", [Step("Write", executor=lambda _: iter([text]))]).stream("x"):
            if event.type == "step_finished":
                growing = console.render_lines(printer._growing(), pad=False)
                assert 0 < len(growing) <= console.height
            printer.show(event)

    printed = ESCAPE.sub("", file.getvalue())
    assert all(len(re.findall(rf"│ line {number} +│", printed)) >= 1 for number in range(100))


PRINTING = """
import sys
from flows import Loop, Parallel, Step, Steps, Workflow

def says(name):
    return Step(name, executor=lambda step_input: f"**{name}** was said")

inner = [Loop([says("deep")], max_iterations=2), Workflow("Inner", [says("last")])]
tree = Parallel(says("web"), Steps("files", inner))
Workflow("W", [tree, Step("skipped", executor=lambda step_input: 1 / 0, on_error="skip")]).print_response(
    "a topic", stream=sys.argv[1] == "live"
)
"""


@pytest.mark.parametrize("how", ["live", "whole"])
def test_nested_and_parallel_steps_come_through_a_real_pipe_without_escape_codes(how: str) -> None:
    environment = {**os.environ, "TERM": "xterm-256color", "FORCE_COLOR": "", "COLUMNS": "200"}
    printed = subprocess.run(
        [sys.executable, "-c", PRINTING, how],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent.parent,
        env=environment,
    )

    assert "\x1b" not in printed.stdout + printed.stderr
    for path in ("web", "files › Loop › 2 › deep", "files › Inner › last"):
        assert printed.stdout.count(f"=== Parallel › {path} ===") == 1
    assert printed.stdout.count("**deep** was said") == 2
    assert "skipped: ZeroDivisionError" in printed.stdout
