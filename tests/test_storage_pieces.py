from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from storage import pieces
from storage.encoding import from_json, to_json
from storage.pieces import LONG, PIECE, Encoder, decode
from storage.sizes import is_longer, room

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
keys = st.text(max_size=8) | st.integers() | st.none()
values = st.recursive(scalars, lambda part: st.lists(part) | st.tuples(part, part) | st.dictionaries(keys, part))


class Row(BaseModel):
    number: int
    text: str


@dataclass
class Table:
    rows: list[Row]


@contextmanager
def small_pieces() -> Iterator[None]:
    """Everything is long meanwhile, and written in pieces of a few characters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "LONG", 20)
        patch.setattr(pieces, "PIECE", 12)
        yield


@given(values)
def test_json_in_pieces_is_the_json_of_the_whole(value: Any) -> None:
    whole = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    with small_pieces():
        assert Encoder(str).encode(value) == whole
        assert decode(whole) == json.loads(whole)


def test_what_json_does_not_know_is_written_in_pieces_too() -> None:
    rows = [{"number": number, "text": "wind"} for number in range(20)]
    table = Table([Row.model_validate(row) for row in rows])
    with small_pieces():
        assert from_json(to_json({"table": table, "set": {1}})) == {"table": {"rows": rows}, "set": [1]}


def test_a_long_value_inside_itself_can_be_stored() -> None:
    inside: list[Any] = ["wind" * (LONG // 4)]
    inside.append(inside)
    assert to_json(inside).startswith('["windwind')


@pytest.mark.parametrize(
    "value",
    [
        "a" * 1_000,
        ["a" * 10] * 100,
        {f"{number:010}": number for number in range(100)},
        {"a": [[["a" * 100]] * 10]},
        [1] * 500,
        (b"a" * 1_000,),
        [Row(number=1, text="a" * 100)] * 10,
        Table([Row(number=1, text="a" * 1_000)]),
    ],
)
def test_how_long_the_json_of_a_value_is_is_known_without_writing_it(value: Any) -> None:
    assert is_longer(value, 1_000)
    assert not is_longer(value, 5_000)
    assert room(value, 5_000) == pytest.approx(5_000 - len(to_json(value)), abs=1_500)


def test_a_value_inside_itself_is_longer_than_anything() -> None:
    inside: list[Any] = []
    inside.append(inside)
    assert is_longer(inside, PIECE)
