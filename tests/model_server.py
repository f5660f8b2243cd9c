"""A server that speaks the OpenAI chat protocol on 127.0.0.1 and says what its script says.

    with ModelServer([Reply(calls=[("web_search", {"query": "tides"})]), Reply("Tides are …")]) as server:
        agent = Agent("A", model=server.client(), tools=[web_search])

The script is a list of replies, given one after the other, or a function of the request's body, for tests in
which the order of requests is not fixed. Leaving the `with` block fails the test if a request came that the
script does not foresee, or if replies are left over.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from langchain_openai import ChatOpenAI

Call = tuple[str, dict[str, Any] | str]
"""A tool's name and its arguments; a string is sent as it is, valid JSON or not."""


@dataclass
class Reply:
    """What one request is answered with.

    `status` other than 200 is an error with `error` as its message and `retry_after` (seconds) in its
    header. A `raw` body is sent as it is; an `endless` stream says its text again and again. `cut` ends the
    connection after the text, before the reply says that it is complete; `pause` (seconds) stands between two
    pieces; `hold` is waited for after the first piece. `gone` is set when the client hangs up early.
    """

    text: str = ""
    calls: Iterable[Call] = ()
    usage: tuple[int, int] | None = (7, 5)
    finish: str | None = None
    status: int = 200
    error: str = ""
    code: str | None = None
    retry_after: float | None = None
    cut: bool = False
    pause: float = 0.0
    hold: threading.Event | None = None
    gone: threading.Event = field(default_factory=threading.Event)
    raw: bytes = b""
    endless: bool = False


Script = Iterable[Reply | str] | Callable[[dict[str, Any]], Reply | str]


class ModelServer:
    """The server, for a `with` block. `requests` holds the JSON bodies, `headers` their headers."""

    def __init__(self, script: Script) -> None:
        self._choose = script if callable(script) else None
        self._replies: list[Reply | str] = [] if callable(script) else list(script)
        self._lock = threading.Lock()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.failures: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL for clients (OPENAI_BASE_URL)."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def client(self, **options: Any) -> ChatOpenAI:
        """A model that asks this server, once unless `max_retries` says otherwise."""
        return ChatOpenAI(**{"base_url": self.url, "api_key": "test", "model": "m", "max_retries": 0, **options})

    def add(self, *replies: Reply | str) -> None:
        """Write more replies at the end of the script."""
        with self._lock:
            self._replies.extend(replies)

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            self.assert_done()

    def assert_done(self) -> None:
        """Fail if requests came that the script does not foresee, or replies are left over."""
        assert not self.failures, f"The model server could not follow its script: {self.failures}"
        assert not self._replies, f"The model server was not asked for these replies: {self._replies}"

    def reply_to(self, body: dict[str, Any], headers: dict[str, str]) -> Reply:
        """The script's reply to a request, which is kept."""
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            if self._choose is not None:
                try:
                    reply = self._choose(body)
                except Exception as error:
                    return self._failed(f"the script raised {error!r} for {_asked(body)}")
            elif self._replies:
                reply = self._replies.pop(0)
            else:
                return self._failed(f"the script is at its end, and it was asked: {_asked(body)}")
        return Reply(reply) if isinstance(reply, str) else reply

    def _failed(self, problem: str) -> Reply:
        self.failures.append(problem)
        return Reply(status=400, error=problem)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[_Handler], owner: ModelServer) -> None:
        self.owner = owner
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up; nobody needs a traceback for that."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not self.path.endswith("/chat/completions"):
            self._send(404, {"error": {"message": f"There is nothing at {self.path}."}})
            return
        reply = self.server.owner.reply_to(body, headers)
        if reply.status != 200:
            self._refuse(reply)
        elif reply.raw:
            self._send_raw(reply.raw)
        elif body.get("stream"):
            self._stream(reply, body)
        else:
            self._send(200, _completion(reply, body))

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._refuse(Reply(status=401, error=f"Nothing is listed for {headers.get('authorization')}."))

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: the test's own output matters."""

    def _refuse(self, reply: Reply) -> None:
        after = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
        message = reply.error or f"error {reply.status}"
        self._send(reply.status, {"error": {"message": message, "type": "error", "code": reply.code}}, after)

    def _send(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _send_raw(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for number, chunk in enumerate(_chunks(reply, body)):
                self._write(f"data: {json.dumps(chunk)}\n\n".encode())
                if number == 0 and reply.hold is not None:
                    self._held(reply)
                if reply.pause:
                    time.sleep(reply.pause)
            if reply.cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._write(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            reply.gone.set()
            self.close_connection = True

    def _held(self, reply: Reply) -> None:
        """Wait for the test's leave, and notice when the client hangs up meanwhile."""
        assert reply.hold is not None
        self.connection.settimeout(0.02)
        while not reply.hold.is_set():
            try:
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise ConnectionResetError
            except TimeoutError:
                continue
        self.connection.settimeout(None)

    def _write(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _chunks(reply: Reply, body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**_head(body, "chat.completion.chunk"), "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in re.findall(r"\s*\S+\s*$|\s*\S+|\s+", reply.text):
        yield chunk({"content": piece})
    while reply.endless:
        yield chunk({"content": reply.text})
    for number, call in enumerate(_tool_calls(reply)):
        arguments = call["function"]["arguments"]
        first = {**call, "index": number, "function": {**call["function"], "arguments": ""}}
        yield chunk({"tool_calls": [first]})
        for start in range(0, len(arguments), 7):
            part = {"index": number, "function": {"arguments": arguments[start : start + 7]}}
            yield chunk({"tool_calls": [part]})
    if reply.cut:
        return
    yield chunk({}, reply.finish or ("tool_calls" if reply.calls else "stop"))
    if reply.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield {**_head(body, "chat.completion.chunk"), "choices": [], "usage": _usage(reply)}


def _completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    calls = _tool_calls(reply)
    message = {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}
    finish = reply.finish or ("tool_calls" if calls else "stop")
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(reply)}


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "reply", "object": kind, "created": 1_700_000_000, "model": body.get("model", "scripted")}


def _tool_calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{number}_{name}",
            "type": "function",
            "function": {"name": name, "arguments": text if isinstance(text, str) else json.dumps(text)},
        }
        for number, (name, text) in enumerate(reply.calls)
    ]


def _usage(reply: Reply) -> dict[str, int] | None:
    if reply.usage is None:
        return None
    tokens_in, tokens_out = reply.usage
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }


def _asked(body: dict[str, Any]) -> str:
    messages = body.get("messages") or [{}]
    return str(messages[-1].get("content"))[:200]
