"""The ready-made workflows: each does its work offline, and the choice between them is the one a person expects."""

from __future__ import annotations

import json

import pytest
from langchain_core.messages import BaseMessage

from agents.offline import OfflineModel
from agents.tools import DuckDuckGoTools
from chat.welcome import starters
from flows import Workflow, WorkflowAgent
from flows.catalog import fact_check as checking
from flows.catalog.compare import name_sides
from flows.choice import Choice, choose
from flows.events import ToolCalled
from flows.node import StepInput
from flows.question import understand
from flows.setup import load_workflows
from storage import RunStore
from storage.records import StepOutput

from .scripted import ScriptedModel

WORKFLOWS = load_workflows()
STARTERS = [starter.message for starter in starters()]


def chosen(message: str, last: str | None = None) -> str | None:
    choices = [Choice(flow.name, flow.description, flow.fresh_for) for flow in WORKFLOWS.values()]
    return choose(understand(message), choices, last)


@pytest.mark.parametrize(
    ("workflow", "message"),
    [
        *(({"Write": "Article"}.get(first := message.split()[0], first), message) for message in STARTERS),
        ("Article", "write about black holes"),
        ("Article", "Write an article that compares solar and wind power"),
        ("Article", "Write an article about the difference between bread and cake"),
        ("Article", "an article about true crime"),
        ("Article", "ocean energy"),
        ("Brief", "How do vaccines work?"),
        ("Brief", "What are the advantages of wind power?"),
        ("Brief", "What is the role of bees in pollination?"),
        ("Brief", "Is it hot on the sun?"),
        ("Brief", "Brief me on the claim that coffee is healthy"),
        ("Brief", "How true is the theory of plate tectonics?"),
        ("Compare", "Compare solar power and wind power"),
        ("Compare", "What is the difference between vaccines and antibiotics?"),
        ("Compare", "solar power vs wind power"),
        ("Compare", "Is solar power better than wind power?"),
        ("Fact check", "Fact check: honey never spoils"),
        ("Fact check", "Is it true that honey never spoils?"),
        ("Fact check", "Verify that the Earth is 4.5 billion years old"),
        ("Fact check", "Check this claim: the Great Wall is visible from space"),
        ("Report", "Write a short report on ocean energy"),
        ("Report", "Write a report about the history of printing"),
        ("Report", "Prepare a report for my boss on inflation, to be approved"),
    ],
)
def test_a_message_chooses_the_workflow_a_person_expects(workflow: str, message: str) -> None:
    assert chosen(message) == workflow


@pytest.mark.parametrize("last", ["Compare", "Fact check", "Report"])
def test_the_starters_choose_as_before_whatever_ran_last(last: str) -> None:
    assert [chosen(message, last) for message in STARTERS] == [chosen(message) for message in STARTERS]


async def test_a_comparison_is_a_table_of_both_sides_in_sentences_of_their_sources() -> None:
    run = await WORKFLOWS["Compare"].run("Compare solar power and wind power")

    assert run.status == "completed", run.error
    rows = {line.split(" | ")[0].strip("| *"): line for line in str(run.content).splitlines() if line.startswith("| ")}
    assert "| Solar Power | Wind Power |" in str(run.content)
    assert "*Solar Power*: The unit cost of solar energy fell by about 85 percent" in rows["Cost"]
    assert "*Wind Power*: The unit cost of wind energy fell by about 55 percent" in rows["Cost"]
    assert "library:solar-power.md" in str(run.content)
    assert "library:wind-power.md" in str(run.content)


async def test_each_side_is_looked_up_for_itself() -> None:
    events = [event async for event in WORKFLOWS["Compare"].stream("Compare bread and coffee")]

    calls = [event for event in events if isinstance(event, ToolCalled)]
    searches = {call.path: call.arguments["query"] for call in calls if call.arguments}
    assert searches == {
        "Research/First side/Look up/Researcher": "bread",
        "Research/Other side/Look up/Researcher": "coffee",
    }


async def test_a_side_of_which_nothing_is_known_is_told() -> None:
    run = await WORKFLOWS["Compare"].run("Compare CRISPR and zorblax")
    assert "| *Nothing found.* |" in str(run.content)

    neither = await WORKFLOWS["Compare"].run("Compare gimbling and zorblax")
    assert "nothing to compare" in str(neither.content)


