"""What `/runs`, `/why`, `/export` and `/help` say: told by rules, from what is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import RunStore
from storage.records import Decision, Evidence, Turn, now
from storage.run_lists import RunLine, RunPage

from .age import age
from .commands import COMMANDS, Command
from .coverage import LEAST
from .edits import with_edit
from .run_words import RunWords
from .words import shorten
from .workflow import Workflow

MOST_LISTED = 10  # runs
MOST_CONSIDERED = 5  # passages
SHORT_ID = 8  # characters of a run's id
LONGEST = 80  # characters of an input

EXPORTED = (
    "This conversation can be saved as Markdown, to read and pass on, or as JSON, for programs. Either holds every "
    "message and answer, why each was answered or run, the sources, and the ids of the runs. The page has both at hand."
)
NOT_YET = "Nothing has been answered or run in this conversation yet."
_ACTIONS = {
    "answer": "answered from memory",
    "run": "run",
    "refresh": "run anew",
    "resume": "taken as the answer to what a run had asked",
    "clarify": "answered by a question",
    "chat": "answered without memory and without a run",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a command's turn decided, and its answer in Markdown."""

    decision: Decision
    text: str


async def told_by(
    command: Command,
    turn: Turn,
    conversation: Sequence[Turn],
    store: RunStore,
    workflows: Mapping[str, Workflow],
) -> Told:
    """The answer to a command that `tells`, said in `turn` after `conversation` (oldest first)."""
    moment = now()
    if command.name == "runs":
        known = {*workflows, *await store.run_workflows(turn.user_id)}
        words = RunWords.parse(command.text, sorted(known))
        page = await store.run_page(turn.user_id, words.as_filter(moment), limit=MOST_LISTED)
        opens: dict[str, Any] = {"panel": "runs", "filter": words.as_props()}
        return Told(_decision("You asked for your runs.", opens), _runs(words, page, known, moment))
    if command.name == "why":
        return Told(_decision("You asked for the reason."), _why(conversation, moment))
    if command.name == "export":
        return Told(_decision("You asked to save the conversation.", {"panel": "export"}), EXPORTED)
    return Told(_decision("You asked what one can say here."), _help(workflows, turn.preferences.workflow))


def _decision(reason: str, opens: dict[str, Any] | None = None) -> Decision:
    return Decision("chat", reason, would_change="Asking without the command.", firm=True, opens=opens)


def _runs(words: RunWords, page: RunPage, known: Collection[str], at: datetime) -> str:
    if not page.runs:
        if not words.as_props():
            return "You have no runs yet. Ask for something, as in: /run NAME input."
        names = f" The workflows are: {', '.join(sorted(known))}." if words.text else ""
        return f"You have no runs{words.described()}. /runs alone lists all of them.{names}"
    head = f"Your runs{words.described()}, the newest first:"
    more = ["", "There are more of them."] if page.following else []
    return "\n".join([head, "", *(_line(run, at) for run in page.runs), *more])


def _line(run: RunLine, at: datetime) -> str:
    how = f"{run.workflow} · {age(run.started_at, at)} · {run.status}"
    return f"- **{shorten(run.input, LONGEST)}** · {how} · `{run.id[:SHORT_ID]}`"


def _why(conversation: Sequence[Turn], at: datetime) -> str:
    turn = next((turn for turn in reversed(conversation) if turn.decision is not None), None)
    if turn is None or turn.decision is None:
        return NOT_YET
    decision = turn.decision
    what = _ACTIONS[decision.action]
    if decision.workflow and decision.action in ("run", "refresh"):
        what = f"{what} with {decision.workflow}"
    lines = [
        f"“{shorten(turn.message, LONGEST)}” was {what}.",
        "",
        f"- **Reason:** {decision.reason}",
        f"- **Confidence:** {round(decision.confidence * 100)} %",
    ]
    if decision.would_change:
        lines.append(f"- **Would have changed it:** {decision.would_change}")
    if turn.override is not None:
        chosen = "a fresh run" if turn.override == "run" else "an answer from memory"
        lines.append(f"- **You chose otherwise:** {chosen}")
    lines += _considered(decision.evidence, at)
    return "\n".join(lines)


def _considered(evidence: Sequence[Evidence], at: datetime) -> list[str]:
    ranked = sorted((piece for piece in evidence if piece.coverage >= LEAST), key=lambda one: one.coverage)
    shown = {(piece.passage.run_id, piece.passage.path): piece for piece in ranked}  # the best of each step
    if not shown:
        return ["- **Considered:** nothing stored bears on it"]
    lines = ["", "Considered:", ""]
    for piece in sorted(shown.values(), key=lambda one: -one.coverage)[:MOST_CONSIDERED]:
        passage = piece.passage
        about = f" on “{shorten(passage.run_input, LONGEST)}”" if passage.run_input else ""
        told = f"{age(passage.finished_at, at)}, covers {round(piece.coverage * 100)} %"
        step = with_edit(f"{passage.step_name} of {passage.workflow}", passage.edited)
        lines.append(f"- {step}{about} · {told} · `{passage.run_id[:SHORT_ID]}`")
    return lines


def _help(workflows: Mapping[str, Workflow], always: str | None) -> str:
    begin = (
        f"This conversation always runs {always}: what you write is what it works on."
        if always
        else "Ask for something, and a workflow works it out. Ask about it again, and the answer comes from memory."
    )
    commands = [f"- `{command.form}`: {command.says}." for command in COMMANDS]
    known = [f"- **{flow.name}**: {flow.description}".rstrip(": ") for flow in workflows.values()]
    return "\n".join([begin, "", "Commands:", "", *commands, "", "Workflows:", "", *known])
