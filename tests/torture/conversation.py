"""One person's conversation while the server dies again and again: comes back, resumes, answers, goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import socketio.exceptions

from chat.board import derived_id
from tests.chat_client import ChatClient

from .server import TortureServer
from .workflows import OURS

TURNS = 8  # of a conversation, before a new one is begun
PATIENCE = 40.0  # seconds in which something must change while the server lives
REFUSALS = 100  # of a server that lives, 50 milliseconds apart
WORKING = frozenset({"queued", "working", "answering", "running", None})
CATALOGUE = ("Article", "Brief")
SUBJECTS = ("climate change solutions", "how vaccines work", "sleep and memory", "how the heart works")


class Gone(Exception):
    """The server has died."""


class Wrong(Exception):
    """The page shows what it never should."""


@dataclass
class Seen:
    """What pages were told: finished steps by the id of their entry, ended turns with their answer."""

    finished: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)  # messages by turn
    given_up: set[str] = field(default_factory=set)  # turns that had begun nothing, and were asked again
    threads: set[str] = field(default_factory=set)
    resumed: int = 0
    answered: int = 0


class Page(ChatClient):
    """A page that notes what it is told, and notices when the server dies."""

    def __init__(self, http: httpx.AsyncClient, seen: Seen, thread_id: str = "") -> None:
        super().__init__(str(http.base_url).rstrip("/"), thread_id=thread_id, http=http)
        self.gone = False
        self.changes = 0
        self._told = seen
        self._socket.on("disconnect", self._lost)

    async def close(self) -> None:
        """Close the page; who it is stays signed in."""
        await self._socket.disconnect()

    async def _lost(self, *_: object) -> None:
        self.gone = True
        self._changed.set()

    async def until(self, holds: Callable[[], Any]) -> None:
        """Like that of every page. Raises Gone when the server is."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    if self.gone:
                        raise Gone
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            if self.gone:
                raise Gone from None
            raise

    async def _take(self, event: str, *arguments: Any) -> None:
        self.changes += 1
        if event in {"new_message", "update_message"}:
            self._note(arguments[0])
        elif event == "resume_thread":
            for step in arguments[0]["steps"]:
                self._note(step)
        await super()._take(event, *arguments)

    def _note(self, step: dict[str, Any]) -> None:
        # Of what has ended, only that which finished is folded up by the page.
        if step["type"] in {"undefined", "llm"} and step["end"] and step["autoCollapse"] and not step["isError"]:
            self._told.finished.add(step["id"])
        for run in (step.get("metadata") or {}).get("runs", ()):
            turn = step["metadata"]["turn_id"]
            done = [one["path"] for one in run["steps"] if one["state"] == "done"]
            self._told.finished.update(derived_id(turn, run["run_id"], path) for path in done)


