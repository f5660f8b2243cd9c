"""How much one person may ask for, and the sentence for what is too much."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flows.errors import WorkflowError

from .auth import LOCAL_USER

HOUR = 3600.0  # seconds
MOST_PENDING = 20  # uploads of a page that no message has taken along yet
MOST_BODY = 2 << 20  # bytes of a request
MOST_UPLOAD = 11 << 20  # bytes of a request that brings a file: files may have 10 MB


class TooMuch(WorkflowError):
    """It is more than one may ask for; the message is a sentence that says how much one may, and what to do."""


@dataclass(frozen=True, slots=True)
class Most:
    """What one person may: characters of a message, turns at once, turns an hour. None: as many as they like."""

    characters: int = 20_000
    at_once: int | None = 5
    an_hour: int | None = 240

    @classmethod
    def of(cls, user_id: str) -> Most:
        """By `REFRAIN_MAX_MESSAGE`, `REFRAIN_MAX_TURNS` and `REFRAIN_MAX_TURNS_HOUR`; 0 lifts a limit of turns.

        Who is alone at their own machine has no limit of turns unless one is set.
        """
        usual = cls(at_once=None, an_hour=None) if user_id == LOCAL_USER else cls()
        return cls(
            _whole("REFRAIN_MAX_MESSAGE", None) or usual.characters,
            _whole("REFRAIN_MAX_TURNS", usual.at_once) or None,
            _whole("REFRAIN_MAX_TURNS_HOUR", usual.an_hour) or None,
        )


class Limits:
    """What people have asked for, kept in memory. One for the process."""

    def __init__(self, is_live: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_live = is_live
        self._clock = clock
        self._begun: dict[str, list[tuple[float, str]]] = {}
        self._starting: set[str] = set()

    def check(self, user_id: str, message: str) -> None:
        """Raises TooMuch when the user may not say this now."""
        most, moment = Most.of(user_id), self._clock()
        if len(message) > most.characters:
            raise TooMuch(
                f"This message has {len(message):,} characters, and {most.characters:,} can be sent. "
                "Shorten it, or attach the text as a file."
            )
        begun = [
            (at, id)
            for at, id in self._begun.pop(user_id, ())
            if self._is_working(id) or (most.an_hour is not None and at > moment - HOUR)
        ]
        if begun:
            self._begun[user_id] = begun
        working = len({id for _, id in begun if self._is_working(id)})
        if most.at_once is not None and working >= most.at_once:
            raise TooMuch(f"{_count(working)} at work, and no more can be. Wait for one to end, or stop one.")
        recent = [at for at, _ in begun if at > moment - HOUR]
        if most.an_hour is not None and len(recent) >= most.an_hour:
            minutes = max(1, -int(-(recent[len(recent) - most.an_hour] + HOUR - moment) // 60))
            raise TooMuch(
                f"{most.an_hour:,} messages can be worked on in an hour, and that is reached. "
                f"Try again in {minutes} minute{'s' if minutes != 1 else ''}."
            )

    @contextmanager
    def starting(self, user_id: str, turn_id: str, message: str = "") -> Iterator[None]:
        """While a turn is begun, or gone on with. Raises TooMuch when the user may not."""
        self.check(user_id, message)
        entry = (self._clock(), turn_id)
        self._begun.setdefault(user_id, []).append(entry)
        self._starting.add(turn_id)
        try:
            yield
        finally:
            self._starting.discard(turn_id)

    def _is_working(self, turn_id: str) -> bool:
        return turn_id in self._starting or self._is_live(turn_id)


def _count(number: int) -> str:
    return "1 turn of yours is" if number == 1 else f"{number} turns of yours are"


def _whole(name: str, usual: int | None) -> int | None:
    given = os.environ.get(name, "").strip()
    return int(given) if given.isascii() and given.isdigit() else usual
