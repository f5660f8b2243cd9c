"""Questions to people: a run that needs one stops, and goes on when the answer is in its journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from storage.records import JournalEntry, Question, QuestionKind, Run, Usage

from .errors import InvalidAnswer, NotAsked, Rejected
from .events import Answered
from .node import Child
from .plain import ALLOWED, is_same, odd_part
from .scope import Scope
from .wrong_values import in_words


class Pause(Exception):
    """The run waits for the answer to `question`."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.prompt)
        self.question = question


async def answered(
    scope: Scope,
    mark: str,
    kind: QuestionKind,
    prompt: str,
    *,
    schema: type[BaseModel] | None = None,
    choices: Sequence[str] = (),
    draft: Any = None,
) -> Any:
    """The person's answer from the journal. Raises Pause if there is none yet, and Rejected if it was a no."""
    key = f"{scope.path}#{mark}"
    known = scope.context.journal.known(key)
    if known is None:
        form = schema.model_json_schema() if schema is not None else None
        raise Pause(Question(key, kind, scope.path, prompt, form, tuple(choices), draft))
    if known.decision is False:
        raise Rejected(f"{scope.path or 'The run'} was rejected.")
    return schema.model_validate(known.decision) if schema is not None else known.decision


async def within_budget(scope: Scope) -> None:
    """Ask whether to go on when the run has used up what it may; a yes grants the same amount again from there on."""
    context, asked, granted_at = scope.context, 0, Usage()
    while context.is_spent(granted_at):
        asked += 1
        run = replace(scope, path="", name="")
        said = await answered(run, f"budget/{asked}", "budget", f"{context.spent()} were used. Go on?")
        granted_at = Usage(**said)


def answer_entry(run: Run, tree: Child, question_id: str | None, answer: dict[str, Any]) -> JournalEntry | None:
    """The journal entry of an answer to the run's question; None if it asks nothing and is told nothing.

    Raises InvalidAnswer if the answer does not fit, NotAsked if it is to a question that the run does not wait for.
    """
    question = run.question if run.status == "paused" else None
    if question is None:
        if answer or question_id:
            raise NotAsked(f"Run {run.id} is {run.status} and waits for no answer.")
        return None
    if question_id is not None and question_id != question.id:
        raise NotAsked(f"Run {run.id} waits for the answer to {question.id!r}, not {question_id!r}.")
    node: Child | None = tree
    for part in question.path.split("/") if question.path else ():
        node = node.child(part) if node is not None else None
    entry = entry_for(question, schema=_form(getattr(node, "asks", ()), question), **answer)
    granted = question.kind == "budget" and entry.decision
    return replace(entry, decision=asdict(run.usage)) if granted else entry


def last_answer(known: Sequence[JournalEntry]) -> Answered | None:
    """The answer that a run goes on with: nothing was worked out since it was given."""
    last = known[-1] if known else None
    return Answered(last.path, last.decision) if last is not None and last.kind == "answer" else None


def _form(forms: Sequence[type[BaseModel]], question: Question) -> type[BaseModel] | None:
    """The one of these forms that the question shows; one that has changed since counts as it is now."""
    shown = (form for form in forms if form.model_json_schema() == question.schema)
    return next(shown, next(iter(forms), None))


def entry_for(
    question: Question,
    *,
    approve: bool | None = None,
    values: Any = None,
    output: Any = None,
    feedback: str | None = None,
    choice: str | Sequence[str] | None = None,
    schema: type[BaseModel] | None = None,
) -> JournalEntry:
    """The journal entry that this answer makes. Raises InvalidAnswer if it does not fit the question."""
    decision = _decision(question, approve, values, output, feedback, choice, schema)
    own_text = output is not None and not is_same(output, question.draft)
    return JournalEntry(question.id, "answer", decision=decision, edited="here" if own_text else "")


def _decision(
    question: Question,
    approve: bool | None,
    values: Any,
    output: Any,
    feedback: str | None,
    choice: str | Sequence[str] | None,
    schema: type[BaseModel] | None,
) -> Any:
    others = {"values": values, "output": output, "feedback": feedback or None, "choice": choice or None}
    _refuse_what_does_not_fit(question, approve, others)
    if approve is False and not feedback:
        return False
    if question.kind == "input":
        return _typed(question, values, schema)
    if question.kind == "route":
        return _route(question, choice)
    if question.kind == "review":
        return _review(question, approve, output, feedback)
    if approve is not True:
        raise InvalidAnswer(f"{question.prompt!r} wants approve=True or approve=False.")
    return True


_TAKES: dict[QuestionKind, tuple[str, ...]] = {
    "confirm": ("approve",),
    "budget": ("approve",),
    "input": ("values", "approve"),
    "route": ("choice", "approve"),
    "review": ("approve", "output", "feedback"),
}


def _refuse_what_does_not_fit(question: Question, approve: bool | None, others: dict[str, Any]) -> None:
    """Raises InvalidAnswer if a part of the answer would be dropped: it is no answer to this, or says otherwise."""
    given = {name for name, value in others.items() if value is not None}
    agrees = len(given) <= 1 if approve is None else given <= {"output" if approve else "feedback"}
    takes = _TAKES[question.kind]
    if given <= set(takes) and agrees:
        return
    told = [*([] if approve is None else [f"approve={approve}"]), *sorted(given)]
    raise InvalidAnswer(f"{question.prompt!r} takes {' or '.join(takes)}, not {' and '.join(told)}.")


def _typed(question: Question, values: Any, schema: type[BaseModel] | None) -> Any:
    if values is None or schema is None:
        raise InvalidAnswer(
            f"{question.prompt!r} wants values for: {', '.join((question.schema or {}).get('properties', {}))}."
        )
    try:
        return schema.model_validate(values).model_dump(mode="json", by_alias=True, round_trip=True)
    except ValidationError as error:
        fields = in_words(error)
        told = " ".join(f"{name}: {words}" if name else words for name, words in fields.items())
        raise InvalidAnswer(f"The values do not fit {question.path}. {told}", fields) from error


def _route(question: Question, choice: str | Sequence[str] | None) -> list[str]:
    names = [choice] if isinstance(choice, str) else list(choice or ())
    wrong = [name for name in names if name not in question.choices]
    if not names or wrong:
        there = ", ".join(question.choices)
        raise InvalidAnswer(f"{question.path} wants a choice among {there}; {wrong or 'none'} was given.")
    return names


def _review(question: Question, approve: bool | None, output: Any, feedback: str | None) -> dict[str, Any]:
    if feedback:
        return {"feedback": feedback}
    if output is not None:
        if not isinstance(output, BaseModel) and (odd := odd_part(output)):
            raise InvalidAnswer(f"The output for {question.path} has {odd} in it. It may hold {ALLOWED}.")
        return {"output": output}
    if approve is not True:
        raise InvalidAnswer(f"The review of {question.path} wants approve, an edited output, or feedback.")
    return {}
