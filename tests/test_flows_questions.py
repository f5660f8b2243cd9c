"""People in the loop: what a run asks, at any depth, what answers it takes, and that each counts once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from agents import Agent
from agents.context import record_usage
from flows import Condition, Loop, Parallel, Router, Run, Step, StepInput, Steps, Workflow
from flows.errors import InvalidAnswer, WorkflowError
from storage import RunStore
from storage.errors import StorageError
from storage.records import Usage
from tests.scripted import ScriptedModel


class Trip(BaseModel):
    model_config = ConfigDict(extra="forbid")
    city: str = Field(alias="where to")
    days: int = 3


class Letter(BaseModel):
    subject: str
    lines: int = 0


class Notes:
    """Functions that note that they ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def step(self, name: str, content: Callable[[StepInput], Any] | None = None, **options: Any) -> Step:
        async def function(step_input: StepInput) -> Any:
            self.ran.append(name)
            return content(step_input) if content else name

        return Step(name, executor=function, **options)


@pytest.fixture
def notes() -> Notes:
    return Notes()


def nested(node: Any) -> Workflow:
    return Workflow("Inner", [node])


WAYS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "the top": (lambda node: node, ""),
    "Steps": (lambda node: Steps("Group", [node]), "Group/"),
    "Condition": (lambda node: Condition(True, [node]), "Condition/"),
    "else": (lambda node: Condition(False, [], [node]), "Condition/"),
    "Parallel": (lambda node: Parallel(node), "Parallel/"),
    "Loop": (lambda node: Loop([node], max_iterations=1), "Loop/1/"),
    "Router": (lambda node: Router(lambda given: [node], [node]), "Router/"),
    "Workflow": (nested, "Inner/"),
    "fallback": (lambda node: Step("bad", executor=lambda given: 1 / 0, on_error=node), "bad/"),
    "all of them": (
        lambda node: Loop([Parallel(Condition(True, [Steps("Group", [nested(node)])]))], max_iterations=1),
        "Loop/1/Parallel/Condition/Group/Inner/",
    ),
}
ANY_DEPTH = pytest.mark.parametrize(("wrap", "above"), WAYS.values(), ids=WAYS)


@ANY_DEPTH
async def test_a_step_is_confirmed_at_any_depth_before_it_runs(
    notes: Notes, wrap: Callable[[Any], Any], above: str
) -> None:
    workflow = Workflow(
        "W", [notes.step("first"), wrap(notes.step("Publish", confirm="Publish this?")), notes.step("last")]
    )
    paused = await workflow.run("x")

    assert paused.status == "paused"
    assert paused.question is not None
    assert (paused.question.kind, paused.question.prompt) == ("confirm", "Publish this?")
    assert paused.question.path == f"{above}Publish"
    assert notes.ran == ["first"]

    done = await workflow.resume(paused.id, approve=True)
    assert (done.status, done.question, notes.ran) == ("completed", None, ["first", "Publish", "last"])


@ANY_DEPTH
async def test_a_no_cancels_the_run_at_any_depth(notes: Notes, wrap: Callable[[Any], Any], above: str) -> None:
    workflow = Workflow("W", [wrap(notes.step("Publish", confirm="Publish this?")), notes.step("last")])
    paused = await workflow.run("x")
    rejected = await workflow.resume(paused.id, approve=False)
    again = await workflow.resume(paused.id)

    assert (rejected.status, rejected.error) == ("cancelled", f"{above}Publish was rejected.")
    assert (again.status, notes.ran) == ("cancelled", [])


@ANY_DEPTH
async def test_values_are_asked_for_and_arrive_as_the_model_at_any_depth(
    store: RunStore, notes: Notes, wrap: Callable[[Any], Any], above: str
) -> None:
    book = notes.step("Book", lambda given: f"{given.answer.city} for {given.answer.days} days", ask=Trip)
    workflow = Workflow("W", [wrap(book)], store=store)
    paused = await workflow.run("x")

    assert paused.question is not None
    assert (paused.question.kind, paused.question.path) == ("input", f"{above}Book")
    assert paused.question.schema == Trip.model_json_schema()

    done = await workflow.resume(paused.id, values={"where to": "Oslo"})
    assert done.status == "completed", done.error
    assert "Oslo for 3 days" in done.content


