"""Which embedding model is chosen, and what it is called."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agents.embeddings import default_embeddings, describe_embeddings, name_of
from tests.scripted import ScriptedEmbeddings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_OFFLINE", "REFRAIN_EMBEDDINGS"):
        monkeypatch.delenv(name, raising=False)


class Handler(BaseHTTPRequestHandler):
    """Gives for each text the number of its characters; keeps what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)  # type: ignore[attr-defined]
        data = [
            {"object": "embedding", "index": n, "embedding": [float(len(text))]} for n, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        given = json.dumps({"object": "list", "model": "m", "data": data, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(given)))
        self.end_headers()
        self.wfile.write(given)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a server of one's own, named by the environment, was sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.bodies = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "tiny")
    yield server.bodies  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_a_name_or_a_server_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_embeddings() is None
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "tiny")
    assert default_embeddings() is None
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("REFRAIN_OFFLINE", "1")
    assert default_embeddings() is None


def test_a_model_is_described_by_its_name_and_address_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "tiny")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    chosen = default_embeddings()
    assert chosen is not None
    assert describe_embeddings(chosen) == "tiny at api.openai.com"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:secret@127.0.0.1:11434/v1")
    chosen = default_embeddings()
    assert chosen is not None
    assert describe_embeddings(chosen) == "tiny at 127.0.0.1:11434"


def test_any_embeddings_have_a_name() -> None:
    nameless = ScriptedEmbeddings("a", model="")
    assert name_of(ScriptedEmbeddings("a", model="one")) == "one"
    assert describe_embeddings(nameless) == name_of(nameless) == "ScriptedEmbeddings"


def test_texts_are_sent_as_they_are_from_one_event_loop_after_another(bodies: list[dict[str, Any]]) -> None:
    chosen = default_embeddings()
    assert chosen is not None
    for _ in range(3):
        assert asyncio.run(chosen.aembed_documents(["sea", "tides"])) == [[3.0], [5.0]]
    assert [(body["model"], body["input"]) for body in bodies] == [("tiny", ["sea", "tides"])] * 3
