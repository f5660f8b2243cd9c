"""Who talks, in which conversations, and what they think of the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation. `metadata` belongs to the page (chat profile, settings)."""

    id: str
    user_id: str
    title: str | None
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    """Someone who signs in. `id` is the name they sign in with."""

    id: str
    created_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A user's verdict on a turn: `value` 1 for a thumb up, 0 for a thumb down."""

    id: str
    turn_id: str
    user_id: str
    value: int
    comment: str | None = None
