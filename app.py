"""The chat page: `chainlit run app.py`."""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

from chat.auth import home, keep_secret

keep_secret(home())
# A step that computes in a thread hands the interpreter over so often (seconds), and every answer to others takes a
# hundred such hand-overs: with Python's 5 milliseconds they add up to what one notices. What computes hardly loses.
sys.setswitchinterval(0.0001)

import chainlit as cl  # noqa: E402
from chainlit.config import config  # noqa: E402
from starlette.datastructures import Headers  # noqa: E402

from chat import welcome  # noqa: E402
from chat.accounts import accounts  # noqa: E402
from chat.garbage import collect_when_calm  # noqa: E402
from chat.server import chat, install  # noqa: E402
from chat.settings import prefers_offline  # noqa: E402
from chat.sockets import show_runs  # noqa: E402
from chat.stopping import stop_gracefully  # noqa: E402

# Chainlit lets every library talk; which search engine could not be reached, the step itself tells.
logging.getLogger("ddgs").setLevel(logging.WARNING)

who = accounts()
install(chat(), who)


@cl.data_layer
def data_layer() -> Any:
    return chat().data_layer


async def visitor(headers: Headers) -> cl.User | None:
    return await who.visitor(headers)


async def sign_in(name: str, password: str) -> cl.User | None:
    return await who.sign_in(name, password)


async def sign_in_by_provider(
    provider: str, token: str, raw: dict[str, str], user: cl.User, id_token: str | None = None
) -> cl.User | None:
    return cl.User(identifier=f"{provider}:{user.identifier}", display_name=user.display_name)


if who.local:
    cl.header_auth_callback(visitor)
if who.by_password:
    cl.password_auth_callback(sign_in)
if who.by_provider:
    cl.oauth_callback(sign_in_by_provider)


@cl.on_app_startup
async def on_app_startup() -> None:
    stop_gracefully(chat().agent.runner)
    collect_when_calm(chat().agent.runner)


@cl.set_chat_profiles
async def profiles(user: cl.User | None) -> list[cl.ChatProfile]:
    return welcome.profiles(chat().agent.workflows.values(), offline=prefers_offline(user))


@cl.on_chat_start
async def on_chat_start() -> None:
    await chat().greet(page())


@cl.on_settings_update
async def on_settings_update(settings: dict[str, Any]) -> None:
    await chat().change_settings(page())


async def on_message(message: cl.Message) -> None:
    await chat().take(page(), message)


# Chainlit's decorator would put a step of its own around every message, and hold everybody up while it makes it.
config.code.on_message = on_message


@cl.on_chat_resume
async def on_chat_resume(thread: Any) -> None:
    await chat().show(page(), thread)


@cl.on_window_message
async def on_window_message(said: str) -> None:
    await show_runs(page())


@cl.on_chat_end
async def on_chat_end() -> None:
    chat().leave(page())


@cl.on_stop
async def on_stop() -> None:
    await chat().buttons.stop_all(page())


def page() -> Any:
    return cast(Any, cl.context.session)
