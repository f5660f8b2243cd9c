"""A conversation's traffic with the outside, in a file of JSON lines: the recorder that writes it.

The first line says what the file is, when it was made and with which workflows. Then, as they come: `message` lines
(what the user said), `answer` lines (what they answered by a button or a form), `model` lines (a reply's chunks with
their seconds), `tool` lines (a result with its seconds) and `step` lines (the chunks of a Runnable that is a step).
What a model or a step was asked is kept as a digest, so prompts are not in the file.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import ToolCall, ToolMessage, message_to_dict

from agents.boundary import Asked, Given, Waiting, beyond
from agents.context import usage_meter
from agents.digests import call_key, labels_of, loose_key, question_key, step_key, tool_key
from agents.errors import AgentError
from agents.failures import explain, is_permanent
from agents.recorded_values import Unwritable, WrittenStream, as_json, written_message
from agents.redaction import redacted, secrets
from storage.encoding import from_json, to_json
from storage.records import now

FORMAT, VERSION = "refrain recording", 1

_OF_A_RESULT = frozenset("content artifact status".split())


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
                    chunks.append([round(self._clock() - started, 3), written_message(chunk)])
                    yield chunk
        except Exception as error:
            failure = {"error": explain(error), "permanent": is_permanent(error)}
            self._write({**line, "chunks": chunks, **failure})
            raise
        self._write({**line, "chunks": chunks})

    async def output(self, given: Given, call: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """The Runnable's own chunks, and what models used in it; what it asks by itself is no part of the recording."""
        line = {"kind": "step", "key": step_key(given)}
        stream, started = WrittenStream(), self._clock()
        try:
            with beyond(), usage_meter() as meter:
                async with aclosing(cast(AsyncGenerator[Any, None], call())) as chunks:
                    async for chunk in chunks:
                        stream.take(round(self._clock() - started, 3), chunk)
                        yield chunk
        except Exception as error:
            told = redacted(str(error) if isinstance(error, AgentError) else f"{type(error).__name__}: {error}")
            self._write({**line, **stream.texts(), "error": told, "permanent": is_permanent(error)})
            raise
        used = [meter.usage.input_tokens, meter.usage.output_tokens]
        try:
            self._write({**line, **stream.written(), "used": used})
        except Unwritable as odd:
            self._write({**line, "chunks": [], "unwritten": str(odd)})
            sys.stderr.write(
                f"The step {given.path} of {given.workflow} is not in the recording, because it gave {odd}. "
                "A recording holds text, messages and plain JSON values.\n"
            )

    def answered(self, waiting: Waiting, answer: Mapping[str, Any]) -> None:
        self._write({"kind": "answer", "key": question_key(waiting), "answer": from_json(to_json(answer))})

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


def _result(message: ToolMessage) -> dict[str, Any]:
    data = message_to_dict(message)["data"]
    return cast(dict[str, Any], as_json({name: value for name, value in data.items() if name in _OF_A_RESULT}))