@ANY_DEPTH
async def test_an_output_is_reviewed_at_any_depth(
    store: RunStore, notes: Notes, wrap: Callable[[Any], Any], above: str
) -> None:
    write = notes.step("Write", lambda given: f"text, {given.feedback or 'first try'}", review=True)
    workflow = Workflow("W", [wrap(write), notes.step("last", lambda given: given.previous_step_content)], store=store)
    first = await workflow.run("x")
    second = await workflow.resume(first.id, feedback="shorter")
    done = await workflow.resume(first.id, approve=True)

    assert first.question is not None
    assert second.question is not None
    assert (first.question.kind, first.question.path) == ("review", f"{above}Write")
    assert (first.question.draft, second.question.draft) == ("text, first try", "text, shorter")
    assert first.question.id != second.question.id
    assert done.content.endswith("text, shorter")
    assert notes.ran == ["Write", "Write", "last"]


@pytest.mark.parametrize(
    "values",
    [None, {}, {"where to": 7}, {"where to": "Oslo", "days": "many"}, {"where to": "Oslo", "more": 1}, "Oslo", []],
)
async def test_values_that_do_not_fit_are_refused_and_the_run_still_waits(notes: Notes, values: object) -> None:
    workflow = Workflow("W", [notes.step("Book", lambda given: given.answer.city, ask=Trip)])
    paused = await workflow.run("x")

    with pytest.raises(InvalidAnswer):
        await workflow.resume(paused.id, values=values)
    assert (await workflow.get_run(paused.id)).status == "paused"
    assert notes.ran == []
    assert (await workflow.resume(paused.id, values={"where to": "Oslo"})).content == "Oslo"


async def test_a_refusal_says_what_is_wanted(notes: Notes) -> None:
    asks, confirms = notes.step("Book", ask=Trip), notes.step("Publish", confirm="Publish?")
    reviews, routes = notes.step("Write", review=True), Router(None, [notes.step("a"), notes.step("b")])
    wanted = {asks: "wants values for: where to, days", confirms: "wants approve=True or approve=False"}
    wanted |= {reviews: "wants approve, an edited output, or feedback", routes: "wants a choice among a, b"}

    for node, message in wanted.items():
        workflow = Workflow("W", [node])
        paused = await workflow.run("x")
        with pytest.raises(InvalidAnswer, match=message):
            await workflow.resume(paused.id)
        assert (await workflow.get_run(paused.id)).question == paused.question


async def test_a_form_may_be_declined(notes: Notes) -> None:
    workflow = Workflow("W", [notes.step("Book", ask=Trip)])
    paused = await workflow.run("x")

    assert (await workflow.resume(paused.id, approve=False)).status == "cancelled"


async def test_what_waits_for_no_answer_takes_none(notes: Notes) -> None:
    def fails(step_input: StepInput) -> None:
        raise OSError("down")

    workflow = Workflow("W", [fails])
    failed = await workflow.run("x")

    with pytest.raises(InvalidAnswer, match="is failed and waits for no answer"):
        await workflow.resume(failed.id, approve=True)


async def test_a_review_may_be_approved_edited_or_rejected(notes: Notes) -> None:
    workflow = Workflow("W", [notes.step("Write", review=True), notes.step("last", lambda g: g.previous_step_content)])
    runs = [await workflow.run("x") for _ in range(3)]

    assert (await workflow.resume(runs[0].id, approve=True)).content == "Write"
    assert (await workflow.resume(runs[1].id, output="my own words")).content == "my own words"
    rejected = await workflow.resume(runs[2].id, approve=False)
    assert (rejected.status, rejected.error) == ("cancelled", "Write was rejected.")
    assert notes.ran == ["Write"] * 3 + ["last"] * 2


