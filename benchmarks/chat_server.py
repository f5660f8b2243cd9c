"""A chat server in a process of its own, and the bare socket of one of its pages: for benchmarks of the chat."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import websockets

HOME = Path(__file__).resolve().parent.parent
REFRAIN = HOME / "app.py"
TICKS = os.sysconf("SC_CLK_TCK")
KEYS = ("OPENAI_", "CHAINLIT_", "OAUTH_", "REFRAIN_")  # of the caller's environment, kept from the server
STARTING = 60.0  # seconds


@dataclass
class ChatServer:
    """The app over what is in `folder`. `flows` is the text of the module with its workflows, for Refrain's own app."""

    app: Path
    folder: Path
    flows: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, and wait until it answers. Raises SystemExit with its log if it does not."""
        if self.flows:
            (self.folder / "flows").mkdir()
            (self.folder / "flows" / "measured.py").write_text(self.flows)
            (self.folder / ".chainlit").symlink_to(HOME / ".chainlit")
            (self.folder / "public").symlink_to(HOME / "public")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(KEYS)} | {
            "PYTHONPATH": str(HOME),
            "CHAINLIT_APP_ROOT": str(self.folder),
            "REFRAIN_DB": str(self.database),
            "REFRAIN_FLOWS": str(self.folder / "flows"),
            "REFRAIN_SEARCH": "library",
            **self.settings,
        }
        chainlit = [sys.executable, "-m", "chainlit", "run", str(self.app), "--headless"]
        run = [str(Path(sys.executable).with_name("refrain")), "chat"] if self.app == REFRAIN else chainlit
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*run, "--port", str(self.port)], env=environment, cwd=self.folder, stdout=log, stderr=log
            )
        self._await_health()

    def _await_health(self) -> None:
        until = time.monotonic() + STARTING
        with httpx.Client(timeout=1) as http:
            while self.process.poll() is None and time.monotonic() < until:
                with suppress(httpx.TransportError):
                    http.get(f"{self.url}/health")
                    return
                time.sleep(0.1)
        self.stop()
        raise SystemExit(f"{self.app} did not come up:\n{(self.folder / 'server.log').read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "refrain.db"

    def cpu_seconds(self) -> float:
        """The processor time of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self) -> float:
        """The memory of the process."""
        return int(Path(f"/proc/{self.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def signed_in(url: str) -> str:
    """The cookie of who uses a server of this computer."""
    with httpx.Client(base_url=url) as http:
        http.post("/auth/header").raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


class PageSocket:
    """The socket of one page: Socket.IO by hand, for little work a message."""

    def __init__(self, port: int, cookie: str) -> None:
        self._address = f"ws://127.0.0.1:{port}/ws/socket.io/?EIO=4&transport=websocket"
        self._headers = {"Cookie": cookie} if cookie else {}

    async def open(self) -> None:
        """Begin a conversation, and wait until the page could be written on."""
        self._socket = await websockets.connect(
            self._address, additional_headers=self._headers, max_size=None, max_queue=None
        )
        await self._until("0")
        auth = {"sessionId": str(uuid4()), "clientType": "webapp", "userEnv": "{}", "threadId": ""}
        await self._socket.send("40" + json.dumps(auth))
        await self._until("40")
        await self._emit("connection_successful")
        await self._until('42["clear_call_fn"')

    async def send(self, text: str) -> str:
        """Send what somebody wrote; the id of the message."""
        id = str(uuid4())
        message = {"id": id, "threadId": "", "name": "local", "type": "user_message", "output": text}
        message["createdAt"] = "2026-01-01T00:00:00Z"
        await self._emit("client_message", {"message": message, "fileReferences": []})
        return id

    async def receive(self) -> str:
        """The next message of the server, as it came."""
        while (data := await self._socket.recv()) == "2":
            await self._socket.send("3")
        return str(data)

    async def rest(self, seconds: float) -> None:
        """Ask for nothing for a while; what the server says is heard, and its pings are answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.receive()

    async def close(self) -> None:
        await self._socket.close()

    async def _until(self, beginning: str) -> None:
        while not (await self.receive()).startswith(beginning):
            pass

    async def _emit(self, *event: Any) -> None:
        await self._socket.send("42" + json.dumps(event))
