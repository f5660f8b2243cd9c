"""How fast text reaches the page when many conversations stream at once: Refrain beside a bare Chainlit app.

    python benchmarks/chat.py [--clients 1 10 50 100 200] [--rounds 3] [--json]

Two servers run, each in a process of its own: ours, with a workflow of one step that yields its text, kept in a
database like any run; and a Chainlit app without login and storage that streams into one message. Both give 200 words
20 ms apart, by the same loop: a word comes 20 ms after the one before it was handed on, so that every delay adds up.
A third process opens so many pages over their real sockets, lets all ask at the same moment, and reads the words out
of what arrives; it does not lay out anything. Each round asks both servers, in turns, in the other order than before.
A word that is lost, doubled or out of order ends the benchmark.

The columns, each a median of the rounds:

    median, p95     seconds until a page has its last word, over the pages; the ideal is 4.0
    x ideal         that median as a multiple of the ideal
    x bare          that median as a multiple of the bare app's in the same round
    first, p95      seconds until a page has its first word. Ours first stores the turn and decides what to do
    CPU             seconds of the server's processor time for 1,000 words that reached a page, threads included
    messages        how many messages a page was sent, text and all else

The processor is shared with the process that reads, and with whatever else the machine does: where times are noisy,
CPU and the ratio are what to compare.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import websockets

HOME = Path(__file__).resolve().parent.parent
WORDS, GAP = 200, 0.02
IDEAL = WORDS * GAP
PATIENCE = 60.0  # seconds for one round of one server
TELLING = tuple(f'42["{event}"' for event in ("stream_token", "stream_start", "new_message", "update_message"))
TICKS = os.sysconf("SC_CLK_TCK")

STREAM = f"""
import asyncio


async def words():
    for number in range({WORDS}):
        yield f"w{{number:03}} "
        await asyncio.sleep({GAP})
"""

OURS = f"""{STREAM}

from flows import Workflow


async def tell(step_input):
    async for word in words():
        yield word


told = Workflow(name="Told", steps=[tell], description="Tells words.")
"""

BARE = f"""{STREAM}

import chainlit as cl


@cl.on_message
async def on_message(message: cl.Message) -> None:
    answer = await cl.Message(content="").send()
    async for word in words():
        await answer.stream_token(word)
    await answer.update()
"""


@dataclass
class Server:
    """A server of its own process. `ask` is the message that makes it stream; `signs_in` whether the page must."""

    name: str
    app: Path
    folder: Path
    ask: str
    signs_in: bool
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        keys = ("OPENAI_", "CHAINLIT_", "OAUTH_", "REFRAIN_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(keys)}
        environment |= {
            "PYTHONPATH": str(HOME),
            "CHAINLIT_APP_ROOT": str(self.folder),
            "REFRAIN_DB": str(self.folder / "data" / "refrain.db"),
            "REFRAIN_FLOWS": str(self.folder / "flows"),
            "REFRAIN_SEARCH": "library",
        }
        run = ["-m", "chainlit", "run", str(self.app), "--headless", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *run], env=environment, cwd=self.folder, stdout=log, stderr=log
            )
        self._await_health()

    def _await_health(self) -> None:
        for _ in range(600):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=1)
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"{self.name} did not come up:\n{(self.folder / 'server.log').read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def cpu_seconds(self) -> float:
        """The processor time of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


class Page:
    """One page, as far as it takes to ask and to read what comes: Socket.IO by hand, for little work a message."""

    def __init__(self, port: int, cookie: str) -> None:
        self._address = f"ws://127.0.0.1:{port}/ws/socket.io/?EIO=4&transport=websocket"
        self._headers = {"Cookie": cookie} if cookie else {}
        self._texts: dict[str, str] = {}
        self.first = self.last = 0.0
        self.messages = 0

    async def open(self) -> None:
        self._socket = await websockets.connect(self._address, additional_headers=self._headers)
        auth = {"sessionId": str(uuid4()), "clientType": "webapp", "userEnv": "{}", "threadId": ""}
        await self._socket.recv()
        await self._socket.send("40" + json.dumps(auth))
        await self._until("40")
        await self._emit("connection_successful")
        await self._until('42["clear_call_fn"')

    async def ask(self, text: str) -> None:
        """Ask, and read until the last word is there."""
        message = {"id": str(uuid4()), "threadId": "", "name": "local", "type": "user_message", "output": text}
        message["createdAt"] = "2026-01-01T00:00:00Z"
        asked = time.perf_counter()
        await self._emit("client_message", {"message": message, "fileReferences": []})
        while not self.last:
            data = await self._receive()
            self.messages += 1
            if data.startswith(TELLING):
                self._read(*json.loads(data[2:]), time.perf_counter() - asked)

    async def close(self) -> None:
        await self._socket.close()

    def _read(self, event: str, data: dict[str, Any], since: float) -> None:
        if event == "stream_token":
            text = ("" if data["isSequence"] else self._texts.get(data["id"], "")) + data["token"]
        else:
            text = data["output"]  # of the whole message
        self._texts[data["id"]] = text
        if not self.first and "w000" in text:
            self.first = since
        if f"w{WORDS - 1:03}" in text:
            if text.split() != [f"w{number:03}" for number in range(WORDS)]:
                raise SystemExit(f"Words were lost or doubled: {text}")
            self.last = since

    async def _until(self, beginning: str) -> None:
        while not (await self._receive()).startswith(beginning):
            pass

    async def _receive(self) -> str:
        while (data := await self._socket.recv()) == "2":
            await self._socket.send("3")
        return str(data)

    async def _emit(self, *event: Any) -> None:
        await self._socket.send("42" + json.dumps(event))


