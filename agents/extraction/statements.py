"""Statements: whole sentences of a source, each knowing where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from agents.extraction.glue import is_glue
from agents.extraction.markdown import Block, blocks, plain
from agents.text import content_words, sentences, words
from agents.tools.sources import Source

MAX_STATEMENTS = 600  # what one answer looks at, so that a huge prompt cannot hold up the event loop
_MIN_WORDS, _MAX_WORDS = 4, 70

# A sentence that opens so leans on the one before it.
_LEANING = re.compile(
    r"""["'“‘(]?(?:this|that|these|those|it|its|they|their|them|he|she|his|her|such|both|another|others|similarly|"""
    r"""likewise|however|but|and|or|also|then|thus|therefore|hence|consequently|instead|meanwhile|nevertheless|"""
    r"""nonetheless|moreover|furthermore|additionally|yet|so|still|otherwise|conversely|neither|the\ (?:latter|"""
    r"""former|same|other|others|second|third|result)|in\ (?:contrast|addition|turn|other\ words|that\ case|"""
    r"""this\ (?:case|way)|doing\ so|return)|as\ a\ (?:result|consequence)|for\ (?:example|instance|this\ reason|"""
    r"""that\ reason|these\ reasons)|on\ the\ other\ hand|by\ contrast|at\ the\ same\ time|after\ (?:that|this)|"""
    r"""because\ of\ (?:this|that)|here|there,|one\ (?:reason|example|of\ them)|some\ of\ them)\b""",
    re.IGNORECASE,
)
_LEANING_INSIDE = re.compile(
    r".{,90}\b(?:therefore|however|thus|"
    r"(?:years?|decades?|century|centuries|months?|weeks?|days?) (?:later|earlier|afterwards?))\b"
)
_FREE_THAT = re.compile(r"(?:this (?:article|note|page) )|both [a-z]+ and ", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"\b(?:click|subscribe|sign up|log ?in|cookies?|newsletter|all rights reserved|read more|learn more|find out|"
    r"see also|download|share this|contact us|privacy policy|javascript|your browser|advertisement|in this article|"
    r"this article|discover (?:how|the|what)|explore (?:how|the|our)|get the facts|follow us)\b|©|https?://|www\.",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"^(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d+ \w+ ago)\s*(?:\.\.\.|[·—–…-])\s*"
)
_CUT = re.compile(r"\.\.\.|…")
_NUMBERED = re.compile(r"(?:^|[:.] )\d{1,2}\.$")  # what follows is an item of a list
_LIST_BEGINS = re.compile(r"[:.]\s*\d{1,2}\.$")
_MARK = re.compile(r"(?<=[.!?…\"”')])\s+\(([^()]+(?:\([^()]*\)[^()]*)*)\)$")
_ADDRESS = re.compile(r"(.+?)\s+[—–-]\s+((?:https?://|library:|file:)\S+)$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as its source has it.

    `source` is the source's title and `section` the heading it stands under ("" if none). `origin` numbers the text
    it was read from. `follows`: it leans on the statement just before it. `dangling`: it leans on a sentence
    that is not there.
    """

    text: str
    source: str = ""
    address: str = ""
    section: str = ""
    origin: int = 0
    follows: bool = False
    dangling: bool = False

    @property
    def stems(self) -> frozenset[str]:
        return _stems(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """What was read from a text: its title, statements and headings, and the sources it lists as (title, address)."""

    title: str = ""
    statements: tuple[Statement, ...] = ()
    headings: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def read(
    text: str, *, source: str = "", address: str = "", section: str = "", origin: int = 0, cut: bool = False
) -> Document:
    """Read a Markdown or plain text, whose beginning stands under `section`. `cut` keeps sentences cut off too."""
    statements: list[Statement] = []
    title = ""
    headings: list[str] = []
    listed: list[tuple[str, str]] = []
    in_sources = False
    for block in blocks(_DATED.sub("", text.strip())):
        if block.kind == "heading":
            title = title or (block.text if block.level == 1 else "")
            in_sources = block.text.casefold().rstrip(":") in {"sources", "references"}
            section = block.text if block.level > 1 and not in_sources else ""
            headings += [block.text] if block.level > 1 and not in_sources else []
        elif in_sources:
            listed.append(_listed(block.text))
        elif block.text.casefold().startswith("sources:") or is_glue(block.text):
            continue
        elif len(statements) < MAX_STATEMENTS:
            place = Statement("", source, address, section, origin)
            statements += _read_block(block, place, statements[-1] if statements else None, cut)
    addresses = dict(listed)
    found = [s if s.address else replace(s, address=addresses.get(s.source, "")) for s in statements]
    return Document(title, tuple(found), tuple(headings), tuple(listed))


def from_sources(sources: Iterable[Source]) -> list[Statement]:
    """The whole sentences of search results; cut-off ones only if there is nothing else."""
    listed = list(sources)
    for cut in (False, True):
        found: list[Statement] = []
        for number, source in enumerate(listed):
            title = clean_title(source["title"]) or source["address"]
            section = clean_title(source.get("heading", ""))
            found += read(
                source["snippet"],
                source=title,
                address=source["address"],
                section=section,
                origin=number,
                cut=cut,
            ).statements
        if found:
            return found
    return []


def clean_title(title: str) -> str:
    """A title on one line, without marks and without the dots of a cut."""
    return re.sub(r"\s*(?:\.\.\.|…)$", "", plain(title).lstrip("# ")).strip(" -–—|·").replace("; ", ", ")


def is_whole(sentence: str) -> bool:
    """Whether a sentence begins and ends as one and tells something (no question, no page furniture)."""
    count = len(words(sentence))
    opener = sentence.lstrip("\"'“‘([")[:1]
    return (
        _MIN_WORDS <= count <= _MAX_WORDS
        and bool(re.search(r"[.!][\"”')\]]*$", sentence))
        and (opener.isupper() or opener.isdigit() or bool(re.match(r"[a-z]+[A-Z]", sentence)) or not opener.isascii())
        and not _CUT.search(sentence)
        and not _LIST_BEGINS.search(sentence)
        and sentence.count("(") == sentence.count(")")
        and sentence.count("“") == sentence.count("”")
        and sentence.count('"') % 2 == 0
        and not _BOILERPLATE.search(sentence)
    )


def leans(sentence: str) -> bool:
    """Whether a sentence needs the one before it to be understood."""
    opens = bool(_LEANING.match(sentence)) and not _FREE_THAT.match(sentence)
    return opens or bool(_LEANING_INSIDE.match(sentence))


def chains(statements: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """The statements in the smallest groups that read well on their own: each followed by what leans on it."""
    groups: list[tuple[Statement, ...]] = []
    for statement in statements:
        if statement.follows and groups and _same_place(groups[-1][-1], statement):
            groups[-1] = (*groups[-1], statement)
        else:
            groups.append((statement,))
    return groups


def alike(one: Statement, other: Statement) -> bool:
    """Whether two statements say nearly the same; different numbers make different statements."""
    if one.text == other.text:
        return True
    a, b = one.stems, other.stems
    shared, smaller = len(a & b), min(len(a), len(b))
    if not shared or shared < 0.75 * smaller:
        return False
    if any(s[0].isdigit() for s in a ^ b):
        return shared == smaller >= 5
    return shared >= 0.75 * len(a | b) or (shared >= 0.9 * smaller and shared >= 5)


def distinct(statements: Iterable[Statement]) -> list[Statement]:
    """The statements without those that repeat an earlier one; what leant on a dropped one dangles."""
    kept: list[Statement] = []
    dropped: Statement | None = None
    for statement in statements:
        if any(alike(statement, earlier) for earlier in kept):
            dropped = statement
            continue
        if statement.follows and dropped is not None and _same_place(dropped, statement):
            continue
        dropped = None
        kept.append(statement)
    return kept


def _same_place(one: Statement, other: Statement) -> bool:
    return (one.origin, one.source, one.section) == (other.origin, other.source, other.section)


def _read_block(block: Block, place: Statement, previous: Statement | None, cut: bool) -> list[Statement]:
    text, source = block.text, place.source
    if mark := _MARK.search(text):
        text, source = text[: mark.start()], source or mark.group(1)
    place = replace(place, source=source)
    before = previous if block.kind == "item" and previous and _same_place(previous, place) else None
    found: list[Statement] = []
    unbroken = before is not None
    numbered = False
    for sentence in sentences(text):
        listed, numbered = numbered, bool(_NUMBERED.search(sentence))
        if listed or not (is_whole(sentence) or (cut and len(words(sentence)) >= _MIN_WORDS)):
            unbroken = False
            continue
        leaning = leans(sentence)
        found.append(replace(place, text=sentence, follows=leaning and unbroken, dangling=leaning and not unbroken))
        unbroken = True
    return found


def _listed(line: str) -> tuple[str, str]:
    match = _ADDRESS.match(line)
    return (match.group(1), match.group(2)) if match else (line, "")
