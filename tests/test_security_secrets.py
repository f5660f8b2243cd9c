"""Keys and passwords stand nowhere but in the environment, however the conversation goes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.redaction import redacted, without_secrets
from cli.main import app
from storage.credentials import Credentials

from .chat_client import ChatClient
from .chat_server import ChatServer
from .model_server import ModelServer, Reply

KEY = "marked-1f2e3d-the-key-of-the-model"
SECRET = "marked-5a4b3c-signs-the-cookies-of-everybody"
PASSWORD = "marked-9z8y7x-password-of-ann"
PROXY = "marked-7q6w5e"

WORKFLOWS = """
import logging
import os

from agents import Agent, Team
from flows import Router, StepOutput, Workflow

logging.getLogger().setLevel(logging.DEBUG)
KEY = os.environ["OPENAI_API_KEY"]


def lookup(topic: str) -> str:
    "Look a topic up."
    raise RuntimeError(f"401 Unauthorized for {KEY} at https://ann:marked-7q6w5e@search.example")


def echo(topic: str) -> str:
    "Say what was asked."
    return f"{topic}, asked with {KEY}"


def press(step_input):
    raise OSError(f"the press refused the key {KEY}")


def admits(step_input):
    return StepOutput(success=False, error=f"no answer for {KEY}")


def chooses(step_input):
    raise KeyError(KEY)


leaky = Workflow("Leaky", [Agent("Asker", tools=[lookup, echo])])
pressed = Workflow("Pressed", [press])
admitted = Workflow("Admitted", [admits])
chosen = Workflow("Chosen", [Router(chooses, [press, admits])])
refused = Workflow("Refused", [Agent("Refused one")])
together = Workflow("Together", [Team("Board", [Agent("Refused one"), Agent("Refused two")], mode="collaborate")])
"""

SAID = [
    "/run Leaky tides",
    "/run Pressed tides",
    "/run Admitted tides",
    "/run Chosen tides",
    "/run Refused tides",
    "/run Together tides",
    "What is the height of the tide in Brest?",
    "What went wrong there?",
]


def model(body: dict[str, Any]) -> Reply:
    """Calls tools and tells what they gave; whoever else asks is refused, with their key in the refusal."""
    tools = {tool["function"]["name"] for tool in body.get("tools", ())}
    last = body["messages"][-1]
    if "lookup" in tools and last["role"] != "tool":
        return Reply(calls=[("lookup", {"topic": "tides"}), ("echo", {"topic": "tides"})])
    if "lookup" in tools:
        return Reply(f"This is what I was given: {last['content']}")
    status = 400 if "Refused two" in str(body["messages"][0]["content"]) else 401
    return Reply(status=status, error=f"Incorrect API key provided: {KEY}. Header: Bearer {KEY}.")


class Listener(ChatClient):
    """A page that keeps everything it is told."""

    heard: list[str]

    async def _take(self, event: str, *arguments: Any) -> None:
        if not hasattr(self, "heard"):
            self.heard = []
        self.heard.append(json.dumps([event, *arguments], default=str, ensure_ascii=False))
        await super()._take(event, *arguments)


async def converse(server: ChatServer) -> tuple[list[dict[str, Any]], str, str]:
    """Ann's whole conversation: how her turns end, what her page is told, and what she downloads."""
    page = Listener(server.url)
    await page.http.post("/login", data={"username": "ann", "password": f"{PASSWORD}-wrong"})
    (await page.http.post("/login", data={"username": "ann", "password": PASSWORD})).raise_for_status()
    await page.connect()
    told = [await page.until_ended(await page.send(message)) for message in SAID]
    export = f"/refrain/sessions/{page.thread_id}/export"
    addresses = (export, f"{export}?format=json", "/project/settings", "/refrain/runs")
    fetched = [(await page.http.get(address)).text for address in addresses]
    await page.close()
    return told, "".join(page.heard), "".join(fetched)


def test_no_key_or_password_leaves_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(model) as provider:
        keyed = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.url, "REFRAIN_MODEL": "small"}
        users, record = tmp_path / "people.json", tmp_path / "record.jsonl"
        Credentials(users).add("ann", PASSWORD)
        more = {"CHAINLIT_AUTH_SECRET": SECRET, "REFRAIN_USERS": str(users), "REFRAIN_RECORD": str(record)}
        server = ChatServer(tmp_path, OPENAI_LOG="debug", **keyed, **more)
        (server.flows / "leaky.py").write_text(WORKFLOWS)
        server.start()
        try:
            told, heard, fetched = asyncio.run(converse(server))
        finally:
            server.kill()
        for name, value in {**keyed, **more, "REFRAIN_DB": str(tmp_path / "data" / "refrain.db")}.items():
            if name != "REFRAIN_RECORD":
                monkeypatch.setenv(name, value)
        doctor = [CliRunner().invoke(app, ["doctor", *form]).output for form in ((), ("--json",))]

    assert [card["state"] for card in told[:6]] == ["completed", *["failed"] * 5]
    assert "refused the key" in "".join(doctor)
    places = {
        "page": heard,
        "downloads": fetched,
        "doctor": "".join(doctor),
        "log": server.log,
        **{str(file): file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file()},
    }
    assert "the press refused the key" in fetched
    assert str(record) in places
    assert "DEBUG" in server.log
    marks = {"key": KEY, "secret": SECRET, "password": PASSWORD, "proxy": PROXY}
    source = str(server.flows / "leaky.py")
    found = {(mark, place) for place, text in places.items() for mark, value in marks.items() if value in text}
    assert found - {("proxy", source)} == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"refused {KEY}.", "refused …."),
        ("Incorrect API key: sk-abcd1234", "Incorrect API key: …"),
        ("sent Authorization: Bearer abc.def", "sent Authorization: …"),
        ("at https://ann:hidden@host.example/x", "at https://…@host.example/x"),
        ("The key question, and skills at 10:30.", "The key question, and skills at 10:30."),
    ],
)
def test_what_is_secret_is_taken_out_of_errors(monkeypatch: pytest.MonkeyPatch, text: str, shown: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("KEYBOARD_LAYOUT", "question")
    assert redacted(text) == shown


def test_a_secret_within_another_does_not_leave_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "abcdefgh")
    monkeypatch.setenv("B_TOKEN", "abcdefgh-ijkl")
    monkeypatch.setenv("C_TOKEN", "short")
    assert without_secrets("abcdefgh-ijkl, abcdefgh and short") == "…, … and short"
