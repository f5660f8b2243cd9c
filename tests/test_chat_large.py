"""Contents above a megabyte as the page asks for them: their beginning and a download, and nothing of them edited."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from chainlit.auth import get_current_user
from chainlit.user import User
from fastapi import FastAPI

from chat.answer_routes import TOO_LONG, answer_routes
from chat.evidence import evidence_routes
from chat.export_routes import export_routes
from chat.live import Followers
from chat.run_json import edited
from chat.run_routes import run_routes
from flows import Step, StepInput, Workflow, WorkflowAgent
from flows.errors import InvalidInput
from storage import RunStore
from storage.records import Citation, Run, Turn, now

from .scripted import ScriptedModel

LINES = [{"number": number, "text": "The harbour light was lit at dusk."} for number in range(20_000)]
SMALL = 100_000  # characters


def lines(step_input: StepInput) -> Any:
    return LINES


def after(step_input: StepInput) -> str:
    return "Read."


@pytest.fixture
async def agent(store: RunStore) -> WorkflowAgent:
    workflows = [Workflow("Much", [lines, after]), Workflow("Asks", [Step(executor=lines, review=True)])]
    return WorkflowAgent(workflows, store=store, model=ScriptedModel())


@pytest.fixture
async def page(agent: WorkflowAgent) -> AsyncIterator[httpx.AsyncClient]:
    """What the user `local` asks the server for."""
    app = FastAPI()
    for routes in (run_routes(agent), export_routes(agent), evidence_routes(agent.store)):
        app.include_router(routes)
    app.include_router(answer_routes(agent, Followers(agent)))
    app.dependency_overrides[get_current_user] = lambda: User(identifier="local")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://page") as client:
        yield client


async def ran(agent: WorkflowAgent, message: str) -> Run:
    turn = await agent.respond(message, session_id="s")
    return await agent.store.get_run(turn.run_ids[0])


async def test_the_panel_shows_the_beginning_and_the_download_has_all(
    agent: WorkflowAgent, page: httpx.AsyncClient
) -> None:
    run = await ran(agent, "/run Much wind")
    shown = (await page.get(f"/refrain/runs/{run.id}")).text
    step = (await page.get(f"/refrain/runs/{run.id}/step?path=lines")).text
    link = f"/refrain/runs/{run.id}/export"
    assert max(len(shown), len(step)) < SMALL
    assert link in step
    whole = (await page.get(f"{link}?format=json")).json()
    assert whole["steps"][0]["output"] == LINES
    assert json.dumps(LINES[-1]["text"]) in (await page.get(f"{link}?format=md")).text


async def test_evidence_of_a_large_content_is_what_is_cited_of_it(
    agent: WorkflowAgent, page: httpx.AsyncClient
) -> None:
    run = await ran(agent, "/run Much wind")
    excerpt = "number: 1234\ntext: The harbour light was lit at dusk."
    await agent.store.create_turn(Turn("t", "When?", citations=(Citation(run.id, "lines", now(), excerpt, 1),)))
    shown = (await page.get(f"/refrain/evidence/t?run={run.id}&path=lines")).text
    assert "number: 1234" in shown
    assert f"/refrain/runs/{run.id}/export" in shown
    assert len(shown) < SMALL


async def test_a_large_draft_is_approved_as_a_whole_and_not_edited(
    agent: WorkflowAgent, page: httpx.AsyncClient
) -> None:
    run = await ran(agent, "/run Asks wind")
    question = (await page.get(f"/refrain/runs/{run.id}")).json()["question"]
    assert len(question["draft"]) < SMALL
    assert question["editable"] is False
    body = {"question_id": question["id"], "output": question["draft"] + " and more"}
    refused = await page.post(f"/refrain/runs/{run.id}/answer", json=body)
    assert (refused.status_code, refused.json()["message"]) == (422, TOO_LONG)
    taken = await page.post(f"/refrain/runs/{run.id}/answer", json={"question_id": question["id"], "approve": True})
    assert taken.status_code == 200
    async for _ in agent.runner.follow(run.turn_id or ""):
        pass
    assert (await agent.store.get_run(run.id)).content == LINES


async def test_what_a_step_gave_is_not_edited_by_its_beginning(agent: WorkflowAgent) -> None:
    run = await ran(agent, "/run Much wind")
    entries = await agent.store.journal(run.id)
    with pytest.raises(InvalidInput, match="too long to be edited"):
        edited("[]", "lines", entries)
    assert edited("Mine.", "after", entries) == "Mine."
