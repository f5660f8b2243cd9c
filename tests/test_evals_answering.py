"""What becomes of a decision: citations of the answering model, and the choice of a model that chooses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from evals.answering import Answerer, NotConfigured, configured, decided, offline, outcome_of
from evals.bench import CLOCK, Judged, fill, own
from evals.cases import Family
from evals.metrics import Verdict
from flows.commands import Command
from flows.judgement import Judgement
from flows.question import understand
from flows.recall import Known
from storage import RunStore
from storage.records import Decision, Evidence, Passage, Run
from tests.scripted import ScriptedModel, calling
from tests.test_evals_cases import HEAT, family, run, turn

RUNS = [run("r1", "heat pumps"), run("r2", "old pumps", age_hours=99), run("theirs", "secret pumps", user="v")]


def judged(
    message: str, action: str, *, workflow: str | None = "Research", of: Sequence[str] = ("r1",), firm: bool = False
) -> Judged:
    """The message, as if the rules had said `action`, with a piece of evidence from the step Notes of each run."""
    home = family("a", RUNS, [turn(message, "answer", gold=["r1/Notes"])])
    evidence = tuple(
        Evidence(label, _passage(run_id if ":" in run_id else own(home, run_id)), 1.0)
        for label, run_id in enumerate(of, 1)
    )
    decision = Decision(action, "The rules say so.", evidence, workflow, message, 0.8, firm=firm)  # type: ignore[arg-type]
    judgement = Judgement(Command.parse(message), understand(message), Known(evidence=evidence), decision)
    return Judged(home, home.turns[0], judgement, 1.0)


def _passage(run_id: str) -> Passage:
    finished = CLOCK - timedelta(hours=2)
    return Passage(run_id, "Notes", "Notes", "Research", "heat pumps", "completed", "a:s", finished, HEAT, 0, len(HEAT))


async def asked(one: Judged, reply: AIMessage | str, *, chooses: bool = True) -> Verdict:
    model = ScriptedModel([reply])
    verdict = await outcome_of(one, Answerer(model, chooses))
    model.assert_done()
    return verdict


async def test_an_answer_of_the_rules_cites_what_the_model_cites() -> None:
    one = judged("how much heat?", "answer", of=("r1", "r2", "r1"))
    verdict = await asked(one, "Three units [2], [1, 3] and no more [7].", chooses=False)
    assert (verdict.action, verdict.reason) == ("answer", "The rules say so.")
    assert verdict.cited == ("r2/Notes", "r1/Notes"), "each step once, in the order cited"
    assert verdict.found == ("r1/Notes", "r2/Notes")
    assert (verdict.leaks, verdict.milliseconds, verdict.confidence) == (0, 1.0, 0.8)


async def test_the_offline_model_quotes_and_cites() -> None:
    verdict = await outcome_of(judged("How much heat does a heat pump give?", "answer"), offline())
    assert (verdict.action, verdict.cited) == ("answer", ("r1/Notes",))


@pytest.mark.parametrize("action", ["run", "refresh", "chat", "clarify"])
async def test_without_an_answer_of_the_rules_no_model_is_asked_offline(action: str) -> None:
    verdict = await outcome_of(judged("how much heat?", action), Answerer(ScriptedModel([])))
    assert (verdict.action, verdict.cited) == (action, ())


@pytest.mark.parametrize(
    ("said", "reply", "action"),
    [
        ("answer", "Three units [1].", "answer"),
        ("run", "Three units [1].", "answer"),
        ("clarify", "Three units [1].", "answer"),
        ("answer", "Hello there.", "chat"),
        ("answer", "Three units [9].", "chat"),
        ("run", "Which pump do you mean? ", "clarify"),
        ("answer", calling("run_research", {"input": "heat", "reason": "Nothing on it."}), "run"),
        ("run", calling("run_research", {"input": "heat", "reason": "Nothing on it."}), "run"),
        ("chat", calling("run_research", {"input": "heat", "reason": "Nothing on it."}), "run"),
        ("run", calling("run_magic", {"input": "heat"}), "clarify"),
    ],
)
async def test_a_model_that_chooses_decides(said: str, reply: AIMessage | str, action: str) -> None:
    verdict = await asked(judged("how much heat?", said), reply)
    assert verdict.action == action
    assert verdict.cited == (("r1/Notes",) if action == "answer" else ())
    assert verdict.milliseconds is not None
    assert verdict.milliseconds > 1, "its time counts"
    if action == "run":
        assert verdict.reason == "Nothing on it."


@pytest.mark.parametrize(
    ("message", "said", "workflow", "action"),
    [
        ("how much heat?", "refresh", "Research", "refresh"),
        ("/fresh heat pumps", "run", "Research", "run"),
        ("/run Magic heat", "clarify", None, "clarify"),
        ("run it again", "refresh", "Research", "refresh"),
    ],
)
async def test_what_the_rules_alone_decide_is_not_the_models(
    message: str, said: str, workflow: str | None, action: str
) -> None:
    verdict = await outcome_of(
        judged(message, said, workflow=workflow, firm=True), Answerer(ScriptedModel([]), chooses=True)
    )
    assert (verdict.action, verdict.cited) == (action, ())


async def test_a_refresh_that_is_not_firm_is_the_models_to_make() -> None:
    call = calling("run_research", {"input": "heat", "reason": "It is old."})
    assert (await asked(judged("how much heat?", "refresh"), call)).action == "refresh"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Three units [1].", "The rules say so."),
        ("Hello there.", "The rules say so."),
        (calling("run_research", {"input": "heat", "reason": "Nothing on it."}), "Nothing on it."),
    ],
)
async def test_where_the_rules_want_work_words_of_a_model_do_not_count(reply: AIMessage | str, reason: str) -> None:
    verdict = await asked(judged("how much heat in Oslo?", "run", firm=True), reply)
    assert (verdict.action, verdict.reason, verdict.cited) == ("run", reason, ())


async def test_without_a_workflow_to_refresh_the_model_is_asked_as_in_the_product() -> None:
    assert (await asked(judged("heat?", "refresh", workflow=None, firm=True), "Three [1].")).action == "answer"


async def test_a_repeat_is_served_without_a_model_and_cites_its_run(store: RunStore) -> None:
    home = family("a", RUNS, [turn("Heat pumps", "answer", gold=["r1/Notes"])])
    await fill(store, [home])
    (verdict,) = await decided(store, [home], Answerer(ScriptedModel([]), chooses=True))
    assert (verdict.action, verdict.cited, verdict.leaks) == ("answer", ("r1/Notes",), 0)


async def test_the_prompt_is_that_of_the_product_with_the_clock_of_the_cases() -> None:
    model = ScriptedModel(["Three units [1]."])
    await outcome_of(judged("how much heat?", "answer"), Answerer(model))
    (call,) = model.calls
    assert call.tools == ["run_research"]
    told = "\n".join(str(message.content) for message in call.messages)
    assert "[1] Notes of Research, 2 h ago, asked for: heat pumps" in told
    assert HEAT in told


async def test_what_is_of_others_is_counted_once_a_piece() -> None:
    one = judged("how much heat?", "answer", of=("r1", "theirs", "b:r1"))
    verdict = await asked(one, "Three units [2] [3].", chooses=False)
    assert verdict.leaks == 2


async def test_a_run_of_others_that_is_looked_at_is_a_leak_without_a_passage_too() -> None:
    one = judged("how much heat?", "chat")
    seen = Run("a:theirs", "Research", "failed", "secret pumps")
    known = Known(evidence=one.judgement.known.evidence, last_run=seen)
    judgement = Judgement(one.judgement.command, one.judgement.question, known, one.judgement.decision)
    verdict = await outcome_of(Judged(one.family, one.turn, judgement, 1.0), offline())
    assert verdict.leaks == 1


async def test_workflows_of_any_name_can_be_chosen() -> None:
    one = judged("how much heat?", "run")
    odd = one.family.model_dump() | {"workflows": [{"name": "A/B #1"}], "runs": [run("r1", "heat", workflow="A/B #1")]}
    named = Judged(Family.model_validate(odd), one.turn, one.judgement, 1.0)
    assert (await asked(named, calling("run_a_b_1", {"input": "heat", "reason": "So."}))).action == "run"


def test_a_configured_model_has_to_be_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotConfigured, match="set OPENAI_API_KEY or OPENAI_BASE_URL"):
        configured()
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert configured().chooses
    monkeypatch.setenv("REFRAIN_OFFLINE", "1")
    with pytest.raises(NotConfigured):
        configured()


def test_offline_is_offline_whatever_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", "1")
    model: Any = offline().model
    assert (model.model_name, model.words_per_second, offline().chooses) == ("offline", 0, False)
