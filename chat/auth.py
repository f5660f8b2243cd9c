"""Who may open the page: the person at this machine, or people with an account."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from agents.addresses import is_loopback
from storage.credentials import Credentials

LOCAL_USER = "local"
FORWARDING = ("forwarded", "via", "x-real-ip")


class NotReady(SystemExit):
    """The page may not be served like this; the message says what to do."""


def keep_secret(folder: Path) -> None:
    """Give Chainlit the secret its login cookies are signed with: made once, then kept in `folder`."""
    if os.environ.get("CHAINLIT_AUTH_SECRET"):
        return
    path = folder / "auth_secret"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    os.environ["CHAINLIT_AUTH_SECRET"] = path.read_text().strip()


def home() -> Path:
    """The folder of what Refrain keeps: where the database is."""
    return Path(os.environ.get("REFRAIN_DB") or ".refrain/refrain.db").parent


def is_local_visitor(listening: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine's own browser, by all that it tells.

    `listening` is the address the server listens on; names of headers are in lower case.
    """
    if not is_loopback(listening):
        return False
    if any(name in FORWARDING or name.startswith("x-forwarded") for name in headers):
        return False
    if not is_loopback(_host(headers.get("host", ""))):
        return False
    origin = headers.get("origin")
    return origin is None or is_same_origin(origin, headers.get("host", ""))


def is_same_origin(origin: str, host: str) -> bool:
    """Whether the page that asks is one this host has served."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()


def check_accounts(listening: str, credentials: Credentials, oauth: bool) -> None:
    """Refuse to serve strangers: another address than this machine's needs accounts. Raises NotReady."""
    if not is_loopback(listening) and not oauth and not credentials.names():
        raise NotReady(
            f"Refrain is to listen on {listening}, where others can reach it, but nobody has an account yet. "
            f"Add one with `refrain user add NAME` (kept in {credentials.path}), set up a sign-in provider "
            "(OAUTH_… variables), or listen on 127.0.0.1."
        )


async def verified(credentials: Credentials, name: str, password: str) -> bool:
    """Whether name and password fit; the hashing is done off the event loop."""
    return await asyncio.to_thread(credentials.verify, name, password)


def _host(value: str) -> str:
    """The host of a Host header, without its port."""
    try:
        return urlsplit(f"//{value}").hostname or ""
    except ValueError:
        return ""
