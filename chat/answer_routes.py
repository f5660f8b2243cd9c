"""Answers to what paused runs ask, as the form below a question sends them."""

from __future__ import annotations

from typing import Any

from chainlit.server import UserParam
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from flows import WorkflowAgent
from flows.errors import InvalidAnswer, NotAsked, WorkflowError
from flows.excerpt import is_large
from storage.errors import AlreadyCompleted, Busy, NotFound, StorageError
from storage.records import Run

from .live import Followers
from .run_routes import signed_in

ANSWERED = "This was answered already, perhaps in another tab."
AT_WORK = "The conversation is still working. Answer again in a moment."
TOO_LONG = "The draft is too long to be edited here. Approve it, reject it, or ask for changes."
UNREADABLE = "The answer could not be read. Reload the page and try again."


class Answer(BaseModel):
    """What a person says to the question `question_id`; see `Workflow.resume`."""

    model_config = ConfigDict(extra="forbid")

    question_id: str
    approve: bool | None = None
    values: dict[str, Any] | None = None
    output: Any = None
    feedback: str | None = None
    choice: str | list[str] | None = None


def answer_routes(agent: WorkflowAgent, followers: Followers) -> APIRouter:
    """POST /refrain/runs/{run_id}/answer: go on with a paused run, for the person whose run it is."""
    router = APIRouter()

    @router.post("/refrain/runs/{run_id}/answer")
    async def answer(run_id: str, request: Request, current_user: UserParam) -> JSONResponse:
        user_id = signed_in(current_user)
        try:
            run = await agent.store.get_run(run_id, user_id=user_id)
        except NotFound:
            return _refused(404, "There is no such run.")
        try:
            given = Answer.model_validate_json(await request.body())
        except ValidationError:
            return _refused(422, UNREADABLE, fields={})
        return await _answered(agent, followers, run, given)

    return router


async def _answered(agent: WorkflowAgent, followers: Followers, run: Run, given: Answer) -> JSONResponse:
    if agent.runner.is_live(run.turn_id or run.id):
        return _refused(409, AT_WORK if run.status == "paused" else ANSWERED)
    # A process that ended right after it had kept the answer leaves the run with it: there it is gone on with.
    said = {name: value for name, value in given if value is not None}
    answer = {} if run.status == "interrupted" else said
    if given.output is not None and run.question is not None and is_large(run.question.draft):
        return _refused(422, TOO_LONG, fields={})  # the page has its beginning alone
    try:
        await followers.resume(run.id, run.user_id, **answer)
    except NotFound:
        return _refused(404, "There is no such run.")
    except (NotAsked, Busy, AlreadyCompleted):
        return _refused(409, ANSWERED)
    except InvalidAnswer as wrong:
        return _refused(422, _what_to_do(wrong), fields=wrong.fields)
    except WorkflowError as error:
        return _refused(409, str(error))
    except StorageError as error:
        return _refused(503, str(error))
    return JSONResponse({})


def _what_to_do(wrong: InvalidAnswer) -> str:
    if not wrong.fields:
        return str(wrong)
    if whole := wrong.fields.get(""):
        return whole
    return "One field needs another look." if len(wrong.fields) == 1 else "Some fields need another look."


def _refused(status: int, message: str, **more: Any) -> JSONResponse:
    return JSONResponse({"message": message, **more}, status)