class Conversation:
    """Sends messages one after the other, until `enough` is set and the last is answered."""

    def __init__(self, name: str, server: TortureServer, seen: Seen, seed: str, enough: asyncio.Event) -> None:
        self.name = name
        self._server = server
        self._seen = seen
        self._pick = random.Random(seed)
        self._enough = enough
        self._thread_id = ""
        self._in_thread = 0
        self._number = self._refusals = 0
        self._turn: str | None = None  # the one that is not answered yet

    async def run(self) -> None:
        """Raises Wrong, and TimeoutError when nothing happens any more."""
        async with httpx.AsyncClient(base_url=self._server.url, timeout=PATIENCE, verify=False) as http:
            await self._converse(http)

    async def _converse(self, http: httpx.AsyncClient) -> None:
        refused = 0
        while self._turn is not None or not self._enough.is_set():
            await self._server.ready.wait()
            page = Page(http, self._seen, self._thread_id)
            try:
                await page.connect()
                refused = 0
                await self._talk(page)
            except (Gone, httpx.TransportError, socketio.exceptions.SocketIOError) as error:
                self._thread_id = page.thread_id
                refused += self._server.ready.is_set() and not isinstance(error, Gone)
                if refused > REFUSALS:
                    raise Wrong(f"{self.name}: the server lives and lets nobody in: {error!r}") from error
                await asyncio.sleep(0.05)
            except TimeoutError:
                raise TimeoutError(f"{self.name}: nothing happens any more: {self._stand(page)}") from None
            finally:
                await page.close()

    async def _talk(self, page: Page) -> None:
        while self._turn is not None or not self._enough.is_set():
            if self._turn is None:
                if self._in_thread == TURNS:
                    self._thread_id, self._in_thread = "", 0
                    return
                self._turn = str(uuid4())
                self._seen.sent[self._turn] = self._message()
            await self._finish(page, self._turn)
            self._turn = None
            self._in_thread += 1

    async def _finish(self, page: Page, turn_id: str) -> None:
        if turn_id not in page.steps:
            await self._send(page, turn_id)
        self._seen.threads.add(page.thread_id)
        turn_id = self._asked_again(page, turn_id)
        while True:
            await page.until(lambda id=turn_id: _stands_still(self._card(page, id)))
            card, changes = self._card(page, turn_id), page.changes
            match card["state"]:
                case "completed":
                    return self._note_answer(page, turn_id)
                case "interrupted":
                    turn_id = await self._go_on(page, turn_id, card["buttons"][-1])
                case "paused":
                    await self._answer(page, card["question"])
                case other:
                    raise Wrong(f"{self.name}: {self._seen.sent[turn_id]!r} ended {other}: {card['note']}")
            await page.until(lambda before=changes: page.changes > before)

    async def _send(self, page: Page, turn_id: str) -> None:
        """Send the message, which may have been sent before and be known: then it is looked for."""
        if not page.thread_id and (found := await self._found(page, self._seen.sent[turn_id])):
            page.thread_id = self._thread_id = found
            raise Gone  # open the conversation there is
        message = {"id": turn_id, "threadId": "", "name": "local", "type": "user_message"}
        message |= {"output": self._seen.sent[turn_id], "createdAt": "2026-01-01T00:00:00Z"}
        await page._socket.emit("client_message", {"message": message, "fileReferences": []})
        await page.until(lambda: turn_id in page.steps and page.thread_id)

    async def _found(self, page: Page, message: str) -> str:
        """The conversation that holds the message, if the server knows it."""
        body = {"pagination": {"first": 5, "cursor": None}, "filter": {"search": message}}
        answer = await page.http.post("/project/threads", json=body)
        answer.raise_for_status()
        return next((str(thread["id"]) for thread in answer.json()["data"]), "")

    async def _go_on(self, page: Page, turn_id: str, button: dict[str, Any]) -> str:
        """Press Resume, or Ask again where nothing had begun; gives the turn that goes on."""
        known = set(page.steps)
        page.toasts.clear()
        (await page.press(button["name"], button["payload"])).raise_for_status()
        if button["name"] == "resume":
            self._seen.resumed += 1
            await page.until(lambda: self._card(page, turn_id)["state"] != "interrupted" or page.toasts)
            if page.toasts and self._card(page, turn_id)["state"] == "interrupted":
                self._refusals += 1  # it may be at work already: the button was pressed before the server died
                if self._refusals > REFUSALS:
                    raise Wrong(f"{self.name}: {self._stand(page)} cannot be gone on with")
                await asyncio.sleep(0.05)
            return turn_id

        await page.until(lambda: self._newest(page, turn_id) not in known or page.toasts)
        return self._asked_again(page, turn_id)

    def _asked_again(self, page: Page, turn_id: str) -> str:
        """The turn that took this one's place, perhaps shortly before the server died."""
        newest = self._newest(page, turn_id)
        if newest != turn_id:
            self._seen.given_up.add(turn_id)
            self._seen.sent[newest] = self._seen.sent[turn_id]
            self._turn = newest
        return newest

    def _newest(self, page: Page, turn_id: str) -> str:
        shown = [step for step in page.steps.values() if step["type"] == "user_message"]
        return next((str(s["id"]) for s in reversed(shown) if s["output"] == self._seen.sent[turn_id]), turn_id)

    async def _answer(self, page: Page, question: dict[str, Any]) -> None:
        body = {"question_id": question["id"], "approve": True}
        answer = await page.http.post(f"/refrain/runs/{question['run_id']}/answer", json=body)
        if answer.status_code == 200:
            self._seen.answered += 1
        elif answer.status_code == 409:  # it is about to be told
            await asyncio.sleep(0.02)
        else:
            raise Wrong(f"{self.name}: an answer was refused: {answer.status_code} {answer.text}")

    def _note_answer(self, page: Page, turn_id: str) -> None:
        self._seen.answers[turn_id] = answer_of(page, turn_id)

    def _message(self) -> str:
        self._number += 1
        key = f"subject {self.name}x{self._number}"
        pick = self._pick.random()
        if pick < 0.12 and self._number > 2:
            return f"/recall subject {self.name}x{self._number - 1}"
        if pick < 0.24:
            return f"/run {self._pick.choice(CATALOGUE)} {self._pick.choice(SUBJECTS)}, {key}"
        return f"/run {self._pick.choice(list(OURS))} {key}"

    @staticmethod
    def _card(page: Page, turn_id: str) -> dict[str, Any]:
        step = page.steps.get(derived_id(turn_id, "turn"))
        return dict((step or {}).get("metadata") or {})

    def _stand(self, page: Page) -> str:
        turn = self._turn or ""
        return f"{self._seen.sent.get(turn)!r} {self._card(page, turn)} {page.toasts}"


def _stands_still(card: dict[str, Any]) -> bool:
    """Whether it is the person's turn; a run that pauses tells what it asks a moment later."""
    return card.get("state") not in WORKING and (card["state"] != "paused" or card["question"] is not None)


def answer_of(page: ChatClient, turn_id: str) -> str:
    """The last message below a turn, as the page shows it."""
    below = derived_id(turn_id, "turn")
    messages = [s for s in page.steps.values() if s["parentId"] == below and s["type"] == "assistant_message"]
    return str(messages[-1]["output"]) if messages else ""
