"""Workflows by what people write of their names."""

from __future__ import annotations

import pytest

from flows.naming import Found, find_name

NAMES = ("Article", "Artist", "Compare", "Fact check", "Fact")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Article ocean energy", Found(("Article",), "Article", "ocean energy")),
        ("aRTICLE: ocean energy", Found(("Article",), "aRTICLE", "ocean energy")),
        ("comp solar and wind", Found(("Compare",), "comp", "solar and wind")),
        ("fact check: bees sting", Found(("Fact check",), "fact check", "bees sting")),
        ("fact che bees sting", Found(("Fact",), "fact", "che bees sting")),
        ("fact bees sting", Found(("Fact",), "fact", "bees sting")),
        ("compare", Found(("Compare",), "compare", "")),
        ("arti ocean", Found(("Article", "Artist"), "arti", "ocean")),
        ("articles of faith", Found(())),
        ("a letter", Found(())),
        ("", Found(())),
    ],
)
def test_a_name_is_known_in_any_case_and_by_its_beginning(text: str, found: Found) -> None:
    assert find_name(text, NAMES) == found


def test_a_beginning_of_several_words_counts_as_one() -> None:
    assert find_name("fact ch bees sting", ["Fact check"]) == Found(("Fact check",), "fact ch", "bees sting")
