"""What is wrong with a form, in words."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, HttpUrl, ValidationError, field_validator, model_validator

from flows.wrong_values import in_words


class Size(Enum):
    small = "s"
    large = "l"


class Inner(BaseModel):
    name: str = Field(min_length=1)


class Everything(BaseModel, extra="forbid"):
    whole: int = Field(1, ge=1, lt=10)
    part: float = Field(1, gt=0, le=2.5)
    exact: Decimal = Decimal(1)
    even: int = Field(2, multiple_of=2)
    text: str = Field("abc", min_length=3, max_length=5, pattern="^[a-z]+$")
    one: str = Field("a", max_length=1)
    yes: bool = True
    day: date = date(2026, 1, 1)
    moment: datetime = datetime(2026, 1, 1)
    hour: time = time(12)
    way: Literal["up", "down"] = "up"
    size: Size = Size.small
    tags: list[int] = Field([], max_length=1)
    page: HttpUrl | None = None
    inner: Inner = Inner(name="x")
    own: str = ""

    @field_validator("own")
    @classmethod
    def polite(cls, own: str) -> str:
        if own == "rude":
            raise ValueError("Say it politely.")
        return own

    @model_validator(mode="after")
    def fits(self) -> Everything:
        if self.own == "odd":
            raise ValueError("These do not go together.")
        return self


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"whole": "many"}, "whole", "Enter a whole number."),
        ({"whole": 1.5}, "whole", "Enter a whole number."),
        ({"whole": 0}, "whole", "At least 1."),
        ({"whole": 10}, "whole", "Less than 10."),
        ({"part": "x"}, "part", "Enter a number."),
        ({"part": 0}, "part", "More than 0."),
        ({"part": 3}, "part", "At most 2.5."),
        ({"exact": "x"}, "exact", "Enter a number."),
        ({"even": 3}, "even", "A multiple of 2."),
        ({"text": "ab"}, "text", "At least 3 characters."),
        ({"text": "abcdef"}, "text", "At most 5 characters."),
        ({"text": "ABC"}, "text", "This is not in the form that is wanted (^[a-z]+$)."),
        ({"text": None}, "text", "Enter text."),
        ({"one": "ab"}, "one", "At most 1 character."),
        ({"yes": "perhaps"}, "yes", "Answer yes or no."),
        ({"day": "tomorrow"}, "day", "Enter a date, such as 2026-03-31."),
        ({"moment": "noon"}, "moment", "Enter a date and a time, such as 2026-03-31 14:30."),
        ({"hour": "noon"}, "hour", "Enter a time, such as 14:30."),
        ({"way": "left"}, "way", "Choose one of 'up' or 'down'."),
        ({"size": "xl"}, "size", "Choose one of 's' or 'l'."),
        ({"tags": ["x"]}, "tags.0", "Enter a whole number."),
        ({"tags": [1, 2]}, "tags", "At most 1 entry."),
        ({"tags": "x"}, "tags", "Enter a list."),
        ({"page": "here"}, "page", "Enter a whole address, such as https://example.org."),
        ({"inner": {}}, "inner.name", "Fill this in."),
        ({"inner": {"name": ""}}, "inner.name", "Fill this in."),
        ({"inner": "x"}, "inner", "Enter fields and their values."),
        ({"own": "rude"}, "own", "Say it politely."),
        ({"own": "odd"}, "", "These do not go together."),
        ({"more": 1}, "more", "This is not asked for."),
    ],
)
def test_what_is_wrong_is_said_as_one_says_it(values: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate(values)
    assert in_words(refused.value) == {field: words}
