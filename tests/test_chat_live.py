"""Turns on their pages while they are worked on: how far they are, how text is gathered, what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from chat.delivery import LEAST_SECONDS, MOST_SECONDS, Load, Pause
from chat.operations import RemoveStep, ShowStep, StreamText, UpdateStep, condensed
from chat.view import TurnView
from flows import events
from storage.records import StepOutput, Usage

from .chat_client import ChatClient
from .chat_events import RUN, START, Script
from .chat_server import ChatServer

ROUNDS = """
import asyncio
from pathlib import Path

from flows import Loop, Parallel, Workflow

GATES = Path(__file__).parent
drafts = []


async def draft(step_input):
    drafts.append(1)
    while len(drafts) == 2 and not (GATES / "open").exists():
        await asyncio.sleep(0.01)
    return f"Draft {len(drafts)}."


async def web(step_input):
    return "Found."


async def print_it(step_input):
    return "Printed."


polished = Workflow(
    name="Polished",
    steps=[
        Parallel(web, name="Gather"),
        Loop([draft], lambda outputs: len(drafts) == 2, max_iterations=3, name="Polish"),
        print_it,
    ],
    description="Writes drafts until the second.",
)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    running = ChatServer(tmp_path_factory.mktemp("live"), REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    (running.flows / "rounds.py").write_text(ROUNDS)
    with running:
        yield running


@pytest.fixture
async def page(server: ChatServer) -> AsyncIterator[ChatClient]:
    server.close_gate()
    async with ChatClient(server.url) as client:
        yield client
    server.open_gate()


def progress(script: Script) -> dict[str, object]:
    """How far the turn's one run is."""
    view = TurnView(script.turn, now=START)
    for event in script.events:
        view.apply(event)
    (run,) = view.board.steps[view.id]["metadata"]["runs"]
    return dict(run)


def spend(script: Script, path: str, tokens: int, kind: str = "agent") -> Script:
    output = StepOutput("done", step_name=path, usage=Usage(tokens, 0))
    script.add(events.StepFinished, path, output=output, kind=kind)
    return script


async def test_a_loop_tells_its_round_and_steps_count_at_the_top_alone(page: ChatClient, server: ChatServer) -> None:
    turn = await page.send("/run Polished words")
    await page.until(
        lambda: page.card(turn).get("runs") and page.card(turn)["runs"][0]["steps"][1]["round"] == "2 of 3"
    )
    await page.until(lambda: [step["name"] for step in page.steps.values()].count("draft") == 2)
    (run,) = page.card(turn)["runs"]
    assert (run["done"], run["total"], run["seconds"]) == (1, 3, None)
    assert [step["path"] for step in run["steps"]] == ["Gather", "Polish", "print_it"]
    assert page.named("Round 1")["end"]
    assert page.named("draft")["parentId"] == page.named("Round 2")["id"]
    server.open_gate()
    (run,) = (await page.until_ended(turn))["runs"]
    assert (run["done"], run["total"]) == (3, 3)
    assert run["seconds"] is not None
    assert {step["round"] for step in run["steps"]} == {None}


async def test_a_message_said_twice_is_one_turn(page: ChatClient, server: ChatServer) -> None:
    server.open_gate()
    turn = await page.send("/run Gated lighthouses")
    await page.until_ended(turn)
    message = {**page.steps[turn], "output": "/run Gated lighthouses"}
    await page._socket.emit("client_message", {"message": message, "fileReferences": []})
    await page.until_ended(await page.send("/run Gated buoys"))
    assert page.asked() == ["/run Gated lighthouses", "/run Gated buoys"]


async def test_a_message_sent_before_the_page_is_shown_again_is_on_it(page: ChatClient, server: ChatServer) -> None:
    await page.send("/run Gated lighthouses")
    await page.until(lambda: "The essay begins." in page.last())
    await page._socket.disconnect()
    back, id = ChatClient(server.url, thread_id=page.thread_id), str(uuid4())
    back.session_id = page.session_id
    connect = back._socket.connect

    async def connect_and_send(*given: object, **more: object) -> None:
        await connect(*given, **more)
        message = {"id": id, "threadId": "", "name": "local", "type": "user_message", "output": "/run Gated buoys"}
        message["createdAt"] = "2026-01-01T00:00:00Z"
        await back._socket.emit("client_message", {"message": message, "fileReferences": []})

    back._socket.connect = connect_and_send
    async with back:
        server.open_gate()
        await back.until(lambda: id in back.steps)
        assert (await back.until_ended(id))["state"] == "completed"
        assert back.asked() == ["/run Gated lighthouses", "/run Gated buoys"]


def test_tokens_add_up_over_what_is_finished_and_nothing_counts_twice() -> None:
    script = Script().decide(RUN).run("Gather", "Refine", "Writer").start("Gather", "parallel")
    spend(script.start("Gather/web"), "Gather/web", 100)
    spend(script.start("Gather/books"), "Gather/books", 20)
    assert progress(script)["tokens"] == 120
    spend(script, "Gather", 120, "parallel")
    assert progress(script)["tokens"] == 120
    script.start("Refine", "loop").add(events.IterationStarted, "Refine/1", number=1)
    spend(script.start("Refine/1/Draft"), "Refine/1/Draft", 7)
    assert progress(script)["tokens"] == 127
    script.add(events.RunFinished, content="Done.", usage=Usage(150, 0))  # an attempt that failed among it
    assert progress(script)["tokens"] == 150


def test_what_a_run_left_out_is_not_to_come_any_more() -> None:
    script = Script().decide(RUN).run("Check", "Writer").start("Check").finish("Check")
    script.add(events.RunFinished, content="Nothing to do.")
    run = progress(script)
    assert [step["state"] for step in run["steps"]] == ["done", "skipped"]  # type: ignore[attr-defined]
    assert (run["done"], run["total"]) == (2, 2)


def test_the_round_is_that_of_the_outer_loop_and_of_none_among_branches() -> None:
    script = Script().decide(RUN).run("Refine", "Gather").start("Refine", "loop")
    script.add(events.IterationStarted, "Refine/2", number=2)
    script.add(events.IterationStarted, "Refine/2/Inner/1", number=1, most=5)
    script.start("Gather", "parallel").add(events.IterationStarted, "Gather/Search/1", number=1, most=3)
    assert [step["round"] for step in progress(script)["steps"]] == ["2", None]  # type: ignore[attr-defined]


def test_time_that_a_run_stood_still_is_not_its_own() -> None:
    script = Script().decide(RUN).run("Researcher", "Writer").start("Researcher").finish("Researcher")
    script.add(events.RunCancelled)
    worked = progress(script)["seconds"]
    for _ in range(50):  # a second each
        script.add(events.AnswerDelta, run_id=None, text="")
    script.run("Researcher", "Writer", resumed=True)
    script.add(events.RunCancelled)
    assert worked == 3.0
    assert progress(script)["seconds"] == 4.0


def test_text_is_gathered_longer_the_later_the_loop_is_and_shortly_again_when_it_is_not() -> None:
    load = Load()
    assert load.seconds == LEAST_SECONDS
    for tick in range(100):
        load.note(0.001, tick / 20)
    assert LEAST_SECONDS <= load.seconds <= 0.05
    before = load.seconds
    load.note(0.05, 5.0)
    assert before < load.seconds < MOST_SECONDS  # one late moment does not slow everybody down
    for tick in range(100):
        load.note(0.05, 5 + tick / 20)
    assert load.seconds == MOST_SECONDS
    for tick in range(100):
        load.note(0.0, 10 + tick / 20)
    assert load.seconds < 0.045


async def test_the_first_text_goes_at_once_and_the_next_waits() -> None:
    pause = Pause(Load())
    with pytest.raises(StopIteration):
        pause().send(None)
    second = pause()
    assert second.send(None) is not None  # it waits for a timer
    second.close()


def test_only_the_last_state_of_a_step_is_sent_and_nothing_across_its_beginning() -> None:
    def step(id: str, output: str) -> dict[str, str]:
        return {"id": id, "output": output}

    operations = [
        UpdateStep(step("a", "1")),
        StreamText("b", "x"),
        StreamText("b", "y"),
        UpdateStep(step("a", "2")),
        RemoveStep("a"),
        ShowStep(step("a", "3")),
        StreamText("a", "4"),
        UpdateStep(step("a", "34")),
    ]
    assert condensed(operations) == [
        StreamText("b", "xy"),
        UpdateStep(step("a", "2")),
        RemoveStep("a"),
        ShowStep(step("a", "3")),
        UpdateStep(step("a", "34")),
    ]
