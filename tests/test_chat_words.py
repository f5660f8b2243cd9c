"""Times, lengths and sentences."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chat.words import lasting, mid_sentence
from flows.words import iso, moment, shorten

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "words"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (125, "2 min 5 s")])
def test_durations(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_moments_are_told_in_the_visitors_time_zone() -> None:
    assert moment(NOW, "Asia/Tokyo") == "1 March 2026, 21:00 JST"
    assert moment(NOW, "No/Where") == moment(NOW, "../etc/passwd") == moment(NOW) == "1 March 2026, 12:00 UTC"
    assert iso(NOW) == "2026-03-01T12:00:00Z"


def test_titles_are_cut_between_words() -> None:
    assert shorten("Write about\n tides") == "Write about tides"
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("x" * 100, 10) == "x" * 9 + "…"


def test_a_sentence_after_a_colon() -> None:
    assert mid_sentence("Nothing is known.") == "nothing is known."
    assert mid_sentence("CO2 is known.") == "CO2 is known."
