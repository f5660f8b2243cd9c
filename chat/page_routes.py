"""Chainlit's routes of pages and conversations, behind the question whose they are.

Another's page, conversation or file is answered like one that does not exist.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

import chainlit.server
from chainlit.server import UserParam
from chainlit.session import WebsocketSession
from chainlit.types import (
    CallActionRequest,
    DeleteThreadRequest,
    GetThreadsRequest,
    UpdateThreadRequest,
)
from fastapi import APIRouter, HTTPException, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field

from storage import RunStore
from storage.encoding import clean
from storage.records import Session

from .data_layer import DataLayer
from .limits import MOST_PENDING
from .run_routes import signed_in
from .threads import render_thread

NO_PAGE = "There is no such page. Reload it."
NO_THREAD = "There is no such conversation."
NO_FILE = "There is no such file."
MOST_LISTED = 100


class Pressed(BaseModel):
    """A button as the page presses it."""

    name: Annotated[str, Field(max_length=100)]
    payload: dict[str, Any]


def page_routes(store: RunStore, data_layer: DataLayer) -> APIRouter:
    """What stands under /project about a person's own pages and conversations."""
    router = APIRouter()

    async def own(thread_id: str, user: Any) -> Session:
        session = await store.get_session(clean(thread_id), user_id=signed_in(user))
        if session is None:
            raise HTTPException(404, NO_THREAD)
        return session

    @router.post("/project/threads")
    async def threads(payload: GetThreadsRequest, current_user: UserParam) -> JSONResponse:
        payload.filter.userId = signed_in(current_user)
        payload.filter.search = clean(payload.filter.search[:200]) if payload.filter.search else None
        payload.pagination.first = min(max(payload.pagination.first, 1), MOST_LISTED)
        payload.pagination.cursor = clean(payload.pagination.cursor) if payload.pagination.cursor else None
        found = await data_layer.list_threads(payload.pagination, payload.filter)
        return JSONResponse(found.to_dict())  # type: ignore[no-untyped-call]

    @router.get("/project/thread/{thread_id}")
    async def thread(thread_id: str, current_user: UserParam) -> JSONResponse:
        return JSONResponse(dict(await render_thread(store, await own(thread_id, current_user))))

    @router.get("/project/thread/{thread_id}/element/{element_id}")
    async def element(thread_id: str, element_id: str, current_user: UserParam) -> JSONResponse:
        elements = (await render_thread(store, await own(thread_id, current_user)))["elements"]
        found = next((element for element in elements if element["id"] == element_id), None)
        if found is None:
            raise HTTPException(404, "There is no such element.")
        return JSONResponse(found)

    @router.put("/project/thread")
    async def rename(payload: UpdateThreadRequest, current_user: UserParam) -> dict[str, bool]:
        session = await own(payload.threadId, current_user)
        await data_layer.rename(session, payload.name)
        return {"success": True}

    @router.delete("/project/thread")
    async def delete(payload: DeleteThreadRequest, current_user: UserParam) -> dict[str, bool]:
        await data_layer.end(await own(payload.threadId, current_user))
        return {"success": True}

    @router.post("/project/action")
    async def press(payload: CallActionRequest, current_user: UserParam) -> Any:
        _own_page(payload.sessionId, current_user)
        try:
            pressed = Pressed.model_validate(payload.action)
        except ValueError as error:
            raise HTTPException(422, "That is no button.") from error
        payload.action = {"name": pressed.name, "payload": pressed.payload, "id": str(uuid4())}
        return await chainlit.server.call_action(payload, current_user)

    @router.post("/project/file")
    async def upload(current_user: UserParam, session_id: str, file: UploadFile) -> Any:
        page = _own_page(session_id, current_user)
        if not file.filename or not file.content_type:
            raise HTTPException(400, "A file needs a name and a kind.")
        if not file.size:
            raise HTTPException(400, "This file is empty.")
        if sum(kept["path"].exists() for kept in page.files.values()) >= MOST_PENDING:
            raise HTTPException(400, "Too many files wait to be sent. Send your message, or reload the page.")
        return await chainlit.server.upload_file(current_user, session_id, file)

    @router.get("/project/file/{file_id}")
    async def file(file_id: str, session_id: str, current_user: UserParam) -> Response:
        kept = _own_page(session_id, current_user).files.get(file_id)
        if kept is None or not kept["path"].exists():
            raise HTTPException(404, NO_FILE)
        return FileResponse(kept["path"], media_type=kept["type"], filename=kept["name"])

    @router.post("/set-session-cookie")
    async def cookie() -> dict[str, str]:
        return {"message": "One process serves all pages: none needs a cookie to come back to its own."}

    return router


def _own_page(session_id: str, user: Any) -> WebsocketSession:
    user_id = signed_in(user)
    page: WebsocketSession | None = WebsocketSession.get_by_id(session_id)
    if page is None or page.user is None or page.user.identifier != user_id:
        raise HTTPException(404, NO_PAGE)
    return page
