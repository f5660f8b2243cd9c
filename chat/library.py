"""The documents of the library, to be read on a page of their own."""

from __future__ import annotations

import asyncio
import html

from chainlit.server import UserParam
from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from agents.tools.library import Shelved, find_document

from .attachments import POLICY, reading_page
from .run_routes import signed_in


def library_routes() -> APIRouter:
    """GET /refrain/library/{name}: a document of the library as a page to read, for whoever is signed in."""
    router = APIRouter()

    @router.get("/refrain/library/{name:path}")
    async def document(name: str, current_user: UserParam) -> HTMLResponse:
        signed_in(current_user)
        page = await asyncio.to_thread(_page, name)
        if page is None:
            raise HTTPException(404, "There is no such document.")
        return HTMLResponse(page, headers={"Cache-Control": "no-store", "Content-Security-Policy": POLICY})

    return router


def _page(name: str) -> str | None:
    found = find_document(name)
    return as_html(found, found.path.read_text(encoding="utf-8-sig", errors="replace")) if found else None


def as_html(document: Shelved, text: str) -> str:
    """The document as it is written, under its title."""
    about = f"{html.escape(document.name)}, a document of the library, as it is written."
    body = html.escape(text.strip()) or "There is no text in this document."
    return reading_page(html.escape(document.title), about, f"<section><div>{body}</div></section>")