async def test_an_edited_output_is_the_model_that_the_step_declares(store: RunStore) -> None:
    async def write(step_input: StepInput) -> Letter:
        return Letter(subject="first try")

    async def kind(step_input: StepInput) -> str:
        return f"{type(step_input.previous_step_content).__name__} {step_input.previous_step_content.subject}"

    workflow = Workflow("W", [Step("Write", executor=write, review=True), kind, Step("ok", executor=kind)], store=store)
    paused = await workflow.run("x")

    done = await workflow.resume(paused.id, output={"subject": "edited"})
    assert done.steps[1].content == "Letter edited"


async def test_a_reviewed_draft_changes_the_state_once_it_is_approved_and_only_by_the_last_version() -> None:
    async def write(step_input: StepInput) -> str:
        step_input.session_state["n"] += 1
        return f"draft {step_input.session_state['n']}"

    workflow = Workflow("W", [Step("Write", executor=write, review=True)], session_state={"n": 0})
    first = await workflow.run("x")
    second = await workflow.resume(first.id, feedback="again")
    done = await workflow.resume(first.id, approve=True)

    assert (first.session_state, second.session_state, done.session_state) == ({"n": 0}, {"n": 0}, {"n": 1})


async def test_feedback_runs_the_steps_of_a_reviewed_workflow_again_questions_included(notes: Notes) -> None:
    inner = Workflow("Inner", [notes.step("draft", lambda g: f"draft {notes.ran.count('draft')}", ask=Letter)])
    workflow = Workflow("W", [Step("Whole", workflow=inner, review=True)])
    run = await workflow.run("x")
    run = await workflow.resume(run.id, values={"subject": "a"})
    run = await workflow.resume(run.id, feedback="better")
    assert run.question is not None
    assert run.question.kind == "input"
    run = await workflow.resume(run.id, values={"subject": "b"})
    assert run.question is not None
    assert (run.question.kind, run.question.draft) == ("review", "draft 2")

    assert (await workflow.resume(run.id, approve=True)).content == "draft 2"
    assert notes.ran == ["draft", "draft"]


async def test_a_failed_draft_fails_the_run_and_is_tried_anew(notes: Notes) -> None:
    failures = [OSError("down")]

    def write(step_input: StepInput) -> str:
        if failures:
            raise failures.pop()
        return "text"

    workflow = Workflow("W", [notes.step("Write", write, review=True)])
    failed = await workflow.run("x")
    paused = await workflow.resume(failed.id)

    assert (failed.status, failed.error) == ("failed", "Write failed: OSError: down")
    assert paused.question is not None
    assert paused.question.draft == "text"


async def test_a_person_chooses_the_route(notes: Notes) -> None:
    workflow = Workflow("W", [Router(None, [notes.step("a"), notes.step("b"), notes.step("a")], name="Way")])
    one, several, wrong = [await workflow.run("x") for _ in range(3)]

    assert one.question is not None
    assert (one.question.kind, one.question.path, one.question.choices) == ("route", "Way", ("a", "b", "a#2"))
    assert (await workflow.resume(one.id, choice="b")).content == "b"
    assert (await workflow.resume(several.id, choice=["a#2", "b"])).content == "b"
    assert notes.ran == ["b", "a", "b"]
    for choice in ("c", ["b", "c"], [], ""):
        with pytest.raises(InvalidAnswer, match="wants a choice among a, b, a#2"):
            await workflow.resume(wrong.id, choice=choice)
    assert (await workflow.get_run(wrong.id)).status == "paused"


