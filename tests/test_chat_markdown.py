"""What is shown of text that others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from chat.markdown import WORD_JOINER, TextStream, escape, safe, show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a cat](http://x.org/cat.png)", "[a cat](http://x.org/cat.png)"),
        ("![](http://x.org/pixel.gif)", "[image](http://x.org/pixel.gif)"),
        ("![a][ref]\n\n[ref]: http://x.org/a.png", "[a][ref]\n\n[ref]: http://x.org/a.png"),
        ("`![` and ```![x](y)```", "`[` and ```[x](y)```"),
        ("!![a](http://x.org/a.png)", "[a](http://x.org/a.png)"),
        ("!\u200b[a](http://x.org/a.png)", "[a](http://x.org/a.png)"),
        ("a\u200bb", "ab"),
    ],
)
def test_images_become_links_and_nothing_plays_the_cursor(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_what_the_page_takes_for_a_directive_is_kept_as_text() -> None:
    assert safe("library:tides.md") == f"library:{WORD_JOINER}tides.md"
    assert safe("at 12:30 see https://x.org/a:b and `c:d`") == "at 12:30 see https://x.org/a:b and `c:d`"
    assert safe("```\nkey:value\n```\nkey:value") == f"```\nkey:value\n```\nkey:{WORD_JOINER}value"


def test_plain_text_keeps_its_signs() -> None:
    assert escape("*[a](b)*\n<i>") == r"\*\[a\]\(b\)\* \<i\>"


def test_what_is_no_text_is_shown_as_json() -> None:
    class Moon(BaseModel):
        phase: str

    assert show(Moon(phase="full")) == '```json\n{\n  "phase": "full"\n}\n```'
    assert show(["```"]) == "```json\n[\n  \"'''\"\n]\n```"
    assert show(None) == ""


@given(st.lists(st.sampled_from(["![", "](", "!", "[1]", "[", "a", "\n", "```", ":x", ": ", ")", " "]), max_size=20))
def test_pieces_show_the_same_as_the_whole(pieces: list[str]) -> None:
    stream, shown = TextStream(), ""
    for piece in pieces:
        text, replace = stream.append(piece)
        shown = text if replace else shown + text
        assert "![" not in shown
    text, replace = stream.finish()
    shown = text if replace else shown + text
    assert shown == safe("".join(pieces)) == stream.text


def test_a_label_in_the_making_is_held_back() -> None:
    stream = TextStream(lambda line: line.replace("[1]", "(source)"))
    shown = [stream.append(piece) for piece in ("It pulls ", "[", "1", "]", ".")]
    assert shown == [("It pulls", False), ("", False), ("", False), ("", False), (" (source).", False)]
