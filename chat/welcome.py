"""What a visitor sees before the first message: the profiles, with their starters, and how it all works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from chainlit.config import config
from chainlit.types import ChatProfile, CommandDict, Starter

from agents.models import default_model, describe_model
from flows import Workflow
from flows.commands import COMMANDS

from .markdown import escape
from .replaying import about, starter_labels

ASK = "Ask"
STARTERS = (
    "Write an article about climate change solutions",
    "Brief me on how vaccines work",
    "Compare solar power and wind power",
    "Brief me on why sleep matters for memory",
)
EXAMPLES = ("The history of printing", "How vaccines work")  # where a workflow names none
COMMAND_ICONS = {
    "run": "play",
    "fresh": "rotate-cw",
    "recall": "history",
    "runs": "list",
    "why": "message-circle-question",
    "export": "download",
    "help": "circle-help",
}

HOW_IT_WORKS = """
**Ask for something**, and a workflow of agents and functions does it step by step while you watch. Each finished
step is kept.

**Ask about it again**, and the answer comes from what was already worked out. A chip behind each claim names the
step and its age, and opens what that step found, with the passage marked.

**A new run starts only** when what is kept does not cover the question, or is too old. Every answer says why it was
answered or run, and *Run it fresh* or *Answer from what we have* overrules it.

**Profiles**, at the top left of a new conversation: *Ask* decides between answering and running. Each of the others
always runs one workflow, and what you write is what it works on.

**Settings**, at the top right: what an answer may rest on, how old is too old, which model works, and how much of a
run is shown. They count for this conversation, and for those you begin after it.

A message sent while a run works waits for its turn. *Stop* ends a run, and *Resume* goes on with it; finished steps are
not done twice.

**Commands**
""".strip()


def how_it_works() -> str:
    """The text of the dialog, with the commands there are."""
    paragraphs = re.sub(r"(?<!\n)\n(?!\n)", " ", HOW_IT_WORKS)  # the page would keep the ends of lines
    return "\n".join([paragraphs, "", *(f"- `{command.form}`: {command.says}." for command in COMMANDS)])


def profiles(workflows: Iterable[Workflow], *, offline: bool = False) -> list[ChatProfile]:
    """Ask, and one for each workflow that always runs it. `offline` is whether the visitor has set that model."""
    ask = ChatProfile(
        name=ASK, markdown_description=welcome(offline), icon="/public/favicon.svg", default=True, starters=starters()
    )
    return [ask, *(_profile(workflow) for workflow in workflows)]


def starters() -> list[Starter]:
    """Messages that work as they stand, with a network and without."""
    if recorded := starter_labels():
        return [Starter(label=label, message=message) for label, message in recorded]
    return [Starter(label=message, message=message) for message in STARTERS]


def welcome(offline: bool = False) -> str:
    """What this is, and which model is at work."""
    if recording := about():
        return recording
    name = describe_model(default_model())
    model = (
        "The **offline model** is at work: it writes by quoting what it finds."
        if offline or name == "the offline model"
        else f"At work: **{escape(name)}**."
    )
    return (
        "Ask for an article, a brief or a comparison: a workflow does it step by step while you watch. "
        f"Ask again later, and the answer comes from what was worked out. {model}"
    )


def commands() -> list[CommandDict]:
    """The menu of commands."""
    return [
        CommandDict(
            id=command.name,
            description=f"{command.says}.",
            icon=COMMAND_ICONS[command.name],
            button=False,
            persistent=False,
            selected=False,
        )
        for command in COMMANDS
    ]


def _profile(workflow: Workflow) -> ChatProfile:
    told = re.split(r"[.:] ", workflow.description, maxsplit=1)[0].rstrip(".")
    return ChatProfile(
        name=workflow.name,
        markdown_description=f"{escape(told)}. Every message here runs **{escape(workflow.name)}**.".removeprefix(". "),
        icon=_icon(workflow.name),
        starters=[Starter(label=text, message=text) for text in workflow.examples or EXAMPLES],
    )


def _icon(workflow: str) -> str:
    """The picture of its own that a workflow has, or the one of all."""
    own = f"{workflow.casefold().replace(' ', '-')}.svg"
    there = (Path(config.root) / "public" / "profiles" / own).is_file()
    return f"/public/profiles/{own if there else 'workflow.svg'}"
