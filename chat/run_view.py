"""The steps of one run, as they nest and stream under its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows.events import (
    Event,
    IterationStarted,
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
from flows.excerpt import is_cut
from flows.words import iso

from . import render
from .board import Board, derived_id
from .markdown import TextStream
from .progress import RunProgress, StepProgress
from .words import lasting

CONTAINERS = frozenset({"steps", "condition", "parallel", "loop", "router", "workflow"})
STEP_TYPES = {"agent": "llm", "team": "llm"}


class RunView:
    """Shows a run below `parent_id`. `answer_path` is the path of the step whose text is the answer.

    That step's own text is shown as the turn's message, so its entry here only tells that it was written.
    """

    def __init__(self, board: Board, turn_id: str, parent_id: str, event: RunStarted) -> None:
        self._board = board
        self._turn_id = turn_id
        self.run_id = event.run_id or ""
        self.id = derived_id(turn_id, self.run_id)
        self.progress = RunProgress(self.run_id, event.workflow, event.at)
        for path, name in _paths(event.steps):
            self.progress.steps[path] = StepProgress(path, name)
        self.answer_path = next(reversed(self.progress.steps), None)
        self._texts: dict[str, TextStream] = {}
        self._breaks: set[str] = set()
        self._resumed = event.resumed
        self._calls: dict[tuple[str, str], ToolCalled] = {}
        board.show_step(self.id, parent_id=parent_id, name=event.workflow, type="run", at=event.at, defaultOpen=True)

    def resume(self, event: RunStarted) -> None:
        self._board.update_step(self.id, end=None, isError=False)
        self.progress.go_on(event.at)

    def apply(self, event: Event) -> None:
        match event:
            case StepStarted():
                self._start(event)
            case StepDelta():
                self._stream(event)
            case ToolCalled():
                self._call(event)
            case ToolReturned():
                self._return(event)
            case StepFinished():
                self._finish(event)
            case StepRetried():
                self._restart(event.path, event.name)
            case StepSkipped():
                self._end(event, "skipped", f"Skipped: {render.failure(event.error)}")
            case StepFailed():
                self._fail(event)
            case IterationStarted():
                self._iterate(event)
            case _:
                pass

    def finish(self, event: RunFinished) -> None:
        """The run has done all there was to do."""
        self.progress.complete()
        self.progress.count_all(event.usage.total_tokens)
        self.end(event.at)
        # The card has told the same by now, and the answer follows.
        self._board.update_step(self.id, defaultOpen=False, autoCollapse=True)

    def wait(self, path: str) -> None:
        """What was written for the answer has become the draft of a question."""
        if self._step_id(path) in self._board.steps:
            self._board.update_step(self._step_id(path), output=render.DRAFTED)

    def end(self, at: datetime) -> None:
        """The run is over, however it went: nothing streams any more."""
        self._close_below(self.id, at)
        self._board.update_step(self.id, end=iso(at), streaming=False)
        self.progress.stop(at)

    def _below(self, top: str) -> list[str]:
        """The ids of all steps under a step, parents first."""
        ids = [top]
        for id, step in self._board.steps.items():
            if step["parentId"] in ids:
                ids.append(id)
        return ids[1:]

    def _step_id(self, path: str) -> str:
        return derived_id(self._turn_id, self.run_id, path)

    def _parent_id(self, path: str) -> str:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if self._step_id(path) in self._board.steps:
                return self._step_id(path)
        return self.id

    def _show(self, path: str, name: str, type: str, event: Event, **more: Any) -> None:
        self._texts[path] = TextStream()
        id, parent = self._step_id(path), self._parent_id(path)
        self._board.show_step(
            id, parent_id=parent, name=name, type=type, at=event.at, streaming=True, defaultOpen=True, **more
        )

    def _start(self, event: StepStarted) -> None:
        for id in self._below(self._step_id(event.path)):
            self._board.remove_step(id)
        note = self._writes_answer(event.path, event.kind)
        output = render.WRITING if note else ""
        self._show(event.path, event.name, STEP_TYPES.get(event.kind, "undefined"), event, output=output)
        self.progress.enter(event.path, event.kind)
        if step := self.progress.steps.get(event.path):
            if self._resumed:
                self.progress.skip_to(event.path)
            step.start(event.at)

    def _writes_answer(self, path: str, kind: str) -> bool:
        return path == self.answer_path and kind not in CONTAINERS

    def _restart(self, path: str, name: str) -> None:
        """What the attempt before streamed is void."""
        self._texts[path] = TextStream()
        if self._step_id(path) in self._board.steps and path != self.answer_path:
            self._board.stream_text(self._step_id(path), "", replace=True)

    def _stream(self, event: StepDelta) -> None:
        if event.path == self.answer_path:
            return
        if self._step_id(event.path) not in self._board.steps:
            self._show(event.path, event.name, "undefined", event)
        stream = self._texts[event.path]
        piece = event.text
        if event.path in self._breaks:
            # White space alone does not end the break: the store joins the pieces, and must show the same.
            piece = piece.lstrip()
            if not piece:
                return
            self._breaks.discard(event.path)
            piece = ("\n\n" if stream.text.strip() else "") + piece
        text, replace = stream.append(piece)
        self._board.stream_text(self._step_id(event.path), text, replace=replace)

    def _call(self, event: ToolCalled) -> None:
        self._breaks.add(event.path)
        self._calls[(event.path, event.call_id)] = event
        self._board.show_step(
            self._call_id(event.path, event.call_id),
            parent_id=self._step_id(event.path) if self._step_id(event.path) in self._board.steps else self.id,
            name=render.tool_name(event.tool),
            type="tool",
            at=event.at,
            output=render.tool_question(event.tool, event.arguments),
            defaultOpen=True,
        )

    def _call_id(self, path: str, call_id: str) -> str:
        return derived_id(self._turn_id, self.run_id, path, "tool", call_id)

    def _return(self, event: ToolReturned) -> None:
        call = self._calls.get((event.path, event.call_id))
        id = self._call_id(event.path, event.call_id)
        if call is not None and id in self._board.steps:
            output = render.tool_result(event.tool, call.arguments, event.result, event.artifact, event.success)
            self._board.update_step(id, output=output, end=iso(event.at), isError=not event.success)

    def _iterate(self, event: IterationStarted) -> None:
        loop = event.path.rpartition("/")[0]
        self._close_below(self._step_id(loop), event.at)
        self._show(event.path, f"Round {event.number}", "undefined", event)
        self.progress.iterate(loop, event.number, event.most)

    def _close_below(self, top: str, at: datetime) -> None:
        """What is under a step has ended with it, or before what comes next."""
        for id in self._below(top):
            step = self._board.steps[id]
            if step["end"] is None:
                output = render.STOPPED_WRITING if step["output"] == render.WRITING else step["output"]
                self._board.update_step(id, output=output, streaming=False, end=iso(at), defaultOpen=False)

    def _finish(self, event: StepFinished) -> None:
        self.progress.spend(event.path, event.output.usage.total_tokens)
        seconds = self.progress.steps[event.path].started_at if event.path in self.progress.steps else None
        if self._writes_answer(event.path, event.kind):
            took = f" in {lasting((event.at - seconds).total_seconds())}" if seconds else ""
            self._end(event, "done", f"Wrote the answer below{took}")
            return
        stream = self._texts.setdefault(event.path, TextStream())
        stream.finish()
        output = stream.text
        if (not output.strip() and event.kind not in CONTAINERS) or is_cut(event.output.content):
            output = render.content(event.output.content)
        self._end(event, "done", output)

    def _fail(self, event: StepFailed) -> None:
        stream = self._texts.setdefault(event.path, TextStream())
        stream.finish()
        parts = [stream.text.strip(), render.failure(event.error)]
        self._end(event, "failed", "\n\n".join(part for part in parts if part), isError=True)

    def _end(self, event: Event, state: Any, output: str, *, isError: bool = False) -> None:
        id = self._step_id(event.path)
        if id not in self._board.steps:
            self._show(event.path, event.name, "undefined", event)
        self._close_below(id, event.at)
        self._board.update_step(
            id,
            output=output,
            streaming=False,
            end=iso(event.at),
            isError=isError,
            defaultOpen=isError,
            autoCollapse=not isError,
        )
        self.progress.leave(event.path)
        if step := self.progress.steps.get(event.path):
            step.end(state, event.at)


def _paths(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The path of each top-level step: the second of one name is `name#2`."""
    seen: dict[str, int] = {}
    paths = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        paths.append((name if seen[name] == 1 else f"{name}#{seen[name]}", name))
    return paths
