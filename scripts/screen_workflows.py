"""Workflows that wait, ask and fail when a picture needs it."""

WORKFLOWS = '''
import asyncio
from pathlib import Path

from pydantic import BaseModel, Field

from flows import Parallel, Step, Workflow

FOLDER = Path(__file__).parent


class Trip(BaseModel):
    """What the plan needs to know."""

    city: str = Field(description="Where you start")
    days: int = Field(ge=1, le=21, description="How long you are away")
    by_train: bool = Field(default=True, description="Rather than by car")


def prices(step_input):
    return "A cargo bike costs 3,000 to 6,000 euros."


async def demand(step_input):
    yield "Sales doubled in four years. "
    while not (FOLDER / "open").exists():
        await asyncio.sleep(0.02)
    yield "Most buyers are families in cities."


def letter(step_input):
    return "Dear readers,\\n\\ntwo new bike lanes open in May, and the workshop moves to the old station."


OFFERS = [
    "The Nordic 300 costs 3,400 euros. The Hauler costs 5,100 euros. Both shops deliver in two weeks.",
    "The Nordic 300 costs 3,150 euros. The Hauler costs 5,100 euros. A third shop lets you try one for a day.",
]


def offers(step_input):
    return OFFERS.pop(0)


def plan(step_input):
    return "Day 1: along the coast by train."


def sending(step_input):
    raise RuntimeError("The mail server refused the letter: its certificate has expired")


scan = Workflow(
    name="Market scan",
    steps=[
        Parallel(Step("Prices", executor=prices), Step("Demand", executor=demand), name="Gather"),
        Step("Sum up", executor=prices),
    ],
    description="Looks at a market from two sides at once.",
)
trip = Workflow(name="Trip plan", steps=[Step("Plan", executor=plan, ask=Trip)], description="Plans a trip.")
news = Workflow(name="Newsletter", steps=[Step("Letter", executor=letter, review=True)], description="Writes a letter.")
watch = Workflow(name="Offer watch", steps=[Step("Offers", executor=offers)], description="Follows prices.")
mail = Workflow(name="Mailing", steps=[letter, Step("Send", executor=sending)], description="Sends a letter.")
'''
