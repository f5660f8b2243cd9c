"""What conversations are called."""

from __future__ import annotations

import pytest

from chat.titles import title_of

NAMES = ["Article", "Compare", "Fact check"]


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Write an article about climate change solutions", "Climate change solutions"),
        ("/run Compare solar and wind", "Solar and wind"),
        ("/run comp solar and wind", "Solar and wind"),
        ("Compare solar power and wind power", "Solar power and wind power"),
        ("Fact check: trees store carbon", "Trees store carbon"),
        ("Brief me on how mRNA vaccines work", "How mRNA vaccines work"),
        ("/fresh how do tides work?", "How do tides work"),
        ("mRNA vaccines", "mRNA vaccines"),
        ("/run Article x", "X"),
        ("/run lighthouses of the north", "Lighthouses of the north"),
    ],
)
def test_a_conversation_is_called_by_its_topic(message: str, title: str) -> None:
    assert title_of(message, NAMES) == title


@pytest.mark.parametrize(
    "message", ["Hello", "hi there!", "thanks", "/help", "/runs failed", "/why", "/run Article", "/foo x"]
)
def test_what_has_no_topic_waits_for_one(message: str) -> None:
    assert title_of(message, NAMES) is None


def test_a_long_topic_is_cut_between_words() -> None:
    title = title_of("Write about " + "the deep blue sea and its many fishes " * 4, NAMES)
    assert title is not None
    assert len(title) <= 60
    assert title.endswith("…")
