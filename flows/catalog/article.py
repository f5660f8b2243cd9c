"""Article: research a topic, then write about it."""

from datetime import timedelta

from agents import Agent
from agents.tools import DuckDuckGoTools
from flows import Workflow

researcher = Agent(
    name="Researcher",
    instructions="Find relevant information about the topic. Group what you find by theme and name the source of "
    "each statement.",
    tools=[DuckDuckGoTools()],
)
writer = Agent(
    name="Writer",
    instructions="Write a clear, engaging article based on the research. Use only what the research holds, in "
    "sections with headings, and list the sources at the end.",
)

article = Workflow(
    name="Article",
    steps=[researcher, writer],
    description="Researches a topic and writes an article about it. For broad topics and anything to be written.",
    fresh_for=timedelta(days=7),
    examples=("Climate change solutions", "The history of printing", "The Silk Road"),
)
