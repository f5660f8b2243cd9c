"""Brief: search, pick the sources that fit best, summarise them."""

from __future__ import annotations

from datetime import timedelta

from agents import Agent
from agents.extraction.advice import advice, with_advice
from agents.extraction.glue import NOTHING_FOUND
from agents.extraction.topic import queries
from agents.models import default_model
from agents.offline import OfflineModel
from agents.text import content_words
from agents.toolbox import ask_tool
from agents.tools import DuckDuckGoTools
from agents.tools.sources import SearchResult, Source
from flows import StepInput, Workflow

MOST_SOURCES = 5


async def search(step_input: StepInput) -> dict[str, object]:
    """Ask the search for the topic of the request; gives a SearchResult."""
    tool = DuckDuckGoTools().get_tools()[0]
    query = queries(step_input.get_input_as_string())[0]
    message = await ask_tool(tool, query=query)
    return dict(message.artifact)


def pick(step_input: StepInput) -> str:
    """The sources that share most words with the question, best first, as text with their titles."""
    found: SearchResult = step_input.get_step_content("search")
    wanted = set(content_words(found["query"]))

    def fit(source: Source) -> int:
        return len(wanted & set(content_words(f"{source['title']} {source['snippet']}")))

    best = sorted(found["sources"], key=fit, reverse=True)[:MOST_SOURCES]
    if not best:
        told = " ".join(part for part in (f"{NOTHING_FOUND}{found['query']}.", found["note"]) if part)
        return with_advice(told, advice([found])) if isinstance(default_model(), OfflineModel) else told
    return "\n\n".join(f"## {source['title']}\n{source['snippet']}\nSource: {source['address']}" for source in best)


summariser = Agent(
    name="Summariser",
    instructions="Answer the question in a short brief based on the sources: one sentence with the gist, then four to "
    "six bullet points, then the sources. Use only what the sources hold.",
)

brief = Workflow(
    name="Brief",
    steps=[search, pick, summariser],
    description="Answers a question, or briefs you on a subject: searches, picks the best sources and gives a short "
    "summary. How, why, when, who and what questions. Summarises attached files.",
    fresh_for=timedelta(days=7),
    examples=("How do vaccines work?", "Why does sleep matter for memory?", "What is a black hole?"),
)
