from __future__ import annotations

from types import SimpleNamespace

import chainlit.message
import pytest
from chainlit.chat_context import chat_context
from chainlit.context import init_http_context
from chainlit.message import Message

from chat.lightening import lighten


async def test_a_message_is_neither_waited_for_nor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError("everybody was held up")

    monkeypatch.setattr(chainlit.message, "time", SimpleNamespace(sleep=sleep))
    init_http_context()
    lighten()
    step = {"id": "1", "type": "user_message", "output": "hello", "name": "local", "createdAt": "2026-01-01T00:00:00Z"}
    chat_context.add(Message.from_dict(step))  # type: ignore[arg-type]
    assert chat_context.get() == []
