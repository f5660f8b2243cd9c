"""A server that is killed and is soon there again: the next process has imported all there is before it is needed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from tests.chat_server import HOME, ChatServer

from . import workflows

# What `chainlit run app.py` imports first; the store is opened, and the port taken, after the word to go.
STANDBY = """
import sys
from chat.auth import home, keep_secret
keep_secret(home())
import chainlit.cli, chainlit.server, chat.server, chat.welcome, agents.offline, agents.tools, flows.setup
sys.stdin.readline()
sys.argv = ["chainlit", "run", *sys.argv[1:]]
chainlit.cli.cli()
"""
PATIENCE = 60.0  # seconds until a server that does not come up counts as one that never will


class TortureServer(ChatServer):
    """A real server over `folder`. `ready` is set while there is one that answers."""

    def __init__(self, folder: Path) -> None:
        self.bodies = folder / "bodies.log"
        unlimited = {"REFRAIN_MAX_TURNS": "0", "REFRAIN_MAX_TURNS_HOUR": "0"}
        super().__init__(folder, REFRAIN_OFFLINE_WORDS_PER_SECOND="0", TORTURE_LOG=str(self.bodies), **unlimited)
        shutil.copyfile(workflows.__file__, self.flows / "torture.py")
        self.bodies.touch()
        self.database = folder / "data" / "refrain.db"
        self.ready = asyncio.Event()
        self._next: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Let a process import what it needs, and wait."""
        with (self.folder / "server.log").open("ab") as log:
            self._next = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    STANDBY,
                    str(HOME / "app.py"),
                    "--headless",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(self.port),
                ],
                env=self.environment(),
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def up(self) -> None:
        """Let the waiting process serve; returns when the page can be asked for."""
        if self._next is None:
            self.prepare()
        process = self._process = self._next
        assert process is not None
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        self._next = None
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as http:
            while not await self._answers(http):
                assert process.poll() is None, self.log
                await asyncio.sleep(0.01)
        self.ready.set()

    def crash(self) -> None:
        """kill -9."""
        self.ready.clear()
        self.kill()

    def stop(self) -> None:
        """End both processes."""
        self.crash()
        if self._next is not None:
            self._next.kill()
            self._next.wait()

    async def _answers(self, http: httpx.AsyncClient) -> bool:
        try:
            await http.get(f"{self.url}/health", timeout=5)
        except httpx.TransportError:
            return False
        return True
