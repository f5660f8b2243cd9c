"""What the buttons of a turn do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from chainlit.action import Action
from chainlit.emitter import ChainlitEmitter
from chainlit.session import WebsocketSession

from flows import WorkflowAgent
from flows.again import Again, checked_again
from flows.commands import Command
from flows.errors import WorkflowError
from storage.errors import Busy, NotFound, StorageError
from storage.files import Attached
from storage.records import Turn

from .live import Followers, owner
from .run_json import edited
from .threads import unfinished


class Buttons:
    """What is done to turns and runs of the person who presses: stop, resume, ask or run again, answer, delete."""

    def __init__(self, agent: WorkflowAgent, followers: Followers) -> None:
        self._agent = agent
        self._followers = followers
        self.does = {
            "stop": self.stop,
            "resume": self.resume,
            "again": self.again,
            "fresh": self.fresh,
            "recall": self.recall,
            "rerun": self.rerun,
            "fork": self.fork,
            "delete_run": self.delete_run,
        }

    async def stop(self, page: WebsocketSession, action: Action) -> None:
        """End the turn; what is finished stays."""
        turn = await self._agent.store.get_turn(_id(action, "turn_id"), user_id=owner(page))
        await self._agent.runner.cancel(turn.id)

    async def stop_all(self, page: WebsocketSession) -> None:
        """End every unfinished turn of the page's conversation."""
        for turn in await self._agent.store.turns(page.thread_id, user_id=owner(page), limit=20):
            if unfinished(turn):
                await self._agent.runner.cancel(turn.id)

    async def resume(self, page: WebsocketSession, action: Action) -> None:
        """Go on with a run that was interrupted, stopped or failed."""
        await self._followers.resume(_id(action, "run_id"), owner(page))

    async def again(self, page: WebsocketSession, action: Action) -> None:
        """Ask the same once more, as a new turn."""
        turn = await self._agent.store.get_turn(_id(action, "turn_id"), user_id=owner(page))
        await self._followers.start(page, turn.message, str(uuid4()), files=_files(turn))

    async def fresh(self, page: WebsocketSession, action: Action) -> None:
        """Run the workflow for the message that was answered from memory, and note that the user wanted that."""
        turn = await self._agent.store.get_turn(_id(action, "turn_id"), user_id=owner(page))
        await self._agent.store.override_turn(turn.id, "run", user_id=turn.user_id)
        await self._followers.start(page, f"/fresh {_asked(turn)}", str(uuid4()), files=_files(turn))

    async def recall(self, page: WebsocketSession, action: Action) -> None:
        """Answer the message of a run from memory, and note that the user wanted that; a run still at work ends."""
        turn = await self._agent.store.get_turn(_id(action, "turn_id"), user_id=owner(page))
        await self._agent.store.override_turn(turn.id, "answer", user_id=turn.user_id)
        if unfinished(turn):
            await self._agent.runner.cancel(turn.id)
        await self._followers.start(page, f"/recall {_asked(turn)}", str(uuid4()), files=_files(turn))

    async def rerun(self, page: WebsocketSession, action: Action) -> dict[str, Any]:
        """Run the workflow of a run on its input again, as a new turn of the page's conversation."""
        return await self._start_again(page, Again(_id(action, "run_id")))

    async def fork(self, page: WebsocketSession, action: Action) -> dict[str, Any]:
        """Run again from a step on, as a new turn; with `output`, the step takes that instead of running."""
        run_id, at, text = _id(action, "run_id"), _id(action, "at"), action.payload.get("output")
        run = await self._agent.store.get_run(run_id, user_id=owner(page))
        output = edited(text, at, await self._agent.store.journal(run.id)) if isinstance(text, str) else None
        return await self._start_again(page, Again(run_id, at, output))

    async def delete_run(self, page: WebsocketSession, action: Action) -> dict[str, Any]:
        """Delete a run that is not at work, with what answers cite of it."""
        await self._agent.store.delete_run(_id(action, "run_id"), user_id=owner(page))
        return {"deleted": True}

    async def _start_again(self, page: WebsocketSession, again: Again) -> dict[str, Any]:
        store, turn_id = self._agent.store, str(uuid4())
        run = await checked_again(store, self._agent.workflows, again, owner(page))
        await self._followers.start(page, again.message(run.workflow), turn_id, again)
        return {"turn_id": turn_id}

    async def press(self, page: WebsocketSession, action: Action) -> Any:
        """Do what the button says, and give what that gives; tell in a sentence when it cannot be done."""
        try:
            return await self.does[action.name](page, action)
        except NotFound:
            await self._tell(page, "That is not there any more.")
        except Busy:
            await self._tell(page, "It is being worked on already.")
        except (StorageError, WorkflowError) as error:
            await self._tell(page, str(error))
        return None

    async def _tell(self, page: WebsocketSession, sentence: str) -> None:
        await ChainlitEmitter(page).send_toast(sentence, "error")


def _asked(turn: Turn) -> str:
    """The turn's message without a command before it."""
    return Command.parse(turn.message).text


def _files(turn: Turn) -> tuple[Attached, ...]:
    """What came with the turn and is in the conversation since."""
    return tuple(replace(file, new=False) for file in turn.files if not file.problem)


def _id(action: Action, key: str) -> str:
    """An id from what the page sent, which anybody may have written."""
    value = action.payload.get(key)
    if not isinstance(value, str):
        raise NotFound(f"The button names no {key}.")
    return value
