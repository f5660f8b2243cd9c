"""What the page is made of: its words, no other host, and headers that hold it to that."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chainlit.config import config
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .auth import is_local_visitor
from .elements import ELEMENTS, Elements
from .visit import Cookies

WORDS: dict[str, Any] = {
    "auth": {
        "login": {
            "title": "Sign in to Refrain",
            "form": {
                "email": {"label": "Name", "required": "Your name, please", "placeholder": ""},
                "password": {"required": "Your password, please"},
                "actions": {"signin": "Sign in"},
            },
            "errors": {
                "unauthorized": "Name and password do not fit. Try again.",
                "too many requests": "Too many tries. Wait a moment, then try again.",
                "default": "Signing in did not work. Try again in a moment.",
            },
        }
    },
    "chat": {
        "input": {"placeholder": "Ask, or name a topic", "actions": {"stop": "Stop"}},
        "commands": {"button": "Commands", "changeTool": "Another command", "availableTools": "Commands"},
        "settings": {"title": "Settings", "customize": "For this conversation, and for those begun after it."},
        "messages": {"status": {"using": "Working:", "used": ""}},
        "watermark": "Answers name the run they come from. Check what matters.",
    },
    "threadHistory": {
        "sidebar": {
            "title": "Conversations",
            "empty": "No conversations yet. What you ask is kept in this list.",
            "filters": {"search": "Search conversations", "placeholder": "Search conversations"},
        },
        "thread": {
            "untitled": "New conversation",
            "menu": {"share": "Share"},
            "actions": {
                "delete": {
                    "title": "Delete this conversation?",
                    "description": "Its runs and everything that was worked out in it go as well. "
                    "Answers elsewhere that cite it lose the citation.",
                    "success": "Conversation deleted",
                    "inProgress": "Deleting the conversation",
                },
                "rename": {
                    "title": "Rename this conversation",
                    "description": "It is found by this name in the list and by the search.",
                    "form": {"name": {"label": "Name", "placeholder": "Name of the conversation"}},
                    "success": "Conversation renamed",
                    "inProgress": "Renaming the conversation",
                },
            },
        },
    },
    "navigation": {
        "header": {"readme": "How it works"},
        "newChat": {
            "button": "New conversation",
            "dialog": {
                "title": "New conversation",
                "description": "The present one stays in the list on the left.",
                "tooltip": "New conversation",
            },
        },
    },
}

# The page runs its own custom elements from source, which takes 'unsafe-eval'; everything comes from this host.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

CARD = "TurnCard"  # the element that every turn has
SCRIPTS = (
    '<script src="{root}/public/first.js"></script>'  # colours, before anything is drawn
    '<script src="{root}/public/connection.js"></script>'  # before the page opens its connection
    '<script src="{root}/public/refrain.js"></script>'  # what all elements use
    '<script type="module" src="{root}/public/access.js"></script>'  # names, the keyboard, what a screen reader says
)
WITHOUT_SCRIPTS = '<div id="root"></div><noscript>Refrain needs JavaScript. Allow it for this page.</noscript>'

_FOREIGN = re.compile(r'<(?:link|script)\b[^>]*(?:href|src)="https?://[^"]*"[^>]*>(?:</script>)?', re.DOTALL)


def our_page(template: Callable[[str], str], elements: Elements) -> Callable[[str], str]:
    """The page's HTML without what it would load from other hosts, and with the sources of its elements.

    Chainlit asks for such a source when the element appears, and shows an error for good when it does not get it:
    a page that has it already can do without the server for a while.
    """

    def page(root_path: str) -> str:
        ours = SCRIPTS.format(root=root_path) + "".join(
            f'<link rel="{"preload" if name == CARD else "prefetch"}" as="fetch" crossorigin="use-credentials" '
            f'href="{root_path}{ELEMENTS}{name}.jsx">'
            for name in sorted(elements.names(), key=lambda name: name != CARD)
        )
        html = _FOREIGN.sub("", template(root_path)).replace("</head>", f"{ours}</head>", 1)
        return html.replace('<div id="root"></div>', WITHOUT_SCRIPTS, 1)

    return page


def word_routes() -> APIRouter:
    """GET /project/translations: Chainlit's words, with ours in their place."""
    router = APIRouter()

    @router.get("/project/translations")
    async def translations(language: str = Query(default="en-US")) -> dict[str, Any]:
        return {"translation": merged(config.load_translation("en-US"), WORDS)}

    return router


def closed_routes() -> APIRouter:
    """What Chainlit would serve although nothing here uses it: shared conversations, elements, tool servers."""
    router = APIRouter()

    @router.get("/project/share/{thread_id}")
    @router.put("/project/thread/share")
    async def sharing() -> None:
        raise HTTPException(404, "Sharing is switched off.")

    @router.api_route("/project/element", methods=["PUT", "DELETE"])
    @router.api_route("/mcp", methods=["POST", "DELETE"])
    async def unused() -> None:
        raise HTTPException(404, "There is nothing here.")

    return router


async def unreadable(request: Request, error: Exception) -> JSONResponse:
    """What a request is told that does not fit its route: FastAPI would say it back, and may not be able to."""
    return JSONResponse({"detail": "This could not be read. Reload the page and try again."}, 422)


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The words of `base`, with those of `changes` in their place at any depth."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _is_page(path: str, status: int, headers: Headers) -> bool:
    """Whether this is the page itself, at whichever address."""
    return status == 200 and headers.get("content-type", "").startswith("text/html") and "/refrain/" not in path


class PageGuard:
    """Sets the headers of every response; while there are no accounts, refuses other hosts' pages.

    Without the latter any website could reach the signed-in local visitor by a name that leads to 127.0.0.1.
    """

    def __init__(self, app: ASGIApp, only_local: bool, cookies: Cookies) -> None:
        self._app = app
        self._only_local = only_local
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if self._only_local and not is_local_visitor(config.run.host, Headers(scope=scope)):
            await self._refuse(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["type"] == "http" and _is_page(scope["path"], message["status"], headers):
                    for cookie in await self._cookies(scope):
                        headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, guarded)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        text = b"Open Refrain at its own address on this machine, not through another host or a proxy."
        start = {"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]}
        await send(start)
        await send({"type": "http.response.body", "body": text})
