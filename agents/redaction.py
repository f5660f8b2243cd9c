"""Keys and passwords taken out of a text, before it is shown or kept."""

from __future__ import annotations

import os
import re

HIDDEN = "…"

_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)S?(?:_|$)", re.IGNORECASE)
_SHORTEST_SECRET = 6  # characters; what is shorter stands in texts by chance
_LOOKS_SECRET = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{4,}|\bBearer\s+\S+|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)", re.IGNORECASE)


def secrets() -> list[str]:
    """The values of the environment whose names say that they are secret, the longest first."""
    values = {
        value for name, value in os.environ.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
    }
    return sorted(values, key=len, reverse=True)


def redacted(text: str) -> str:
    """The text without the environment's secrets, and without what looks like a key or an address's password."""
    return _LOOKS_SECRET.sub(HIDDEN, without_secrets(text))


def without_secrets(text: str) -> str:
    """The text without the environment's secrets."""
    for secret in secrets():
        text = text.replace(secret, HIDDEN)
    return text
