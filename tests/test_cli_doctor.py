from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from storage.credentials import Credentials


@pytest.fixture(autouse=True)
def offline_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    keyed = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REFRAIN_MODEL", "REFRAIN_EMBEDDINGS")
    for name in (*keyed, "REFRAIN_LIBRARY", "REFRAIN_USERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "refrain.db"))
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    return tmp_path


class Server(BaseHTTPRequestHandler):
    """Speaks as much of OpenAI's protocol as listing models and embedding a text take."""

    def do_GET(self) -> None:
        right = self.headers["Authorization"] == "Bearer right-key"
        self.send_response(200 if right else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        listed = {"object": "list", "data": [{"id": "small", "object": "model", "created": 1, "owned_by": "x"}]}
        self.wfile.write(json.dumps(listed if right else {"error": {"message": "no"}}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = asked["model"] == "vectors"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        given = {"object": "list", "model": "vectors", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        given["data"] = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3]}]
        self.wfile.write(json.dumps(given if known else {"error": {"message": "no such model"}}).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "right-key")
    monkeypatch.setenv("REFRAIN_MODEL", "small")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def examined() -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit status, and of each check its state and what it says."""
    result = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(result.stdout)
    assert report["ok"] == (result.exit_code == 0)
    return result.exit_code, {check["name"]: (check["state"], check["detail"]) for check in report["checks"]}


def test_with_nothing_configured_all_is_well() -> None:
    status, checks = examined()
    assert status == 0
    assert all(state != "broken" for state, _ in checks.values())
    assert "offline model" in checks["Model"][1]
    assert "document" in checks["Library"][1]
    assert "Article" in checks["Workflows"][1]


def test_people_read_a_line_for_each_check() -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    for name in ("Python", "Database", "Workflows", "Model", "Library", "Search", "Users"):
        assert name in result.stdout


def test_looking_makes_no_database(offline_home: Path) -> None:
    examined()
    assert not (offline_home / "refrain.db").exists()


def test_a_database_in_use_is_opened() -> None:
    CliRunner().invoke(app, ["runs"])
    status, checks = examined()
    assert status == 0
    assert "schema up to date" in checks["Database"][1]


def test_a_file_that_is_no_database_is_broken(offline_home: Path) -> None:
    (offline_home / "refrain.db").write_text("this is no database " * 100, encoding="utf-8")
    (offline_home / "refrain.db").chmod(0o600)
    status, checks = examined()
    assert status == 1
    assert checks["Database"][0] == "broken"


def test_a_place_that_cannot_hold_a_database_is_broken(offline_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (offline_home / "file").touch()
    monkeypatch.setenv("REFRAIN_DB", str(offline_home / "file" / "refrain.db"))
    status, checks = examined()
    assert status == 1
    assert checks["Database"][0] == "broken"


def test_a_library_that_is_not_there_is_broken(offline_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_LIBRARY", str(offline_home / "nowhere"))
    status, checks = examined()
    assert status == 1
    assert checks["Library"] == ("broken", f"There is no folder {offline_home / 'nowhere'}.")


def test_the_documents_of_a_library_are_counted(offline_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = offline_home / "papers"
    folder.mkdir()
    (folder / "one.md").write_text("# One", encoding="utf-8")
    (folder / "two.txt").write_text("Two", encoding="utf-8")
    (folder / "three.bin").write_bytes(b"\x00")
    monkeypatch.setenv("REFRAIN_LIBRARY", str(folder))
    assert examined()[1]["Library"] == ("ok", f"2 documents in {folder}")


@pytest.mark.usefixtures("model_server")
def test_a_model_that_answers_is_well() -> None:
    status, checks = examined()
    assert status == 0
    assert checks["Model"][0] == "ok"
    assert checks["Model"][1].startswith("small at 127.0.0.1")


@pytest.mark.usefixtures("model_server")
def test_a_refused_key_is_broken_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wrong-key")
    status, checks = examined()
    assert status == 1
    assert "refused the key" in checks["Model"][1]
    assert "wrong-key" not in checks["Model"][1]


@pytest.mark.usefixtures("model_server")
def test_a_model_the_server_does_not_have_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_MODEL", "enormous")
    status, checks = examined()
    assert status == 1
    assert "there is no such model" in checks["Model"][1]


def test_a_server_that_cannot_be_reached_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    status, checks = examined()
    assert status == 1
    assert "cannot be reached" in checks["Model"][1]


def test_recall_by_words_alone_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    state, detail = examined()[1]["Embeddings"]
    assert (state, "REFRAIN_EMBEDDINGS" in detail) == ("ok", True)
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "vectors")
    status, checks = examined()
    assert (status, checks["Embeddings"][0]) == (0, "note")
    assert "vectors is left aside" in checks["Embeddings"][1]


@pytest.mark.usefixtures("model_server")
def test_an_embedding_model_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "vectors")
    state, detail = examined()[1]["Embeddings"]
    assert state == "ok"
    assert detail.startswith("vectors at 127.0.0.1:")
    assert "3 numbers" in detail

    monkeypatch.setenv("REFRAIN_EMBEDDINGS", "unheard-of")
    status, checks = examined()
    assert status == 1
    assert checks["Embeddings"][0] == "broken"
    assert "unheard-of at 127.0.0.1:" in checks["Embeddings"][1]


def test_a_users_file_that_others_can_read_is_broken(offline_home: Path) -> None:
    Credentials().add("ada", "correct horse")
    assert examined()[0] == 0
    (offline_home / "users.json").chmod(0o644)
    status, checks = examined()
    assert status == 1
    assert checks["Secret files"][0] == "broken"
    assert f"chmod 600 {offline_home / 'users.json'}" in checks["Secret files"][1]
