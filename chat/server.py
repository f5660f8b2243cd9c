"""One chat for the process: the agent, who follows what, and the routes beside Chainlit's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

import chainlit.server
from chainlit.action import Action
from chainlit.config import config
from chainlit.context import context
from chainlit.message import Message
from chainlit.oauth_providers import get_configured_oauth_providers
from chainlit.session import WebsocketSession
from chainlit.user import User
from fastapi import APIRouter
from starlette.datastructures import Headers

from flows import WorkflowAgent
from flows.setup import build_agent
from storage.credentials import Credentials

from .actions import Buttons
from .auth import LOCAL_USER, check_accounts, is_local_visitor, is_loopback, verified
from .data_layer import DataLayer
from .evidence import evidence_routes
from .feedback import feedback_routes
from .live import Followers, perform, resumed
from .operations import ShowAction
from .pages import PageGuard, closed_routes, our_page, word_routes
from .threads import RenderedThread, unfinished
from .welcome import HOW_IT_WORKS


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may sign in, and how. With no accounts at all there is the local visitor alone."""

    credentials: Credentials
    by_password: bool
    by_provider: bool

    @property
    def local(self) -> bool:
        """Whether the person at this machine needs no account."""
        return is_loopback(config.run.host)

    async def visitor(self, headers: Headers) -> User | None:
        return User(identifier=LOCAL_USER) if is_local_visitor(config.run.host, headers) else None

    async def sign_in(self, name: str, password: str) -> User | None:
        return User(identifier=name) if await verified(self.credentials, name, password) else None


class Chat:
    """What Chainlit's callbacks do."""

    def __init__(self, agent: WorkflowAgent) -> None:
        self.agent = agent
        self.followers = Followers(agent)
        self.buttons = Buttons(agent, self.followers)
        self.data_layer = DataLayer(agent, self.followers)

    async def take(self, page: WebsocketSession, message: Message) -> None:
        """Begin a turn for a message of this page."""
        await self.followers.start(page, message.content, str(UUID(message.id)))

    async def show(self, page: WebsocketSession, thread: RenderedThread) -> None:
        """A page has opened a conversation: give it its buttons, and let it follow what is being worked on."""
        self.followers.detach(page.id)
        sent = resumed(page)
        for view in thread.views:
            await perform(page, [ShowAction(action) for action in view.board.actions.values()])
            if unfinished(view.turn):
                self.followers.attach(page, view, after=sent)

    def leave(self, page: WebsocketSession) -> None:
        """A page has closed or lost its connection. Should it come back, it is shown everything anew."""
        if chainlit.server.sio.manager.is_connected(page.socket_id, "/"):
            return  # it is back already
        self.followers.detach(page.id, gone=True)
        if page.has_first_interaction:
            page.thread_id_to_resume = page.thread_id


def chat() -> Chat:
    """The chat of this process; opens the store at the first call."""
    # Chainlit's app outlives a reload of our modules in its watch mode; a second store would be another owner.
    state = chainlit.server.app.state
    if not hasattr(state, "chat"):
        state.chat = Chat(build_agent())
    return cast(Chat, state.chat)


def accounts() -> Accounts:
    """Who may sign in here. Raises NotReady when others could reach the page and nobody has an account."""
    credentials = Credentials()
    providers = bool(get_configured_oauth_providers())  # type: ignore[no-untyped-call]
    check_accounts(config.run.host, credentials, providers)
    return Accounts(credentials, bool(credentials.names()), providers)


def install(present: Chat, who: Accounts) -> None:
    """Take every button; put our routes in front of Chainlit's, which end in one that takes every path."""
    _take_buttons(present.buttons)
    app = chainlit.server.app
    if getattr(app.state, "installed", False):
        return
    app.state.installed = True
    store = present.agent.store
    ours = APIRouter(prefix=config.run.root_path)
    for router in (evidence_routes(store), feedback_routes(store), word_routes(), closed_routes()):
        ours.include_router(router)
    known = list(app.router.routes)
    app.include_router(ours)
    app.router.routes[:] = [*[route for route in app.router.routes if route not in known], *known]
    app.add_middleware(PageGuard, only_local=not who.by_password and not who.by_provider)
    chainlit.server.get_markdown_str = lambda root, language: HOW_IT_WORKS  # type: ignore[attr-defined]
    chainlit.server.get_html_template = our_page(chainlit.server.get_html_template)


def _take_buttons(buttons: Buttons) -> None:
    async def pressed(action: Action) -> None:
        await buttons.press(cast(WebsocketSession, context.session), action)

    for name in buttons.does:
        chainlit.action_callback(name)(pressed)
