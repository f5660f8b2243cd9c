"""The person at this machine is signed in with the page itself, which would else be loaded twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chainlit.auth import create_jwt
from chainlit.auth.cookie import get_token_from_cookies, set_auth_cookie
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from storage import RunStore

from .accounts import Accounts

Cookies = Callable[[Scope], Awaitable[list[str]]]


def visitors_cookies(store: RunStore, who: Accounts) -> Cookies:
    """Gives the values of `Set-Cookie` that sign in whoever asks for the page: none but for the local visitor."""

    async def cookies(scope: Scope) -> list[str]:
        request = Request(scope)
        user = await who.visitor(request.headers)
        if user is None or who.holds(get_token_from_cookies(request.cookies)):
            return []
        await store.ensure_user(user.identifier)
        response = Response()
        set_auth_cookie(request, response, create_jwt(user))
        return response.headers.getlist("set-cookie")

    return cookies
