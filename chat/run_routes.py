"""Runs for the page: lists of them, a run as a tree, the whole text of a step. Each for the person whose run it is."""

from __future__ import annotations

import asyncio
from typing import Any

from chainlit.server import UserParam
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from flows import WorkflowAgent
from flows.changes import changes
from flows.fork import can_begin
from flows.off_loop import off_loop
from flows.price import price
from flows.run_node import RunNode, walk
from flows.run_reading import earlier_run, read_tree
from storage.encoding import to_json
from storage.errors import NotFound
from storage.records import Run
from storage.run_lists import RunLine

from . import run_json
from .run_query import run_filter, whole_number

NO_RUN = "There is no such run."
NO_EARLIER = "There is no earlier run of the same request to compare this one with."
NO_STEP = "There is no such step in this run."


def run_routes(agent: WorkflowAgent) -> APIRouter:
    """GET /refrain/runs, /refrain/runs/{run_id} and /refrain/runs/{run_id}/step."""
    router = APIRouter()
    store = agent.store

    @router.get("/refrain/runs")
    async def runs(
        current_user: UserParam,
        workflow: str = "",
        status: str = "",
        text: str = "",
        days: str = "",
        before: str = "",
        limit: str = "",
    ) -> Response:
        user_id = signed_in(current_user)
        wanted = run_filter(workflow, status, text, days)
        size = whole_number("limit", limit, 200) or 50
        try:
            page = await store.run_page(user_id, wanted, before=before or None, limit=size)
        except ValueError as error:
            raise HTTPException(422, "before must be the `next` of an earlier answer.") from error
        cost = price()
        return await answered(
            {
                "runs": [run_json.line(line, cost, _is_live(agent, line)) for line in page.runs],
                "next": page.following,
                "totals": run_json.totals(await store.run_totals(user_id, wanted), cost),
                "workflows": await store.run_workflows(user_id),
            }
        )

    @router.get("/refrain/runs/{run_id}")
    async def run(run_id: str, current_user: UserParam) -> Response:
        return await answered(await _detail(agent, await own_run(agent, run_id, current_user)))

    @router.get("/refrain/runs/{run_id}/changes")
    async def changed(run_id: str, current_user: UserParam, since: str = "") -> Response:
        found = await own_run(agent, run_id, current_user)
        other_id = since or await earlier_run(store, found)
        if other_id is None:
            raise HTTPException(404, NO_EARLIER)
        other = await own_run(agent, other_id, current_user)
        before, _ = await tree_of(agent, other)
        after, _ = await tree_of(agent, found)
        lines = await store.run_lines(found.user_id, [other.id, found.id])
        shown = {line.id: run_json.line(line, price(), _is_live(agent, line)) for line in lines}
        if not {other.id, found.id} <= shown.keys():
            raise HTTPException(404, NO_RUN)
        told = await asyncio.to_thread(lambda: run_json.changes(changes(before, after)))
        return await answered({"since": shown[other.id], "run": shown[found.id], **told})

    @router.get("/refrain/runs/{run_id}/step")
    async def step(run_id: str, current_user: UserParam, path: str = "") -> Response:
        found = await own_run(agent, run_id, current_user)
        given, gave = found.input, found.content
        if path:
            tree, _ = await tree_of(agent, found)
            node = next((node for node in walk(tree) if node.path == path), None)
            if node is None:
                raise HTTPException(404, NO_STEP)
            given, gave = node.input, node.output
        return await answered(await asyncio.to_thread(run_json.step, given, gave, found.id))

    return router


def signed_in(current_user: Any) -> str:
    """Who asks. Answers 401 when nobody is signed in."""
    if current_user is None:
        raise HTTPException(401, "Sign in first.")
    return str(current_user.identifier)


async def own_run(agent: WorkflowAgent, run_id: str, current_user: Any) -> Run:
    """The run, if it is the person's who asks; 404 alike for another's and for none."""
    try:
        return await agent.store.get_run(run_id, user_id=signed_in(current_user))
    except NotFound as error:
        raise HTTPException(404, NO_RUN) from error


async def tree_of(agent: WorkflowAgent, run: Run) -> tuple[list[RunNode], set[str]]:
    """The run's steps, and the paths that it can be run again from."""
    workflow = agent.workflows.get(run.workflow)
    live = agent.runner.seen(run)
    tree = await read_tree(agent.store, run, workflow=workflow, live=live)
    if workflow is None or run.status == "running":
        return tree, set()
    entries = await agent.store.journal(run.id)
    return tree, {node.path for node in walk(tree) if can_begin(entries, node.path)}


async def answered(value: Any) -> Response:
    """JSON that no cache keeps."""
    body = await off_loop(lambda: to_json(value).encode(), value)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _detail(agent: WorkflowAgent, run: Run) -> dict[str, Any]:
    store, cost = agent.store, price()
    tree, rerunnable = await tree_of(agent, run)
    lines = await store.run_lines(run.user_id, [run.id])
    if not lines:
        raise HTTPException(404, NO_RUN)
    reason, feedback = None, []
    if run.turn_id is not None:
        try:
            turn = await store.get_turn(run.turn_id, user_id=run.user_id)
            reason = turn.decision.reason if turn.decision else None
            feedback = list((await store.feedback_of([turn.id])).values())
        except NotFound:
            pass
    versions = await store.run_versions(run.user_id, run.workflow, run.input)
    versions += [line for line in lines if line.id not in {version.id for version in versions}]
    return {
        **run_json.line(lines[0], cost, _is_live(agent, lines[0])),
        **await asyncio.to_thread(run_json.detail, run, tree, rerunnable, feedback),
        "reason": reason,
        "earlier": await earlier_run(store, run),
        "versions": [run_json.line(line, cost, _is_live(agent, line)) for line in versions],
    }


def _is_live(agent: WorkflowAgent, line: RunLine) -> bool:
    return line.status == "running" and agent.runner.is_live(line.turn_id or line.id)
