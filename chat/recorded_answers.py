"""What was answered by a button or a form while a conversation was recorded, offered again where a replay asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainlit.server import UserParam
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from agents.boundary import Waiting, boundary
from agents.replay import Replay
from flows import WorkflowAgent
from flows.words import shorten
from storage.records import Question

from .question_view import named_values
from .run_routes import signed_in

SHOWN = 90  # characters of an answer


def recorded_answer_routes(agent: WorkflowAgent) -> APIRouter:
    """GET /refrain/recorded-answer: what the recording answers to what the user's conversation asks now."""
    router = APIRouter()

    @router.get("/refrain/recorded-answer")
    async def recorded_answer(current_user: UserParam, session: str = "") -> JSONResponse:
        user_id, replay = signed_in(current_user), boundary()
        if not isinstance(replay, Replay):
            return JSONResponse({})
        for run in await agent.store.runs(user_id=user_id, session_id=session, status="paused"):
            if run.question is None:
                continue
            found = replay.recorded_answer(Waiting(run.workflow, run.input, run.session_id, run.question))
            if found is not None:
                answer = {"question_id": run.question.id, **found.answer}
                label = answer_label(run.question, found.answer)
                return JSONResponse({"run": run.id, "answer": answer, "label": label, "after": found.after})
        return JSONResponse({})

    return router


def answer_label(question: Question, answer: Mapping[str, Any]) -> str:
    """An answer in the words of the form below its question, in one line."""
    if answer.get("feedback"):
        return f"Ask for changes: “{shorten(str(answer['feedback']), SHOWN)}”"
    if answer.get("approve") is False:
        return {"confirm": "No, stop here", "budget": "Stop here", "review": "Reject"}.get(
            question.kind, "Cancel the run"
        )
    if "output" in answer:
        return "Approve an edited version"
    if "choice" in answer:
        chosen = answer["choice"]
        return chosen if isinstance(chosen, str) else ", ".join(map(str, chosen))
    if "values" in answer:
        named = named_values(question.schema or {}, answer["values"])
        return shorten(" · ".join(f"{name}: {value}" for name, value in named), SHOWN) or "Send the form empty"
    return {"confirm": "Go on", "budget": "Go on, grant the same again"}.get(question.kind, "Approve")
