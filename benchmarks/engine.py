"""What a run costs besides its steps' own work: Refrain, agno and LangGraph, in turns in one process.

    pip install "refrain[bench]"
    python benchmarks/engine.py [--rounds 60] [--picture docs/engine.png]

The same functions in three shapes: three in a row, eight at once, one ten times over. Each round asks every contender
once, in another order than the round before, so that what slows the machine slows all; the table gives medians, and
the median of the rounds' ratios. Telemetry is off everywhere, and nothing here needs a network or a model.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from contenders import CONTENDERS, SHAPES, Agno, LangGraph, Refrain, blocking, calls, on_loop

BATCH = 10  # runs a sample in memory; with a database it is one
BUDGET = 8.0  # seconds one contender may take in one cell, once it has MINIMUM samples
MINIMUM = 5
SETTLE = 0.005  # seconds after a sample, for work that goes on behind it


@dataclass
class Cell:
    """One line of the table. `runs` is how many the session has already; None keeps nothing."""

    shape: str
    work: Callable[[Any], Any]
    streamed: bool
    runs: int | None = None
    seconds: dict[str, list[float]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        how = f"{'sync' if self.work is blocking else 'async'}, {'streamed' if self.streamed else 'plain'}"
        where = "in memory" if self.runs is None else f"journalled, {self.runs:,} before"
        return f"{self.shape}, {how}, {where}"

    def median(self, name: str) -> float:
        """Seconds a run."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str) -> float:
        """How many times Refrain's time this contender takes."""
        pairs = zip(self.seconds[name], self.seconds[Refrain.name], strict=False)
        return statistics.median(theirs / ours for theirs, ours in pairs)


def cells(quick: bool) -> Iterator[Cell]:
    for work in (on_loop, blocking):
        for shape in SHAPES:
            for streamed in (False, True):
                yield Cell(shape, work, streamed)
    for shape in SHAPES:
        for streamed in (False, True):
            yield Cell(shape, on_loop, streamed, 1)
        yield Cell(shape, blocking, False, 1)
    for runs in () if quick else (500, 5000):
        for streamed in (False, True):
            yield Cell("3 in a row", on_loop, streamed, runs)


async def measure(cell: Cell, rounds: int, databases: dict[str, Any], serial: Iterator[int]) -> None:
    """Fill in the cell's seconds, a sample a round."""
    journalled = cell.runs is not None
    contenders = [kind(cell.shape, cell.work, databases[kind.name] if journalled else None) for kind in CONTENDERS]
    filled = f"filled-{next(serial)}"
    for contender in contenders:
        before = next(calls)
        await contender.run(f"warm-{next(serial)}" if journalled else None)
        made = next(calls) - before - 1
        assert made == SHAPES[cell.shape], f"{contender.name} made {made} calls: {cell.title}"
        if cell.runs is not None and cell.runs > 1:
            await contender.fill(filled, cell.runs)
    cell.seconds = {contender.name: [] for contender in contenders}
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        turn = number % len(contenders)
        for contender in contenders[turn:] + contenders[:turn]:
            taken = cell.seconds[contender.name]
            if len(taken) < MINIMUM or sum(taken) < BUDGET:
                session = filled if journalled else None
                if cell.runs == 1:
                    session = f"one-{next(serial)}"
                    await contender.run(session)
                taken.append(await _sample(contender.stream if cell.streamed else contender.run, session))
                await asyncio.sleep(SETTLE if journalled else 0)
    gc.unfreeze()


async def _sample(work: Callable[[str | None], Any], session: str | None) -> float:
    batch = BATCH if session is None else 1
    started = time.perf_counter()
    for _ in range(batch):
        await work(session)
    return (time.perf_counter() - started) / batch


def line(cell: Cell) -> str:
    peers = [kind.name for kind in CONTENDERS[1:]]
    times = "".join(f"{cell.median(kind.name) * 1e3:11.3f}" for kind in CONTENDERS)
    return f"{cell.title:<52}{times}" + "".join(f"{cell.ratio(name):9.2f}x" for name in peers)


def head() -> str:
    names = "".join(f"{kind.name:>11}" for kind in CONTENDERS)
    return f"{'milliseconds a run, medians':<52}{names}" + "".join(f"{kind.name:>10}" for kind in CONTENDERS[1:])


def draw(done: Iterable[Cell], path: Path) -> None:
    """Bars for the runs in memory; lines for the sessions that grow."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    every = list(done)
    bars = [cell for cell in every if cell.runs is None and cell.work is on_loop]
    grown = [c for c in every if c.runs and c.shape == "3 in a row" and c.work is on_loop and not c.streamed]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.6), width_ratios=(3, 2), layout="constrained")
    colours = dict(zip((kind.name for kind in CONTENDERS), ("#2f6f5e", "#c98b3c", "#7d86a8"), strict=True))
    for offset, (name, colour) in enumerate(colours.items()):
        places = [place + (offset - 1) * 0.27 for place in range(len(bars))]
        drawn = left.bar(places, [cell.median(name) * 1e3 for cell in bars], 0.25, color=colour, label=name)
        left.bar_label(drawn, fmt="%.2f", fontsize=7, padding=1)
        right.plot(
            [cell.runs for cell in grown], [cell.median(name) * 1e3 for cell in grown], "o-", color=colour, label=name
        )
    left.set_xticks(range(len(bars)), [f"{cell.shape}\n{'streamed' if cell.streamed else 'plain'}" for cell in bars])
    left.tick_params(axis="x", labelsize=8)
    left.set_title("In memory")
    right.set_title("Three steps, journalled to SQLite")
    right.set_xscale("log")
    right.set_xticks([cell.runs for cell in grown], [f"{cell.runs:,}" for cell in grown])
    right.minorticks_off()
    right.set_xlabel("runs already in the session")
    for axes in (left, right):
        axes.set_yscale("log")
        axes.set_ylabel("milliseconds a run (median)")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60, help="samples of each contender a line (default 60)")
    parser.add_argument("--quick", action="store_true", help="leave out the sessions of 500 and 5,000 runs")
    parser.add_argument("--only", default="", help="only lines whose title contains this")
    parser.add_argument("--picture", type=Path, help="save the whole table as a picture here")
    options = parser.parse_args()
    done: list[Cell] = []
    print(head())
    with tempfile.TemporaryDirectory() as folder:
        files = {kind.name: Path(folder, f"{kind.name}.db") for kind in CONTENDERS}
        async with (
            Refrain.database(files["Refrain"]) as ours,
            Agno.database(files["agno"]) as agno_database,
            LangGraph.database(files["LangGraph"]) as saver,
        ):
            databases = {"Refrain": ours, "agno": agno_database, "LangGraph": saver}
            serial = count()
            for cell in cells(options.quick):
                if options.only in cell.title:
                    await measure(cell, options.rounds, databases, serial)
                    print(line(cell), flush=True)
                    done.append(cell)
    by_title = {cell.title: cell for cell in done}
    one = by_title.get("3 in a row, async, plain, journalled, 1 before")
    many = by_title.get("3 in a row, async, plain, journalled, 5,000 before")
    if one and many:
        growth = {kind.name: many.median(kind.name) / one.median(kind.name) for kind in CONTENDERS}
        print("with 5,000 runs in the session: " + ", ".join(f"{name} {x:.2f}x" for name, x in growth.items()))
    if options.picture:
        draw(done, options.picture)


if __name__ == "__main__":
    asyncio.run(main())
