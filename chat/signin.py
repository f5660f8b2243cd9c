"""Signing in with a password, slowed down for those who guess."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import chainlit.server
from chainlit.config import config
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

SLOW = "Too many tries. Wait a moment, then try again."
FORGOTTEN_AFTER = 3600.0  # seconds without a try
MOST_KEPT = 10_000  # names and addresses that are remembered
AT_ONCE = 4  # passwords hashed at the same time: each takes 64 MB for a moment


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` failures cost nothing; after that the wait doubles from a second on, up to `most` seconds."""

    free: int
    most: float

    def wait(self, failures: int) -> float:
        over = failures - self.free
        return 0.0 if over < 0 else min(self.most, 2.0 ** min(over, 30))


# A name alone waits little: else anybody could lock its owner out from anywhere.
RULES = {"both": Rule(4, 300), "address": Rule(20, 300), "name": Rule(20, 8)}


class Attempts:
    """Who failed to sign in how often, by name and address. In memory: a restart forgets it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str, str], tuple[int, float]] = OrderedDict()
        self._welcome: OrderedDict[tuple[str, str], None] = OrderedDict()

    def wait(self, name: str, address: str) -> float:
        """Seconds until the next try is looked at; 0 when it is now."""
        moment = self._clock()
        waits = [0.0]
        for key in self._keys(name, address):
            failures, at = self._failed.get(key, (0, moment))
            waits.append(at + RULES[key[0]].wait(failures) - moment if moment - at < FORGOTTEN_AFTER else 0.0)
        return max(waits)

    @contextmanager
    def trying(self, name: str, address: str) -> Iterator[None]:
        """A try that counts as failed from its beginning, so that many at once gain nothing, unless it succeeds."""
        keys, moment = self._keys(name, address), self._clock()
        for key in keys:
            failures, at = self._failed.pop(key, (0, moment))
            self._failed[key] = (failures + 1 if moment - at < FORGOTTEN_AFTER else 1, moment)
        _shorten(self._failed)
        yield
        self._succeeded(name, address, keys)

    def _succeeded(self, name: str, address: str, keys: list[tuple[str, str, str]]) -> None:
        for key in keys:
            failures, at = self._failed.get(key, (0, 0.0))
            if key[0] == "both" or failures <= 1:
                self._failed.pop(key, None)
            else:
                self._failed[key] = (failures - 1, at)
        self._welcome[(_folded(name), address)] = None
        _shorten(self._welcome)

    def _keys(self, name: str, address: str) -> list[tuple[str, str, str]]:
        name = _folded(name)
        keys = [("both", name, address), ("address", "", address)]
        # Where its owner has signed in before, others' guesses from elsewhere hold nobody up.
        return keys if (name, address) in self._welcome else [*keys, ("name", name, "")]


def sign_in_routes(attempts: Attempts) -> APIRouter:
    """POST /login in front of Chainlit's: 429 with Retry-After (seconds) for those who guess."""
    router = APIRouter()
    hashing = asyncio.Semaphore(AT_ONCE)

    @router.post("/login")
    async def login(request: Request, response: Response, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> Any:
        if not config.code.password_auth_callback:
            raise HTTPException(400, "Nobody signs in with a password here.")
        address = request.client.host if request.client else ""
        async with hashing:
            if (wait := attempts.wait(form.username, address)) > 0:
                raise HTTPException(429, SLOW, headers={"Retry-After": str(math.ceil(wait))})
            with attempts.trying(form.username, address):
                return await chainlit.server.login(request, response, form)

    return router


def _folded(name: str) -> str:
    return name[:64].casefold()


def _shorten(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
