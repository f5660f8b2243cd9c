"""Many conversations at once over a full store: errors, lost events, the first word, memory, and who slows whom.

    python -m benchmarks.load [--pages 100] [--runs 5000] [--minutes 1] [--pause 8]

A server runs in a process of its own, over a store with so many runs of the same user. The pages speak to it over their
real sockets: each asks, reads until its turn has ended, waits `--pause` seconds on average, and asks again. Six in ten
messages are answered from memory, four run a workflow of two steps. In the end the store is read: every turn must have
ended, the numbers of its events must be without a gap (a joined piece of text carries the number of its last part), and
what pages showed must be what is stored.

Then the pages go on while somebody's steps burn the processor, first in a thread, as a plain function does, then, once
the pages are still, on the event loop, as a badly written async function does; meanwhile another page asks the server
for something small again and again.

First words and delays depend on what else the machine does: judge by the ratios. 30 minutes tell about memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from chat.board import derived_id
from flows import StepInput, Workflow
from storage import RunStore

from .chat_server import REFRAIN, ChatServer, PageSocket, signed_in

PATIENCE, SAMPLE = 60.0, 2.0  # seconds
BURN = 3.0  # seconds that a step keeps a processor busy
BESIDE = 20.0  # seconds that the pages go on beside it
PLACES = ("harbour", "lighthouse", "glacier", "orchard", "tunnel", "market", "bridge", "archive", "desert", "theatre")

SETTINGS = {  # all pages are one user's
    "REFRAIN_OFFLINE_WORDS_PER_SECOND": "0",
    "REFRAIN_MAX_TURNS": "0",
    "REFRAIN_MAX_TURNS_HOUR": "0",
}

FLOWS = f"""
import asyncio
import time

from flows import Workflow


def gather(step_input):
    subject = step_input.get_input_as_string()
    return f"Notes about {{subject}}: it opened long ago, and {{subject}} is visited by many people every year."


async def conclude(step_input):
    for word in f"In short: {{step_input.previous_step_content}}".split(" "):
        yield word + " "
        await asyncio.sleep(0.005)


def burn(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def in_a_thread(step_input):
    burn({BURN})
    return "Burnt."


async def on_the_loop(step_input):
    burn({BURN})
    return "Burnt."


notes = Workflow("Notes", [gather, conclude], description="Takes notes.")
thread = Workflow("Thread", [in_a_thread], description="Burns in a thread.")
loop = Workflow("Loop", [on_the_loop], description="Burns on the event loop.")
"""


class Page(PageSocket):
    """One conversation: seconds until the first word of each turn, the answers by the ids of what was asked."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(port, cookie)
        self.firsts: list[float] = []
        self.answers: dict[str, str] = {}
        self.errors: list[str] = []

    async def ask(self, text: str) -> None:
        """Ask, and read until the turn has ended."""
        asked = time.perf_counter()
        id = await self.send(text)
        answer, card, first, shown = derived_id(id, "answer"), derived_id(id, "turn"), 0.0, ""
        while True:
            event, data = await self._event()
            if event == "toast":
                self.errors.append(str(data))
            if data.get("id") == answer and event in ("new_message", "update_message", "stream_token"):
                text = data.get("token", data.get("output", ""))
                shown = shown + text if event == "stream_token" and not data["isSequence"] else text
                first = first or (time.perf_counter() - asked if shown else 0.0)
            elif data.get("id") == card and (state := data["metadata"].get("state")) in ("completed", "failed"):
                if state == "failed":
                    self.errors.append(str(data["metadata"]["note"]))
                self.firsts.append(first)
                self.answers[id] = shown
                return

    async def converse(self, until: float, pause: float, pick: random.Random) -> None:
        await self.rest(pick.uniform(0, pause))
        while time.monotonic() < until:
            subject = f"{pick.choice(PLACES)} {pick.randrange(500)}"
            ask = f"/recall {subject}" if pick.random() < 0.6 else f"/run Notes {subject}"
            async with asyncio.timeout(PATIENCE):
                await self.ask(ask)
            await self.rest(min(pick.uniform(0, 2 * pause), until - time.monotonic()))

    async def _event(self) -> tuple[str, dict[str, Any]]:
        while not (data := await self.receive()).startswith("42["):
            pass
        event, *rest = json.loads(data[2:])
        return event, rest[0] if rest and isinstance(rest[0], dict) else {}


async def fill(path: Path, runs: int) -> None:
    """Runs of the workflow, as if they had been asked for."""

    async def gather(step_input: StepInput) -> str:
        return f"Notes about {step_input.input}: it opened long ago, and {step_input.input} is visited every year."

    async def conclude(step_input: StepInput) -> str:
        return f"In short: {step_input.previous_step_content}"

    store = RunStore(path)
    flow = Workflow("Notes", [gather, conclude], store=store)
    for start in range(0, runs, 64):  # runs that wait together share a commit
        numbers = range(start, min(start + 64, runs))
        subjects = [f"{PLACES[number % len(PLACES)]} {number // len(PLACES)}" for number in numbers]
        await asyncio.gather(
            *(flow.run(s, session_id=f"s{n % 50}", user_id="local") for n, s in zip(numbers, subjects, strict=True))
        )
    await store.close()


async def sample(server: ChatServer, sizes: list[float]) -> None:
    """The memory of the server, in megabytes, again and again."""
    while True:
        await asyncio.sleep(SAMPLE)
        sizes.append(server.megabytes())


@dataclass
class Delays:
    """Milliseconds until the first word of the pages' turns, and that something small takes, again and again."""

    firsts: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)