async def test_several_branches_wait_and_are_asked_one_at_a_time_in_the_order_written(notes: Notes) -> None:
    first_last = asyncio.Event()

    async def slow(step_input: StepInput) -> str:
        await first_last.wait()
        return "slow"

    async def quick(step_input: StepInput) -> str:
        first_last.set()
        return "quick"

    one = Steps("one", [slow, notes.step("a", confirm="a?")])
    two = Steps("two", [notes.step("b", confirm="b?"), notes.step("c", confirm="c?")])
    workflow = Workflow("W", [Parallel(one, two, Steps("three", [quick]))])
    run = await workflow.run("x")
    asked = []
    while run.question is not None:
        asked.append(run.question.prompt)
        run = await workflow.resume(run.id, approve=True)

    assert asked == ["a?", "b?", "c?"]
    assert run.content == "## one\n\na\n\n## two\n\nc\n\n## three\n\nquick"
    assert sorted(notes.ran) == ["a", "b", "c"]


async def test_each_iteration_of_a_loop_asks_anew(notes: Notes) -> None:
    step = notes.step("Book", lambda given: f"{given.previous_step_content or ''}{given.answer.city} ", ask=Trip)
    workflow = Workflow("W", [Loop([step], max_iterations=2)])
    run = await workflow.run("x")
    paths = []
    for city in ("Oslo", "Rome"):
        assert run.question is not None
        paths.append(run.question.path)
        run = await workflow.resume(run.id, values={"where to": city})

    assert paths == ["Loop/1/Book", "Loop/2/Book"]
    assert run.content == "Oslo Rome "


async def test_one_step_may_confirm_ask_and_review(notes: Notes) -> None:
    step = notes.step("All", lambda g: f"{g.answer.city} {g.feedback}", confirm="Start?", ask=Trip, review=True)
    workflow = Workflow("W", [step])
    run = await workflow.run("x")
    kinds = []
    answers: list[dict[str, Any]] = [
        {"approve": True},
        {"values": {"where to": "Oslo"}},
        {"feedback": "more"},
        {"approve": True},
    ]
    for answer in answers:
        assert run.question is not None
        kinds.append(run.question.kind)
        run = await workflow.resume(run.id, **answer, question_id=run.question.id)

    assert kinds == ["confirm", "input", "review", "review"]
    assert (run.status, run.content) == ("completed", "Oslo more")


async def test_a_step_that_fails_before_its_fallback_waits_is_not_tried_again(store: RunStore, notes: Notes) -> None:
    def fails_once(step_input: StepInput) -> str:
        if notes.ran.count("first choice") == 1:
            raise OSError("down")
        return "up again"

    fallback = notes.step("plan b", confirm="Take plan b?")
    workflow = Workflow("W", [notes.step("first choice", fails_once, on_error=fallback)], store=store)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)

    assert (done.status, done.content, notes.ran) == ("completed", "plan b", ["first choice", "plan b"])


async def test_a_skipped_step_stays_skipped_when_the_run_goes_on(store: RunStore, notes: Notes) -> None:
    def fails_once(step_input: StepInput) -> str:
        if len(notes.ran) == 1:
            raise OSError("down")
        return "up again"

    inner = Workflow("Inner", [notes.step("fragile", fails_once)])
    maybe = Step("maybe", workflow=inner, on_error="skip")
    workflow = Workflow("W", [maybe, notes.step("last", confirm="Last?")], store=store)
    paused = await workflow.run("x")
    done = await workflow.resume(paused.id, approve=True)

    assert (done.status, notes.ran) == ("completed", ["fragile", "last"])
    assert done.steps[0].error == "fragile failed: OSError: down"


async def test_the_step_itself_is_tried_anew_when_its_fallback_failed_too(notes: Notes) -> None:
    def fails_at_first(step_input: StepInput) -> str:
        if len(notes.ran) <= 2:
            raise OSError("down")
        return "up again"

    fallback = notes.step("plan b", fails_at_first)
    workflow = Workflow("W", [notes.step("first choice", fails_at_first, on_error=fallback)])
    failed = await workflow.run("x")

    assert failed.status == "failed"
    assert (await workflow.resume(failed.id)).content == "up again"
    assert notes.ran == ["first choice", "plan b", "first choice"]


