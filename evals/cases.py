"""The cases: families of workflows and past runs, with messages that are labelled by what should be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from flows.choice import Choice

Label = Literal["answer", "run", "refresh", "chat", "clarify"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


T = TypeVar("T", bound=Strict)


class WorkflowCase(Strict):
    name: str
    description: str = ""
    fresh_for_hours: float | None = None

    @property
    def choice(self) -> Choice:
        hours = self.fresh_for_hours
        return Choice(self.name, self.description, None if hours is None else timedelta(hours=hours))


class StepCase(Strict):
    name: str
    output: str


class RunCase(Strict):
    id: str
    session: str
    user: str
    workflow: str
    input: str
    status: Literal["completed", "failed", "cancelled", "interrupted", "paused", "running"] = "completed"
    age_hours: float
    error: str | None = None
    steps: tuple[StepCase, ...] = ()


class Said(Strict):
    role: Literal["user", "assistant"]
    content: str


class TurnCase(Strict):
    """A message; `gold` are the steps, as `run/step`, that hold what is asked."""

    message: str
    history: tuple[Said, ...] = ()
    session: str
    user: str
    label: Label
    gold: tuple[str, ...] = ()
    workflow: str | None = None
    stratum: str = "other"
    why: str = ""

    @property
    def gold_by_run(self) -> dict[str, set[str]]:
        """The gold steps of each run: any one of a run suffices, one of each is wanted."""
        found: dict[str, set[str]] = {}
        for gold in self.gold:
            found.setdefault(gold.split("/", 1)[0], set()).add(gold)
        return found


class Family(Strict):
    family: str
    workflows: tuple[WorkflowCase, ...]
    runs: tuple[RunCase, ...] = ()
    turns: tuple[TurnCase, ...]

    @property
    def choices(self) -> list[Choice]:
        return [workflow.choice for workflow in self.workflows]

    @model_validator(mode="after")
    def _gold_is_there(self) -> Family:
        there = {f"{run.id}/{step.name}" for run in self.runs for step in run.steps}
        for turn in self.turns:
            for gold in turn.gold:
                if gold not in there:
                    raise ValueError(f"{turn.message!r} names the step {gold}, which no run of {self.family} has")
        return self


class BadCases(Exception):
    """A file of cases that cannot be used; the message says which line and why."""


def read(path: Path) -> list[Family]:
    """The families of a file of JSON lines. Raises BadCases."""
    families: dict[str, Family] = {}
    for number, family in lines(path, Family):
        if family.family in families:
            raise BadCases(f"{path}, line {number}: the family {family.family} was there before")
        families[family.family] = family
    return list(families.values())


def lines(path: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
    """The number and the value of each line of a file of JSON lines. Raises BadCases, also for a file without any."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCases(f"{path} cannot be read: {error}") from error
    found = False
    for number, line in enumerate(text.split("\n"), 1):  # JSON lets strings hold the other ends of lines
        if not line.strip():
            continue
        try:
            value = kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadCases(f"{path}, line {number}: {where + ': ' if where else ''}{first['msg']}") from error
        found = True
        yield number, value
    if not found:
        raise BadCases(f"{path} has no cases")
