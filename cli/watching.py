"""Work of the WorkflowAgent, watched from the terminal until it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType

from rich.console import Console

from cli.terminal import printable, say
from flows import WorkflowAgent
from flows.console import RunPrinter
from flows.events import ENDS_RUN, AnswerDelta, Decided, Event, RunStarted
from flows.runner import Runner
from flows.setup import build_agent
from flows.wire import to_json

STOPPING = "Stopping: the step at work may finish, within 10 seconds. Ctrl+C again ends it now."


@asynccontextmanager
async def opened_agent() -> AsyncIterator[WorkflowAgent]:
    """The agent that the environment describes. In the end what it still works on is cancelled and stored."""
    agent = build_agent()
    try:
        with _stopped_gracefully(agent.runner):
            yield agent
    finally:
        await agent.runner.close()
        await agent.store.close()


@contextmanager
def _stopped_gracefully(runner: Runner) -> Iterator[None]:
    """When the process is told to end, what is at work may finish, for 10 seconds; told twice, it is cut off."""
    loop, work = asyncio.get_running_loop(), asyncio.current_task()
    ending: list[asyncio.Task[None]] = []

    def told() -> None:
        if not ending and runner.works:
            Console(stderr=True).print(STOPPING)
            ending.append(loop.create_task(runner.wind_down()))
        elif work is not None:
            work.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def print_event(event: Event) -> None:
    """The event as one line of JSON."""
    print(json.dumps(to_json(event)), flush=True)


class Screen:
    """Shows a turn: its decision, the panels of its runs, and the words of its answer as they come."""

    def __init__(self) -> None:
        self._runs: RunPrinter | None = None
        self._midline = False

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()
        self._end_run()

    def show(self, event: Event) -> None:
        if isinstance(event, Decided):
            say(f"{event.decision.action}: {event.decision.reason}", "dim")
        elif isinstance(event, AnswerDelta):
            self._say_on(event.text)
        else:
            self._end_line()
            self._show_run(event)

    def _show_run(self, event: Event) -> None:
        # The panels are redrawn while they grow: nothing else may write to the terminal meanwhile.
        if isinstance(event, RunStarted) and self._runs is None:
            self._runs = RunPrinter(Console())
            self._runs.__enter__()
        if self._runs is not None:
            self._runs.show(event)
        if event.type in ENDS_RUN:
            self._end_run()

    def _end_run(self) -> None:
        if self._runs is not None:
            self._runs.__exit__(None, None, None)
            self._runs = None

    def _say_on(self, text: str) -> None:
        self._end_run()
        sys.stdout.write(printable(text))
        sys.stdout.flush()
        self._midline = not text.endswith("\n")

    def _end_line(self) -> None:
        if self._midline:
            sys.stdout.write("\n")
            sys.stdout.flush()
        self._midline = False
