"""A turn told as events, for tests of how it is shown; and a page that does what it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chat.operations import (
    Operation,
    RemoveAction,
    RemoveStep,
    ShowAction,
    ShowElement,
    ShowStep,
    StreamText,
    UpdateStep,
)
from flows import events
from flows.events import BaseEvent, Event
from storage.records import Citation, Decision, Evidence, Passage, Question, StepOutput, Turn, TurnStatus

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
E = TypeVar("E", bound=BaseEvent)


class Script:
    """Writes down the events of one turn, a second apart."""

    def __init__(self, message: str = "Write about tides", turn_id: str = "turn-1") -> None:
        self.turn = Turn(turn_id, message, "local", "session-1", "running", START)
        self.events: list[Event] = []

    def add(self, event_type: type[E], path: str = "", /, *, run_id: str | None = "run-1", **fields: Any) -> None:
        seq = len(self.events) + 1
        event = event_type(
            seq=seq,
            turn_id=self.turn.id,
            run_id=run_id,
            path=path,
            name=path.rsplit("/", 1)[-1],
            at=START + timedelta(seconds=seq),
            **fields,
        )
        self.events.append(event)  # type: ignore[arg-type]

    def decide(self, decision: Decision) -> Script:
        self.turn = replace(self.turn, decision=decision)
        self.add(events.Decided, run_id=None, decision=decision)
        return self

    def run(self, *steps: str, resumed: bool = False, workflow: str = "Article") -> Script:
        self.add(events.RunStarted, workflow=workflow, input="tides", steps=steps, resumed=resumed)
        return self

    def start(self, path: str, kind: str = "agent") -> Script:
        self.add(events.StepStarted, path, kind=kind)
        return self

    def say(self, path: str, *pieces: str) -> Script:
        for piece in pieces:
            self.add(events.StepDelta, path, text=piece)
        return self

    def search(self, path: str, query: str, *sources: tuple[str, str], note: str = "") -> Script:
        found = [{"title": title, "address": address, "snippet": ""} for title, address in sources]
        artifact = {"engine": "Library", "query": query, "note": note, "sources": found}
        self.add(events.ToolCalled, path, call_id="call-1", tool="web_search", arguments={"query": query})
        self.add(events.ToolReturned, path, call_id="call-1", tool="web_search", result="found", artifact=artifact)
        return self

    def finish(self, path: str, content: Any = "done", kind: str = "agent") -> Script:
        self.add(events.StepFinished, path, output=StepOutput(content, step_name=path), kind=kind)
        return self

    def answer(self, *pieces: str) -> Script:
        for piece in pieces:
            self.add(events.AnswerDelta, run_id=None, text=piece)
        return self

    def ask(self, question: Question) -> Script:
        self.add(events.RunPaused, question=question)
        return self

    def end(self, answer: str = "", status: TurnStatus = "completed", **changes: Any) -> Script:
        if self.turn.decision is not None and self.turn.decision.action == "run":
            kinds: dict[str, tuple[type[BaseEvent], dict[str, Any]]] = {
                "completed": (events.RunFinished, {"content": answer}),
                "failed": (events.RunFailed, {"error": changes.get("error") or "It failed."}),
                "cancelled": (events.RunCancelled, {}),
            }
            if status in kinds:  # a paused one has said so
                kind, fields = kinds[status]
                self.add(kind, **fields)
        at = START + timedelta(seconds=len(self.events) + 1)
        self.turn = replace(self.turn, status=status, answer=answer, finished_at=at, **changes)
        self.add(events.TurnFinished, run_id=None, turn=self.turn)
        return self


class Page:
    """What a page shows that did every operation in order."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, Any]] = {}
        self.elements: dict[str, dict[str, Any]] = {}
        self.actions: dict[str, dict[str, Any]] = {}

    def do(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            match operation:
                case ShowStep(step) | UpdateStep(step):
                    self.steps[step["id"]] = {**self.steps.get(step["id"], {}), **step}
                case RemoveStep(id):
                    del self.steps[id]
                case StreamText(id, text, replace):
                    old = self.steps[id]["output"]
                    self.steps[id]["output"] = text if replace else old + text
                case ShowElement(element):
                    self.elements[element["id"]] = element
                case ShowAction(action):
                    self.actions[action["id"]] = action
                case RemoveAction(id):
                    del self.actions[id]

    def named(self, name: str) -> dict[str, Any]:
        """The one step of this name."""
        (step,) = [step for step in self.steps.values() if step["name"] == name]
        return step

    def messages(self) -> list[str]:
        """What the assistant says, in order."""
        return [step["output"] for step in self.steps.values() if step["type"] == "assistant_message"]

    def progress(self) -> dict[str, Any]:
        """How far the turn is, as its card shows it."""
        (wrapper,) = [step for step in self.steps.values() if step["metadata"]]
        return dict(wrapper["metadata"])

    def path_to(self, name: str) -> list[str]:
        """The names from the top to this step, leaving out the turn's own."""
        names, step = [], self.named(name)
        while step["parentId"] in self.steps:
            names.append(step["name"])
            step = self.steps[step["parentId"]]
        return names[::-1]


def evidence(label: int, step: str = "Researcher", run_id: str = "run-0", minutes: int = 2) -> Evidence:
    """A passage considered for an answer, `minutes` old at START."""
    finished = START - timedelta(minutes=minutes)
    text = f"Passage {label} about tides."
    passage = Passage(run_id, step, step, "Article", "tides", "completed", "session-0", finished, text, 0, len(text))
    return Evidence(label, passage, 0.8)


def citation(item: Evidence) -> Citation:
    """The same passage, cited."""
    passage = item.passage
    return Citation(passage.run_id, passage.path, passage.finished_at, passage.text, item.label)


RUN = Decision("run", "Nothing in memory covers tides.", workflow="Article", input="tides")
ANSWER = Decision(
    "answer",
    "The Researcher of two minutes ago covers this.",
    evidence=(evidence(1), evidence(2), evidence(3, "Writer")),
    confidence=0.9,
    would_change="A question about currents.",
)
