"""Downloads: a run or a conversation as Markdown or JSON, for the person whose it is."""

from __future__ import annotations

import asyncio

from chainlit.server import UserParam
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from flows import WorkflowAgent
from flows.exporting import Exported, export_run, export_session

from .run_routes import own_run, signed_in

NO_SESSION = "There is no such conversation."


def export_routes(agent: WorkflowAgent) -> APIRouter:
    """GET /refrain/runs/{run_id}/export and /refrain/sessions/{session_id}/export."""
    router = APIRouter()

    @router.get("/refrain/runs/{run_id}/export")
    async def run(run_id: str, current_user: UserParam, format: str = "md") -> Response:
        found = await own_run(agent, run_id, current_user)
        _check(format)
        return await _download(await export_run(agent, found), format)

    @router.get("/refrain/sessions/{session_id}/export")
    async def session(session_id: str, current_user: UserParam, format: str = "md") -> Response:
        found = await agent.store.get_session(session_id, user_id=signed_in(current_user))
        if found is None:
            raise HTTPException(404, NO_SESSION)
        _check(format)
        return await _download(await export_session(agent, found), format)

    return router


def _check(format: str) -> None:
    if format not in ("md", "json"):
        raise HTTPException(422, "format must be md or json.")


async def _download(exported: Exported, format: str) -> Response:
    kind = "application/json" if format == "json" else "text/markdown"
    text = await asyncio.to_thread(lambda: (exported.json if format == "json" else exported.markdown).encode())
    headers = {
        "Content-Disposition": f'attachment; filename="{exported.name}.{format}"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
