"""What a page is told when its message can't be taken: it stands in the conversation, and is kept nowhere."""

from __future__ import annotations

from uuid import uuid4

from chainlit.session import WebsocketSession

from flows.words import iso
from storage.records import now

from .answer_view import AUTHOR
from .board import Board
from .delivery import perform


async def tell_refusal(page: WebsocketSession, sentence: str) -> None:
    """Say the sentence in the page's conversation, below what is there."""
    board, at = Board(page.thread_id), now()
    board.show_step(
        str(uuid4()),
        parent_id=None,
        name=AUTHOR,
        type="assistant_message",
        at=at,
        end=iso(at),
        output=sentence,
        isError=True,
    )
    await perform(page, board.take())
