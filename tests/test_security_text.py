"""Text of anybody's, in every place it is shown outside a message: it stays text."""

from __future__ import annotations

from typing import Any

import pytest
from markdown_it import MarkdownIt

from chat.attachments import as_html, as_markdown
from chat.markdown import escape, safe
from chat.run_json import step
from cli.terminal import printable
from flows.contained import code, contained, in_code, one_line, quoted
from storage.attachments import Attachment, Page, fit_name
from storage.records import now

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</main></body><iframe src='https://evil.example.org'>",
    "![beacon](https://evil.example.org/x.png)",
    "![beacon][1]\n\n[1]: https://evil.example.org/x.png",
    "[![x](https://evil.example.org/x.png)](https://evil.example.org)",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt:alert(1))",
    "[press](&#106;avascript:alert(1))",
    "[press](<javascript:alert(1)>)",
    "[press](\njavascript:alert(1))",
    "[press](data:text/html,<script>alert(1)</script>)",
    "[press](vbscript:x 'title')",
    "<javascript:alert(1)>",
    "[press]: javascript:alert(1)\n\n[press]",
    "\x1b[2J\x1b]0;owned\x07 \x9b31m",
]


def reached(markdown: str) -> list[str]:
    """What a reader of the Markdown that allows everything would fetch, run or lead to."""
    allowing = MarkdownIt("commonmark", {"html": True})
    allowing.validateLink = lambda url: True  # type: ignore[method-assign]
    found: list[str] = []
    for top in allowing.parse(markdown):
        for token in [top, *(top.children or ())]:
            if token.type in {"html_block", "html_inline", "image"}:
                found.append(token.type)
            if token.type == "link_open":
                found.append(str(token.attrs["href"]))
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_download_runs_loads_and_leads_to_nothing_but_addresses_of_the_web(text: str) -> None:
    for made in (contained(text, 2), one_line(text), quoted(text), in_code(text), code(text)):
        assert not [what for what in reached(made) if not what.startswith(("https://", "http://"))], made


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_of_an_attached_file_holds_no_tags_but_ours(text: str) -> None:
    attachment = Attachment("a" * 32, fit_name(text), "text/plain", "ada", "s", now())
    harmless = as_html(attachment, [Page("page 1", "x")]).replace(attachment.name, "")
    made = as_html(attachment, [Page("page 1", text), Page(text, "x")])
    assert "<script" not in made.lower()
    assert "<img" not in made.lower()
    assert "<iframe" not in made.lower()
    assert "<a href" in harmless
    assert made.count("<a ") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_page_shows_as_markdown_loads_no_image(text: str) -> None:
    attachment = Attachment("a" * 32, fit_name(text), "text/plain", "ada", "s", now())
    shown = step(text, text, "r")["output"]
    for made in (safe(text), escape(text), shown, as_markdown(attachment, [Page(text, text)])):
        assert "image" not in reached(made), made


@pytest.mark.parametrize("given", [*HOSTILE, {"key": HOSTILE[-1]}, "a\rb\x7f\u202e"])
def test_nothing_that_is_printed_drives_a_terminal(given: Any) -> None:
    made = printable(str(given))
    assert not [char for char in made if char not in "\n\t" and not char.isprintable()]


def test_the_name_of_a_file_is_one_line_without_folders() -> None:
    assert fit_name("../../etc/\x1b[2Jpass\nwd\u202e.md") == "2Jpass wd .md"
