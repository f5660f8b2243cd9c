"""What one turn costs of ours (recall, decision, journal, turn) when the model answers at once.

Two stores, one with 1 run and one with 5,000, are asked in turns in one process:

    python benchmarks/turn.py [--runs 5000] [--turns 200]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from agents.text import sentences
from agents.tools.library import SHIPPED
from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore

SENTENCES = [
    sentence
    for note in sorted(SHIPPED.glob("*.md"))
    for sentence in sentences(note.read_text())
    if not sentence.startswith(("#", "Sources"))
]


class InstantModel(BaseChatModel):
    """Says the same at once: an answer that cites, or a call of the workflow."""

    calls_workflow: bool = False

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._reply())])

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        yield self._chunk()

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        yield self._chunk()

    def _reply(self) -> AIMessage:
        if not self.calls_workflow:
            return AIMessage("It is known [1].")
        arguments = {"input": "a new subject", "reason": "Nothing covers it."}
        return AIMessage("", tool_calls=[{"name": "run_notes", "args": arguments, "id": "call_1"}])

    def _chunk(self) -> ChatGenerationChunk:
        reply = self._reply()
        calls = [
            {
                "name": call["name"],
                "args": '{"input": "a new subject", "reason": "Nothing covers it."}',
                "id": "c",
                "index": 0,
            }
            for call in reply.tool_calls
        ]
        return ChatGenerationChunk(message=AIMessageChunk(reply.content, tool_call_chunks=calls))


async def gather(step_input: StepInput) -> str:
    pick = random.Random(str(step_input.input))
    return "\n\n".join(" ".join(pick.choices(SENTENCES, k=7)) for _ in range(3))


async def conclude(step_input: StepInput) -> str:
    return f"In short: {step_input.previous_step_content}"[:600]


async def filled(path: Path, runs: int) -> tuple[WorkflowAgent, WorkflowAgent]:
    """Two agents over one store of `runs` runs: one whose model answers, one whose model runs the workflow."""
    store = RunStore(path)
    flow = Workflow("Notes", [gather, conclude], store=store, description="Takes notes.")
    for number in range(runs):
        await flow.run(f"subject {number}", session_id=f"s{number % 50}", user_id="local")
    agents = [WorkflowAgent([flow], store=store, model=InstantModel(calls_workflow=calls)) for calls in (False, True)]
    return agents[0], agents[1]


async def timed(agent: WorkflowAgent, session_id: str) -> float:
    """Milliseconds of one turn."""
    asked = " ".join(random.choice(SENTENCES).split()[:9])
    started = time.perf_counter()
    turn = await agent.respond(f"Is it true that {asked}?", session_id=session_id)
    took = (time.perf_counter() - started) * 1000
    assert turn.status == "completed", turn.error
    return took


async def main(runs: int, turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        few = await filled(Path(folder) / "few.db", 1)
        many = await filled(Path(folder) / "many.db", runs)
        print(f"{'a turn that …':<16}{'1 run':>12}{f'{runs:,} runs':>14}{'ratio':>8}   (median ms; p95 in brackets)")
        for name, index in (("answers", 0), ("runs 2 steps", 1)):
            times: tuple[list[float], list[float]] = ([], [])
            for number in range(turns):
                for side, agents in enumerate((few, many)):
                    times[side].append(await timed(agents[index], f"bench {name} {number // 10}"))
            shown = [f"{statistics.median(side):.1f} ({statistics.quantiles(side, n=20)[-1]:.1f})" for side in times]
            ratio = statistics.median(times[1]) / statistics.median(times[0])
            print(f"{name:<16}{shown[0]:>12}{shown[1]:>14}{ratio:>8.2f}")
        for agents in (few, many):
            await agents[0].store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--turns", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.runs, given.turns))
