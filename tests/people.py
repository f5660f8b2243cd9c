"""A server with accounts, for tests of who may do what: its routes, events and buttons as it lists them itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from storage.credentials import Credentials

from .chat_client import ChatClient
from .chat_server import ChatServer

PEOPLE = {"ada": "correct horse", "eve": "battery staple"}

# A workflow of the server's own tells what the server takes, so that nothing new can be forgotten.
SURFACE = """
from flows import Step, Workflow


def listed(step_input):
    from chainlit.config import config
    from chainlit.server import app, sio

    paths = app.openapi()["paths"]
    routes = [f"{method.upper()} {path}" for path in paths for method in paths[path]]
    buttons = list(config.code.action_callbacks)
    return {"routes": routes, "events": list(sio.handlers["/"]), "buttons": buttons}


def noted(step_input):
    return "Noted: " + step_input.get_input_as_string()


surface = Workflow(name="Surface", steps=[listed], description="Lists what the server takes.")
asking = Workflow(name="Asking", steps=[noted, Step("Send", executor=noted, confirm="Send it?")], description="Asks.")
"""


def with_accounts(folder: Path, **environment: str) -> ChatServer:
    """A server, not started yet, on which ada and eve have an account."""
    server = ChatServer(folder, REFRAIN_OFFLINE_WORDS_PER_SECOND="0", **environment)
    credentials = credentials_of(server)
    credentials.path.parent.mkdir()
    for name, password in PEOPLE.items():
        credentials.add(name, password)
    (server.flows / "surface.py").write_text(SURFACE)
    return server


def credentials_of(server: ChatServer) -> Credentials:
    return Credentials(server.folder / "data" / "users.json")


async def sign_in(page: ChatClient, name: str, password: str | None = None) -> httpx.Response:
    return await page.http.post("/login", data={"username": name, "password": password or PEOPLE[name]})


async def signed_in(server: ChatServer, name: str) -> ChatClient:
    """A page of this person, in a new conversation."""
    page = ChatClient(server.url)
    (await sign_in(page, name)).raise_for_status()
    await page.connect()
    return page


async def surface(page: ChatClient) -> dict[str, list[str]]:
    """What the server takes: `routes`, socket `events` and `buttons`."""
    turn = await page.send("/run Surface now")
    card = await page.until_ended(turn)
    (run,) = card["runs"]
    reply = await page.http.get(f"/refrain/runs/{run['run_id']}/step?path=listed")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    assert found["output"], (card, found)
    return dict(json.loads(found["output"]))
