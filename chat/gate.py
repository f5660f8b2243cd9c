"""What every request must be before anything looks at it: of our own page, not too large, of an account that stands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from chainlit.auth import get_token_from_cookies
from chainlit.config import config
from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .auth import is_same_origin
from .limits import MOST_BODY, MOST_UPLOAD

READING = {"GET", "HEAD", "OPTIONS"}
LONGEST_PART = 255  # bytes between two slashes of an address
FOREIGN = "This can only be asked from Refrain's own page."
NOTHING = "There is nothing here."
LARGE = "This is more than can be sent at once."


class Gate:
    """Refuses other sites' requests and what is too large; takes the login from those whose account has gone.

    `holds` says whether a login token still lets in.
    """

    def __init__(self, app: ASGIApp, holds: Callable[[str | None], bool]) -> None:
        self._app = app
        self._holds = holds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if (problem := _problem(scope, headers)) is not None:
            await _refuse(scope, receive, send, *problem)
            return
        self._drop_ended_login(scope, headers)
        try:
            await self._app(scope, _limited(scope, receive), _securing(scope, send))
        except HTTPException as error:  # by what does not answer with it itself
            await _refuse(scope, receive, send, error.status_code, str(error.detail))

    def _drop_ended_login(self, scope: Scope, headers: Headers) -> None:
        cookies = cookie_parser(headers.get("cookie", ""))
        bearer = headers.get("authorization", "").partition(" ")[2].strip()
        token = get_token_from_cookies(cookies) or bearer
        if not token or self._holds(token):
            return
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in (b"cookie", b"authorization")]


def _problem(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    parts = scope["path"].split("/")
    if any(len(part.encode("utf-8", "replace")) > LONGEST_PART or not part.isprintable() for part in parts):
        return 404, NOTHING
    if not _is_ours(scope, headers):
        return 403, FOREIGN
    if (length := headers.get("content-length", "")).isdigit() and int(length[:18]) > _most(scope):
        return 413, LARGE
    return None


def _is_ours(scope: Scope, headers: Headers) -> bool:
    """Whether our own page asks, or no page at all. What only reads is shown to others by no browser."""
    root = config.run.root_path
    if scope["path"].startswith(f"{root}/auth/oauth/"):  # a provider sends people back here
        return True
    socket = scope["path"].startswith(f"{root}/ws/")
    if scope["type"] == "http" and scope["method"] in READING and not socket:
        return True
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    return is_same_origin(origin, headers.get("host", "")) or origin in _origins()


def _origins() -> list[str]:
    """Other names the page has: Chainlit's settings for a server behind a proxy."""
    url = urlsplit(os.environ.get("CHAINLIT_URL", ""))
    return [f"{url.scheme}://{url.netloc}", *config.project.allow_origins]


def _most(scope: Scope) -> int:
    return MOST_UPLOAD if scope["path"].endswith("/project/file") else MOST_BODY


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Counts what comes: a request need not say how large it is."""
    if scope["type"] != "http":
        return receive
    left = _most(scope)

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, LARGE)
        return message

    return counted


def _securing(scope: Scope, send: Send) -> Send:
    """Lets no cookie of a page that comes by https go out without it."""
    url = os.environ.get("CHAINLIT_URL", "")
    if scope["type"] != "http" or not (scope.get("scheme") == "https" or url.startswith("https:")):
        return send

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, _secure(value) if name.lower() == b"set-cookie" else value) for name, value in message["headers"]
            ]
        await send(message)

    return secured


def _secure(cookie: bytes) -> bytes:
    parsed: SimpleCookie = SimpleCookie(cookie.decode("latin-1"))
    return cookie if any(morsel["secure"] for morsel in parsed.values()) else cookie + b"; Secure"


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
