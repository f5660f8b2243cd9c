"""What was answered by a button or a form while a conversation was recorded is offered where the replay asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from agents import Agent
from agents.boundary import Waiting, installed
from agents.recorded import read_recording
from agents.recording import Recorder
from agents.replay import Replay
from chat.recorded_answers import answer_label
from chat.replaying import about, replaying
from cli.demo import SHIPPED
from flows import Router, Step, StepInput, Workflow, WorkflowAgent
from flows.setup import load_workflows
from storage import RunStore
from storage.records import Question, Run

from .scripted import ScriptedModel, with_usage


class Trip(BaseModel):
    place: str = Field(title="Where to")
    days: int


def said(step_input: StepInput) -> str:
    return f"Done: {step_input.get_last_step_content() or step_input.answer}"


def workflows(model: Any = None) -> list[Workflow]:
    writer = Agent("Writer", model=model)
    return [
        Workflow("Send", [Step("Mail", executor=said, confirm="Send it?")]),
        Workflow("Travel", [Step("Book", executor=said, ask=Trip)]),
        Workflow("Essay", [Step("Write", agent=writer, review=True), said]),
        Workflow("Explain", [Router(None, [Step("Brief", executor=said), Step("Full", executor=said)]), said]),
        Workflow("Costly", [Step("First", agent=writer), Step("Second", executor=said)], max_tokens=5),
    ]


ASKED: list[tuple[str, list[dict[str, Any]], list[str]]] = [
    ("/run Send news", [{"approve": True}], ["Go on"]),
    ("/run Send spam", [{"approve": False}], ["No, stop here"]),
    ("/run Travel tides", [{"values": {"place": "Kiel", "days": 3}}], ["Where to: Kiel · Days: 3"]),
    (
        "/run Essay tides",
        [{"feedback": "Shorter, please."}, {"output": "My own text."}],
        ["Ask for changes: “Shorter, please.”", "Approve an edited version"],
    ),
    ("/run Explain tides", [{"choice": "Full"}], ["Full"]),
    ("/run Costly tides", [{"approve": True}], ["Go on, grant the same again"]),
]


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[list[RunStore]]:
    opened = [RunStore(tmp_path / name) for name in ("recorded.db", "replayed.db")]
    yield opened
    for store in opened:
        await store.close()


async def asked(agent: WorkflowAgent, message: str) -> Run:
    turn = await agent.respond(message, session_id="s")
    assert turn.status == "paused", turn.error
    return await agent.store.get_run(turn.run_ids[-1])


async def answer(agent: WorkflowAgent, run: Run, given: dict[str, Any]) -> Run:
    """Answer as a button or a form does."""
    assert run.question is not None
    stream = await agent.runner.answer(run.id, question_id=run.question.id, **given)
    async for _ in agent.runner.follow(stream):
        pass
    return await agent.store.get_run(run.id)


def waiting(run: Run) -> Waiting:
    assert run.question is not None
    return Waiting(run.workflow, run.input, run.session_id, run.question)


async def record(path: Path, store: RunStore) -> list[Run]:
    """A conversation that asks everything there is to ask."""
    model = ScriptedModel([with_usage(text, 4, 4) for text in ("A draft.", "A shorter draft.", "The costly part.")])
    agent = WorkflowAgent(workflows(model), store=store)
    ended = []
    with installed(Recorder(path, model="m", workflows=[])):
        for message, answers, _ in ASKED:
            run = await asked(agent, message)
            for given in answers:
                run = await answer(agent, run, given)
            ended.append(run)
    await agent.runner.close()
    return ended


async def test_every_kind_of_answer_is_offered_in_its_place_and_comes_to_the_same(
    stores: list[RunStore], tmp_path: Path
) -> None:
    path = tmp_path / "talk.jsonl"
    live = await record(path, stores[0])
    agent = WorkflowAgent(workflows(), store=stores[1])
    with replaying(path) as replay:
        assert "Go through the messages and answers in order" in about()
        for number, ((message, answers, labels), before) in enumerate(zip(ASKED, live, strict=True), start=1):
            run = await asked(agent, message)
            for given, label in zip(answers, labels, strict=True):
                found = replay.recorded_answer(waiting(run))
                assert found is not None, message
                assert (dict(found.answer), found.after) == (given, number)
                assert answer_label(waiting(run).question, found.answer) == label
                run = await answer(agent, run, dict(found.answer))
            assert (run.status, run.content) == (before.status, before.content)
    await agent.runner.close()


async def test_another_draft_and_another_request_are_offered_nothing(stores: list[RunStore], tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    await record(path, stores[0])
    agent = WorkflowAgent(workflows(), store=stores[1])
    with replaying(path) as replay:
        assert replay.recorded_answer(waiting(await asked(agent, "/run Send something else"))) is None
        run = await answer(agent, await asked(agent, "/run Essay tides"), {"feedback": "Longer!"})
        assert run.status == "paused", "the offline model has written, for this was not recorded"
        assert replay.recorded_answer(waiting(run)) is None
    await agent.runner.close()


async def test_the_same_question_in_two_runs_is_answered_in_order_in_each_conversation(path_of: Path) -> None:
    question = Question("Mail#confirm", "confirm", "Mail", "Send it?")
    recorder = Recorder(path_of, model="m", workflows=[])
    for approve in (True, False):
        recorder.answered(Waiting("Send", "news", "recorded", question), {"approve": approve})
    recorder.close()
    replay = Replay(read_recording(path_of))
    for session in ("one", "two"):
        asking = Waiting("Send", "news", session, question)
        offered = []
        for _ in range(3):
            found = replay.recorded_answer(asking)
            assert found == replay.recorded_answer(asking), "to look changes nothing"
            assert found is not None
            offered.append(found.answer["approve"])
            replay.answered(asking, found.answer)
        assert offered == [True, False, False]


@pytest.fixture
def path_of(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


async def test_the_shipped_demo_offers_to_approve_its_report_and_publishes_it(store: RunStore) -> None:
    agent = WorkflowAgent(load_workflows().values(), store=store)
    with replaying(SHIPPED) as replay:
        *before, last = replay.recording.messages
        for message in before:
            await agent.respond(message, session_id="s")
        run = await asked(agent, last)
        found = replay.recorded_answer(waiting(run))
        assert found is not None
        assert answer_label(waiting(run).question, found.answer) == "Approve"
        assert str((await answer(agent, run, dict(found.answer))).content).startswith("*Approved and published on ")
    await agent.runner.close()


def test_a_recording_without_answers_reads_as_before(path_of: Path) -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines(keepends=True)
    path_of.write_text("".join(line for line in lines if '"kind": "answer"' not in line), encoding="utf-8")
    recording = read_recording(path_of)
    assert (len(recording.messages), recording.answers, recording.steps) == (6, (), ())
    with replaying(path_of):
        assert "Go through the messages in order" in about()


@pytest.mark.parametrize(
    ("kind", "given", "label"),
    [
        ("review", {"approve": True}, "Approve"),
        ("review", {"approve": False}, "Reject"),
        ("budget", {"approve": False}, "Stop here"),
        ("route", {"approve": False}, "Cancel the run"),
        ("route", {"choice": ["Brief", "Full"]}, "Brief, Full"),
        ("input", {"values": {"note": None}}, "Send the form empty"),
        ("input", {"values": {"note": "x" * 500}}, "note: " + "x" * 79 + "…"),
    ],
)
def test_an_answer_is_named_as_on_its_button(kind: Any, given: dict[str, Any], label: str) -> None:
    assert answer_label(Question("q", kind, "Step", "?", schema={"properties": {"note": {}}}), given) == label
