from __future__ import annotations

from storage.words import root, terms, words


def test_words_are_lower_case_without_accents() -> None:
    assert words("The Café's ÉCLAIRS, don't!") == ["the", "cafe", "eclairs", "dont"]


def test_a_composed_letter_is_the_same_as_its_parts() -> None:
    assert words("caf\u00e9") == words("cafe\u0301")


def test_scripts_without_spaces_are_told_apart_by_pairs() -> None:
    assert words("機械学習 2024年") == ["機械", "械学", "学習", "2024", "年"]
    assert set(words("学習")) <= set(words("機械学習"))


def test_terms_are_distinct_and_telling() -> None:
    assert terms("What is the cost of the wind, and the cost of sun?", 8) == ["cost", "wind", "sun"]
    assert terms("what is it about?", 8) == []
    assert len(terms(" ".join(f"word{number}" for number in range(100)), 32)) == 32


def test_forms_of_a_word_share_its_root() -> None:
    assert {root("turbine"), root("turbines")} == {"turbin"}
    assert root("gas") == "gas"
