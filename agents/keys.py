"""What the environment says of language models: whether one can be asked, and whether one may be."""

from __future__ import annotations

import os


def has_key() -> bool:
    """Whether there is a key for a language model, or a server of one's own that asks for none."""
    return bool(os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"))


def forced_offline() -> bool:
    """Whether the offline model is to work although there may be a key."""
    return os.environ.get("REFRAIN_OFFLINE", "").strip().lower() in {"1", "true", "yes", "on"}
