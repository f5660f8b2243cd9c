"""The chat page as a process of its own, for tests: own folder, own port, no keys, no network."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

HOME = Path(__file__).resolve().parent.parent

# Workflows whose steps wait for a file of the test's, so that no test depends on how fast anything is.
WORKFLOWS = """
import asyncio
from pathlib import Path

from flows import Workflow

GATES = Path(__file__).parent


def notes(step_input):
    return f"Notes about {step_input.get_input_as_string()}: lighthouses guide ships through the night."


async def essay(step_input):
    yield "The essay begins. "
    while not (GATES / "open").exists():
        await asyncio.sleep(0.01)
    yield "The essay ends."


def printing(step_input):
    if not (GATES / "open").exists():
        raise RuntimeError("The press is broken")
    return "Printed."


async def words(step_input):
    for _ in range(400):
        yield "wave "
        await asyncio.sleep(0.001)


def held(step_input):
    from chainlit.chat_context import chat_contexts

    return f"{sum(map(len, chat_contexts.values()))} messages in memory."


chatty = Workflow(name="Chatty", steps=[words], description="Says one word again and again.")
gated = Workflow(name="Gated", steps=[notes, essay], description="Writes an essay once its gate is open.")
flaky = Workflow(name="Flaky", steps=[notes, printing], description="Prints once its gate is open.")
holding = Workflow(name="Holding", steps=[held], description="Counts what the process holds.")
"""


class ChatServer:
    """A server over `folder`; starting again after `kill` goes on with the same database."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.flows = folder / "flows"
        self.flows.mkdir(parents=True, exist_ok=True)
        (self.flows / "gated.py").write_text(WORKFLOWS)
        for name in (".chainlit", "public"):
            shutil.copytree(HOME / name, folder / name, ignore=shutil.ignore_patterns("translations"))
        self._environment = environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ChatServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def open_gate(self) -> None:
        """Let the waiting steps go on."""
        (self.flows / "open").touch()

    def close_gate(self) -> None:
        (self.flows / "open").unlink(missing_ok=True)

    def environment(self) -> dict[str, str]:
        """What the process is told by its environment: no keys, no network, folders of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "CHAINLIT_", "OAUTH_"))}
        return {
            **kept,
            "PYTHONPATH": str(HOME),
            "CHAINLIT_APP_ROOT": str(self.folder),
            "REFRAIN_DB": str(self.folder / "data" / "refrain.db"),
            "REFRAIN_FLOWS": str(self.flows),
            "REFRAIN_SEARCH": "library",
            **self._environment,
        }

    def launch(self, host: str = "127.0.0.1") -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""
        command = [sys.executable, "-m", "chainlit", "run", str(HOME / "app.py"), "--headless"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", host, "--port", str(self.port)],
                env=self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self._process

    def start(self, host: str = "127.0.0.1") -> None:
        """Start, and return when the page can be asked for."""
        process = self.launch(host)
        deadline = time.monotonic() + 60
        with httpx.Client(timeout=1) as http:
            while time.monotonic() < deadline:
                assert process.poll() is None, self.log
                try:
                    http.get(f"{self.url}/health")
                except httpx.TransportError:
                    time.sleep(0.1)
                else:
                    return
        raise AssertionError(f"The server did not come up:\n{self.log}")

    def signal(self, number: int) -> None:
        """Tell it something by a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def limit_files(self, size: int) -> None:
        """Let it write no file beyond so many bytes, as on a disk that refuses; -1 lifts that."""
        assert self._process is not None
        _, most = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, most))

    def wait(self, seconds: float) -> int:
        """Wait until it has ended by itself; gives its exit status."""
        assert self._process is not None
        status = self._process.wait(seconds)
        self._process = None
        return status

    def kill(self) -> None:
        """End it without a warning, as a crash does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
