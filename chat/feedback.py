"""Thumbs up and down, from the person whose turn it is alone.

These routes stand in front of Chainlit's own, which do not ask whose feedback they change.
"""

from __future__ import annotations

from chainlit.server import UserParam
from chainlit.types import DeleteFeedbackRequest, UpdateFeedbackRequest
from fastapi import APIRouter, HTTPException

from storage import RunStore
from storage.errors import NotFound
from storage.records import Feedback

from .board import derived_id
from .run_routes import signed_in


def feedback_routes(store: RunStore) -> APIRouter:
    """PUT and DELETE /feedback over the store."""
    router = APIRouter()

    async def turn_of(step_id: str, thread_id: str | None, user_id: str) -> str:
        for turn in await store.turns(thread_id or "", user_id=user_id):
            if derived_id(turn.id, "turn") == step_id:
                return turn.id
        raise HTTPException(404, "There is no such answer.")

    @router.put("/feedback")
    async def give(update: UpdateFeedbackRequest, current_user: UserParam) -> dict[str, object]:
        given, user_id = update.feedback, signed_in(current_user)
        turn_id = await turn_of(given.forId, given.threadId, user_id)
        id = derived_id(turn_id, "feedback")  # never one the page names: it may be another's
        try:
            await store.upsert_feedback(Feedback(id, turn_id, user_id, given.value, given.comment), user_id)
        except NotFound as error:
            raise HTTPException(404, "There is no such answer.") from error
        return {"success": True, "feedbackId": id}

    @router.delete("/feedback")
    async def take_back(payload: DeleteFeedbackRequest, current_user: UserParam) -> dict[str, object]:
        if not await store.delete_feedback(payload.feedbackId, signed_in(current_user)):
            raise HTTPException(404, "There is no such verdict.")
        return {"success": True}

    return router


def as_shown(feedback: Feedback, step_id: str) -> dict[str, object]:
    """The verdict as the page reads it with the step it is on."""
    return {"id": feedback.id, "forId": step_id, "value": feedback.value, "comment": feedback.comment}
