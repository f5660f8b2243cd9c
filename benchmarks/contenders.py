"""The engines that engine.py measures, each with the same functions in the same shapes."""

from __future__ import annotations

import asyncio
import operator
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any, TypedDict

import agno.workflow as agno
from agno.db.sqlite import SqliteDb
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from flows import Loop, Parallel, Step, Workflow
from storage import RunStore

SHAPES = {"3 in a row": 3, "8 at once": 8, "10 times over": 10}  # and how many calls that makes
GIVEN = "A step of a workflow gives a paragraph of text, and the step after it is given that paragraph. " * 2

calls = count()


async def on_loop(given: Any) -> str:
    next(calls)
    return GIVEN


def blocking(given: Any) -> str:
    next(calls)
    return GIVEN


class Refrain:
    name = "Refrain"

    def __init__(self, shape: str, work: Callable[[Any], Any], database: RunStore | None) -> None:
        steps: dict[str, Callable[[], list[Any]]] = {
            "3 in a row": lambda: [Step(f"s{n}", executor=work) for n in range(3)],
            "8 at once": lambda: [Parallel(*(Step(f"s{n}", executor=work) for n in range(8)))],
            "10 times over": lambda: [Loop([Step("s", executor=work)], max_iterations=10)],
        }
        self.store = database
        self.workflow = Workflow("bench", steps[shape](), store=database)

    async def run(self, session: str | None) -> None:
        assert (await self.workflow.run("q", session_id=session)).status == "completed"

    async def stream(self, session: str | None) -> None:
        async with aclosing(self.workflow.stream("q", session_id=session)) as events:
            async for _ in events:
                pass

    async def fill(self, session: str, runs: int) -> None:
        for _ in range(runs):
            await self.run(session)
        if self.store is not None:  # a search waits until all before it is indexed
            await self.store.search("paragraph", user_id="local")

    @staticmethod
    @asynccontextmanager
    async def database(path: Path) -> AsyncIterator[RunStore]:
        store = RunStore(path)
        yield store
        await store.close()


class Agno:
    name = "agno"

    def __init__(self, shape: str, work: Callable[[Any], Any], database: SqliteDb | None) -> None:
        is_async = asyncio.iscoroutinefunction(work)

        async def step_on_loop(step_input: agno.StepInput) -> agno.StepOutput:
            return agno.StepOutput(content=await work(step_input))

        def step_blocking(step_input: agno.StepInput) -> agno.StepOutput:
            return agno.StepOutput(content=work(step_input))

        def step(n: int) -> agno.Step:
            return agno.Step(name=f"s{n}", executor=step_on_loop if is_async else step_blocking)

        steps: dict[str, Callable[[], list[Any]]] = {
            "3 in a row": lambda: [step(n) for n in range(3)],
            "8 at once": lambda: [agno.Parallel(*(step(n) for n in range(8)), name="p")],
            "10 times over": lambda: [agno.Loop(steps=[step(0)], max_iterations=10, name="l")],
        }
        self.file = getattr(database, "db_file", None)
        self.workflow = agno.Workflow(id="bench", name="bench", steps=steps[shape](), db=database, telemetry=False)

    async def run(self, session: str | None) -> None:
        assert (await self.workflow.arun(input="q", session_id=session)).status.value == "COMPLETED"

    async def stream(self, session: str | None) -> None:
        async for _ in self.workflow.arun(input="q", session_id=session, stream=True, stream_events=True):
            pass

    async def fill(self, session: str, runs: int) -> None:
        """One run, and copies of its row: to run them all would take agno an hour."""
        await self.run(session)
        with sqlite3.connect(str(self.file)) as db:
            columns = [row[1] for row in db.execute("pragma table_info(agno_runs)")]
            new = {
                "run_id": "run_id || n",
                "run_index": "run_index + n",
                "run_data": "replace(run_data, run_id, run_id || n)",
            }
            db.execute(
                "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n + 1 < ?) "
                f"insert into agno_runs({', '.join(columns)}) select {', '.join(new.get(c, c) for c in columns)} "
                "from agno_runs join numbers where session_id = ?",
                [runs, session],
            )

    @staticmethod
    @asynccontextmanager
    async def database(path: Path) -> AsyncIterator[SqliteDb]:
        yield SqliteDb(db_file=str(path))


class State(TypedDict, total=False):
    text: str
    texts: Annotated[dict[str, str], operator.or_]
    times: int


class LangGraph:
    name = "LangGraph"

    def __init__(self, shape: str, work: Callable[[Any], Any], database: AsyncSqliteSaver | None) -> None:
        graph = StateGraph(State)
        if shape == "3 in a row":
            names = [f"s{n}" for n in range(3)]
            for name in names:
                graph.add_node(name, _node(work, lambda state, text: {"text": text}))
            for before, after in zip([START, *names], [*names, END], strict=True):
                graph.add_edge(before, after)
        elif shape == "8 at once":
            for n in range(8):
                graph.add_node(f"s{n}", _node(work, lambda state, text, n=n: {"texts": {f"s{n}": text}}))
                graph.add_edge(START, f"s{n}")
                graph.add_edge(f"s{n}", END)
        else:
            graph.add_node("s", _node(work, lambda state, text: {"text": text, "times": state["times"] + 1}))
            graph.add_edge(START, "s")
            graph.add_conditional_edges("s", lambda state: "s" if state["times"] < 10 else END, ["s", END])
        self.app: Any = graph.compile(checkpointer=database)

    async def run(self, session: str | None) -> None:
        await self.app.ainvoke({"text": "q", "times": 0}, _thread(session))

    async def stream(self, session: str | None) -> None:
        async for _ in self.app.astream({"text": "q", "times": 0}, _thread(session), stream_mode="tasks"):
            pass

    async def fill(self, session: str, runs: int) -> None:
        for _ in range(runs):
            await self.run(session)

    @staticmethod
    @asynccontextmanager
    async def database(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
        async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
            yield saver


def _node(work: Callable[[Any], Any], update: Callable[..., dict[str, Any]]) -> Callable[[State], Any]:
    async def on_loop_node(state: State) -> dict[str, Any]:
        return update(state, await work(state))

    def blocking_node(state: State) -> dict[str, Any]:
        return update(state, work(state))

    return on_loop_node if asyncio.iscoroutinefunction(work) else blocking_node


def _thread(session: str | None) -> dict[str, Any]:
    return {"configurable": {"thread_id": session or "none"}}


CONTENDERS: tuple[Any, ...] = (Refrain, Agno, LangGraph)
