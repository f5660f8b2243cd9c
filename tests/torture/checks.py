"""What must hold of a store after its servers were killed, whatever the moments."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from chat.board import derived_id
from flows.setup import load_workflows
from flows.stream import EventStream
from flows.workflow import Workflow
from storage import RunStore
from storage.encoding import from_json, to_json
from storage.passages import CONTAINERS, DECISIONS
from storage.records import JournalEntry, Run
from storage.verify import verify
from tests.chat_client import ChatClient

from .conversation import Seen, answer_of
from .server import TortureServer
from .workflows import OURS, digest, subject

AGE = re.compile(r" · (?:just now|\d+ min ago)")  # of a source, in the name of its chip
ORPHANS = {
    "steps without a run": "select count(*) from steps where run_id not in (select id from runs)",
    "passages without a step": "select count(*) from passages where step_id not in (select id from steps)",
    "passages of steps that are not finished": "select count(*) from passages p join steps s on s.id = p.step_id "
    "where s.status != 'completed'",
    "steps that were never indexed": "select count(*) from steps where indexed = 0",
    "events without a turn or run": "select count(*) from events where stream not in (select id from turns) "
    "and stream not in (select id from runs)",
    "runs without a turn": "select count(*) from runs where turn_id not in (select id from turns)",
    "runs that their turn does not know": "select count(*) from runs r join turns t on t.id = r.turn_id "
    "where not exists (select 1 from json_each(t.run_ids) where value = r.id)",
    "citations without a run": "select count(*) from citations where run_id not in (select id from runs)",
    "rows that are still someone's": "select (select count(*) from runs where owner is not null) + "
    "(select count(*) from turns where status in ('queued', 'running'))",
}


@dataclass
class Found:
    """Sentences about what was lost, done twice, or is wrong in another way."""

    turns: int = 0
    runs: int = 0
    steps: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def check(server: TortureServer, seen: Seen) -> Found:
    """Look at everything: on the pages while the server lives, then in the file."""
    found = Found()
    await _check_pages(server, seen, found)
    server.crash()
    store = RunStore(server.database)
    try:
        await _check_turns(store, seen, found)
        runs = await store.runs(limit=1_000_000)
        found.runs = len(runs)
        await _check_steps(store, runs, seen, server.bodies, found)
    finally:
        await store.close()
    _check_rows(server.database, found)
    found.wrong += [finding.text for finding in (await verify(server.database)).wrong]
    await _check_contents(server.database, runs, found)
    return found


async def _check_pages(server: TortureServer, seen: Seen, found: Found) -> None:
    """Every answer stands on its page as it was shown."""
    shown: dict[str, str] = {}
    for thread_id in seen.threads:
        async with ChatClient(server.url, thread_id=thread_id) as page:
            shown |= {id: answer_of(page, id) for id in page.steps if id in seen.answers}
    for id, answer in seen.answers.items():
        if not answer.strip():
            found.wrong.append(f"Turn {id} was answered with nothing.")
        elif id not in shown:
            found.lost.append(f"Turn {id} was answered and is on no page.")
        elif AGE.sub("", shown[id]) != AGE.sub("", answer):
            found.wrong.append(f"Turn {id} showed {answer!r}, and shows {shown[id]!r}.")


async def _check_turns(store: RunStore, seen: Seen, found: Found) -> None:
    turns = {turn.id: turn for thread in seen.threads for turn in await store.turns(thread)}
    found.turns = len(turns)
    found.lost += [f"Turn {id} was sent and is not there." for id in seen.sent.keys() - turns.keys()]
    found.doubled += [f"Turn {id} was never sent." for id in turns.keys() - seen.sent.keys()]
    for id, turn in turns.items():
        if id in seen.given_up:
            if turn.run_ids or turn.status != "interrupted":
                found.wrong.append(f"Turn {id} was asked again, but is {turn.status} with the runs {turn.run_ids}.")
        elif turn.status != "completed" or not turn.answer.strip():
            found.wrong.append(f"Turn {id} ({turn.message}) is {turn.status} with the answer {turn.answer!r}.")


async def _check_steps(store: RunStore, runs: Iterable[Run], seen: Seen, bodies: Path, found: Found) -> None:
    begun, done = _bodies(bodies)
    told: set[str] = set()
    for run in runs:
        if run.status != "completed":
            found.wrong.append(f"Run {run.id} of {run.workflow} is {run.status}.")
        entries = {
            entry.path: entry for entry in await store.journal(run.id) if entry.kind not in CONTAINERS | DECISIONS
        }
        found.steps += len(entries)
        events = await store.events(run.turn_id or run.id, run_id=run.id)
        finished = [event for event in events if event.type == "step_finished"]
        leaves = [event.path for event in finished if event.data["kind"] not in CONTAINERS]
        # What holds steps is told, and follows from them: it is in the journal when they are.
        paths = {path.rsplit("/", cut)[0] for path in entries for cut in range(path.count("/") + 1)}
        told |= {derived_id(run.turn_id or "", run.id, path) for path in paths | {event.path for event in finished}}
        for path, times in Counter(leaves).items():
            if path not in entries:
                found.lost.append(f"{path} of run {run.id} was announced and is not in its journal.")
            if times > 1:
                found.doubled.append(f"{path} of run {run.id} was announced {times} times.")
        if run.workflow in OURS:
            for entry in entries.values():
                _check_body(run, entry, begun, done, found)
    if missing := seen.finished - told:
        found.lost.append(f"{len(missing)} steps were shown as finished and are in no journal.")


def _check_body(
    run: Run,
    entry: JournalEntry,
    begun: dict[tuple[str, str], list[float]],
    done: dict[tuple[str, str], list[float]],
    found: Found,
) -> None:
    """What is in the journal was worked out to its end, and never again since."""
    given = entry.output.content if entry.output else None
    key = (subject(run.input), digest(str(given)))
    if not done.get(key):
        found.wrong.append(f"{entry.path} of run {run.id} is in the journal, but was never done.")
    if any(moment > entry.finished_at.timestamp() for moment in begun.get(key, ())):
        found.doubled.append(f"{entry.path} of run {run.id} was done again after it was in the journal.")


def _bodies(log: Path) -> tuple[dict[tuple[str, str], list[float]], dict[tuple[str, str], list[float]]]:
    moments: dict[str, dict[tuple[str, str], list[float]]] = {"begun": {}, "done": {}}
    for line in log.read_text().splitlines():
        what, moment, given, asked = line.split(" ", 3)
        moments[what].setdefault((asked, given), []).append(float(moment))
    return moments["begun"], moments["done"]


def _check_rows(database: Path, found: Found) -> None:
    with sqlite3.connect(database) as db:
        for pragma in ("integrity_check", "foreign_key_check"):
            rows = db.execute(f"pragma {pragma}").fetchall()
            found.wrong += [f"{pragma}: {row}" for row in rows if row != ("ok",)]
        for what, question in ORPHANS.items():
            (count,) = db.execute(question).fetchone()
            if count:
                found.wrong.append(f"There are {count} {what}.")


async def _check_contents(database: Path, runs: Iterable[Run], found: Found) -> None:
    """Every run has given what it gives when nothing disturbs it: it is done anew, in a copy of the store."""
    workflows = {**load_workflows(), **OURS}
    copy = database.with_name("undisturbed.db")
    with sqlite3.connect(database) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    store = RunStore(copy)
    try:
        for run in runs:
            again = await _undisturbed(store, workflows[run.workflow], run.id)
            if to_json(again.content) != to_json(run.content):
                found.wrong.append(f"Run {run.id} of {run.workflow} gave {run.content!r}, not {again.content!r}.")
            before, after = [await _outputs(store, id) for id in (run.id, again.id)]
            if before != after:
                paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
                found.wrong.append(f"Run {run.id} of {run.workflow} has another journal: {', '.join(paths)}.")
    finally:
        await store.close()


async def _undisturbed(store: RunStore, workflow: Workflow, run_id: str) -> Run:
    request = replace(await store.run_request(run_id), id=uuid4().hex, turn_id=None)
    await store.create_run(request)
    run = await workflow.execute(request, stream=EventStream(request.id, sink=store), store=store)
    while run.status == "paused":
        claimed, stream = await workflow.claim(run.id, store, approve=True)
        run = await workflow.execute(claimed, stream=stream, store=store, resumed=True)
    return run


async def _outputs(store: RunStore, run_id: str) -> dict[str, object]:
    """What a run's journal says, without times and counts."""
    entries = await store.journal(run_id)
    return {
        entry.path: (entry.status, entry.decision, from_json(to_json(entry.output.content)) if entry.output else None)
        for entry in entries
    }