async def test_what_a_fallback_changed_in_the_state_is_there_after_a_resume() -> None:
    async def writes(step_input: StepInput) -> None:
        step_input.session_state["plan"] = "b"

    async def says_state(step_input: StepInput) -> dict[str, Any]:
        return dict(step_input.session_state)

    bad = Step("bad", executor=lambda given: 1 / 0, on_error=writes)
    workflow = Workflow("W", [bad, Step("say", executor=says_state, confirm="?")])
    paused = await workflow.run("x")

    assert (await workflow.resume(paused.id, approve=True)).content == {"plan": "b"}


def spends(notes: Notes, name: str, tokens: int) -> Step:
    def spend(step_input: StepInput) -> str:
        record_usage(Usage(tokens // 2, tokens - tokens // 2))
        return name

    return notes.step(name, spend)


BUDGETS: dict[str, Callable[[list[Step]], Any]] = {
    "Steps": lambda steps: Steps("s", steps),
    "Parallel": lambda steps: Parallel(*steps, max_concurrency=1),
    "Loop": lambda steps: Loop(steps[:1], max_iterations=5),
    "Workflow": lambda steps: Workflow("Inner", steps),
}


@pytest.mark.parametrize("wrap", BUDGETS.values(), ids=BUDGETS)
async def test_a_spent_budget_asks_before_each_further_part_of_the_same_size(
    store: RunStore, notes: Notes, wrap: Callable[[list[Step]], Any]
) -> None:
    steps = [spends(notes, name, 60) for name in "abcde"]
    workflow = Workflow("W", [wrap(steps)], max_tokens=100, store=store)
    run = await workflow.run("x")
    ran = []
    while run.question is not None:
        assert (run.question.kind, run.question.path) == ("budget", "")
        ran.append(len(notes.ran))
        run = await workflow.resume(run.id, approve=True)

    assert (run.status, run.usage.total_tokens) == ("completed", 300)
    assert (ran, len(notes.ran)) == ([2, 4], 5)


async def test_a_budget_that_is_not_raised_ends_the_run(notes: Notes) -> None:
    workflow = Workflow("W", [spends(notes, name, 60) for name in "abc"], max_tokens=50)
    paused = await workflow.run("x")
    ended = await workflow.resume(paused.id, approve=False)

    assert paused.question is not None
    assert "60 tokens" in paused.question.prompt
    assert (ended.status, notes.ran) == ("cancelled", ["a"])


async def test_a_question_survives_a_restart_and_finished_steps_do_not_run_again(tmp_path: Path, notes: Notes) -> None:
    def made(store: RunStore) -> Workflow:
        gather = Parallel(notes.step("web"), notes.step("Book", lambda g: g.answer.city, ask=Trip))
        return Workflow("W", [notes.step("first"), gather, notes.step("Write", review=True)], store=store)

    run: Run | None = None
    for answer in (None, {"values": {"where to": "Oslo"}}, {"feedback": "more"}, {"approve": True}):
        store = RunStore(tmp_path / "refrain.db")
        try:
            if run is None or answer is None:
                run = await made(store).run("x")
            else:
                kept = await store.get_run(run.id)
                assert kept.question == run.question
                run = await made(store).resume(run.id, **answer)
        finally:
            await store.close()

    assert run is not None
    assert (run.status, run.content) == ("completed", "Write")
    assert sorted(notes.ran) == ["Book", "Write", "Write", "first", "web"]


async def test_an_answer_given_twice_counts_once(store: RunStore, notes: Notes) -> None:
    workflow = Workflow("W", [notes.step(name, confirm=f"{name}?") for name in "ab"], store=store)
    first = await workflow.run("x")
    assert first.question is not None
    second = await workflow.resume(first.id, approve=True, question_id=first.question.id)

    with pytest.raises(InvalidAnswer, match="waits for the answer to 'b#confirm', not 'a#confirm'"):
        await workflow.resume(first.id, approve=True, question_id=first.question.id)
    assert (await workflow.get_run(first.id)).question == second.question
    assert notes.ran == ["a"]


async def test_two_stores_that_answer_at_once_are_told_apart(tmp_path: Path, notes: Notes) -> None:
    gate = asyncio.Event()

    async def publish(step_input: StepInput) -> str:
        notes.ran.append("publish")
        await gate.wait()
        return "published"

    stores = [RunStore(tmp_path / "refrain.db") for _ in range(2)]
    try:
        one, other = [
            Workflow("W", [Step("publish", executor=publish, confirm="?"), notes.step("last", confirm="??")], store=s)
            for s in stores
        ]
        paused = await one.run("x")
        answers = [asyncio.create_task(w.resume(paused.id, approve=True)) for w in (one, other)]
        lost, working = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        assert isinstance(lost.pop().exception(), StorageError | WorkflowError)
        gate.set()
        (run,) = [await task for task in working]
        entries = await stores[0].journal(paused.id)
    finally:
        for store in stores:
            await store.close()

    assert (run.status, notes.ran) == ("paused", ["publish"])
    assert [entry.path for entry in entries if entry.kind == "answer"] == ["publish#confirm"]


ANSWERING = """
import asyncio, sys
from flows import Step, Workflow
from flows.errors import WorkflowError
from storage import RunStore
from storage.errors import StorageError

def line():
    return sys.stdin.readline()

def publish(step_input):
    print("publishing", flush=True)
    line()
    return "published"

async def main():
    store = RunStore(sys.argv[1])
    workflow = Workflow("W", [Step("publish", executor=publish, confirm="?")], store=store)
    print("ready", flush=True)
    line()
    try:
        print((await workflow.resume(sys.argv[2], approve=True)).status, flush=True)
    except (StorageError, WorkflowError) as error:
        print("refused", type(error).__name__, flush=True)
    await store.close()

asyncio.run(main())
"""


async def test_two_processes_that_answer_at_once_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    paused = await Workflow("W", [Step("publish", executor=lambda g: "", confirm="?")], store=store).run("x")
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-c", ANSWERING, str(path), paused.id]
    root = Path(__file__).parent.parent
    answering = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=root) for _ in range(2)]

    async def said(process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        return (await process.stdout.readline()).decode().strip()

    def nudge(process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        process.stdin.write(b"go\n")

    try:
        async with asyncio.timeout(60):
            assert await asyncio.gather(*map(said, answering)) == ["ready", "ready"]
            for process in answering:
                nudge(process)
            heard = await asyncio.gather(*map(said, answering))
            assert sorted(word.split()[0] for word in heard) == ["publishing", "refused"]
            winner = answering[heard.index("publishing")]
            nudge(winner)
            assert await said(winner) == "completed"
            assert (await store.get_run(paused.id)).content == "published"
            assert [await process.wait() for process in answering] == [0, 0]
    finally:
        for process in answering:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await store.close()


class Reader(BaseModel):
    age: int


async def test_steps_of_one_name_in_both_branches_take_each_their_own_form(notes: Notes) -> None:
    for holds, values in ((True, {"where to": "Oslo"}), (False, {"age": 9})):
        then, other = (
            notes.step("Ask", lambda given: str(given.answer), ask=Trip),
            Step("Ask", executor=lambda given: str(given.answer), ask=Reader),
        )
        workflow = Workflow(
            "W", [Condition(lambda given, holds=holds: holds, [Steps("S", [then])], [Steps("S", [other])])]
        )
        run = await workflow.run("x")
        done = await workflow.resume(run.id, values=values)

        assert (done.status, done.content) == ("completed", "city='Oslo' days=3" if holds else "age=9")


async def test_an_agent_is_told_what_people_said_for_its_step() -> None:
    model = ScriptedModel(["A first try.", "A second try.", "A third try."])
    workflow = Workflow("W", [Step(agent=Agent("Poet", model=model), ask=Trip, review=True)])
    run = await workflow.run("A poem")
    await workflow.resume(run.id, values={"where to": "Oslo"})
    await workflow.resume(run.id, feedback="More snow")
    await workflow.resume(run.id, feedback="No rhymes")
    done = await workflow.resume(run.id, approve=True)

    first, second, third = (call.messages[-1].text for call in model.calls)
    assert "Oslo" in first
    assert all(told in second for told in ("Oslo", "More snow", "A first try."))
    assert all(told in third for told in ("Oslo", "No rhymes", "A second try."))
    assert done.content == "A third try."


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("confirm", {"approve": True, "feedback": "no!"}, "takes approve, not approve=True and feedback"),
        ("confirm", {"approve": True, "values": {"a": 1}}, "takes approve, not approve=True and values"),
        ("confirm", {"approve": False, "choice": "a"}, "takes approve, not approve=False and choice"),
        ("confirm", {"output": "mine"}, "takes approve, not output"),
        ("ask", {"values": {"where to": "Oslo"}, "approve": True}, "takes values or approve, not"),
        ("ask", {"values": {"where to": "Oslo"}, "choice": "a"}, "takes values or approve, not"),
        ("route", {"choice": "a", "approve": True}, "takes choice or approve, not approve=True and choice"),
        ("route", {"choice": "a", "feedback": "but quickly"}, "takes choice or approve, not choice and feedback"),
        ("review", {"approve": True, "feedback": "shorter"}, "takes approve or output or feedback, not"),
        ("review", {"output": "mine", "feedback": "shorter"}, "takes approve or output or feedback, not"),
        ("review", {"approve": False, "output": "mine"}, "takes approve or output or feedback, not"),
        ("review", {"approve": True, "values": {}}, "takes approve or output or feedback, not"),
    ],
)
async def test_an_answer_of_which_a_part_would_be_dropped_is_refused(
    question: str, answer: dict[str, Any], told: str, notes: Notes
) -> None:
    nodes = {
        "confirm": notes.step("c", confirm="Sure?"),
        "ask": notes.step("q", ask=Trip),
        "route": Router(None, [notes.step("a"), notes.step("b")]),
        "review": notes.step("w", review=True),
    }
    workflow = Workflow("W", [nodes[question]])
    paused = await workflow.run("x")
    with pytest.raises(InvalidAnswer, match=told):
        await workflow.resume(paused.id, **answer)

    assert (await workflow.get_run(paused.id)).question == paused.question


@pytest.mark.parametrize("answer", [{"approve": False, "feedback": "shorter"}, {"feedback": "shorter", "choice": []}])
async def test_a_no_with_feedback_makes_another_version(answer: dict[str, Any], notes: Notes) -> None:
    workflow = Workflow("W", [notes.step("w", lambda given: given.feedback or "first", review=True)])
    again = await workflow.resume((await workflow.run("x")).id, **answer)
    assert again.question is not None
    assert again.question.draft == "shorter"
    assert (await workflow.resume(again.id, approve=True, output="mine")).content == "mine"


async def test_a_run_that_dies_after_its_answer_goes_on_without_asking_again(tmp_path: Path, notes: Notes) -> None:
    def made(store: RunStore) -> Workflow:
        return Workflow("W", [notes.step("a", confirm="Sure?")], store=store)

    store = RunStore(tmp_path / "dies.db")
    paused = await made(store).run("x")
    await made(store).claim(paused.id, approve=True)
    await store.close()  # and nothing else happens: the process is gone
    store = RunStore(tmp_path / "dies.db")
    cut_off = await store.get_run(paused.id)

    assert (cut_off.status, cut_off.question) == ("interrupted", None)
    assert (await made(store).resume(paused.id)).status == "completed"
    await store.close()
