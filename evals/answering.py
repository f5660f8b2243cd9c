"""What becomes of a decision: the answering model is asked as in the product, and what its answer cites is kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool

from agents.models import resolve_model, stream_reply
from agents.offline import OfflineModel
from flows import StepInput, Workflow
from flows.choice import Choice
from flows.citations import CitationFilter
from flows.prompt import messages, tool_name, workflow_tools
from flows.recall import Known
from flows.telling import told
from storage import RunStore
from storage.records import Decision, Evidence, Run

from .bench import CLOCK, Judged, conversation, judge_turn, step_of
from .cases import Family
from .metrics import WORK, Verdict, leaks


class NotConfigured(Exception):
    """There is no model to ask; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """The model that answers. One that `chooses` decides too, within the rules, as a language model does."""

    model: BaseChatModel
    chooses: bool = False


def offline() -> Answerer:
    """The model without a network: the rules decide, and it answers from what they hand it."""
    return Answerer(OfflineModel(words_per_second=0))


def configured() -> Answerer:
    """The model that the environment names. Raises NotConfigured when it names none."""
    model = resolve_model(None)
    if isinstance(model, OfflineModel):
        raise NotConfigured(
            "--model configured asks a language model: set OPENAI_API_KEY or OPENAI_BASE_URL, and not REFRAIN_OFFLINE."
        )
    return Answerer(model, chooses=True)


async def decided(store: RunStore, families: Sequence[Family], answerer: Answerer) -> list[Verdict]:
    """What the product does about each message, judged alone on `store`, and what its answer cites."""
    return [await outcome_of(await judge_turn(store, f, turn), answerer) for f in families for turn in f.turns]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """`milliseconds` is what the model took, if it was the model that decided."""

    action: str
    reason: str
    cited: tuple[Evidence, ...] = ()
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the model gave: its text, the evidence it cites, the tools it called as name and reason."""

    text: str
    cited: tuple[Evidence, ...]
    calls: tuple[tuple[str, str], ...]


async def outcome_of(judged: Judged, answerer: Answerer) -> Verdict:
    """What the product does about a message that was judged, and what its answer cites."""
    family, turn, judgement = judged.family, judged.turn, judged.judgement
    outcome = await _outcome(judged, answerer)
    return Verdict(
        family,
        turn,
        outcome.action,
        outcome.reason,
        judgement.decision.confidence,
        found=tuple(judged.found),
        cited=tuple(dict.fromkeys(step_of(family, piece) for piece in outcome.cited)),
        leaks=leaks(family, turn, _shown(judgement.known, outcome.cited)),
        milliseconds=judged.milliseconds + outcome.milliseconds,
    )


async def _outcome(judged: Judged, answerer: Answerer) -> _Outcome:
    judgement, decision = judged.judgement, judged.judgement.decision
    by_rules = _Outcome(decision.action, decision.reason)
    same = judgement.known.same_input
    if decision.firm and decision.action == "answer" and same is not None:
        return replace(by_rules, cited=_of_repeat(decision, same))
    if (text := told(judgement, CLOCK)) is not None:
        filtered = CitationFilter([piece.label for piece in decision.evidence])
        filtered.take(text)
        filtered.finish()
        return replace(by_rules, cited=tuple(piece for piece in decision.evidence if piece.label in filtered.cited))
    if judgement.as_asked or (decision.firm and decision.action == "clarify"):
        return by_rules
    if not answerer.chooses:
        asks = decision.action == "answer"
        return replace(by_rules, cited=(await _asked(judged, answerer.model)).cited) if asks else by_rules
    started = time.perf_counter()
    reply = await _asked(judged, answerer.model)
    return replace(_chosen(judged, reply), milliseconds=1000 * (time.perf_counter() - started))


def _of_repeat(decision: Decision, run: Run) -> tuple[Evidence, ...]:
    """The piece that a repeat, served from its run without a model, cites."""
    return tuple(piece for piece in decision.evidence if piece.passage.run_id == run.id)[:1]


async def _asked(judged: Judged, model: BaseChatModel) -> _Reply:
    """The model's reply to the prompt of the product."""
    judgement, known = judged.judgement, judged.judgement.known
    said = conversation(judged.family, judged.turn)
    prompt = messages(judgement.question, said, known, judgement.decision, CLOCK)
    filtered = CitationFilter([piece.label for piece in known.evidence])
    text = ""
    calls: tuple[tuple[str, str], ...] = ()
    async for part in stream_reply(model, prompt, _tools(tuple(judged.family.choices))):
        if isinstance(part, AIMessage):
            calls = tuple((call["name"], str(call["args"].get("reason") or "")) for call in part.tool_calls)
        else:
            text += filtered.take(part)
    text += filtered.finish()
    by_label = {piece.label: piece for piece in known.evidence}
    return _Reply(text, tuple(by_label[label] for label in filtered.cited), calls)


def _chosen(judged: Judged, reply: _Reply) -> _Outcome:
    """What a model that chooses has chosen: a tool is a run, a text with citations an answer."""
    decision = judged.judgement.decision
    if reply.calls:
        names = {tool_name(choice.name) for choice in judged.family.choices}
        if any(name not in names for name, _ in reply.calls):
            return _Outcome("clarify", "The model called a workflow that there is not.")
        action = decision.action if decision.action in WORK else "run"
        return _Outcome(action, reply.calls[0][1] or decision.reason)
    if decision.firm and decision.action in WORK and decision.workflow is not None:
        return _Outcome(decision.action, decision.reason)
    if reply.cited:
        agrees = decision.action == "answer"
        reason = decision.reason if agrees else "The model found the answer in stored results."
        return _Outcome("answer", reason, reply.cited)
    return _Outcome("clarify" if reply.text.rstrip().endswith("?") else "chat", "The reply rests on no stored result.")


def _shown(known: Known, cited: Iterable[Evidence]) -> list[str]:
    """The run of each piece that was evidence or is cited, and the other runs that were looked at as a whole."""
    pieces = {(p.passage.run_id, p.passage.path, p.passage.start) for p in (*known.evidence, *cited)}
    whole = {run.id for run in (known.last_run, known.same_input) if run is not None}
    of_pieces = [run_id for run_id, _, _ in pieces]
    return [*of_pieces, *whole.difference(of_pieces)]


@lru_cache(maxsize=64)
def _tools(choices: tuple[Choice, ...]) -> list[BaseTool]:
    return workflow_tools(
        Workflow(_fit_for_a_path(choice.name), [_not_run], description=choice.description) for choice in choices
    )


def _fit_for_a_path(name: str) -> str:
    # A workflow's name is part of paths; one of the cases need not be, and its tool is called the same.
    return "".join(char if char.isprintable() and char not in "/#" else " " for char in name).strip() or "workflow"


async def _not_run(step_input: StepInput) -> str:
    raise RuntimeError("The workflows of cases are there to be chosen, not to run.")
