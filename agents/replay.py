"""A recording replayed: the same replies and results, at the same pace or another."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar, cast

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatResult
from pydantic import ValidationError

from agents.boundary import Asked, Given, Waiting, depart
from agents.context import current_session, record_usage
from agents.digests import call_key, labels_of, loose_key, question_key, step_key, tool_key
from agents.errors import ModelFailed, NotReplayed
from agents.offline import OfflineModel
from agents.recorded import RecordedAnswer, RecordedReply, RecordedStep, Recording
from agents.recorded_values import Fields

SEARCHES = frozenset({"web_search", "library_search"})  # what the library can answer when the recording cannot

_NO_MODEL = re.compile(r"\s*/(?!(?:run|fresh|recall)\b)\w")  # commands that ask for nothing but what is stored
_LABELS = re.compile(r"(\s?)\[\d+(?:\s*,\s*\d+)*\]")

Found = TypeVar("Found")
Tried = TypeVar("Tried", RecordedReply, RecordedStep)


class RecordedModel(BaseChatModel):
    """Stands where a model is named while a recording is replayed; its replies come from the boundary alone."""

    model_name: str

    @property
    def _llm_type(self) -> str:
        return "recorded"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise ModelFailed("A recorded model says only what was recorded.", permanent=True)


class Replay:
    """A boundary that nothing crosses: models and tools give what was recorded.

    `speed` 2 is twice as fast as recorded, 0 is at once. A call is known by its content. What was asked for several
    times is given in order, the last for good, in each session from the beginning. What was not recorded is answered
    by the offline model and the library, or fails where they cannot stand in, and the turn counts as departed.
    """

    def __init__(self, recording: Recording, *, speed: float = 1.0) -> None:
        self.recording = recording
        self._speed = speed
        self._script = frozenset(_said(message) for message in recording.messages)
        self._exact = _grouped((reply.key, reply) for reply in _settled(recording.replies))
        self._loose = _grouped((reply.loose, reply) for reply in _settled(recording.replies))
        self._results = _grouped((result.key, result) for result in recording.results)
        self._steps = _grouped((step.key, step) for step in _settled(recording.steps))
        self._answers = _grouped((answer.key, answer) for answer in recording.answers)
        self._times: Counter[tuple[str, str]] = Counter()
        self._model = None if recording.offline else RecordedModel(model_name=f"{recording.model}, recorded")

    def begin(self, message: str, resumed: bool) -> bool:
        return self.knows(message)

    def knows(self, message: str) -> bool:
        return _said(message) in self._script or bool(_NO_MODEL.match(message))

    def model(self, departed: bool) -> BaseChatModel | None:
        return OfflineModel() if departed else self._model

    async def reply(self, asked: Asked, ask: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """The recorded chunks at their time, else those of the offline model; the model itself is never asked."""
        found, labels = self._find(asked)
        if found is None:
            depart()
            model: Any = OfflineModel()
            model = model.bind_tools(asked.tools) if asked.tools else model
            async with aclosing(cast(AsyncGenerator[Any, None], model.astream(list(asked.messages)))) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        started = asyncio.get_running_loop().time()
        for seconds, message in _relabelled(found.chunks, labels):
            await self._until(started, seconds)
            yield message
        if found.error:
            raise ModelFailed(found.error, permanent=found.permanent)

    async def result(self, call: ToolCall, use: Callable[[], Awaitable[ToolMessage]]) -> ToolMessage:
        """The recorded result at its time; else the library searches, and other tools are not there."""
        key = tool_key(call["name"], call["args"])
        if key in self._results:
            found = self._next(key, self._results[key])
            await self._until(asyncio.get_running_loop().time(), found.seconds)
            given, id = {"artifact": found.artifact, "status": found.status}, call["id"] or ""
            return ToolMessage(content=found.content, tool_call_id=id, name=call["name"], **given)
        depart()
        if call["name"] in SEARCHES:
            return await use()
        error = f"Error: {call['name']} is not part of the recorded demo."
        return ToolMessage(content=error, tool_call_id=call["id"] or "", name=call["name"], status="error")

    async def output(self, given: Given, call: Callable[[], AsyncIterator[Any]]) -> AsyncGenerator[Any, None]:
        """The recorded chunks at their time; the Runnable itself is never called. Raises NotReplayed."""
        key = step_key(given)
        if key not in self._steps:
            depart()
            told = f"The step {given.path} was not recorded with this input"
            raise NotReplayed(f"{told}, and a replay calls nothing.")
        found = self._next(key, self._steps[key])
        if found.unwritten:
            depart()
            raise NotReplayed(
                f"What the step {given.path} gave is not in the recording: {found.unwritten} cannot be written to it."
            )
        started = asyncio.get_running_loop().time()
        for seconds, chunk in found.chunks:
            await self._until(started, seconds)
            yield _of_its_class(chunk, given)
        record_usage(found.used)
        if found.error:
            raise NotReplayed(found.error, permanent=found.permanent)

    def answered(self, waiting: Waiting, answer: Mapping[str, Any]) -> None:
        self._times[waiting.session_id, question_key(waiting)] += 1

    def recorded_answer(self, waiting: Waiting) -> RecordedAnswer | None:
        """What was answered to the question when it was recorded; None if it was not, or not by a button or a form."""
        key = question_key(waiting)
        recorded = self._answers.get(key, ())
        return recorded[min(self._times[waiting.session_id, key], len(recorded) - 1)] if recorded else None

    def _find(self, asked: Asked) -> tuple[RecordedReply | None, dict[str, str] | None]:
        """The recorded reply; and which of its labels has which name now, if what is known is not as it was."""
        key, loose = call_key(asked), loose_key(asked)
        if key in self._exact:
            return self._next(key, self._exact[key]), None
        now = {passage: label for label, passage in labels_of(asked.messages).items()}
        fitting = [reply for reply in self._loose.get(loose, ()) if _fits(reply, now)]
        if not fitting:
            return None, None
        found = self._next(loose, fitting)
        return found, {label: now[passage] for label, passage in found.labels.items() if passage in now}

    def _next(self, key: str, recorded: Sequence[Found]) -> Found:
        place = current_session.get(), key
        self._times[place] += 1
        return recorded[min(self._times[place], len(recorded)) - 1]

    async def _until(self, started: float, seconds: float) -> None:
        ahead = started + seconds / self._speed - asyncio.get_running_loop().time() if self._speed else 0.0
        await asyncio.sleep(max(0.0, ahead))


def _of_its_class(chunk: Any, given: Given) -> Any:
    """The chunk, as the model that the step declares to give."""
    if not isinstance(chunk, Fields) or given.model is None:
        return chunk
    try:
        return given.model.model_validate(chunk, by_alias=True, by_name=True)
    except ValidationError as error:
        name = given.model.__name__
        raise NotReplayed(f"What the step {given.path} gave when it was recorded fits {name} no longer.") from error


def _said(message: str) -> str:
    return " ".join(message.casefold().split())


def _settled(tries: Sequence[Tried]) -> list[Tried]:
    """Without those that failed where the same was asked again and came through."""
    through = {tried.key for tried in tries if not tried.error}
    return [tried for tried in tries if not tried.error or tried.key not in through]


def _grouped(pairs: Any) -> dict[str, list[Any]]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def _fits(reply: RecordedReply, known: Mapping[str, str]) -> bool:
    """Whether something of what a reply cites is known, if it cites anything."""
    text = "".join(str(message.text) for _, message in reply.chunks)
    numbers = {number for found in _LABELS.finditer(text) for number in re.findall(r"\d+", found[0])}
    return not numbers or any(reply.labels.get(number) in known for number in numbers)


def _relabelled(
    chunks: Sequence[tuple[float, BaseMessage]], labels: Mapping[str, str] | None
) -> list[tuple[float, BaseMessage]]:
    """The chunks with the labels of now, wherever a label was cut in two; one that has no other name goes."""
    if labels is None:
        return list(chunks)
    texts = [message.content if isinstance(message.content, str) else "" for _, message in chunks]
    whole, owner = "".join(texts), [place for place, text in enumerate(texts) for _ in text]
    written, at = [""] * len(texts), 0
    for found in _LABELS.finditer(whole):
        for place in range(at, found.start()):
            written[owner[place]] += whole[place]
        renamed = [labels[number] for number in re.findall(r"\d+", found[0]) if number in labels]
        written[owner[found.start()]] += f"{found[1]}[{', '.join(renamed)}]" if renamed else ""
        at = found.end()
    for place in range(at, len(whole)):
        written[owner[place]] += whole[place]
    return [
        (seconds, message.model_copy(update={"content": text}) if isinstance(message.content, str) else message)
        for (seconds, message), text in zip(chunks, written, strict=True)
    ]
