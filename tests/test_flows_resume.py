"""Runs that other processes began, or go on with at the same moment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from flows import Step, StepInput, Workflow
from storage import RunStore

ROOT = Path(__file__).parent.parent

GOING_ON = """
import asyncio, sys
from flows import Step, Workflow
from storage import RunStore
from storage.errors import Busy

async def said() -> str:
    return (await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)).strip()

async def publish(step_input):
    print("publishing", flush=True)
    await said()
    return "published"

async def main():
    store = RunStore(sys.argv[1])
    steps = [Step("first", executor=lambda given: "one"), Step("publish", executor=publish)]
    workflow = Workflow("W", steps, store=store)
    print("ready", flush=True)
    await said()
    try:
        run = await (workflow.resume(sys.argv[2]) if sys.argv[2] else workflow.run("x"))
        print(run.status, flush=True)
    except Busy as busy:
        print("busy", busy, flush=True)
    await store.close()

asyncio.run(main())
"""


class Other:
    """Another process, that is told to go on, and says how far it is."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def said(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()

    def nudge(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")


@asynccontextmanager
async def other(path: Path, run_id: str = "") -> AsyncIterator[Other]:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-c", GOING_ON, str(path), run_id]
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT)
    try:
        async with asyncio.timeout(60):
            yield Other(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def made(store: RunStore, ran: list[str]) -> Workflow:
    def publish(step_input: StepInput) -> str:
        ran.append("publish")
        if len(ran) == 1:
            raise OSError("down")
        return "published here"

    return Workflow("W", [Step("first", executor=lambda given: "one"), Step("publish", executor=publish)], store=store)


async def test_of_two_processes_that_resume_a_failed_run_one_does_it_and_the_other_is_told(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    failed = await made(store, []).run("x")
    assert failed.status == "failed"

    async with other(path, failed.id) as one, other(path, failed.id) as two:
        assert [await one.said(), await two.said()] == ["ready", "ready"]
        one.nudge()
        two.nudge()
        heard = [await one.said(), await two.said()]
        assert sorted(word.split()[0] for word in heard) == ["busy", "publishing"], heard
        winner = one if heard[0] == "publishing" else two
        winner.nudge()
        assert await winner.said() == "completed"
        assert [await one.process.wait(), await two.process.wait()] == [0, 0]

    assert (await store.get_run(failed.id)).content == "published"
    assert [entry.path for entry in await store.journal(failed.id)] == ["first", "publish"]
    await store.close()


async def test_a_store_that_was_open_all_along_goes_on_with_the_run_of_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    async with other(path) as killed:
        assert await killed.said() == "ready"
        killed.nudge()
        assert await killed.said() == "publishing"
        os.kill(killed.process.pid, signal.SIGKILL)
        await killed.process.wait()

    (run,) = await store.runs()
    ran = ["published before"]
    done = await made(store, ran).resume(run.id)

    assert (done.status, done.content) == ("completed", "published here")
    assert [step.content for step in done.steps] == ["one", "published here"]
    assert ran == ["published before", "publish"], "the finished step did not run again"
    await store.close()
