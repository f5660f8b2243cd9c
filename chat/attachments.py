"""The files of a conversation on the page: taken from a message, shown at it, and opened page by page."""

from __future__ import annotations

import asyncio
import html
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from chainlit.element import Element
from chainlit.emitter import ChainlitEmitter
from chainlit.message import Message
from chainlit.server import UserParam
from chainlit.session import WebsocketSession
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from flows.attaching import attach
from storage import RunStore
from storage.attachments import Attachment, Page
from storage.errors import NotFound
from storage.files import Attached
from storage.records import Turn

from .board import derived_id
from .markdown import attachment_url, escape, safe
from .operations import ElementDict
from .run_routes import signed_in

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STYLE = """
:root { color-scheme: light dark; --ink: #1f2430; --soft: #596072; --line: #dcdfe6; --mark: #f3efe2; --back: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ee; --soft: #a3abbd; --line: #363c49; --mark: #2b2a23; --back: #16181d; }
}
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; margin: 0; }
h2 { font-size: .85rem; font-weight: 600; color: var(--soft); margin: 0 0 .5rem; }
p { color: var(--soft); margin: .25rem 0 1.5rem; }
a { color: inherit; }
section { border-top: 1px solid var(--line); padding: 1rem; margin: 0 -1rem; scroll-margin-top: 1rem; }
section:target { background: var(--mark); }
div { white-space: pre-wrap; overflow-wrap: anywhere; }
"""
KINDS = {"application/pdf": "PDF", "text/markdown": "Markdown", "text/plain": "Text", "text/csv": "Table"}


def show_uploads_as_files() -> None:
    """Let Chainlit show what is being uploaded as a chip, not in a viewer, until the turn shows it."""
    Element.infer_type_from_mime = lambda mime_type: "file"  # type: ignore[method-assign]


async def take_files(store: RunStore, page: WebsocketSession, message: Message, user_id: str) -> tuple[Attached, ...]:
    """Read what came with a message and keep it with the conversation; the uploads themselves go."""
    uploads = [(Path(cast(str, element.path)), element.name) for element in _uploads(message)]
    if not uploads:
        return ()
    try:
        return await attach(store, uploads, session_id=page.thread_id, user_id=user_id)
    finally:
        for path, _ in uploads:
            path.unlink(missing_ok=True)


async def clear_uploads(page: WebsocketSession, message: Message) -> None:
    """Take Chainlit's own chips away; the turn has brought its own."""
    for element in _uploads(message):
        await ChainlitEmitter(page).emit("remove_element", {"id": element.id})


def _uploads(message: Message) -> list[Element]:
    return [cast(Element, element) for element in message.elements or () if getattr(element, "path", None)]


def file_chips(turn: Turn) -> list[ElementDict]:
    """The chips at a message, one for each file it came with that could be read."""
    return [
        {
            "id": derived_id(turn.id, "file", file.id),
            "type": "file",
            "name": file.name,
            "display": "inline",
            "url": f"{attachment_url(file.id)}/file",
            "forId": turn.id,
            "mime": file.media_type,
        }
        for file in turn.files
        if not file.problem
    ]


def refusals(files: Iterable[Attached]) -> str:
    """What could not be read of what came with a message, and what to do about it; nothing if all could."""
    return "\n\n".join(safe(escape(file.problem)) for file in files if file.problem)


def attachment_routes(store: RunStore) -> APIRouter:
    """GET /refrain/attachments/{id}: an attached file's text by pages, for its owner; …/file is the file itself.

    The text comes as Markdown, and as a page of its own to a browser that is sent there.
    """
    router = APIRouter()

    async def owned(attachment_id: str, user: UserParam) -> Attachment:
        user_id = signed_in(user)
        try:
            return await store.attachment(attachment_id, user_id=user_id)
        except NotFound as error:
            raise HTTPException(404, "There is no such file.") from error

    @router.get("/refrain/attachments/{attachment_id}")
    async def text(attachment_id: str, current_user: UserParam, request: Request) -> Response:
        attachment = await owned(attachment_id, current_user)
        pages = await store.attachment_pages(attachment.id)
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        if "text/html" in request.headers.get("accept", ""):
            headers["Content-Security-Policy"] = POLICY
            return HTMLResponse(as_html(attachment, pages), headers=headers)
        return PlainTextResponse(as_markdown(attachment, pages), media_type="text/markdown", headers=headers)

    @router.get("/refrain/attachments/{attachment_id}/file")
    async def original(attachment_id: str, current_user: UserParam) -> Response:
        attachment = await owned(attachment_id, current_user)
        file = store.attached_file(attachment.id, attachment.name, attachment.media_type)
        if not await asyncio.to_thread(os.path.isfile, file.path):
            raise HTTPException(404, "There is no such file.")
        return FileResponse(
            file.path, media_type=file.type, filename=attachment.name, headers={"Cache-Control": "no-store"}
        )

    return router


def as_markdown(attachment: Attachment, pages: Sequence[Page]) -> str:
    """The text under the labels of its pages."""
    parts = [f"# {escape(attachment.name)}"]
    for page in pages:
        parts += [f"## {escape(_heading(page))}"] if page.label else []
        parts.append(safe(page.text.strip()))
    return "\n\n".join(parts)


def as_html(attachment: Attachment, pages: Sequence[Page]) -> str:
    """A page to read: every page of the file is a section that `#page=<number>` leads to and marks."""
    name = html.escape(attachment.name)
    sections = []
    for number, page in enumerate(pages, 1):
        heading = f"<h2>{html.escape(_heading(page))}</h2>" if page.label else ""
        body = html.escape(page.text.strip()) or "There is no text on this page."
        sections.append(f'<section id="page={number}">{heading}<div>{body}</div></section>')
    about = f"{KINDS.get(attachment.media_type, 'File')}, the text as it was read. "
    link = f'<a href="{attachment_url(attachment.id)}/file" download>Download the file</a>'
    return reading_page(name, f"{about}{link}", "".join(sections))


def reading_page(name: str, about: str, sections: str) -> str:
    """A page to read, of parts that are HTML already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1>{name}</h1><p>{about}</p>{sections}</main>"
        "</body></html>"
    )


def _heading(page: Page) -> str:
    return page.label[:1].upper() + page.label[1:]
