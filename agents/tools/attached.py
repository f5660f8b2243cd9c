"""Search of the files attached to the conversation, before all other sources."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from agents.context import current_shelf
from agents.tools.documents import Passage, cut, cut_lines
from agents.tools.index import MOST_SOURCES, Entry, PassageIndex, content_words
from agents.tools.sources import SearchResult, Source
from storage.attachments import Attachment, Page, Shelf

ENGINE = "Attached files"
ELSEWHERE = "ask without naming the file, so that everything is searched"
FEW = 20  # passages; in fewer of them a word's share says little
KEPT = 8  # indexes

REFERENCE = re.compile(
    r"\b(?:the|this|that|these|those|my|our|an?)?\s*\b(?:attached|uploaded|enclosed)\s+"
    r"(?:files?|documents?|reports?|papers?|pdfs?|csvs?|spreadsheets?|tables?|texts?|notes?|data|articles?|pages?|lists?)\b"
    r"|\b(?:the|this|that|these|those|my|our)\s+(?:attachments?|pdfs?|csv|spreadsheets?|(?:csv|pdf|text) files?)\b",
    re.IGNORECASE,
)
"""How a text speaks of what is attached, without a name."""


def with_attached(query: str, search: Callable[[str], SearchResult]) -> SearchResult:
    """What the attached files hold on `query`, then what `search` gives.

    A query that names attached files is about them alone. When they hold nothing else is said of them.
    """
    shelf = current_shelf.get()
    attached = shelf.attachments() if shelf is not None else ()
    if shelf is None or not attached:
        return search(query)
    named = named_in(query, attached)
    if named:
        return _in_these(query, named, shelf)
    sources = _index(attached, shelf, lambda index: index.search(content_words(query)))
    if not sources:
        return search(query)
    result = search(query)
    if not result["sources"]:
        return SearchResult(engine=ENGINE, query=result["query"], note="", sources=sources)
    engine, found = f"{ENGINE} and {result['engine']}", [*sources, *result["sources"]]
    return SearchResult(engine=engine, query=result["query"], note=result["note"], sources=found)


def named_in(text: str, attached: Sequence[Attachment]) -> list[Attachment]:
    """The attachments that a text names, or all of them when it speaks of what is attached."""
    folded = " ".join(text.casefold().split())
    named = [one for one in attached if re.search(rf"(?<!\w){re.escape(one.name.casefold())}(?!\w)", folded)]
    return named or (list(attached) if REFERENCE.search(text) else [])


def _in_these(query: str, named: Sequence[Attachment], shelf: Shelf) -> SearchResult:
    """What these files hold on the query's other words; without any, how they begin."""
    bare = REFERENCE.sub(" ", query)
    for one in named:
        bare = re.sub(re.escape(one.name), " ", bare, flags=re.IGNORECASE)
    terms = content_words(bare)

    def look(index: PassageIndex) -> list[Source]:
        if terms:
            return index.search(terms, any_word=True, most_from_one=MOST_SOURCES)
        return _beginnings(index)

    sources = _index(named, shelf, look)
    names = " and ".join(one.name for one in named)
    query = " ".join(query.split())
    if sources:
        return SearchResult(engine=ENGINE, query=query, note="", sources=sources)
    note, more = f"Nothing about this was found in {names}.", [ELSEWHERE]
    return SearchResult(engine=ENGINE, query=query, note=note, sources=[], ways=more)


def _beginnings(index: PassageIndex) -> list[Source]:
    """The first passage of every page, or of so many pages in even distances."""
    first = list({entry.source["address"]: entry.source for entry in reversed(index.entries)}.values())[::-1]
    if len(first) == 1:  # a file of one page
        return [entry.source for entry in index.entries[:MOST_SOURCES]]
    step = max(1.0, len(first) / MOST_SOURCES)
    return [first[int(place * step)] for place in range(min(len(first), MOST_SOURCES))]


_indexes: OrderedDict[tuple[str, ...], PassageIndex] = OrderedDict()
_lock = threading.Lock()


def _index(attached: Sequence[Attachment], shelf: Shelf, look: Callable[[PassageIndex], list[Source]]) -> list[Source]:
    """What `look` finds in the index of these files, which never change."""
    key = tuple(one.id for one in attached)
    with _lock:
        if key not in _indexes:
            entries = [entry for one in attached for entry in _entries(one, shelf.pages(one.id))]
            _indexes[key] = PassageIndex(entries, few=FEW)
        _indexes.move_to_end(key)
        while len(_indexes) > KEPT:
            _indexes.popitem(last=False)[1].close()
        return look(_indexes[key])


def _entries(attachment: Attachment, pages: Sequence[Page]) -> Iterator[Entry]:
    for number, page in enumerate(pages, 1):
        title = f"{attachment.name}, {page.label}" if page.label else attachment.name
        for passage in _passages(page.text, attachment.media_type):
            source = Source(title=title, address=f"file:{attachment.id}#page={number}", snippet=passage.text)
            if passage.heading:
                source["heading"] = passage.heading
            yield Entry(attachment.id, attachment.name, source)


def _passages(text: str, media_type: str) -> tuple[Passage, ...]:
    if media_type == "text/csv":
        return cut_lines(text)
    return cut(with_paragraphs(text) if media_type == "application/pdf" else text)[1]


def with_paragraphs(text: str) -> str:
    """The text of a PDF's page with its headings parted from what follows: short lines that end no sentence."""
    lines = [line.strip() for line in text.splitlines()]
    usual = max((len(line) for line in lines), default=0)
    parted: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        heads = 0 < len(line) < 0.6 * usual and line[-1].isalnum() and following[:1].isupper()
        parted += [line, ""] if heads or (line.endswith((".", "!", "?")) and len(line) < 0.6 * usual) else [line]
    return "\n".join(parted)
