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


LINK = "[How Vaccines Work](/refrain/library/how-vaccines-work.md)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- How Vaccines Work — library:how-vaccines-work.md [2]", f"- {LINK} [2]"),
        ("Source: library:how-vaccines-work.md.", f"Source: {LINK}."),
        ("[it](library:how-vaccines-work.md)", "[it](/refrain/library/how-vaccines-work.md)"),
        ("`library:how-vaccines-work.md`", "`library:how-vaccines-work.md`"),
        ("library:../how-vaccines-work.md", "library:../how-vaccines-work.md"),
        ("```\nlibrary:how-vaccines-work.md\n```", "```\nlibrary:how-vaccines-work.md\n```"),
    ],
)
def test_a_library_document_s_address_leads_to_it_and_carries_nothing_unseen(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_an_address_that_arrives_in_pieces_is_shown_when_it_is_whole() -> None:
    stream, shown = TextStream(), ""
    for letter in "See How Vaccines Work — library:how-vaccines-work.md\n":
        text, replace = stream.append(letter)
        shown = text if replace else shown + text
        assert "library:h" not in shown
    assert shown == f"See {LINK}\n"


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
