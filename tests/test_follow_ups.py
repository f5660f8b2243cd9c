"""Follow-up questions written from a run's outputs, without sight of how they are ranked, are answered from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.offline import OfflineModel
from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore

RUNS = json.loads((Path(__file__).parent / "data" / "follow_ups.json").read_text())


def replay(run: dict[str, Any]) -> Workflow:
    """A workflow whose steps give the outputs of the run."""

    class Says:
        def __init__(self, name: str, output: str) -> None:
            self.name = name
            self.output = output

        async def __call__(self, step_input: StepInput) -> str:
            return self.output

    steps = [Says(step["name"], step["output"]) for step in run["steps"]]
    return Workflow(run["workflow"], steps, description="Researches a topic and writes an article about it.")


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["input"][-15:])
async def test_twenty_follow_ups_in_a_row_are_answered_from_the_run(store: RunStore, run: dict[str, Any]) -> None:
    agent = WorkflowAgent([replay(run)], store=store, model=OfflineModel(words_per_second=0))
    first = await agent.respond(run["input"], session_id="s")
    assert first.run_ids, "the first message must start the run that the others ask about"

    missed = []
    for follow_up in run["follow_ups"]:
        turn = await agent.respond(follow_up["message"], session_id="s")
        action = turn.decision.action if turn.decision else turn.error
        cited = {citation.run_id for citation in turn.citations}
        if turn.run_ids or action != "answer" or cited != set(first.run_ids):
            missed.append((follow_up["message"], action, turn.decision and turn.decision.reason, turn.answer[:200]))

    assert not missed, "\n".join(str(miss) for miss in missed)
