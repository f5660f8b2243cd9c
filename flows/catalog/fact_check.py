"""Fact check: search for a claim in several wordings until two independent sources agree on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from agents import Agent
from agents.extraction.advice import advice, with_advice
from agents.extraction.claims import (
    ENOUGH,
    ORDER,
    ROUNDS,
    agreement,
    claim_of,
    compared_words,
    finding_of,
    independent,
    merged,
    stems,
    told,
    wordings,
)
from agents.extraction.statements import Statement
from agents.models import default_model
from agents.offline import OfflineModel
from agents.toolbox import ask_tool
from agents.tools import DuckDuckGoTools
from agents.tools.sources import Source
from flows import Condition, Loop, Step, StepInput, StepOutput, Workflow

MOST_NEAR = 5  # sources shown that only bear on the claim
NO_JUDGEMENT = "This is a comparison of words, not a judgement: read the sentences below."


class Opinion(BaseModel):
    """What one source says of the claim."""

    source: int = Field(description="The number of the source.")
    stand: Literal["supports", "contradicts", "silent"]
    quote: str = Field(description="The sentence of the source that says so, word for word.")


class Opinions(BaseModel):
    opinions: list[Opinion]


judge = Agent(
    name="Judge",
    instructions="For each source, say whether it supports the claim, contradicts it, or is silent about it. A source "
    "that gives other numbers, dates or names than the claim contradicts it. Go by what the source says, not by "
    "what you know, and quote the sentence you go by.",
    output_schema=Opinions,
)


async def search(step_input: StepInput) -> StepOutput:
    """Search for the claim in this round's wording; gives a SearchResult."""
    claim = claim_of(step_input.get_input_as_string())
    if len(stems(claim)) < 2:
        return StepOutput(success=False, error="Give a claim to check, as in “Fact check: honey never spoils”.")
    before = step_input.get_step_content("Weigh")
    asked = before["asked"] if before else []
    fresh = next((wording for wording in wordings(claim) if wording not in asked), claim)
    message = await ask_tool(DuckDuckGoTools().get_tools()[0], query=fresh)
    return StepOutput(dict(message.artifact))


async def weigh(step_input: StepInput) -> dict[str, Any]:
    """What this round's sources, and those of the rounds before, say of the claim; a SearchResult with more to it.

    A language model judges them; without one the words and numbers are compared.
    """
    claim = claim_of(step_input.get_input_as_string())
    found = step_input.get_step_content("Search")
    before = step_input.get_step_content("Weigh") or {"sources": [], "asked": [], "read": []}
    fresh = [source for source in found["sources"] if source["address"] not in before["read"]]
    offline = isinstance(default_model(), OfflineModel)
    said = compared_words(claim, found["sources"]) if offline else await judged(claim, fresh)
    sources = merged([*before["sources"], *said])
    return {
        "engine": "Weighing",
        "query": claim,
        "note": told(sources, offline),
        "sources": sources,
        "asked": [*before["asked"], found["query"]],
        "read": [*before["read"], *dict.fromkeys(source["address"] for source in fresh)],
        "offline": offline,
        "near": before.get("near", found.get("near", [])),  # to the claim, not to what was added to it
        "ways": found.get("ways", []),
    }


def agreed(outputs: Sequence[StepOutput]) -> bool:
    """Whether two independent sources say the same of the claim."""
    return agreement(outputs[-1].content["sources"]) is not None


def is_settled(step_input: StepInput) -> bool:
    """Whether the rounds ended because sources agree."""
    return agreement(step_input.get_last_step_content()["sources"]) is not None


def settled(step_input: StepInput) -> str:
    """The result when two independent sources agree."""
    weighed = step_input.get_last_step_content()
    stand = agreement(weighed["sources"]) or "supports"
    who = " and ".join(f"“{source['title']}”" for source in independent(weighed["sources"], stand)[:ENOUGH])
    result = f"**{'Supported' if stand == 'supports' else 'Contradicted'}.** {who} say so independently."
    if weighed["offline"]:
        found = "Found in two independent sources" if stand == "supports" else "Perhaps the opposite is true"
        but = "" if stand == "supports" else ", but with a “not” more or less"
        result = f"**{found}.** In {who}, a sentence holds all words and numbers of the claim{but}. {NO_JUDGEMENT}"
    return _page(weighed, result)


