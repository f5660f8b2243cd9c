"""Gathers from the store what an export tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from storage.errors import NotFound
from storage.garbage import without_collections
from storage.records import Run, Session

from .agent import WorkflowAgent
from .export import ToldRun, ToldTurn, file_name, run_markdown, run_values, session_markdown, session_values
from .node import as_text
from .run_reading import read_tree


class Exported:
    """A document as Markdown and as JSON, each written when it is first asked for; a long one takes a while.

    `name` is a file's name without its ending.
    """

    def __init__(self, name: str, markdown: Callable[[], str], values: Callable[[], Any]) -> None:
        self.name = name
        self._markdown = markdown
        self._values = values

    @cached_property
    def markdown(self) -> str:
        with without_collections:
            return self._markdown()

    @cached_property
    def json(self) -> str:
        with without_collections:
            return json.dumps(self._values(), ensure_ascii=False, indent=2) + "\n"


async def export_run(agent: WorkflowAgent, run: Run) -> Exported:
    """The run as a document."""
    told = await _told(agent, run)
    feedback = (await agent.store.feedback_of([run.turn_id])).get(run.turn_id) if run.turn_id else None
    name = file_name(f"{run.workflow} {as_text(run.input)}", run.id)
    return Exported(name, lambda: run_markdown(told, feedback), lambda: run_values(told, feedback))


async def export_session(agent: WorkflowAgent, session: Session) -> Exported:
    """The conversation as a document, with the runs it began."""
    store, user_id = agent.store, session.user_id
    turns = await store.turns(session.id, user_id=user_id)
    feedback = await store.feedback_of([turn.id for turn in turns])
    told = []
    for turn in turns:
        cited = await store.run_lines(user_id, list({citation.run_id: None for citation in turn.citations}))
        runs = [await _told(agent, run) for run in await store.get_runs(turn.run_ids) if run.user_id == user_id]
        told.append(ToldTurn(turn, runs, feedback.get(turn.id), {line.id: line.workflow for line in cited}))
    name = file_name(session.title or "conversation", session.id)
    return Exported(name, lambda: session_markdown(session, told), lambda: session_values(session, told))


async def find_export(agent: WorkflowAgent, id: str, user_id: str) -> Exported:
    """The user's run or conversation of this id as a document. Raises NotFound."""
    try:
        return await export_run(agent, await agent.store.get_run(id, user_id=user_id))
    except NotFound:
        session = await agent.store.get_session(id, user_id=user_id)
    if session is None:
        raise NotFound(f"There is no run or conversation {id}.")
    return await export_session(agent, session)


async def _told(agent: WorkflowAgent, run: Run) -> ToldRun:
    live = agent.runner.seen(run)
    return ToldRun(run, await read_tree(agent.store, run, workflow=agent.workflows.get(run.workflow), live=live))
