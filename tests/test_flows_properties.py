"""Any workflow does what the naive interpreter says, and does it again after a crash at any moment."""

from __future__ import annotations

import asyncio
import copy
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from flows import Workflow
from flows.memory import MemoryStore
from storage import encoding
from storage.records import EventRecord, JournalEntry, Run
from tests.reference import Given, Interpreter, Waits
from tests.trees import START, World, numbered, trees

TREES = int(os.environ.get("REFRAIN_TREES", "100"))
REPEATABLE = "REFRAIN_TREES" not in os.environ

Tree = tuple[Any, ...]


class Crash(BaseException):
    """The process is gone: nothing catches it, and nothing is written any more."""


class FragileStore(MemoryStore):
    """Keeps entries as JSON, as a file would. The process dies at write `dies_at`, before or after it is kept."""

    def __init__(self, dies_at: int = 0, kept: bool = False) -> None:
        super().__init__()
        self.dies_at, self.kept = dies_at, kept
        self.writes = 0
        self.dead = False

    async def record(self, run_id: str, entry: JournalEntry, events: Sequence[EventRecord] = ()) -> None:
        await self._written(super().record(run_id, _through_json(entry), events))
        await asyncio.sleep(0)  # what is handed in is kept, even if who waits for it is cancelled

    async def end_run(self, run_id: str, **outcome: Any) -> None:
        await self._written(super().end_run(run_id, **outcome))

    async def _written(self, write: Any) -> None:
        self.writes += 1
        dies = self.writes == self.dies_at
        if self.dead or (dies and not self.kept):
            self.dead = True
            write.close()
            raise Crash
        await write
        if dies:
            self.dead = True
            raise Crash

    async def revive(self) -> str:
        """A new process opens the store; returns the id of the run that was cut off."""
        self.dead, self.dies_at = False, 0
        (kept,) = self._runs.values()
        if kept.run.status == "running":
            kept.run = replace(kept.run, status="interrupted")
        return kept.run.id

    def finished(self) -> Counter[str]:
        """How often each leaf is in the journal, by key."""
        (kept,) = self._runs.values()
        given_up = {path.removesuffix("#given_up") for path in kept.entries if path.endswith("#given_up")}
        return Counter(
            str(entry.output.content).split(" ")[0]
            for path, entry in kept.entries.items()
            if entry.kind == "step" and entry.status == "completed" and entry.output and path not in given_up
        )


def _through_json(entry: JournalEntry) -> JournalEntry:
    output = encoding.to_output(encoding.from_json(encoding.to_json(entry.output))) if entry.output else None
    changes = encoding.from_json(encoding.to_json(entry.changes))
    return replace(entry, output=output, changes=changes, decision=encoding.from_json(encoding.to_json(entry.decision)))


@dataclass
class Expected:
    """What the interpreter says: where the run waits each time, and how it ends."""

    questions: list[str]
    status: str
    content: Any
    state: dict[str, Any]
    interpreter: Interpreter


def expected(tree: Tree) -> Expected:
    questions: list[str] = []
    while True:
        interpreter, state = Interpreter(set(questions)), copy.deepcopy(START)
        try:
            result = interpreter.sequence(tree, numbered([node.name for node in tree]), Given("go"), "", state)
        except Waits as waits:
            questions.append(str(waits))
            continue
        return Expected(questions, "completed" if result.ok else "failed", result.content, state, interpreter)


async def to_the_end(made: Workflow, run: Run) -> tuple[Run, list[str]]:
    """Say yes to every question; the run, and the paths that were asked about."""
    asked = []
    while run.status == "paused":
        assert run.question is not None
        asked.append(f"/{run.question.path}")
        run = await made.resume(run.id, approve=True, question_id=run.question.id)
    return run, asked


def agrees(run: Run, wanted: Expected) -> None:
    assert (run.status, run.content) == (wanted.status, wanted.content), run.error
    assert run.session_state == wanted.state


def ran_in_order(ran: list[str], interpreter: Interpreter) -> None:
    """Each leaf did its work as often as the interpreter's, in its order wherever that is fixed."""
    places: dict[str, list[int]] = {}
    for place, (key, _) in enumerate(interpreter.ran):
        places.setdefault(key, []).append(place)
    order = [places[key].pop(0) for key in ran]  # fails for a leaf that ran once too often
    missing = [interpreter.ran[place][1] for rest in places.values() for place in rest]
    assert all(any(path.startswith(f"{torn}/") for torn in interpreter.torn) for path in missing), missing
    for number, early in enumerate(order):
        for late in order[number + 1 :]:
            if early > late:
                one, other = interpreter.ran[early][1], interpreter.ran[late][1]
                assert _common(one, other) in interpreter.parallels, f"{one} ran before {other}"


def _common(one: str, other: str) -> str:
    parts = []
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        parts.append(left)
    return "/".join(parts)


async def check(tree: Tree) -> int:
    """Run the tree undisturbed, then once for every moment it can be cut off at. Returns the number of crashes."""
    wanted = expected(tree)
    world, store = World(), FragileStore()
    made = Workflow("W", [world.build(node) for node in tree], session_state=START, store=store)
    run, asked = await to_the_end(made, await made.run("go"))
    agrees(run, wanted)
    assert asked == wanted.questions
    ran_in_order(world.ran, wanted.interpreter)
    writes = store.writes
    for write in range(1, writes + 1):
        made.store = store = FragileStore(write, kept=write % 2 == 0)
        await crash(made, store, world, wanted)
    return writes


async def crash(made: Workflow, store: FragileStore, world: World, wanted: Expected) -> None:
    try:
        await to_the_end(made, await made.run("go"))
    except Crash:
        pass
    else:
        assert wanted.interpreter.torn, "only what fails at once may end sooner"
        return
    run_id = await store.revive()
    finished = store.finished()
    world.ran.clear()
    run = await made.get_run(run_id)
    run, _ = await to_the_end(made, run if run.status == "paused" else await made.resume(run_id))
    agrees(run, wanted)
    times = Counter(key for key, _ in wanted.interpreter.ran)
    for key, count in Counter(world.ran).items():
        assert count <= times[key] - finished[key], f"leaf {key} was finished {finished[key]} times, and ran again"


def test_any_workflow_does_what_the_interpreter_says_even_when_it_is_cut_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    crashes: list[int] = []
    began = time.perf_counter()
    with asyncio.Runner() as runner:

        @settings(
            max_examples=TREES,
            deadline=None,
            database=None,
            derandomize=REPEATABLE,
            suppress_health_check=list(HealthCheck),
        )
        @given(trees())
        def each(tree: Tree) -> None:
            crashes.append(runner.run(check(tree)))

        each()
    with capsys.disabled():
        seconds = time.perf_counter() - began
        print(f"\n{len(crashes)} workflows as the interpreter says, also cut off {sum(crashes)} times: {seconds:.0f} s")
    assert len(crashes) >= TREES