@pytest.mark.parametrize("message", ["Compare apples", "Compare", "", "the Silk Road"])
async def test_an_input_that_names_no_two_sides_fails_with_a_sentence(message: str) -> None:
    run = await WORKFLOWS["Compare"].run(message)

    assert run.status == "failed"
    assert "Name two things, as in “Compare solar power and wind power”." in str(run.error)


@pytest.mark.parametrize(
    ("message", "sides"),
    [
        ("Compare solar power and wind power", ["solar power", "wind power"]),
        ("solar power vs wind power", ["solar power", "wind power"]),
        ("What is the difference between vaccines and antibiotics?", ["vaccines", "antibiotics"]),
        ("Is solar power cheaper than wind power?", ["solar power", "wind power"]),
        ("Which is better, solar power or wind power?", ["solar power", "wind power"]),
        ("Solar versus wind power: which is better?", ["Solar", "wind power"]),
        ("How do bread and coffee differ?", ["bread", "coffee"]),
        ("bread and coffee", ["bread", "coffee"]),
    ],
)
def test_the_sides_are_found_however_they_are_named(message: str, sides: list[str]) -> None:
    assert name_sides(StepInput(message)).content == sides


async def test_a_claim_that_two_sources_hold_is_found_after_one_search() -> None:
    run = await WORKFLOWS["Fact check"].run(
        "Fact check: air can hold 7 percent more water vapor for each degree Celsius"
    )

    text = str(run.content)
    assert "**Found in two independent sources.**" in text
    assert "not a judgement" in text
    assert "library:the-water-cycle.md" in text
    assert "library:climate-adaptation.md" in text
    assert text.count("“Air can hold") == 1


async def test_a_wrong_number_is_not_found_and_the_sources_that_come_close_say_what_they_lack() -> None:
    run = await WORKFLOWS["Fact check"].run("Check whether transport caused 25 percent of global emissions in 2019")

    text = str(run.content)
    assert "**Not enough found.** After 3 searches" in text
    assert "Transport caused about 15 percent of global emissions in 2019" in text
    assert "*Lacks “25”.*" in text
    searches = next(line for line in text.splitlines() if line.startswith("Searched for:")).split("; ")
    assert len(set(searches)) == 3, "each round asks in another wording"


async def test_one_source_alone_is_not_enough() -> None:
    run = await WORKFLOWS["Fact check"].run("Fact check: the unit cost of solar energy fell by 85 percent")
    assert "only one independent source, “Solar Power”" in str(run.content)


async def test_a_denial_is_not_taken_for_support() -> None:
    run = await WORKFLOWS["Fact check"].run("Is it true that antibiotics have an effect on viruses?")
    assert "seems to deny the claim" in str(run.content)


@pytest.mark.parametrize("message", ["Fact check", "Fact check: honey", ""])
async def test_what_is_no_claim_fails_with_a_sentence(message: str) -> None:
    run = await WORKFLOWS["Fact check"].run(message)
    assert "Give a claim to check, as in “Fact check: honey never spoils”." in str(run.error)


@pytest.mark.parametrize(
    ("message", "claim"),
    [
        ("Is it true that honey never spoils?", "Honey never spoils."),
        ("Fact-check: the Earth is flat, right?", "The Earth is flat."),
        ("Can you check if vaccines cause autism?", "Vaccines cause autism."),
        ("Verify this claim: bees die after stinging", "Bees die after stinging."),
        ("“We use 10% of our brains” – true or false?", "We use 10% of our brains."),
        ("Checkers is a game", "Checkers is a game."),
    ],
)
def test_the_claim_is_what_stands_behind_the_request(message: str, claim: str) -> None:
    assert checking.claim_of(message) == claim


@pytest.mark.parametrize(
    ("addresses", "titles", "agree"),
    [
        (("https://a.org/1", "https://b.org/1"), ("One", "Two"), True),
        (("https://a.org/1", "https://www.a.org/2"), ("One", "Two"), False),
        (("https://a.org/1", "https://b.org/1"), ("One", "one"), False),
    ],
)
def test_sources_of_one_host_or_title_are_not_independent(
    addresses: tuple[str, str], titles: tuple[str, str], agree: bool
) -> None:
    findings: list[dict[str, object]] = [
        {"address": address, "title": title, "snippet": title * 2, "stand": "supports", "lacks": []}
        for address, title in zip(addresses, titles, strict=True)
    ]
    assert (checking.agreement(findings) == "supports") is agree


