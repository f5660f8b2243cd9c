"""Articles and briefs: whole sentences of what earlier steps gave, set in a readable order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.extraction.fitting import Fitting
from agents.extraction.glue import NOTHING_TO_WRITE
from agents.extraction.notes import source_list
from agents.extraction.question import question
from agents.extraction.ranking import Vocabulary, defines, merit, on_topic
from agents.extraction.statements import Statement, chains
from agents.extraction.themes import MOST, OVERVIEW, Theme, themes
from agents.extraction.topic import mentioned, titled, topic_stems

PARAGRAPH = 5  # sentences at most
LEAD = 4

_ASKS = re.compile(r"(?:how|why|when|who|whose|what|which|where|is|are|was|were|do|does|did|can)\b", re.IGNORECASE)
_EARLY = re.compile(
    r"^(?:how|what|why|origins?|background|beginnings?|causes?|basics|where)\b|\bworks?$", re.IGNORECASE
)
_LATE = re.compile(
    r"\b(?:costs?|limits?|decline|end|future|outlook|today|risks?|problems?|challenges?|criticisms?|memory|legacy|"
    r"impacts?|effects?|consequences?|debates?|aftermath|open questions)\b",
    re.IGNORECASE,
)


def article(subject: str, statements: Sequence[Statement], *, short: bool = False) -> str:
    """An article on a topic, as Markdown: a title, a lead, sections of paragraphs, and the sources."""
    wanted = topic_stems(subject)
    parts = arranged(statements, wanted)
    if not parts:
        return f"{NOTHING_TO_WRITE}the earlier steps found nothing about {mentioned(subject)}."
    lead, sections = _lead(parts, wanted)
    if short:
        lead, sections = lead[:2], [Theme(t.heading, _first(t.statements, 2)) for t in sections[:3]]
    sections = sorted(sections, key=lambda theme: _turn(theme.heading))
    body = [f"# {titled(subject)}", *_paragraphs(lead)]
    for section in sections:
        heading = [f"## {section.heading}"] if section.heading else []
        body += [*heading, *_paragraphs(section.statements)]
    used = [*lead, *(s for section in sections for s in section.statements)]
    return "\n\n".join(part for part in [*body, source_list(used)] if part)


def brief(subject: str, statements: Sequence[Statement], asked: str = "") -> str:
    """The gist of a topic in one sentence, then four to six points, and the sources, as Markdown.

    When `asked` is a question, the gist is what answers it best.
    """
    about = question(asked) if _ASKS.match(asked.strip()) or asked.strip().endswith("?") else None
    wanted = topic_stems(subject)
    parts = arranged(statements, wanted)
    if not parts:
        return f"{NOTHING_TO_WRITE}the earlier steps found nothing about {mentioned(subject)}."
    vocabulary = Vocabulary(statements)
    fitting = Fitting(about, statements) if about else None
    everything = [s for theme in parts for s in theme.statements]
    free = [s for s in everything if not s.dangling and not s.follows] or everything

    def worth(statement: Statement) -> float:
        if fitting is not None:
            return 2 * fitting.candidate((statement,)).points + 0.3 * merit(statement, wanted, vocabulary)
        return merit(statement, wanted, vocabulary)

    gist = max(free, key=lambda s: worth(s) + (0.5 if about else 1.0) * defines(s, wanted))
    points: list[Statement] = []
    for turn in range(6):
        for theme in parts:
            open_to_take = [s for s in theme.statements if s in free and s is not gist and s not in points]
            if open_to_take and len(points) < (6 if turn == 0 else 5):
                points.append(max(open_to_take, key=worth))
    points.sort(key=everything.index)
    bullets = "\n".join(f"- {_marked(s)}" for s in points)
    title = titled(subject)
    title = f"# {title}" if title.endswith("?") else f"# {title} in Brief"
    return "\n\n".join(part for part in [title, _marked(gist), bullets, source_list([gist, *points])] if part)


def arranged(statements: Sequence[Statement], wanted: frozenset[str]) -> list[Theme]:
    """The statements by the headings they stand under, if they do, else by theme."""
    by_heading: dict[str, list[Statement]] = {}
    for statement in statements:
        by_heading.setdefault(statement.section or OVERVIEW, []).append(statement)
    if len(by_heading) < 2 or len(by_heading.get(OVERVIEW, [])) > len(statements) / 2:
        return themes(on_topic(statements, wanted) or list(statements), wanted)
    vocabulary = Vocabulary(statements)
    loose = by_heading.pop(OVERVIEW, [])

    def weight(heading: str) -> float:
        return sum(sorted((merit(s, wanted, vocabulary) for s in by_heading[heading]), reverse=True)[:4])

    chosen = set(sorted(by_heading, key=lambda h: -weight(h))[:MOST])
    found = [Theme(heading, _first(group, 6)) for heading, group in by_heading.items() if heading in chosen]
    return [Theme(OVERVIEW, _first(loose, 6)), *found] if loose else found


def _first(statements: Sequence[Statement], most: int) -> tuple[Statement, ...]:
    """The first whole chains that fit into `most` statements."""
    taken: list[Statement] = []
    for chain in chains(statements):
        if len(taken) + len(chain) <= most:
            taken += chain
    return tuple(taken) or tuple(statements[:most])


def _lead(parts: Sequence[Theme], wanted: frozenset[str]) -> tuple[list[Statement], list[Theme]]:
    """The opening sentences, and the sections without them."""
    vocabulary = Vocabulary([s for theme in parts for s in theme.statements])
    overview = [theme for theme in parts if theme.heading == OVERVIEW]
    sections = [theme for theme in parts if theme.heading != OVERVIEW]
    pool = overview or sections
    linked = [c for theme in pool for c in chains(theme.statements) if not c[0].dangling]
    if not linked:
        return [], list(parts)
    if not overview and len(sections) < 3:  # two things side by side: each is introduced
        firsts = [chains(theme.statements)[0] for theme in sections]
        used = {s for chain in firsts for s in chain}
        left = [Theme(t.heading, tuple(s for s in t.statements if s not in used)) for t in sections]
        return [s for chain in firsts for s in chain], [theme for theme in left if theme.statements]
    opening = max(linked, key=lambda c: defines(c[0], wanted) + 0.5 * merit(c[0], wanted, vocabulary))
    lead, more = list(opening), list[Statement]()
    for chain in (c for c in linked if overview and c is not opening):
        if not more and len(lead) + len(chain) <= LEAD:
            lead += chain
        else:
            more += chain
    used = {*lead, *more}
    left = [Theme(t.heading, tuple(s for s in t.statements if s not in used)) for t in sections]
    return lead, [theme for theme in [Theme("", tuple(more)), *left] if theme.statements]


def _turn(heading: str) -> int:
    """When a section comes: what explains first, what limits or looks ahead last."""
    if not heading or _EARLY.search(heading):
        return 0
    return 2 if _LATE.search(heading) else 1


def _paragraphs(statements: Sequence[Statement]) -> list[str]:
    """Paragraphs of up to five sentences, each closed by its sources; a source with much to tell has its own."""
    by_source: dict[str, list[Statement]] = {}
    for statement in statements:
        by_source.setdefault(statement.source, []).append(statement)
    if len(by_source) > 1 and all(len(group) > 1 for group in by_source.values()):
        pieces = [piece for group in by_source.values() for piece in _cut(group)]
    else:
        pieces = _cut([s for group in by_source.values() for s in group])
    return [_paragraph(piece) for piece in pieces]


def _cut(statements: Sequence[Statement]) -> list[list[Statement]]:
    pieces: list[list[Statement]] = []
    for chain in chains(statements):
        if pieces and len(pieces[-1]) + len(chain) <= PARAGRAPH:
            pieces[-1] += chain
        else:
            pieces.append(list(chain))
    return pieces


def _paragraph(statements: Sequence[Statement]) -> str:
    titles = dict.fromkeys(title for s in statements for title in s.source.split("; ") if title)
    text = " ".join(s.text for s in statements)
    return f"{text} ({'; '.join(titles)})" if titles else text


def _marked(statement: Statement) -> str:
    return f"{statement.text} ({statement.source})" if statement.source else statement.text
