"""What a page says over its socket, looked at before Chainlit takes it: anybody may write anything there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from chainlit.emitter import ChainlitEmitter
from chainlit.session import WebsocketSession, ws_sessions_id
from socketio.exceptions import ConnectionRefusedError  # type: ignore[import-untyped]

from flows import WorkflowAgent
from flows.words import iso
from storage.encoding import clean
from storage.records import now

from .accounts import Accounts
from .auth import LOCAL_USER
from .limits import MOST_PENDING, Limits, TooMuch
from .live import owner
from .settings import SETTINGS
from .welcome import commands

Handler = Callable[..., Awaitable[Any]]

# Of Chainlit, and not offered here: they change messages, or make conversations, past what we keep.
CLOSED = (
    *("edit_message", "message_favorite", "chat_settings_edit"),
    *("audio_start", "audio_chunk", "audio_end"),
)
MOST_PAGES = 200  # that one person has open, those that have just been closed included
LONGEST_NAME = 200
REFUSED = "authorization failed"
RUNS = "refrain:runs"  # what the page says to see all runs


class Sockets:
    """The guards before Chainlit's handlers of socket events."""

    def __init__(self, agent: WorkflowAgent, accounts: Accounts, limits: Limits) -> None:
        self._store = agent.store
        self._accounts = accounts
        self._limits = limits

    def guard(self, server: Any) -> None:
        """Put the guards before the handlers of this Socket.IO server."""
        handlers: dict[str, Handler] = server.handlers["/"]
        checks: dict[str, Callable[[WebsocketSession, Any], Awaitable[Any]]] = {
            "client_message": self._message,
            "chat_settings_change": _settings,
            "window_message": _asks_for_runs,
        }
        for event, handler in list(handlers.items()):
            if event in CLOSED:
                handlers[event] = _nothing
            elif event == "connect":
                handlers[event] = self._connecting(handler)
            elif event != "disconnect":
                handlers[event] = self._checked(server, handler, checks.get(event))

    def _checked(
        self, server: Any, handler: Handler, check: Callable[[WebsocketSession, Any], Awaitable[Any]] | None
    ) -> Handler:
        async def guarded(sid: str, *given: Any) -> None:
            page = WebsocketSession.get(sid)
            if page is None:
                return
            if not self._accounts.holds(page.token):
                await server.disconnect(sid)
            elif check is None:
                await handler(sid)
            elif (checked := await check(page, given[0] if given else None)) is not None:
                await handler(sid, checked)

        return guarded

    def _connecting(self, handler: Handler) -> Handler:
        async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> Any:
            if not isinstance(auth, dict) or not _is_id(auth.get("sessionId")) or auth.get("clientType") != "webapp":
                raise ConnectionRefusedError(REFUSED)
            profile, thread = auth.get("chatProfile"), auth.get("threadId")
            opening = {
                "sessionId": auth["sessionId"],
                "clientType": "webapp",
                "userEnv": None,
                "chatProfile": profile[:LONGEST_NAME] if isinstance(profile, str) else None,
                "threadId": clean(thread[:LONGEST_NAME]) if isinstance(thread, str) else None,
            }
            answer = await handler(sid, environ, await self._own_thread(environ, opening))
            page = WebsocketSession.get(sid)
            if page is not None and owner(page) != LOCAL_USER and _pages_of(page) > MOST_PAGES:
                page.to_clear = True
                raise ConnectionRefusedError("too many pages are open")
            return answer

        return connect

    async def _own_thread(self, environ: dict[str, Any], opening: dict[str, Any]) -> dict[str, Any]:
        """Another's conversation is opened like one that does not exist, and nobody chooses what a new one's id is."""
        from chainlit.socket import _authenticate_connection

        if not opening["threadId"]:
            return opening
        try:
            user, _ = await _authenticate_connection(environ)
        except Exception as error:
            raise ConnectionRefusedError(REFUSED) from error
        own = user and await self._store.get_session(opening["threadId"], user_id=user.identifier)
        return opening if own else {**opening, "threadId": str(uuid4())}

    async def _message(self, page: WebsocketSession, given: Any) -> dict[str, Any] | None:
        """The message as Chainlit takes it, with what a message has alone; None when it is refused."""
        message = given.get("message") if isinstance(given, dict) else None
        if not isinstance(message, dict) or not isinstance(message.get("output"), str) or not _is_id(message.get("id")):
            return None
        text = clean(message["output"])
        try:
            self._limits.check(owner(page), text)
        except TooMuch as why:
            await _say(page, message["id"], str(why))
            return None
        known = [command["id"] for command in commands()]
        files = given.get("fileReferences")
        named = [file.get("id") for file in files if isinstance(file, dict)] if isinstance(files, list) else []
        files = list(dict.fromkeys(id for id in named if isinstance(id, str)))[:MOST_PENDING]
        return {
            "message": {
                "id": message["id"],
                "type": "user_message",
                "name": owner(page),
                "output": text,
                "createdAt": iso(now()),
                "command": message["command"] if message.get("command") in known else None,
            },
            "fileReferences": [{"id": file} for file in files],
        }


async def _settings(page: WebsocketSession, given: Any) -> dict[str, str] | None:
    if not isinstance(given, Mapping):
        return None
    return {key: value for key, value in given.items() if key in SETTINGS and isinstance(value, str)}


async def _asks_for_runs(page: WebsocketSession, given: Any) -> str | None:
    return RUNS if given == RUNS else None


async def show_runs(page: WebsocketSession) -> None:
    """Open the list of all runs beside the page's conversation."""
    emitter = ChainlitEmitter(page)
    element = {"type": "custom", "name": "RunsBrowser", "id": str(uuid4()), "props": {}, "display": "side", "url": ""}
    await emitter.emit("set_sidebar_title", "Runs")
    await emitter.emit("set_sidebar_elements", {"elements": [element], "key": element["id"]})


async def _nothing(sid: str, *given: Any) -> None:
    return None


async def _say(page: WebsocketSession, message_id: str, sentence: str) -> None:
    """Answer a message that is not taken. It stays on the page, and in no store."""
    moment = iso(now())
    step: dict[str, Any] = {"id": str(uuid4()), "parentId": None, "name": "Refrain", "output": sentence}
    step |= {"type": "assistant_message", "createdAt": moment, "start": moment, "end": moment, "isError": True}
    step |= {"input": "", "streaming": False, "metadata": {"refused": {"id": message_id}}}
    emitter = cast(Any, ChainlitEmitter(page))
    await emitter.send_step(step)
    await emitter.task_end()


def _pages_of(page: WebsocketSession) -> int:
    return sum(other.user is not None and owner(other) == owner(page) for other in ws_sessions_id.values())


def _is_id(value: Any) -> bool:
    """Whether it is a random UUID as our page writes it: Chainlit makes folders of that name."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value and UUID(value).version == 4
    except ValueError:
        return False
