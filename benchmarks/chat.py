"""How fast text reaches the page when many conversations stream at once: Refrain beside a bare Chainlit app.

    python -m benchmarks.chat [--clients 1 10 50 100 200] [--rounds 3] [--json]

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
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .chat_server import HOME, REFRAIN, ChatServer, PageSocket, signed_in

WORDS, GAP = 200, 0.02
IDEAL = WORDS * GAP
PATIENCE = 60.0  # seconds for one round of one server
TELLING = tuple(f'42["{event}"' for event in ("stream_token", "stream_start", "new_message", "update_message"))

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
class Contender:
    """A server at work. `ask` is the message that makes it stream; `signs_in` whether the page must."""

    name: str
    server: ChatServer
    ask: str
    signs_in: bool


class Page(PageSocket):
    """One page, as far as it takes to ask and to read what comes."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(port, cookie)
        self._texts: dict[str, str] = {}
        self.first = self.last = 0.0
        self.messages = 0

    async def ask(self, text: str) -> None:
        """Ask, and read until the last word is there."""
        asked = time.perf_counter()
        await self.send(text)
        while not self.last:
            data = await self.receive()
            self.messages += 1
            if data.startswith(TELLING):
                self._read(*json.loads(data[2:]), time.perf_counter() - asked)

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


async def read_all(port: int, pages: int, text: str, cookie: str) -> list[tuple[float, float, int]]:
    """Open the pages, let all ask at once; the seconds to the first and the last word, and the messages, of each."""
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


def measure(contender: Contender, pages: int) -> Figures:
    """Ask the server from another process."""
    server = contender.server
    cookie = signed_in(server.url) if contender.signs_in else ""
    before = server.cpu_seconds()
    reading = ["-m", "benchmarks.chat", "--read", str(server.port), str(pages), contender.ask, cookie]
    done = subprocess.run([sys.executable, *reading], capture_output=True, text=True, cwd=HOME)
    if done.returncode:
        raise SystemExit(f"{contender.name}, {pages} pages: {done.stderr}")
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
def contenders() -> Iterator[list[Contender]]:
    """Ours and the bare one, at work."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours, bare = Path(folder) / "ours", Path(folder) / "bare"
        ours.mkdir()
        bare.mkdir()
        (bare / "app.py").write_text(BARE)
        both = [
            Contender("Refrain", ChatServer(REFRAIN, ours, OURS), "/run Told words", True),
            Contender("bare Chainlit", ChatServer(bare / "app.py", bare), "words", False),
        ]
        for contender in both:
            contender.server.start()
            stack.callback(contender.server.stop)
        yield both


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
    with contenders() as both:
        for one in both:
            measure(one, 1)
        for pages in levels:
            results[pages] = {one.name: [] for one in both}
            for number in range(rounds):
                for one in both if number % 2 == 0 else reversed(both):
                    results[pages][one.name].append(measure(one, pages))
                    print(pages, one.name, results[pages][one.name][-1], file=sys.stderr)
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
        port, pages, text, cookie = given.read
        print(json.dumps(asyncio.run(read_all(int(port), int(pages), text, cookie))))
    else:
        main(given.clients, given.rounds, given.json)
