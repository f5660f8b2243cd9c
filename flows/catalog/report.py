"""Report: written short or long, as the request says, and published once a person has approved it."""

from __future__ import annotations

import re

from agents import Agent
from agents.prompts import step_prompt
from flows import Router, Step, StepInput, Workflow
from flows.catalog import article, brief
from storage.records import now

_SHORT = re.compile(r"\b(?:short|shorter|brief|briefly|concise|quick|one-page|summary)\b", re.IGNORECASE)
_LONG = re.compile(r"\b(?:long|longer|detailed|full|thorough|comprehensive|in[- ]depth|complete)\b", re.IGNORECASE)

UNCHANGED = (
    "*The editor could not work the feedback in: the draft is as it was. You can hand in a text of your own.*\n\n"
)

editor = Agent(
    name="Editor",
    instructions="Write the article again so that it meets the feedback at the end of the request. Keep to what the "
    "draft and the feedback hold, and keep the list of sources.",
)


def wanted_length(step_input: StepInput) -> str:
    """The choice that fits the length asked for; long when none is."""
    asked = step_input.get_input_as_string()
    return "Short" if _SHORT.search(asked) and not _LONG.search(asked) else "Long"


async def draft(step_input: StepInput) -> str:
    """What was written, for review; after a reviewer's feedback, written again by the editor."""
    written = str(step_input.get_last_step_content())
    if not step_input.feedback:
        return written
    written = str(step_input.draft).removeprefix(UNCHANGED)
    shorter = " Keep it short." if _SHORT.search(step_input.feedback) else ""
    request = f"{step_input.get_input_as_string()}\n\nFeedback on the draft: {step_input.feedback}{shorter}"
    output = await editor.run(step_prompt(request, [("Draft", written)]))
    return UNCHANGED + written if output.content == written else str(output.content)


def publish(step_input: StepInput) -> str:
    """The text with a line in front: that it was approved, and when."""
    text = str(step_input.get_last_step_content()).removeprefix(UNCHANGED)
    return f"*Approved and published on {now():%Y-%m-%d}.*\n\n{text}"


report = Workflow(
    name="Report",
    steps=[
        Router(
            wanted_length,
            [Step("Short", workflow=brief.brief), Step("Long", workflow=article.article)],
            name="Length",
        ),
        Step("Draft", executor=draft, review=True),
        Step("Publish", executor=publish),
    ],
    description="Produces a short or long report and waits until a person approves it for publication.",
    examples=("A short report on ocean energy", "A long report on carbon pricing"),
)