async def read_all(port: int, pages: int, text: str, signs_in: bool) -> list[tuple[float, float, int]]:
    """Open the pages, let all ask at once; the seconds to the first and the last word, and the messages, of each."""
    cookie = ""
    if signs_in:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            (await http.post("/auth/header")).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    opened = [Page(port, cookie) for _ in range(pages)]
    async with asyncio.timeout(PATIENCE):
        for page in opened:
            await page.open()
        await asyncio.gather(*(page.ask(text) for page in opened))
        await asyncio.gather(*(page.close() for page in opened))
    return [(page.first, page.last, page.messages) for page in opened]


@dataclass
class Figures:
    """One round of one server, or the medians of several. Times in seconds; `cpu` for 1,000 words."""

    median: float
    p95: float
    first: float
    first_p95: float
    cpu: float
    messages: float


def measure(server: Server, pages: int) -> Figures:
    """Ask the server from another process."""
    before = server.cpu_seconds()
    command = [sys.executable, __file__, "--read", str(server.port), str(pages), server.ask]
    done = subprocess.run([*command, "yes" if server.signs_in else "no"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{server.name}, {pages} pages: {done.stderr}")
    firsts, lasts, messages = zip(*json.loads(done.stdout), strict=True)
    cpu = (server.cpu_seconds() - before) / (pages * WORDS) * 1000
    median = statistics.median
    return Figures(median(lasts), p95(lasts), median(firsts), p95(firsts), cpu, median(messages))


def p95(values: tuple[float, ...]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


def middle(rounds: list[Figures]) -> Figures:
    """The median of every figure."""
    return Figures(
        *(statistics.median(values) for values in zip(*(asdict(one).values() for one in rounds), strict=True))
    )


@contextmanager
def servers() -> Iterator[list[Server]]:
    """Ours and the bare one, at work."""
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = Path(folder) / "ours", Path(folder) / "bare"
        (ours / "flows").mkdir(parents=True)
        (ours / "flows" / "told.py").write_text(OURS)
        (ours / ".chainlit").symlink_to(HOME / ".chainlit")
        (ours / "public").symlink_to(HOME / "public")
        bare.mkdir()
        (bare / "app.py").write_text(BARE)
        both = [
            Server("Refrain", HOME / "app.py", ours, "/run Told words", True),
            Server("bare Chainlit", bare / "app.py", bare, "words", False),
        ]
        try:
            for server in both:
                server.start()
            yield both
        finally:
            for server in both:
                if hasattr(server, "process"):
                    server.stop()


def table(results: dict[int, dict[str, list[Figures]]]) -> str:
    """The results as a table in Markdown."""
    lines = ["| pages | | median | p95 | x ideal | x bare | first | p95 | CPU | messages |", "|-:|-|" + "-:|" * 8]
    for pages, rounds in results.items():
        for name, figures in rounds.items():
            m = middle(figures)
            bare = rounds["bare Chainlit"]
            beside = [one.median / other.median for one, other in zip(figures, bare, strict=True)]
            lines.append(
                f"| {pages} | {name} | {m.median:.2f} | {m.p95:.2f} | {m.median / IDEAL:.2f} "
                f"| {statistics.median(beside):.2f} | {m.first:.2f} | {m.first_p95:.2f} | {m.cpu:.3f} "
                f"| {m.messages:.0f} |"
            )
    return "\n".join(lines)


def main(levels: list[int], rounds: int, as_json: bool) -> None:
    results: dict[int, dict[str, list[Figures]]] = {}
    with servers() as both:
        for server in both:
            measure(server, 1)
        for pages in levels:
            results[pages] = {server.name: [] for server in both}
            for number in range(rounds):
                for server in both if number % 2 == 0 else reversed(both):
                    results[pages][server.name].append(measure(server, pages))
                    print(pages, server.name, results[pages][server.name][-1], file=sys.stderr)
    if as_json:
        print(json.dumps({pages: {n: [asdict(f) for f in fs] for n, fs in r.items()} for pages, r in results.items()}))
    else:
        print(table(results))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 10, 50, 100, 200])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--read", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        port, pages, text, signs_in = given.read
        print(json.dumps(asyncio.run(read_all(int(port), int(pages), text, signs_in == "yes"))))
    else:
        main(given.clients, given.rounds, given.json)
