"""Others' Markdown inside a document of ours: it stays below our headings, and ends where it ends."""

from __future__ import annotations

import re

DEEPEST = 6  # levels of headings that Markdown knows

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=[ \t]|$)[ \t]*(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_BLOCK = re.compile(r"^ {0,3}(?:[-*+>]|\d+[.)]|#|`{3}|~{3}|\|)")
_DEFINITION = re.compile(r"^( {0,3}(?:>[ ]?)*)\[([^\]]+)\]:")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)")
_TICK = re.compile(r"\\?`")
_TAG = re.compile(r"\\?<(?=[A-Za-z/!?])(?!https?://[^<>\s]*>|mailto:[^<>\s]*>)")
_IMAGE = re.compile(r"!\[")
_LINK = re.compile(r"\]\((?!<?(?:https?://|mailto:|/|#))", re.IGNORECASE)  # to what may be a script
_SPECIAL = re.compile(r"([\\`*\[\]|<>~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_OPENS_BLOCK = re.compile(r"^(\d*)([-+#=.)])")


def contained(text: str, level: int) -> str:
    """The text, its headings below `level`, with its fences closed; no HTML, no images, no link
    definitions, no links to anything but an address of the web, a mail or a place here."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    made: list[str] = []
    fence = ""
    for line in lines:
        opening = _FENCE.match(line)
        if fence:
            made.append(line)
            if opening and opening[1].startswith(fence) and not opening[2].strip():
                fence = ""
        elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
            made.append(line)
        elif made and _UNDERLINE.match(line) and _can_be_heading(made[-1]):
            depth = 1 if "=" in line else 2
            made[-1] = f"{'#' * min(DEEPEST, level + depth)} {made[-1].strip()}"
        else:
            made.append(_line(line, level))
    if fence:
        made.append(fence)
    return "\n".join(made).strip("\n")


def one_line(text: str) -> str:
    """Plain text as Markdown that reads just that, on one line."""
    line = " ".join(text.split())
    return _OPENS_BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line))


def quoted(text: str) -> str:
    """Plain text as a quotation, line by line."""
    return "\n".join(f"> {one_line(line)}".rstrip() for line in text.splitlines()) or ">"


def in_code(text: str) -> str:
    """Plain text as code on one line."""
    line = " ".join(text.split())
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    space = " " if "`" in line or not line else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def code(text: str, language: str = "") -> str:
    """The text as a block of code, whatever fences stand in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2) if "```" in text else 2
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _line(line: str, level: int) -> str:
    heading = _HEADING.match(line)
    if heading:
        depth = min(DEEPEST, level + len(heading[1]))
        return f"{'#' * depth} {_inline(heading[2])}".rstrip()
    line = _DEFINITION.sub(r"\1\\[\2]:", line)
    return _inline(line)


def _inline(line: str) -> str:
    parts, at = [], 0
    for span in _CODE.finditer(line):
        parts += [_plain(line[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*parts, _plain(line[at:])])


def _plain(text: str) -> str:
    # A lone mark of code would take up to the next one for code, on whatever line that stands.
    return _TICK.sub("&#96;", _LINK.sub(r"]\(", _IMAGE.sub("[", _TAG.sub("&lt;", text))))


def _can_be_heading(line: str) -> bool:
    return bool(line.strip()) and not _BLOCK.match(line) and not line.startswith("    ")
