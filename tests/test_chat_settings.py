"""What can be set for a conversation, what is kept of it, and what it means."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from chainlit.session import WebsocketSession

from chat.settings import KEY, NEVER, Settings, complete, described, panel, preferences_of
from storage import Preferences, RunStore, Turn


def page(profile: str | None = None, **values: Any) -> WebsocketSession:
    return cast(WebsocketSession, SimpleNamespace(chat_profile=profile, chat_settings=values, thread_id="s"))


def test_nothing_set_means_the_usual() -> None:
    assert preferences_of(page()) == preferences_of(page("Ask")) == Preferences()


def test_what_is_set_and_the_profile_count_for_a_turn() -> None:
    chosen = page("Article", recall="session", fresh="day", model="offline", steps="answer")
    assert preferences_of(chosen) == Preferences("session", 24.0, "offline", "answer", "Article")
    assert preferences_of(page(fresh="never")).fresh_hours == NEVER


def test_what_a_page_cannot_have_set_is_as_usual() -> None:
    assert complete({"recall": None, "fresh": "soon", "steps": "answer", "more": 1}) == {
        "recall": "user",
        "fresh": "workflow",
        "model": "configured",
        "steps": "answer",
    }


def test_a_model_can_be_chosen_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = complete(None)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert [entry["id"] for entry in panel(usual)] == ["recall", "fresh", "steps"]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("REFRAIN_MODEL", "llama")
    monkeypatch.delenv("REFRAIN_OFFLINE", raising=False)
    model = next(entry for entry in panel(usual) if entry["id"] == "model")
    assert [item["label"] for item in model["items"]] == ["llama", "Offline model"]
    assert model["initial"] == "configured"


async def test_what_was_set_last_is_what_new_conversations_begin_with(store: RunStore) -> None:
    settings = Settings(store)
    assert await settings.usual("ada") == complete(None)
    redraw = await settings.keep(page(fresh="week"), None, "ada")
    assert (redraw, (await settings.usual("ada"))["fresh"]) == (False, "week")
    assert await settings.usual("eve") == complete(None)


async def test_showing_less_of_a_conversation_changes_its_turns_and_calls_for_redrawing(store: RunStore) -> None:
    settings = Settings(store)
    await store.create_turn(Turn("t", "hi", "ada", "s"))
    session = await store.ensure_session("s", "ada", metadata=described(page("Article")))
    assert session.metadata == {"chat_profile": "Article", KEY: complete(None)}

    first = await settings.keep(page(steps="answer"), session, "ada")
    again = await settings.keep(page(steps="answer", recall="session"), await store.get_session("s"), "ada")

    kept = await store.get_session("s")
    assert kept is not None
    assert (first, again) == (True, False)
    assert kept.metadata["chat_profile"] == "Article"
    assert kept.metadata[KEY]["recall"] == "session"
    assert (await store.get_turn("t")).preferences.steps == "answer"
