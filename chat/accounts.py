"""Who may sign in here, and whether one who did may still come in."""

from __future__ import annotations

from dataclasses import dataclass

from chainlit.auth.jwt import decode_jwt
from chainlit.config import config
from chainlit.oauth_providers import get_configured_oauth_providers
from chainlit.user import User
from starlette.datastructures import Headers

from agents.addresses import is_loopback
from storage.credentials import Credentials
from storage.errors import StorageError

from .auth import LOCAL_USER, check_accounts, is_local_visitor, verified

MARK = "mark"  # in a login cookie: which password it was got with


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may sign in, and how. With no accounts at all there is the local visitor alone."""

    credentials: Credentials
    by_password: bool
    by_provider: bool

    @property
    def local(self) -> bool:
        """Whether the person at this machine needs no account: not once there are any.

        A proxy on this machine may make strangers look local; with accounts it does not matter.
        """
        return is_loopback(config.run.host) and not self.by_password and not self.by_provider

    async def visitor(self, headers: Headers) -> User | None:
        """The local visitor, when it is they who ask."""
        return User(identifier=LOCAL_USER) if self.local and is_local_visitor(config.run.host, headers) else None

    async def sign_in(self, name: str, password: str) -> User | None:
        """The user of this name, when the password fits."""
        if not await verified(self.credentials, name, password):
            return None
        return User(identifier=name, metadata={MARK: self.credentials.mark(name)})

    def holds(self, token: str | None) -> bool:
        """Whether a login cookie still lets in: it is one of ours, and its account stands with the same password."""
        if not token:
            return False
        try:
            user = decode_jwt(token)
            if ":" in user.identifier:  # of a provider: no name in the users file has one
                return self.by_provider
            if self.local:
                return user.identifier == LOCAL_USER
            mark = self.credentials.mark(user.identifier)
        except StorageError:
            return False  # the users file cannot be read: nobody comes in by it
        except Exception:  # whatever is wrong with what anybody may send
            return False
        return mark is not None and mark == (user.metadata or {}).get(MARK)


def accounts() -> Accounts:
    """Who may sign in here. Raises NotReady when others could reach the page and nobody has an account."""
    credentials = Credentials()
    providers = bool(get_configured_oauth_providers())  # type: ignore[no-untyped-call]
    check_accounts(config.run.host, credentials, providers)
    return Accounts(credentials, bool(credentials.names()), providers)
