"""A run in a terminal: a panel a step, live; in a pipe plain text."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.segment import Segment
from rich.text import Text

from storage.records import Question, Run, Usage, now

from .answers import GoOn, asked_for, resume_call, resume_command
from .events import (
    Event,
    IterationStarted,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
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

INDENT = 2
PANEL_LINES = 2  # a panel's frame
FEWEST_LINES = 3


class StepView:
    """What is shown of one step so far."""

    def __init__(self, path: str, started_at: datetime) -> None:
        self.path = path
        self.text = ""
        self.notes: list[str] = []
        self.footer = ""
        self.style = "cyan"
        self._started_at = started_at

    def take(self, event: Event) -> None:
        if isinstance(event, StepDelta):
            self.text += event.text
        elif isinstance(event, ToolCalled):
            arguments = ", ".join(str(value) for value in event.arguments.values())
            self.notes.append(f"{event.tool}: {arguments}" if arguments else f"{event.tool} was asked")
        elif isinstance(event, ToolReturned):
            self.notes += _sources(event.artifact) if event.success else [f"{event.tool} failed: {event.result}"]
        elif isinstance(event, StepRetried):
            self.text = ""
            self.notes.append(f"attempt {event.attempt} failed: {event.error}; trying again")
        elif isinstance(event, StepSkipped):
            self._end(f"skipped: {event.error}", "yellow")
        elif isinstance(event, StepFailed):
            self._end(f"failed: {event.error}", "red")
        elif isinstance(event, StepFinished):
            self.text = _readable(event.output.content)
            self._end(_cost(event.output.usage), "cyan")
            if event.output.error:
                self.notes.append(f"failed: {event.output.error}; something else was done instead")

    def wait(self, question: Question) -> None:
        """The step waits for a person; its draft, if there is one, is what they decide on."""
        if question.draft is not None:
            self.text = _readable(question.draft)
        self._end("waits for an answer", "yellow")

    def stop(self) -> None:
        """Nothing more comes of the step."""
        if not self.footer:
            self._end("stopped", "yellow")

    def panel(self, lines: int | None = None) -> ConsoleRenderable:
        """The step in a frame, indented by its depth; with `lines`, only so many of its last lines."""
        notes = Text(_printable("\n".join(self.notes)), style="dim")
        text: ConsoleRenderable = Markdown(_printable(self.text), hyperlinks=False)
        body: ConsoleRenderable = Group(notes, text) if self.notes else Group(text)
        body = body if lines is None else Tail(body, lines)
        footer = self.footer or f"{(now() - self._started_at).total_seconds():.0f} s"
        panel = Panel(body, title=Text(_title(self.path)), subtitle=Text(_line(footer)), border_style=self.style)
        return Padding(panel, (0, 0, 0, INDENT * self.path.count("/")))

    def plain(self) -> str:
        lines = [f"=== {_title(self.path)} ===", *(f"- {note.strip()}" for note in self.notes), self.text.strip()]
        return _printable("\n".join([line for line in lines if line] + [f"({_line(self.footer)})"])) + "\n"

    def _end(self, footer: str, style: str) -> None:
        self.footer, self.style = footer, style


class Tail:
    """The last `lines` lines of something, so that a long text does not outgrow the screen while it is written."""

    def __init__(self, inner: ConsoleRenderable, lines: int) -> None:
        self._inner = inner
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._inner, options.update(height=None), pad=False)[-self._lines :]:
            yield from line
            yield Segment.line()


class RunPrinter:
    """Shows the events of a run on a console; steps that are done are printed for good.

    `go_on` gives the lines that tell how a paused run goes on; else it is the command for it.
    """

    def __init__(self, console: Console, *, live: bool = True, go_on: GoOn | None = None) -> None:
        self._console = console
        self._go_on = go_on or resume_command
        self._steps: dict[str, StepView] = {}
        self._live: Live | None = None
        if live and console.is_terminal:
            self._live = Live(get_renderable=self._growing, console=console, refresh_per_second=10, transient=True)

    def __enter__(self) -> RunPrinter:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._print_rest()
        if self._live:
            self._live.stop()

    def show(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            goes_on = " (goes on)" if event.resumed else ""
            self._say(f"{event.workflow}: {as_text(event.input)}{goes_on}", "bold")
        elif isinstance(event, StepStarted):
            self._start(event)
        elif isinstance(event, IterationStarted):
            self._say(f"round {event.number}", "magenta", event.path.count("/"))
        elif event.path in self._steps:
            self._steps[event.path].take(event)
            if isinstance(event, StepFinished | StepSkipped | StepFailed):
                self._print(event.path)
        elif isinstance(event, StepRetried):
            self._restart(event)
        elif isinstance(event, StepSkipped):
            self._say(f"{event.name} was skipped: {event.error}", "yellow", event.path.count("/"))
        else:
            self._end(event)

    def _start(self, event: StepStarted) -> None:
        if event.kind in ("step", "agent", "team"):
            self._steps[event.path] = StepView(event.path, event.at)
        else:
            self._say(f"{_title(event.path)} ({event.kind})", "magenta", event.path.count("/"))

    def _restart(self, event: StepRetried) -> None:
        """A container is tried again: what its steps had begun is void."""
        for path in [path for path in self._steps if path.startswith(f"{event.path}/")]:
            del self._steps[path]
        again = f"attempt {event.attempt} failed: {event.error}; trying again"
        self._say(f"{event.name}: {again}", "yellow", event.path.count("/"))

    def _end(self, event: Event) -> None:
        if isinstance(event, RunFinished):
            self._say(f"{event.name} finished in {_cost(event.usage)}", "green")
        elif isinstance(event, RunFailed):
            self._print_rest()
            self._say(f"{event.name} failed: {event.error}", "red")
        elif isinstance(event, RunCancelled):
            self._print_rest()
            self._say(f"{event.name} was cancelled", "yellow")
        elif isinstance(event, RunPaused):
            self._pause(event)

    def _pause(self, event: RunPaused) -> None:
        question = event.question
        if question.path in self._steps:
            self._steps[question.path].wait(question)
        self._print_rest()
        self._say(f"{event.name} waits: {question.prompt}", "bold yellow")
        for line in [*asked_for(question), *self._go_on(event.run_id or "", question)]:
            self._say(line, "yellow", 1)

    def _print_rest(self) -> None:
        for path, step in list(self._steps.items()):
            step.stop()
            self._print(path)

    def _print(self, path: str) -> None:
        step = self._steps.pop(path)
        if self._console.is_terminal:
            self._console.print(step.panel())
        else:
            self._console.print(Text(step.plain()), soft_wrap=True)

    def _say(self, text: str, style: str, depth: int = 0) -> None:
        self._console.print(Text(" " * INDENT * depth + _line(text), style=style), soft_wrap=True)

    def _growing(self) -> ConsoleRenderable:
        """The steps at work, as much of each as the screen has room for. Asked for by the thread that redraws."""
        steps = list(self._steps.values())
        room = self._console.height // max(1, len(steps)) - PANEL_LINES
        shown = steps[: max(1, self._console.height // (PANEL_LINES + FEWEST_LINES))]
        return Group(*(step.panel(max(FEWEST_LINES, room)) for step in shown))


async def print_run(workflow: Workflow, input: Any, *, live: bool = True, **options: Any) -> Run:
    """Run `workflow` and show it; the Run comes back as `Workflow.run` would give it."""
    run_id = ""
    with RunPrinter(Console(), live=live, go_on=resume_call) as printer:
        async with aclosing(workflow.stream(input, **options)) as events:
            async for event in events:
                run_id = event.run_id or run_id
                printer.show(event)
    return await workflow.get_run(run_id)


def _readable(content: Any) -> str:
    """What a step gave, for people: of a search its sources, of any other value its JSON in a block."""
    if isinstance(content, Mapping) and isinstance(content.get("sources"), list):
        found = [line.strip() for line in _sources(content)]
        return "\n".join(f"- {line}" for line in found) or "Nothing was found."
    if content is None or isinstance(content, str):
        return content or ""
    return f"```json\n{as_text(content)}\n```"


def _sources(artifact: Any) -> list[str]:
    if not isinstance(artifact, Mapping) or not isinstance(artifact.get("sources"), list):
        return []
    found = [source for source in artifact["sources"] if isinstance(source, Mapping)]
    notes = [str(artifact["note"])] if artifact.get("note") else []
    notes += [f"  {source.get('title') or 'Untitled'} ({source.get('address') or 'no address'})" for source in found]
    return list(dict.fromkeys(notes))


def _title(path: str) -> str:
    """`Refine/2/Draft` as a title: `Refine › 2 › Draft`."""
    return " › ".join(_line(part) for part in path.split("/"))


def _cost(usage: Usage) -> str:
    tokens = f", {usage.total_tokens:,} tokens" if usage.total_tokens else ""
    return f"{usage.seconds:.1f} s{tokens}"


def _line(text: str) -> str:
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    """Without control characters, so that no text can drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
