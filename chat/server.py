"""One chat for the process: the agent, who follows what, and the routes beside Chainlit's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import chainlit.server
from chainlit.action import Action
from chainlit.config import config
from chainlit.context import context
from chainlit.emitter import ChainlitEmitter
from chainlit.message import Message
from chainlit.session import WebsocketSession
from chainlit.types import ThreadDict
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError

from flows import WorkflowAgent
from flows.errors import WorkflowError
from flows.setup import build_agent
from storage.errors import NotFound, StorageError

from .accounts import Accounts
from .actions import Buttons
from .answer_routes import answer_routes
from .attachments import attachment_routes, clear_uploads, show_uploads_as_files, take_files
from .data_layer import DataLayer
from .delivery import perform
from .elements import Elements, element_routes
from .evidence import evidence_routes
from .export_routes import export_routes
from .feedback import feedback_routes
from .gate import Gate
from .library import library_routes
from .lightening import lighten
from .live import Followers, owner, resumed
from .operations import ShowAction
from .page_routes import page_routes
from .pages import PageGuard, closed_routes, our_page, unreadable, word_routes
from .recorded_answers import recorded_answer_routes
from .refusing import tell_refusal
from .replaying import take_part, with_strip
from .run_routes import run_routes
from .settings import KEY, Settings, send_settings
from .signin import Attempts, sign_in_routes
from .sockets import Sockets
from .threads import RenderedThread, render_thread, unfinished
from .visit import visitors_cookies
from .welcome import ASK, commands, how_it_works

# FastAPI's description of the routes, with a page that loads its scripts from elsewhere.
DESCRIBED = {"/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"}


class Chat:
    """What Chainlit's callbacks do."""

    def __init__(self, agent: WorkflowAgent) -> None:
        self.agent = agent
        self.followers = Followers(agent)
        self._being_taken: set[str] = set()
        self.buttons = Buttons(agent, self.followers)
        self.settings = Settings(agent.store)
        self.data_layer = DataLayer(agent, self.followers)

    async def greet(self, page: WebsocketSession) -> None:
        """A page begins a conversation: give it the commands there are, and the settings the user last chose."""
        await ChainlitEmitter(page).set_commands(commands())
        await send_settings(page, await self.settings.usual(owner(page)))

    async def take(self, page: WebsocketSession, message: Message) -> None:
        """Begin a turn for a message of this page."""
        turn_id = str(UUID(message.id))
        if turn_id in self._being_taken:
            return
        self._being_taken.add(turn_id)
        try:
            if not await self._is_known(turn_id):  # a page that lost its connection says again what may be lost
                # Stop ends turns; a message whose files are being read is not lost to it.
                await asyncio.shield(self._take(page, message))
        except (StorageError, WorkflowError) as error:
            await tell_refusal(page, str(error))
        finally:
            self._being_taken.discard(turn_id)

    async def _is_known(self, turn_id: str) -> bool:
        try:
            await self.agent.store.get_turn(turn_id)
        except NotFound:
            return False
        return True

    async def _take(self, page: WebsocketSession, message: Message) -> None:
        text = f"/{message.command} {message.content}".strip() if message.command else message.content
        files = await take_files(self.agent.store, page, message, owner(page))
        await self.followers.start(page, text, str(UUID(message.id)), files=files)
        await clear_uploads(page, message)

    async def change_settings(self, page: WebsocketSession) -> None:
        """Something was set on the page: keep it, and let every page of the conversation show it."""
        user_id, store = owner(page), self.agent.store
        session = await store.get_session(page.thread_id, user_id=user_id)
        redraw = await self.settings.keep(page, session, user_id)
        for other in self.followers.pages_of(page.thread_id, user_id):
            if other is not page:
                await send_settings(other, page.chat_settings)
            if redraw and (present := await store.get_session(page.thread_id, user_id=user_id)):
                thread = await render_thread(store, present)
                await self.show(other, thread)
                await ChainlitEmitter(other).resume_thread(cast(ThreadDict, thread))

    async def show(self, page: WebsocketSession, thread: RenderedThread) -> None:
        """A page has opened a conversation: give it its buttons, and let it follow what is being worked on."""
        self.followers.detach(page.id)
        page.chat_profile = thread["metadata"].get("chat_profile", ASK)
        await ChainlitEmitter(page).set_commands(commands())
        await send_settings(page, thread["metadata"].get(KEY))
        sent = resumed(page)
        for view in thread.views:
            await perform(page, [ShowAction(action) for action in view.board.actions.values()])
            if unfinished(view.turn):
                self.followers.attach(page, view, after=sent)
        self.followers.catch_up(page, {view.turn.id for view in thread.views}, after=sent)

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
        agent = build_agent()
        take_part(agent.workflows)
        state.chat = Chat(agent)
    return cast(Chat, state.chat)


def install(present: Chat, who: Accounts) -> None:
    """Take every button; put our routes in front of Chainlit's, which end in one that takes every path."""
    _take_buttons(present.buttons)
    app = chainlit.server.app
    if getattr(app.state, "installed", False):
        return
    app.state.installed = True
    store = present.agent.store
    elements = Elements(Path(config.root) / "public" / "elements")
    show_uploads_as_files()
    ours = APIRouter(prefix=config.run.root_path)
    routers = (
        answer_routes(present.agent, present.followers),
        recorded_answer_routes(present.agent),
        attachment_routes(store),
        evidence_routes(store),
        feedback_routes(store),
        library_routes(),
        element_routes(elements),
        run_routes(present.agent),
        export_routes(present.agent),
        page_routes(store, present.data_layer),
        sign_in_routes(Attempts()),
        word_routes(),
        closed_routes(),
    )
    for router in routers:
        ours.include_router(router)
    before = list(app.router.routes)
    known = [route for route in before if getattr(route, "path", "") not in DESCRIBED]
    app.include_router(ours)
    added = [route for route in app.router.routes if route not in before]
    app.router.routes[:] = [*added, *known]
    app.add_exception_handler(RequestValidationError, unreadable)
    Sockets(present.agent, who, present.followers.limits).guard(chainlit.server.sio)
    app.add_middleware(Gate, holds=who.holds)
    only_local = not who.by_password and not who.by_provider
    app.add_middleware(PageGuard, only_local=only_local, cookies=visitors_cookies(store, who))
    lighten()
    chainlit.server.get_markdown_str = lambda root, language: how_it_works()  # type: ignore[attr-defined]
    chainlit.server.get_html_template = with_strip(our_page(chainlit.server.get_html_template, elements))


def _take_buttons(buttons: Buttons) -> None:
    async def pressed(action: Action) -> Any:
        return await buttons.press(cast(WebsocketSession, context.session), action)

    for name in buttons.does:
        chainlit.action_callback(name)(pressed)
