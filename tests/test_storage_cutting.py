from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import cutting


def cut(text: str) -> list[tuple[int, int]]:
    return list(cutting.cut(text))


SENTENCE = "The turbine number {} turns in the wind and feeds the grid."


def sentences(count: int) -> str:
    return " ".join(SENTENCE.format(number) for number in range(count))


def test_nothing_gives_no_passage() -> None:
    assert cut("") == []
    assert cut(" \n\n\t ") == []


def test_a_short_text_is_one_passage_without_its_margins() -> None:
    text = "\n  Wind is free. Sun is too.  \n"
    assert [text[start:stop] for start, stop in cut(text)] == ["Wind is free. Sun is too."]


def test_passages_have_about_150_words_and_end_with_their_sentences() -> None:
    text = sentences(100)
    passages = [text[start:stop] for start, stop in cut(text)]
    assert len(passages) > 5
    for passage in passages[:-1]:
        assert 90 <= len(passage.split()) <= 180
    assert all(passage.startswith("The turbine") and passage.endswith("grid.") for passage in passages)


def test_a_passage_ends_at_a_paragraph_rather_than_in_one() -> None:
    text = sentences(9) + "\n\n" + sentences(9)
    assert [text[start:stop] for start, stop in cut(text)] == [sentences(9), sentences(9)]


def test_list_items_stay_whole() -> None:
    items = [f"- Point {number}: the cost of item {number} is 3.5 million, e.g. for steel" for number in range(60)]
    passages = cut("\n".join(items))
    text = "\n".join(items)
    assert len(passages) > 3
    kept = [line for start, stop in passages for line in text[start:stop].split("\n")]
    assert kept == items


def test_a_heading_stays_with_what_it_heads() -> None:
    text = sentences(12) + "\n\n## Costs\n\n" + sentences(12)
    assert [text[start:stop] for start, stop in cut(text)] == [sentences(12), "## Costs\n\n" + sentences(12)]


@pytest.mark.parametrize("text", ["Dr. Smith", "e.g. Spain", "U.S. Senate", "J. Doe", "3.5 Percent", "wait... what"])
def test_what_is_no_end_of_a_sentence_does_not_divide(text: str) -> None:
    padded = " ".join(["word"] * 178) + f" {text} was there. " + " ".join(["Other"] * 150)
    first = cut(padded)[0]
    assert padded[first[0] : first[1]].endswith(f"{text} was there.")


def test_a_text_without_any_stop_is_still_cut() -> None:
    text = "x " * 20_000
    assert all(stop - start <= 1800 for start, stop in cut(text))
    solid = "x" * 20_000
    assert "".join(solid[start:stop] for start, stop in cut(solid)) == solid


@pytest.mark.parametrize("text", ["." * 200_000, "\n" * 200_000, " ." * 100_000, "a:\n" * 70_000, "( " * 100_000])
def test_odd_texts_take_no_time(text: str) -> None:
    started = time.perf_counter()
    cut(text)
    assert time.perf_counter() - started < 5


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("aB1 .!?\n-#:*。漢é\t…\"'"), max_size=600))
def test_passages_follow_one_another_and_lose_no_word(text: str) -> None:
    passages = cut(text)
    assert all(start < stop for start, stop in passages)
    assert all(before[1] <= after[0] for before, after in pairwise(passages))
    kept = "".join(text[start:stop] for start, stop in passages)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(text[start:stop] == text[start:stop].strip() for start, stop in passages)
