"""A page without a browser: speaks to the chat as its page does, over its socket and its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import httpx
import socketio

from chat.board import derived_id

PATIENCE = 40.0  # seconds until something that was to happen counts as not happening


class ChatClient:
    """One page. `steps`, `elements` and `actions` are what it shows now, by id, in order of appearance."""

    def __init__(
        self,
        url: str,
        *,
        thread_id: str = "",
        headers: dict[str, str] | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.url = url
        self.session_id = str(uuid4())
        self.thread_id = thread_id
        self.http = http or httpx.AsyncClient(base_url=url, headers=headers or {}, timeout=PATIENCE)
        self.steps: dict[str, dict[str, Any]] = {}
        self.elements: dict[str, dict[str, Any]] = {}
        self.actions: dict[str, dict[str, Any]] = {}
        self.toasts: list[str] = []
        self.loading = False
        self.tokens = 0
        self.seen: set[str] = set()
        self._changed = asyncio.Event()
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("*", self._take)

    async def __aenter__(self) -> ChatClient:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """Sign in as the page does on load, and open the conversation of `thread_id`, or a new one."""
        if not self.http.cookies:
            (await self.http.post("/auth/header")).raise_for_status()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        auth = {"sessionId": self.session_id, "clientType": "webapp", "userEnv": "{}", "threadId": self.thread_id}
        await self._socket.connect(
            self.url, headers={"Cookie": cookies}, auth=auth, socketio_path="/ws/socket.io", transports=["websocket"]
        )
        await self._socket.emit("connection_successful")
        await self.until(lambda: "clear_call_fn" in self.seen)
        if self.thread_id:
            await self.until(lambda: "resume_thread" in self.seen)

    async def close(self) -> None:
        await self._socket.disconnect()
        await self.http.aclose()

    async def upload(self, name: str, content: bytes, type: str) -> str:
        """Upload a file as the page does before a message is sent; returns its id."""
        where, sent = {"session_id": self.session_id}, {"file": (name, content, type)}
        answer = await self.http.post("/project/file", params=where, files=sent)
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def send(self, text: str, files: Sequence[str] = ()) -> str:
        """Send a message with uploaded files; returns its id, which is the turn's."""
        id = str(uuid4())
        message = {"id": id, "threadId": "", "name": "local", "type": "user_message", "output": text}
        message["createdAt"] = "2026-01-01T00:00:00Z"
        references = [{"id": file} for file in files]
        await self._socket.emit("client_message", {"message": message, "fileReferences": references})
        await self.until(lambda: id in self.steps and self.thread_id != "")
        return id

    async def press(self, name: str, payload: dict[str, Any]) -> httpx.Response:
        """Press a button."""
        action = {"name": name, "payload": payload, "id": str(uuid4())}
        body = {"action": action, "sessionId": self.session_id}
        return await self.http.post("/project/action", json=body)

    async def stop(self) -> None:
        """What the page's own stop button sends."""
        await self._socket.emit("stop")

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something holds of what the page shows."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def until_ended(self, turn_id: str) -> dict[str, Any]:
        """Wait until the turn is over; how it ended, as its card shows it."""
        await self.until(lambda: self.card(turn_id).get("state") in {"completed", "failed", "cancelled"})
        return self.card(turn_id)

    def card(self, turn_id: str) -> dict[str, Any]:
        """How far a turn is."""
        return dict(self.steps.get(derived_id(turn_id, "turn"), {}).get("metadata") or {})

    def said(self) -> list[str]:
        """The assistant's messages."""
        return [step["output"] for step in self.steps.values() if step["type"] == "assistant_message"]

    def last(self) -> str:
        """The assistant's last message."""
        return self.said()[-1] if self.said() else ""

    def asked(self) -> list[str]:
        """The person's messages."""
        return [step["output"] for step in self.steps.values() if step["type"] == "user_message"]

    def named(self, name: str) -> dict[str, Any]:
        """The last step of this name."""
        return [step for step in self.steps.values() if step["name"] == name][-1]

    async def _take(self, event: str, *arguments: Any) -> None:
        data = arguments[0] if arguments else None
        self.seen.add(event)
        if event in {"new_message", "update_message", "stream_start"}:
            self.steps[data["id"]] = {**self.steps.get(data["id"], {}), **data}
        elif event == "delete_message":
            self.steps.pop(data["id"], None)
        elif event == "stream_token":
            step, self.tokens = self.steps[data["id"]], self.tokens + 1
            step["output"] = data["token"] if data["isSequence"] else step["output"] + data["token"]
        elif event == "element":
            self.elements[data["id"]] = data
        elif event == "remove_element":
            self.elements.pop(data["id"], None)
        elif event == "action":
            self.actions[data["id"]] = data
        elif event == "remove_action":
            self.actions.pop(data["id"], None)
        elif event == "first_interaction":
            self.thread_id = data["thread_id"]
        elif event == "resume_thread":
            self.steps = {step["id"]: step for step in data["steps"]}
            self.elements = {element["id"]: element for element in data["elements"]}
        elif event == "toast":
            self.toasts.append(data["message"])
        elif event in {"task_start", "task_end"}:
            self.loading = event == "task_start"
        self._changed.set()
