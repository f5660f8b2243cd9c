"""A conversation as it is kept: with its title, its profile and its settings."""

from __future__ import annotations

from collections.abc import Sequence

from chainlit.emitter import ChainlitEmitter
from chainlit.session import WebsocketSession

from storage import RunStore

from .settings import described
from .titles import title_of


async def keep_conversation(
    store: RunStore, page: WebsocketSession, user_id: str, message: str, workflows: Sequence[str]
) -> str | None:
    """Keep the conversation of a page that `message` is said in; the title it gets by that, if it had been there."""
    title = title_of(message, workflows)
    before = await store.get_session(page.thread_id, user_id=user_id)
    is_described = before is not None and "chat_profile" in before.metadata
    metadata = None if is_described else described(page)
    session = await store.ensure_session(page.thread_id, user_id, title=title, metadata=metadata)
    return session.title if before is not None and before.title is None else None


async def tell_title(pages: Sequence[WebsocketSession], title: str) -> None:
    """Let the pages of a conversation look for its title: they do at what they take for its first message."""
    for page in pages:
        told = {"interaction": title, "thread_id": page.thread_id}
        await ChainlitEmitter(page).emit("first_interaction", told)
