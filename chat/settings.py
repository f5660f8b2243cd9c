"""The settings of a conversation: as its panel shows them, as they are kept, and what they mean for a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from chainlit.emitter import ChainlitEmitter
from chainlit.input_widget import Select
from chainlit.session import WebsocketSession
from chainlit.user import User

from agents.models import default_model, describe_model
from storage import RunStore
from storage.records import Preferences, Session

from .welcome import ASK

KEY = "chat_settings"  # of a session's metadata, by Chainlit's choice; of a user's, by ours
NEVER = 876_000.0  # hours: a hundred years
HOURS: dict[str, float | None] = {"workflow": None, "hour": 1.0, "day": 24.0, "week": 168.0, "never": NEVER}


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that can be set: the words of its choices, by the value that is kept. The first is the usual one."""

    label: str
    says: str
    choices: Mapping[str, str]


SETTINGS: dict[str, Setting] = {
    "recall": Setting(
        "Answer from",
        "What an answer may rest on.",
        {"user": "All my conversations", "session": "This conversation alone"},
    ),
    "fresh": Setting(
        "Too old after",
        "When an earlier result is worked out anew instead of being cited.",
        {
            "workflow": "As the workflow says",
            "hour": "1 hour",
            "day": "1 day",
            "week": "1 week",
            "never": "Never too old",
        },
    ),
    "model": Setting(
        "Model",
        "The offline model sends nothing anywhere, and writes by quoting what it finds.",
        {"configured": "", "offline": "Offline model"},
    ),
    "steps": Setting(
        "Show",
        "What the page shows of a run. The card with its progress always stays.",
        {"all": "All steps", "answer": "The answer only"},
    ),
}


def complete(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Every setting with a value it can have: the one given, else the usual one."""
    given = values or {}
    return {
        key: str(given[key]) if given.get(key) in setting.choices else next(iter(setting.choices))
        for key, setting in SETTINGS.items()
    }


def preferences_of(page: WebsocketSession) -> Preferences:
    """What the settings and the profile of the page mean for a turn."""
    values = complete(page.chat_settings)
    profile = page.chat_profile or ASK
    return Preferences(
        recall=cast(Literal["user", "session"], values["recall"]),
        fresh_hours=HOURS[values["fresh"]],
        model=cast(Literal["configured", "offline"], values["model"]),
        steps=cast(Literal["all", "answer"], values["steps"]),
        workflow=None if profile == ASK else profile,
    )


def prefers_offline(user: User | None) -> bool:
    """Whether new conversations of the user begin with the offline model."""
    return complete(user.metadata.get(KEY) if user else None)["model"] == "offline"


def panel(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The inputs of the panel as the page takes them. Where only the offline model is there, none chooses one."""
    model = describe_model(default_model()).partition(" at ")[0]
    inputs = []
    for key, setting in SETTINGS.items():
        words = {value: word or model for value, word in setting.choices.items()}
        if key == "model" and model == "the offline model":
            continue
        inputs.append(
            Select(
                id=key,
                label=setting.label,
                description=setting.says,
                items={word: value for value, word in words.items()},
                initial_value=values[key],
            ).to_dict()
        )
    return inputs


async def send_settings(page: WebsocketSession, values: Mapping[str, Any] | None) -> None:
    """Give the page its settings, and the panel that shows them."""
    page.chat_settings = dict(complete(values))
    await ChainlitEmitter(page).emit("chat_settings", panel(page.chat_settings))


class Settings:
    """Kept with the conversation; what was set last is what the user's new ones begin with."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    async def usual(self, user_id: str) -> dict[str, str]:
        """What a new conversation of the user begins with."""
        user = await self._store.get_user(user_id)
        return complete(user.metadata.get(KEY) if user else None)

    async def keep(self, page: WebsocketSession, session: Session | None, user_id: str) -> bool:
        """Keep what was set on the page; whether other things of the conversation's runs are to be shown now."""
        values = page.chat_settings = dict(complete(page.chat_settings))
        await self._store.ensure_user(user_id, {KEY: values})
        if session is None:
            return False
        before = complete(session.metadata.get(KEY))
        await self._store.set_session_metadata(session.id, user_id, {KEY: values})
        if before["steps"] == values["steps"]:
            return False
        await self._store.show_steps(session.id, user_id, preferences_of(page).steps)
        return True


def described(page: WebsocketSession) -> dict[str, Any]:
    """What is kept with a conversation that begins: its profile and settings."""
    return {"chat_profile": page.chat_profile or ASK, KEY: complete(page.chat_settings)}
