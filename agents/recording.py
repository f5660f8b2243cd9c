"""A conversation's traffic with the outside, in a file of JSON lines: the recorder that writes it.

The first line says what the file is, when it was made and with which workflows. Then, as they come: `message` lines
(what the user said), `model` lines (a reply's chunks with their seconds) and `tool` lines (a result with its seconds).
What a model was asked is kept as a digest, so prompts are not in the file.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, ToolCall, ToolMessage, message_to_dict

from agents.boundary import Asked
from agents.digests import call_key, labels_of, loose_key, tool_key
from agents.failures import explain, is_permanent
from agents.redaction import secrets
from storage.records import now

FORMAT, VERSION = "refrain recording", 1

_OF_A_CHUNK = frozenset(
    "content tool_call_chunks tool_calls invalid_tool_calls usage_metadata additional_kwargs chunk_position".split()
)
_OF_A_RESULT = frozenset("content artifact status".split())
_WHY_IT_ENDED = ("finish_reason", "stop_reason", "status")


class Recorder:
    """Writes what crosses the boundary to a file, a line when it is complete. Raises OSError if it cannot be made."""

    def __init__(
        self,
        path: Path,
        *,
        model: str,
        workflows: Iterable[str],
        offline: bool = False,
        at: datetime | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._clock = clock
        self._lock = threading.Lock()
        self._hidden = _private()
        self._write(
            {
                "format": FORMAT,
                "version": VERSION,
                "recorded_at": f"{at or now():%Y-%m-%dT%H:%M:%SZ}",
                "model": model,
                "offline": offline,
                "workflows": sorted(workflows),
            }
        )

    def close(self) -> None:
        """Nothing more is written."""
        with self._lock:
            self._file.close()

    def begin(self, message: str, resumed: bool) -> bool:
        if not resumed:
            self._write({"kind": "message", "text": message})
        return True

    def knows(self, message: str) -> bool:
        return True

    def model(self, departed: bool) -> BaseChatModel | None:
        return None

    async def reply(self, asked: Asked, ask: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """The model's own chunks; a reply that is cut short by us is not kept, one that fails is."""
        line = {
            "kind": "model",
            "key": call_key(asked),
            "loose": loose_key(asked),
            "labels": labels_of(asked.messages),
        }
        started, chunks = self._clock(), list[list[Any]]()
        try:
            async with aclosing(cast(AsyncGenerator[Any, None], ask())) as given:
                async for chunk in given:
                    chunks.append([round(self._clock() - started, 3), _chunk(chunk)])
                    yield chunk
        except Exception as error:
            failure = {"error": explain(error), "permanent": is_permanent(error)}
            self._write({**line, "chunks": chunks, **failure})
            raise
        self._write({**line, "chunks": chunks})

    async def result(self, call: ToolCall, use: Callable[[], Awaitable[ToolMessage]]) -> ToolMessage:
        """The tool's own result."""
        started = self._clock()
        message = await use()
        self._write(
            {
                "kind": "tool",
                "key": tool_key(call["name"], call["args"]),
                "name": call["name"],
                "arguments": call["args"],
                "result": _result(message),
                "seconds": round(self._clock() - started, 3),
            }
        )
        return message

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False)
        for secret, instead in self._hidden.items():
            text = text.replace(secret, instead)
        with self._lock:
            if self._file.closed:
                return
            try:
                self._file.write(text + "\n")
                self._file.flush()
            except OSError as error:
                self._file.close()
                sys.stderr.write(f"The recording has ended: {error.strerror or error}.\n")


def _private() -> dict[str, str]:
    """What must not be in the file, as JSON writes it, with what is written in its place; the longest first."""
    hidden = dict.fromkeys(secrets(), "(key)")
    places = {str(Path.cwd()): ".", str(Path.home()): "~"}
    hidden |= {place: short for place, short in places.items() if len(place) > 1}
    written = {json.dumps(text, ensure_ascii=False)[1:-1]: instead for text, instead in hidden.items()}
    return dict(sorted(written.items(), key=lambda pair: -len(pair[0])))


def _chunk(message: BaseMessage) -> dict[str, Any]:
    """A message of langchain-core's as a value of JSON, without what is empty and without ids of servers'."""
    written = message_to_dict(message)
    data = {name: value for name, value in written["data"].items() if value and name in _OF_A_CHUNK}
    if data.get("tool_call_chunks"):
        data = {name: value for name, value in data.items() if name not in ("tool_calls", "invalid_tool_calls")}
    if ended := {name: message.response_metadata[name] for name in _WHY_IT_ENDED if name in message.response_metadata}:
        data["response_metadata"] = ended
    return {"type": written["type"], "data": {"content": "", **_as_json(data)}}


def _result(message: ToolMessage) -> dict[str, Any]:
    data = message_to_dict(message)["data"]
    return cast(dict[str, Any], _as_json({name: value for name, value in data.items() if name in _OF_A_RESULT}))


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