def unsettled(step_input: StepInput) -> str:
    """The result when no two independent sources agree."""
    weighed = step_input.get_last_step_content()
    sources, rounds = weighed["sources"], len(weighed["asked"])
    held, against = independent(sources, "supports"), independent(sources, "contradicts")
    offline, one = weighed["offline"], "only one independent source, “{}”, {}; two are needed."
    result = f"**Not enough found.** After {rounds} searches "
    if held and against:
        result += "the sources disagree about the claim."
    elif held:
        result += one.format(held[0]["title"], "holds all its words and numbers" if offline else "supports the claim")
    elif against:
        result += one.format(against[0]["title"], "seems to deny the claim" if offline else "contradicts the claim")
    elif sources:
        result += "no source says the whole claim; some bear on it. That does not make it false."
    else:
        result += "no source bears on the claim. That does not make it false."
        result = with_advice(result, advice([weighed]) if offline else "")
    return _page(weighed, result)


async def judged(claim: str, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """What a language model says of each source; a quote that is not in the source counts for nothing."""
    if not sources:
        return []
    listed = "\n\n".join(f"[{n}] {source['title']}\n{source['snippet']}" for n, source in enumerate(sources, 1))
    output = await judge.run(f"Claim: {claim}\n\nSources:\n\n{listed}")
    findings = []
    for opinion in output.content.opinions:
        source = sources[opinion.source - 1] if 0 < opinion.source <= len(sources) else None
        quote = " ".join(opinion.quote.split()).strip('"“”')
        if source is None or opinion.stand == "silent" or not quote or quote not in " ".join(source["snippet"].split()):
            continue
        findings.append(finding_of(Statement(quote, source["title"], source["address"]), opinion.stand, []))
    return findings


def _page(weighed: Mapping[str, Any], result: str) -> str:
    sources = weighed["sources"]
    offline, by = weighed["offline"], {stand: [s for s in sources if s["stand"] == stand] for stand in ORDER}
    groups = {
        "Sentences that hold the whole claim" if offline else "For the claim": by["supports"],
        "Sentences that seem to deny it" if offline else "Against the claim": by["contradicts"],
        "Sentences that bear on it": by["near"][:MOST_NEAR],
    }
    parts = [f"# Fact Check: {weighed['query'].rstrip('.')}", result]
    for heading, found in groups.items():
        if found:
            parts.append("\n".join([f"## {heading}", "", *(_line(one) for one in found)]))
    parts.append("Searched for: " + "; ".join(f"“{query}”" for query in weighed["asked"]) + ".")
    shown = [one for found in groups.values() for one in found]
    if shown:
        parts.append("\n".join(["## Sources", "", *(f"- {one['title']} — {one['address']}" for one in shown)]))
    return "\n\n".join(parts)


def _line(finding: Mapping[str, Any]) -> str:
    lacks = ", ".join(f"“{word}”" for word in finding["lacks"][:4])
    return f"- {finding['snippet']} ({finding['title']})" + (f" *Lacks {lacks}.*" if lacks else "")


fact_check = Workflow(
    name="Fact check",
    steps=[
        Loop(
            [Step("Search", executor=search), Step("Weigh", executor=weigh)],
            end_condition=agreed,
            max_iterations=ROUNDS,
            name="Rounds",
        ),
        Condition(
            is_settled,
            steps=[Step("Two sources agree", executor=settled)],
            else_steps=[Step("Not settled", executor=unsettled)],
            name="Outcome",
        ),
    ],
    description="Checks whether a claim, or the fact that you name, holds: true or false, and verified or debunked by "
    "two independent sources.",
    fresh_for=timedelta(days=7),
    examples=(
        "Trees store carbon",
        "Wind power replaces coal and gas",
        "Herd immunity protects people who cannot be vaccinated",
    ),
)
