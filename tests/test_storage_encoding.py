from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from storage.encoding import clean, content_text, from_json, from_time, input_key, to_json, to_output, to_time
from storage.records import StepOutput, Usage


class Report(BaseModel):
    title: str
    sources: list[str]
    day: datetime


@dataclass
class Point:
    x: int


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_a_model_is_stored_as_its_json() -> None:
    report = Report(title="Wind", sources=["a", "b"], day=datetime(2024, 1, 2, tzinfo=UTC))
    assert from_json(to_json({"r": report})) == {"r": report.model_dump(mode="json")}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Point(1), {"x": 1}),
        ({2, 1}, [1, 2]),
        (b"caf\xc3\xa9", "café"),
        (Path("a/b"), "a/b"),
        ({(1, 2): "pair"}, {"(1, 2)": "pair"}),
        ({1: {None: True}}, {"1": {"null": True}}),
        (Broken(), "<Broken>"),
        ("\ud800 lone", "? lone"),
    ],
)
def test_any_value_can_be_stored(value: Any, stored: Any) -> None:
    assert from_json(to_json(value)) == stored


def test_a_value_inside_itself_can_be_stored() -> None:
    inside: list[Any] = []
    inside.append(inside)
    assert to_json(inside).encode()


@given(st.text())
def test_every_text_becomes_utf8(text: str) -> None:
    assert json.loads(to_json(text)) == clean(text)
    clean(text).encode()


def test_an_output_comes_back_with_its_steps() -> None:
    output = StepOutput({"a": [1]}, steps=(StepOutput("in", step_name="In", usage=Usage(1, 2, 0.5)),), stop=True)
    assert to_output(from_json(to_json(output))) == output


def test_content_reads_as_text() -> None:
    assert content_text("as it is\n") == "as it is\n"
    assert content_text(None) == ""
    assert content_text(3.5) == "3.5"
    content = {"title": "Wind", "points": ["one", {"cost": 3}], "none": None, "empty": []}
    assert content_text(content) == "title: Wind\npoints:\n  - one\n  -\n    cost: 3\nnone:\nempty:"


def test_a_model_reads_like_the_object_it_is_stored_as() -> None:
    report = Report(title="Wind", sources=["a"], day=datetime(2024, 1, 2, tzinfo=UTC))
    assert content_text(report) == content_text(from_json(to_json(report)))


def test_times_sort_as_text_and_come_back_in_utc() -> None:
    east = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    later = datetime(2024, 1, 1, 10, 0, 0, 1, tzinfo=UTC)
    assert to_time(east) < to_time(later)
    assert from_time(to_time(east)) == east
    assert to_time(datetime(2024, 1, 1, 10)) == to_time(east), "a time without a zone is UTC"


def test_inputs_that_say_the_same_have_one_key() -> None:
    assert input_key("Write  about\nWIND!") == input_key("write about wind")
    assert input_key("write about wind") != input_key("write about winds")
