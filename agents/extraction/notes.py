"""Notes: what a search found, sentence by sentence under headings, each with its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.extraction.advice import advice, with_advice
from agents.extraction.glue import NOTES_LEAD, NOTHING_FOUND
from agents.extraction.ranking import on_topic
from agents.extraction.statements import Statement, distinct, from_sources
from agents.extraction.themes import Theme, themes
from agents.extraction.topic import mentioned, topic_stems
from agents.text import content_words, sentences, stem, words
from agents.tools.sources import SearchResult

_NAMED = re.compile(r"\bdocument library\b")
_FROM = {"Library": "from the document library", "Attached files": "from the attached files"}
_NOTHING = re.compile(r"Nothing about this was found\b")


def notes(subject: str, results: Sequence[SearchResult]) -> str:
    """Notes on a topic from search results, as Markdown; says so when nothing was found."""
    told = _told(results)
    found = gathered(subject, results)
    if not found:
        text = " ".join([f"{NOTHING_FOUND}{mentioned(subject)}.", *(_said_once(note) for note in told)]).strip()
        return with_advice(text, advice(results))
    count = len({s.address or s.source for t in found for s in t.statements})
    sources = "one source" if count == 1 else f"{count} sources"
    lead = " ".join(
        [f"{NOTES_LEAD}{mentioned(subject)}: {sources}{_engines(results)}.", *_unmentioned(subject, found), *told]
    )
    parts = [
        lead,
        *(_section(theme) for theme in found),
        source_list([s for t in found for s in t.statements]),
    ]
    return "\n\n".join(parts)


def gathered(subject: str, results: Sequence[SearchResult]) -> list[Theme]:
    """The statements of search results that are about the topic, by theme."""
    wanted = topic_stems(subject)
    asked = {r["query"] for r in results}
    found: list[Statement] = []
    for result in results:
        own = topic_stems(result["query"]) if len(asked) > 1 else wanted
        statements = on_topic(from_sources(result["sources"]), own)
        titled = [s for s in statements if own <= frozenset(content_words(s.source))]
        found += titled if titled and len(asked) > 1 else statements
    return themes(distinct(found), wanted, by_source=len(asked) > 1)


def source_list(statements: Sequence[Statement]) -> str:
    """The `## Sources` part for statements: each source once, with its address."""
    known: dict[str, str] = {}
    for statement in statements:
        for title in statement.source.split("; "):
            known[title] = known.get(title) or statement.address
    lines = [f"- {title} — {address}" if address else f"- {title}" for title, address in known.items() if title]
    return "\n".join(["## Sources", "", *lines]) if lines else ""


def _section(theme: Theme) -> str:
    bullets = [f"- {s.text} ({s.source})" if s.source else f"- {s.text}" for s in theme.statements]
    return "\n".join([f"## {theme.heading}", "", *bullets])


def _unmentioned(subject: str, found: Sequence[Theme]) -> list[str]:
    """A sentence that names the topic's words which no source has."""
    text = " ".join(f"{s.source} {s.section} {s.text}" for t in found for s in t.statements)
    wanted = topic_stems(subject) - frozenset(content_words(text))
    lacking = [f"“{word}”" for word in words(subject) if stem(word) in wanted]
    return [f"None of them mentions {' or '.join(lacking)}."] if lacking else []


def _engines(results: Sequence[SearchResult]) -> str:
    """`, from the document library` or the engines' names; not what a note tells anyway."""
    names = dict.fromkeys(
        name
        for r in results
        if r["sources"]
        for name in r["engine"].split(" and ")
        if name and not (_NAMED.search(r["note"]) and name != "Attached files")
    )
    told = [_FROM.get(name, f"found with {name}") for name in names]
    return f", {' and '.join(told)}" if told else ""


def _said_once(note: str) -> str:
    """The note without its sentence that nothing was found, which has just been said."""
    return " ".join(sentence for sentence in sentences(note) if not _NOTHING.match(sentence))


def _told(results: Sequence[SearchResult]) -> list[str]:
    notes_told = dict.fromkeys(r["note"].strip() for r in results if r["note"].strip())
    return [note if note[-1] in ".!?" else f"{note}." for note in notes_told]
