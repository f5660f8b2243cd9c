"""What a visitor sees before the first message."""

from __future__ import annotations

from chainlit.types import ChatProfile, Starter

from agents.models import default_model, describe_model

STARTERS = (
    "Write an article about climate change solutions",
    "Brief me on how vaccines work",
    "Write an article about the history of printing",
    "Brief me on why sleep matters for memory",
)

HOW_IT_WORKS = """
**Ask for something**, and a workflow of agents and functions does it step by step while you watch. Each finished
step is kept.

**Ask about it again**, and the answer comes from what was already worked out. A chip behind each claim names the
step and its age, and opens what that step found, with the passage marked.

**A new run starts only** when what is kept does not cover the question, or is too old. Every answer says why it was
answered or run, and *Run it fresh* or *Answer from what we have* overrules it.

- `/run Article the history of printing` runs a workflow by its name.
- `/fresh` before a question runs it again instead of answering from earlier runs.
- `/recall` before a question answers from memory alone, and never runs anything.
- A message sent while a run works waits for its turn. *Stop* ends a run, and *Resume* goes on with it; finished
  steps are not done twice.
""".strip()


def starters() -> list[Starter]:
    """Four messages that work as they stand, with a network and without."""
    return [Starter(label=message, message=message) for message in STARTERS]


def profiles() -> list[ChatProfile]:
    """The one profile there is: its picture and text are what the welcome screen shows."""
    return [ChatProfile(name="Refrain", markdown_description=welcome(), icon="/public/favicon.svg", default=True)]


def welcome() -> str:
    """What this is, and which model is at work."""
    name = describe_model(default_model())
    model = (
        "The **offline model** is at work: it writes by quoting what it finds."
        if name == "the offline model"
        else f"At work: **{name}**."
    )
    return f"A chat whose workflows remember. {model}"