async def delays(port: int, cookie: str, workflow: str | None, pages: list[Page], pause: float) -> Delays:
    """What the pages and somebody else wait for while steps of the workflow burn, one after the other, for a while."""
    burner, took = Page(port, cookie), Delays()
    await burner.open()
    before = [len(page.firsts) for page in pages]
    until = time.monotonic() + (BESIDE if pages else BURN)
    talks = [page.converse(until, pause, random.Random(number)) for number, page in enumerate(pages)]

    async def burn() -> None:
        while workflow and time.monotonic() < until - BURN / 2:
            await burner.ask(f"/run {workflow} now")
        await asyncio.sleep(until - time.monotonic())

    talking = asyncio.gather(burn(), *talks)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"Cookie": cookie}, timeout=60) as http:
        while not talking.done() and time.monotonic() < until:
            began = time.perf_counter()
            (await http.get("/refrain/runs?limit=1")).raise_for_status()
            took.small.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)
    await talking
    await burner.close()
    took.firsts = [
        first * 1000 for page, known in zip(pages, before, strict=True) for first in page.firsts[known:] if first
    ]
    return took


def lost(database: Path, pages: list[Page]) -> list[str]:
    """What is not in the store as it should be."""
    wrong = []
    with sqlite3.connect(database) as db:
        for page in pages:
            for id, shown in page.answers.items():
                status, answer = db.execute("select status, answer from turns where id = ?", [id]).fetchone()
                if status != "completed" or not answer.strip() or not shown.strip():
                    wrong.append(f"turn {id} is {status}, with the answer {answer!r}, shown as {shown!r}")
                before = 0
                rows = db.execute("select seq, type from events where stream = ? order by seq", [id]).fetchall()
                for seq, type in rows:
                    if seq != before + 1 and not type.endswith("delta"):
                        wrong.append(f"turn {id} has no event between {before} and {seq}")
                    before = seq
                if not rows or rows[-1][1] != "turn_finished":
                    wrong.append(f"turn {id} has no end")
    return wrong


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(milliseconds: list[float]) -> str:
    median, most = statistics.median(milliseconds), max(milliseconds)
    return f"{median:.0f} ms, p95 {quantile(milliseconds, 0.95):.0f} ms, at the most {most:.0f} ms"


def tell_load(pages: list[Page], minutes: float, sizes: list[float]) -> None:
    firsts = [first for page in pages for first in page.firsts if first]
    warm, last = sizes[len(sizes) // 3], statistics.median(sizes[-max(1, len(sizes) // 10) :])
    print(f"pages {len(pages)}, turns {len(firsts)} in {minutes:g} minutes")
    print(f"first word: median {statistics.median(firsts) * 1000:.0f} ms, p95 {quantile(firsts, 0.95) * 1000:.0f} ms")
    growth = f"{(last / warm - 1) * 100:+.1f} %"
    print(f"memory: {sizes[0]:.0f} MB, warm {warm:.0f} MB, at the end {last:.0f} MB ({growth})", flush=True)


def tell_delays(name: str, took: Delays) -> None:
    print(f"{name}: something small takes {spread(took.small)}")
    if took.firsts:
        print(f"{name}: the first word takes {spread(took.firsts)}, of {len(took.firsts)} turns", flush=True)


async def main(pages: int, runs: int, minutes: float, pause: float) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        server = ChatServer(REFRAIN, Path(temporary), FLOWS, SETTINGS)
        began = time.monotonic()
        await fill(server.database, runs)
        print(f"{runs:,} runs stored in {time.monotonic() - began:.0f} s", file=sys.stderr)
        server.start()
        try:
            port, cookie = server.port, signed_in(server.url)
            opened, sizes = [Page(port, cookie) for _ in range(pages)], list[float]()
            for page in opened:
                await page.open()
            sampling = asyncio.create_task(sample(server, sizes))
            until = time.monotonic() + minutes * 60
            talks = [page.converse(until, pause, random.Random(number)) for number, page in enumerate(opened)]
            ended = await asyncio.gather(*talks, return_exceptions=True)
            sampling.cancel()
            errors = [f"a page broke off: {error!r}" for error in ended if error is not None]
            whole = [page for page, error in zip(opened, ended, strict=True) if error is None]
            tell_load(opened, minutes, sizes)
            print(*errors, sep="\n", end="\n" if errors else "", flush=True)
            for name, workflow, beside in (
                ("nobody burns", None, whole),
                ("a thread burns", "Thread", whole),
                ("the event loop burns", "Loop", []),
            ):
                tell_delays(name, await delays(port, cookie, workflow, beside, pause))
            for page in opened:
                await page.close()
        finally:
            server.stop()
        errors += [error for page in opened for error in page.errors] + lost(server.database, opened)
    print(f"errors and losses: {len(errors)}", *errors[:20], sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--pause", type=float, default=8.0)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.pages, given.runs, given.minutes, given.pause)))