def test_the_same_sentence_copied_to_another_site_is_not_independent() -> None:
    findings: list[dict[str, object]] = [
        {"address": f"https://{host}", "title": host, "snippet": "The same.", "stand": "supports", "lacks": []}
        for host in ("a.org", "b.org")
    ]
    assert checking.agreement(findings) is None


async def test_a_language_model_judges_and_a_quote_it_made_up_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = "Transport caused about 25 percent of global emissions in 2019"
    said = [("contradicts", "Transport caused about 15 percent of global emissions in 2019"), ("supports", "Made up.")]

    def opinions(messages: list[BaseMessage]) -> str:
        prompt = str(messages[-1].text)
        places = {quote: prompt[: prompt.find(quote)].rfind("\n[") for _, quote in said}
        numbers = {quote: int(prompt[place + 2 :].split("]")[0]) for quote, place in places.items()}
        return json.dumps(
            {"opinions": [{"source": numbers[quote], "stand": stand, "quote": quote} for stand, quote in said]}
        )

    model = ScriptedModel([opinions])
    monkeypatch.setattr(checking, "default_model", lambda: model)
    monkeypatch.setattr(checking.judge, "model", model)
    found = DuckDuckGoTools().search(claim)
    outputs = {"Search": StepOutput(dict(found), step_name="Search")}

    weighed = await checking.weigh(StepInput(claim, found, outputs))

    assert [(one["stand"], one["title"]) for one in weighed["sources"]] == [
        ("contradicts", "Climate Change Solutions: An Overview")
    ]
    model.assert_done()


def test_a_judged_result_says_supported_or_contradicted() -> None:
    findings: list[dict[str, object]] = [
        {"address": f"https://{n}.org", "title": n, "snippet": f"So says {n}.", "stand": "contradicts", "lacks": []}
        for n in ("Ann", "Bob")
    ]
    weighed = {"query": "It is so.", "sources": findings, "asked": ["it is so"], "offline": False}
    assert "**Contradicted.** “Ann” and “Bob” say so" in checking.settled(StepInput("It is so.", weighed))


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Write a short report on ocean energy", "# Ocean Energy in Brief"),
        ("Report on ocean energy", "# Ocean Energy\n"),
    ],
)
async def test_a_report_is_as_long_as_wanted_and_published_once_it_is_approved(message: str, title: str) -> None:
    report = WORKFLOWS["Report"]

    waiting = await report.run(message)
    assert waiting.status == "paused"
    assert waiting.question is not None
    assert waiting.question.kind == "review"
    assert str(waiting.question.draft).startswith(title)

    published = await report.resume(waiting.id, approve=True)
    first, rest = str(published.content).split("\n\n", 1)
    assert first.startswith("*Approved and published on 20")
    assert rest == waiting.question.draft


async def test_a_report_is_shortened_on_feedback_and_a_rejected_one_is_not_published() -> None:
    report = WORKFLOWS["Report"]
    waiting = await report.run("Report on ocean energy")
    assert waiting.question is not None

    again = await report.resume(waiting.id, feedback="Make it shorter")
    assert again.status == "paused"
    assert again.question is not None
    assert 0 < len(again.question.draft) < 0.7 * len(waiting.question.draft)

    rejected = await report.resume(waiting.id, approve=False)
    assert rejected.status == "cancelled"
    assert rejected.content is None


async def test_feedback_that_could_not_be_met_is_told_but_not_published() -> None:
    report = WORKFLOWS["Report"]
    waiting = await report.run("Report on ocean energy")
    again = await report.resume(waiting.id, feedback="Put it in verse")
    assert again.question is not None
    assert "could not work the feedback in" in again.question.draft

    published = await report.resume(waiting.id, approve=True)
    assert "could not work" not in str(published.content)


async def test_the_catalogue_serves_a_conversation(store: RunStore) -> None:
    flows: list[Workflow] = list(load_workflows().values())
    agent = WorkflowAgent(flows, store=store, model=OfflineModel(words_per_second=0))

    turn = await agent.respond("Compare bread and coffee", session_id="s")
    assert turn.decision is not None
    assert turn.decision.workflow == "Compare"
    assert "| **What it is** |" in turn.answer
