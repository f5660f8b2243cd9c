"""Workflows that stop for a person, one of each kind, for tests of how they are answered on the page."""

from __future__ import annotations

from .chat_server import ChatServer

WORKFLOWS = '''
from datetime import date
from enum import Enum
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from flows import Router, Step, Workflow


class Pace(Enum):
    slow = "slow"
    steady = "steady"
    brisk = "brisk"
    fast = "fast"
    headlong = "headlong"


class Address(BaseModel):
    street: str
    city: str = Field(min_length=2, max_length=20)


class Guest(BaseModel):
    name: str
    age: int = Field(ge=0, le=120)


class Trip(BaseModel):
    """What the travel office needs before it books."""

    place: str = Field(title="Where to", description="A city or a region.", max_length=30)
    days: int = Field(title="How many days", ge=1, le=30)
    budget: float | None = Field(None, title="Most it may cost", gt=0)
    travel: Literal["train", "boat", "bicycle"] = Field("train", title="How to travel")
    meals: Literal["half board", "full board"] | None = None
    pace: Pace = Pace.steady
    leaving: date | None = Field(None, title="Leaving on")
    insured: bool = Field(True, title="With insurance")
    stops: list[str] = Field([], title="Stops on the way", max_length=3)
    wishes: str = Field("", description="Anything the office should know.", max_length=600)
    address: Address
    guests: list[Guest] = []

    @field_validator("place")
    @classmethod
    def known(cls, place: str) -> str:
        if place == "Atlantis":
            raise ValueError("No train goes to Atlantis. Choose a place that exists.")
        return place


class Name(BaseModel):
    name: str = Field(max_length=12)


def draft(step_input):
    wish = f" It was asked to be {step_input.feedback}." if step_input.feedback else ""
    paragraph = "Lighthouses **guide ships** through the night, and have done so since antiquity. "
    return f"# Lighthouses\\n\\nA first draft.{wish}\\n\\n" + "\\n\\n".join([paragraph * 4] * 6)


def plan(step_input):
    return {"title": "Lighthouses", "chapters": ["Towers", "Lamps"]}


def shown(step_input):
    return f"Done with: {step_input.get_last_step_content()}"


def booked(step_input):
    trip = step_input.answer
    return f"Booked {trip.place} for {trip.days} days, {trip.travel}, {len(trip.guests)} guests, {trip.pace.value}."


def greeted(step_input):
    return f"Hello, {step_input.answer.name}."


def note(step_input):
    return f"Notes on {step_input.input}."


def brief(step_input):
    return "The brief version."


def detailed(step_input):
    return "The detailed version."


def costly(step_input):
    import time
    time.sleep(0.02)
    return "The costly part."


confirms = Workflow(
    "Publish", [note, Step("Send out", executor=shown, confirm="Publish the notes to the whole team?")]
)
asks = Workflow("Travel", [note, Step("Book", executor=booked, ask=Trip)])
greets = Workflow("Greet", [Step("Hello", executor=greeted, ask=Name)])
reviews = Workflow("Essay", [Step("Write", executor=draft, review=True)])
plans = Workflow("Plan", [Step("Outline", executor=plan, review=True), shown])
routes = Workflow("Explain", [note, Router(None, [Step("Brief", executor=brief), Step("Detailed", executor=detailed)])])
spends = Workflow("Costly", [Step("First", executor=costly), Step("Second", executor=shown)], max_seconds=0.01)
'''


def add_questions(server: ChatServer) -> None:
    """Give the server the workflows, before it starts."""
    (server.flows / "asking.py").write_text(WORKFLOWS)
