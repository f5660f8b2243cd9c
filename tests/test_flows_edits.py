"""A person's own text is told from what was worked out, wherever it comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chat import render
from chat.sources import chips_by_label
from flows import Parallel, Step, StepInput, Workflow
from flows.citations import citations
from flows.decision import decide
from flows.export import ToldRun, run_markdown, run_values
from flows.past import of_passages, with_versions
from flows.prompt import messages
from flows.question import understand
from flows.recall import Known, recall
from flows.run_tree import run_tree
from storage import RunStore
from storage.records import Edited, Passage

from .remembered import CHOICES, NOW, passage

ASKED = "heat pumps"
TRUE = "Heat pumps move warmth from outside air into a house."
MINE = "Heat pumps were invented on the moon by Ada Lovelace."


def notes(step_input: StepInput) -> str:
    return TRUE


def aside(step_input: StepInput) -> str:
    return "Boilers burn gas."


def write(step_input: StepInput) -> str:
    return f"An article: {step_input.previous_step_content}"


def check(step_input: StepInput) -> str:
    return f"Checked: {step_input.previous_step_content}"


def article(store: RunStore | None = None) -> Workflow:
    return Workflow("Article", [Parallel(notes, aside, name="Gather"), write, check], store=store)


async def marks(workflow: Workflow, store: RunStore, run_id: str) -> dict[str, Edited]:
    return {entry.path: entry.edited for entry in await store.journal(run_id) if entry.output is not None}


async def test_the_edited_step_and_what_comes_after_it_are_marked(store: RunStore) -> None:
    workflow = article(store)
    first = await workflow.run(ASKED)
    assert set((await marks(workflow, store, first.id)).values()) == {""}

    fork = await workflow.fork(first.id, "Gather/notes", MINE)
    assert await marks(workflow, store, fork.id) == {
        "Gather/notes": "here",
        "Gather/aside": "",
        "write": "before",
        "check": "before",
    }
    again = await workflow.fork(fork.id, "check")
    assert (await marks(workflow, store, again.id))["Gather/notes"] == "here", "a fork of a fork knows of it"
    assert (await marks(workflow, store, again.id))["check"] == "before"
    clean = await workflow.fork(fork.id, "Gather/notes")
    assert set((await marks(workflow, store, clean.id)).values()) == {""}, "the text is gone, and so is the mark"


async def test_text_given_back_as_it_was_is_not_edited(store: RunStore) -> None:
    workflow = article(store)
    first = await workflow.run(ASKED)
    fork = await workflow.fork(first.id, "write", str(first.steps[1].content))
    assert set((await marks(workflow, store, fork.id)).values()) == {""}


@pytest.mark.parametrize(
    ("answer", "marked"),
    [({"output": MINE}, {"Draft": "here", "check": "before"}), ({"output": TRUE}, {}), ({"approve": True}, {})],
)
async def test_a_reviewer_s_own_text_is_marked(store: RunStore, answer: dict[str, object], marked: object) -> None:
    workflow = Workflow("Report", [Step("Draft", executor=notes, review=True), check], store=store)
    run = await workflow.run(ASKED)
    assert run.question is not None
    assert run.question.prompt == "Is the output of Draft good to go on with?"
    done = await workflow.resume(run.id, **answer)
    assert done.status == "completed"
    found = await marks(workflow, store, run.id)
    assert {path: edited for path, edited in found.items() if edited} == marked


async def test_passages_carry_the_mark_and_the_run_s_views_show_it(store: RunStore) -> None:
    workflow = article(store)
    first = await workflow.run(ASKED)
    fork = await workflow.fork(first.id, "write", MINE)
    found = {one.path: one.edited for one in await store.search("Ada Lovelace moon", user_id="local")}
    assert found == {"write": "here", "check": "before"}

    tree = run_tree(fork, await store.journal(fork.id), [])
    told = ToldRun(fork, tree)
    assert "edited by you" in run_markdown(told)
    steps = {step["path"]: step["edited"] for step in run_values(told)["steps"]}
    assert steps == {"Gather": None, "write": "edited by you", "check": "after your edit"}


async def test_an_exact_repeat_is_served_from_the_unedited_run(store: RunStore) -> None:
    workflow = article(store)
    first = await workflow.run(ASKED)
    fork = await workflow.fork(first.id, "write", MINE)
    same = await store.workflow_run_by_input("local", input_text="Heat pumps?")
    assert same is not None
    assert same.id == first.id
    await store.delete_run(first.id, user_id="local")
    same = await store.workflow_run_by_input("local", input_text="Heat pumps?")
    assert same is not None
    assert same.id == fork.id, "what is the only one is found, marked"
    question = understand(ASKED, [])
    known = await recall(store, question, [], user_id="local", session_id="new")
    assert decide(question, known, CHOICES, NOW).reason.endswith("still current; text of yours is in it.")


def edited(text: str, run_id: str, how: Edited = "here") -> Passage:
    return replace(passage(text, run_id=run_id), edited=how, finished_at=NOW)


def test_an_unedited_run_with_the_same_coverage_is_preferred() -> None:
    true, mine = passage(TRUE, run_id="true"), edited(f"{TRUE} {MINE}", "mine")
    runs = with_versions(of_passages([mine, true], in_view="mine"))
    assert [past.superseded for past in runs] == [False, False], "a person's text is no newer version"
    decision = decide(understand("How do heat pumps warm a house?", []), Known(tuple(runs)), CHOICES, NOW)
    assert decision.action == "answer"
    assert decision.evidence[0].passage.run_id == "true"
    decision = decide(understand("Did Ada Lovelace invent heat pumps?", []), Known(tuple(runs)), CHOICES, NOW)
    assert decision.evidence[0].passage.run_id == "mine", "what stands in it alone is found there"


@pytest.mark.parametrize(("how", "told"), [("here", "edited by you"), ("before", "after your edit")])
def test_the_chip_the_why_and_the_prompt_say_so(how: Edited, told: str) -> None:
    question = understand("How do heat pumps warm a house?", [])
    known = Known(tuple(of_passages([edited(TRUE, "mine", how)])))
    decision = decide(question, known, CHOICES, NOW)
    chips = chips_by_label("t", decision.evidence, (), NOW)
    assert chips[1].name == f"Notes, {told} · just now"
    cited = citations([1], decision.evidence)
    assert chips_by_label("t", (), cited, NOW)[1].name == f"Notes, {told} · just now", "so after the evidence is gone"
    assert told in decision.reason
    assert f"Notes of Research, {told}" in render.why(decision, NOW)
    shown = messages(question, [], replace(known, evidence=decision.evidence), decision, NOW)
    assert "text that the user put in" in str(shown[-1].content) or "the user's own text" in str(shown[-1].content)
