"""`refrain eval`: how often the right thing is done about messages whose right answer is known."""

from __future__ import annotations

import json as jsonlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.terminal import AsJson, fail, perform, printable, say
from evals import answering, picture, table
from evals.baselines import baselines
from evals.bench import fill
from evals.cases import BadCases, read
from evals.metrics import report
from evals.pairs import judged_pairs, read_pairs, report_pairs
from storage import RunStore

Model = Literal["offline", "configured"]


def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Cases, one JSON object a line.")],
    pairs: Annotated[bool, typer.Option("--pairs", help="FILE holds pairs of requests.")] = False,
    json: AsJson = False,
    model: Annotated[
        Model, typer.Option(help="Who decides and answers: the rules alone, or your model too.")
    ] = "offline",
    drawing: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Draw false hits against needless runs.")
    ] = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what went wrong; with --json on stderr.")] = False,
) -> None:
    """Judge recall and decision by labelled messages, in a store of their own that is deleted afterwards."""
    if pairs and (model != "offline" or drawing is not None):
        fail("--pairs goes with --json and --misses alone: pairs are judged by the rules, and there is no picture.")
    perform(lambda: _pairs(file, json, misses) if pairs else _cases(file, json, model, drawing, misses))


async def _cases(file: Path, as_json: bool, model: Model, drawing: Path | None, with_misses: bool) -> int:
    try:
        families = read(file)
        answerer = answering.configured() if model == "configured" else answering.offline()
        if drawing is not None:
            picture.pyplot()  # said now, not after all the work
    except (BadCases, answering.NotConfigured, picture.NoPicture) as error:
        fail(str(error))
    async with _empty_store() as store:
        await fill(store, families)
        product = await answering.decided(store, families, answerer)
        others = await baselines(store, product)
    found = report(product, others)
    _show(found.to_dict() if as_json else table.table(found), table.misses(product) if with_misses else [])
    if drawing is not None:
        picture.draw(drawing, product, others)
    return 0


async def _pairs(file: Path, as_json: bool, with_misses: bool) -> int:
    try:
        pairs = read_pairs(file)
    except BadCases as error:
        fail(str(error))
    async with _empty_store() as store:
        verdicts = await judged_pairs(store, pairs)
    found = report_pairs(verdicts)
    _show(found.to_dict() if as_json else table.pairs_table(found), table.pair_misses(verdicts) if with_misses else [])
    return 0


@asynccontextmanager
async def _empty_store() -> AsyncIterator[RunStore]:
    with tempfile.TemporaryDirectory(prefix="refrain-eval-") as folder:
        store = RunStore(Path(folder) / "cases.db")
        try:
            yield store
        finally:
            await store.close()


def _show(told: dict[str, Any] | list[str], misses: Sequence[str]) -> None:
    if isinstance(told, dict):
        print(jsonlib.dumps(told), flush=True)
        for line in misses:
            typer.echo(printable(line), err=True)
        return
    for line in [*told, *([""] if misses else []), *misses]:
        say(line)
