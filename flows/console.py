"""A run in a terminal: a panel a step, live; in a pipe plain text."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from storage.records import Run, Usage

from .events import (
    Event,
    RunFailed,
    RunFinished,
    RunStarted,
    StepDelta,
    StepFailed,
    StepFinished,
    StepRetried,
    StepSkipped,
    StepStarted,
    ToolCalled,
    ToolReturned,
)
from .node import as_text

if TYPE_CHECKING:
    from .workflow import Workflow


class StepView:
    """What is shown of one step so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = ""
        self.notes: list[str] = []
        self.footer = ""

    def take(self, event: Event) -> None:
        if isinstance(event, StepDelta):
            self.text += event.text
        elif isinstance(event, ToolCalled):
            arguments = ", ".join(str(value) for value in event.arguments.values())
            self.notes.append(f"{event.tool}: {arguments}")
        elif isinstance(event, ToolReturned):
            self.notes += _sources(event.artifact)
        elif isinstance(event, StepRetried):
            self.text = ""
            self.notes.append(f"attempt {event.attempt} failed: {event.error}; trying again")
        elif isinstance(event, StepSkipped | StepFailed):
            self.footer = f"{'skipped' if isinstance(event, StepSkipped) else 'failed'}: {event.error}"
        elif isinstance(event, StepFinished):
            self.text = as_text(event.output.content)
            self.footer = _cost(event.output.usage)

    def panel(self) -> Panel:
        notes = Text("\n".join(_printable(note) for note in self.notes), style="dim")
        body = Group(*([notes] if self.notes else []), Markdown(_printable(self.text)))
        return Panel(body, title=Text(self.path), subtitle=Text(self.footer), border_style="cyan")

    def plain(self) -> str:
        lines = [f"=== {self.path} ===", *(f"- {note}" for note in self.notes), self.text]
        return _printable("\n".join([*lines, f"({self.footer})" if self.footer else ""]).strip()) + "\n"


class RunPrinter:
    """Shows the events of a run on a console; steps that are done are printed for good."""

    def __init__(self, console: Console, *, live: bool = True) -> None:
        self._console = console
        self._steps: dict[str, StepView] = {}
        self._live: Live | None = None
        if live and console.is_terminal:
            self._live = Live(console=console, refresh_per_second=12, vertical_overflow="visible")

    def __enter__(self) -> RunPrinter:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        for path in list(self._steps):
            self._print(path)
        if self._live:
            self._live.stop()

    def show(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._line(f"{event.workflow}: {as_text(event.input)}", "bold")
        elif isinstance(event, RunFinished):
            self._line(f"{event.name} finished in {_cost(event.usage)}", "green")
        elif isinstance(event, RunFailed):
            self._line(f"{event.name} failed: {event.error}", "red")
        elif isinstance(event, StepStarted) and event.kind == "step":
            self._steps[event.path] = StepView(event.path)
        elif event.path in self._steps:
            self._steps[event.path].take(event)
            if isinstance(event, StepFinished | StepSkipped | StepFailed):
                self._print(event.path)
        if self._live:
            self._live.update(Group(*(step.panel() for step in self._steps.values())))

    def _print(self, path: str) -> None:
        step = self._steps.pop(path)
        if self._live:
            self._live.update(Group(*(other.panel() for other in self._steps.values())))
        if self._console.is_terminal:
            self._console.print(step.panel())
        else:
            self._console.print(step.plain(), markup=False, highlight=False, soft_wrap=True)

    def _line(self, text: str, style: str) -> None:
        self._console.print(Text(_printable(text), style=style), soft_wrap=True)


async def print_run(workflow: Workflow, input: Any, *, live: bool = True, **options: Any) -> Run:
    """Run `workflow` and show it; the Run comes back as `Workflow.run` would give it."""
    console, run_id = Console(), ""
    with RunPrinter(console, live=live) as printer:
        async with aclosing(workflow.stream(input, **options)) as events:
            async for event in events:
                run_id = event.run_id or run_id
                printer.show(event)
    return await workflow.get_run(run_id)


def _sources(artifact: Any) -> list[str]:
    if not isinstance(artifact, dict):
        return []
    notes = [artifact["note"]] if artifact.get("note") else []
    for source in artifact.get("sources", ()):
        notes.append(f"  {source['title']} ({source['address']})")
    return notes


def _cost(usage: Usage) -> str:
    tokens = f", {usage.total_tokens:,} tokens" if usage.total_tokens else ""
    return f"{usage.seconds:.1f} s{tokens}"


def _printable(text: str) -> str:
    """Without control characters, so that no text can drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or (char.isprintable()))
