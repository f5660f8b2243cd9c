"""What passages tell as a whole: their main sentences, their headings, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.extraction.fields import records
from agents.extraction.fitting import groups
from agents.extraction.glue import NOTES_LEAD
from agents.extraction.markdown import blocks
from agents.extraction.statements import Document, Statement, alike, clean_title, read
from agents.extraction.themes import OVERVIEW
from agents.text import sentences


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage, read, and the number it is cited by. `lead` is what notes say of how they were gathered."""

    label: int
    document: Document
    workflow: str
    run_input: str
    step: str
    lead: str = ""


def labelled(passage: Mapping[str, Any]) -> LabelledPassage:
    """Read a passage of a recall's evidence: `label`, `text`, `step`, `workflow`, `run_input`."""
    label, text = int(passage["label"]), str(passage.get("text") or "")
    return LabelledPassage(
        label,
        _document(text, label),
        str(passage.get("workflow") or ""),
        str(passage.get("run_input") or ""),
        str(passage.get("step") or ""),
        next((b.text for b in blocks(text) if b.kind == "paragraph" and b.text.startswith(NOTES_LEAD)), ""),
    )


def _document(text: str, label: int) -> Document:
    """What is read from a passage; of a structured value its texts alone, under their titles and headings."""
    found = records(text)
    if not found:
        return read(text, origin=label)
    parts = [
        read(one.text, source=clean_title(one.title), address=one.address, section=one.heading, origin=label)
        for one in found
    ]
    headings = dict.fromkeys(one.heading for one in found if one.heading)
    sources = dict.fromkeys((clean_title(one.title), one.address) for one in found if one.title)
    return Document("", tuple(s for part in parts for s in part.statements), tuple(headings), tuple(sources))


def main_sentences(held: Sequence[LabelledPassage], most: int, *, said: Sequence[Statement] = ()) -> list[Statement]:
    """The leading sentence of every section of the run that the best passage is of, and of what else there is.

    What was `said` already is left out, unless there is nothing else.
    """
    of_run = of_best_run(held)
    chained = [chain for p in of_run for chain in groups(p.document.statements)]
    told = list(said)
    leading: list[Statement] = []
    seen: set[tuple[str, str]] = set()
    for first, *_ in chained:
        key = (first.section, first.source if not first.section else "")
        if key not in seen and _adds(first, [*leading, *told]):
            seen.add(key)
            leading.append(first)
    for first, *_ in chained:
        if len(leading) < max(3, most - 1) and _adds(first, [*leading, *told]):
            leading.append(first)
    if not leading:
        return main_sentences(held, most) if said else [s for p in of_run for s in p.document.statements][:most]
    places = {s.text: place for place, s in enumerate(s for p in of_run for s in p.document.statements)}
    return sorted(leading[:most], key=lambda s: places[s.text])


def contents(held: Sequence[LabelledPassage]) -> str:
    """The headings of the run that the best passage is of."""
    seen: dict[str, int] = {}
    of_run = of_best_run(held)
    for passage in (p for p in of_run if p.step == of_run[0].step):
        for heading in passage.document.headings:
            if heading != OVERVIEW:
                seen.setdefault(heading, passage.label)
    if not seen:
        return ""
    return "\n".join(["Its sections are:", "", *(f"- {heading} [{label}]" for heading, label in seen.items())])


def provenance(held: Sequence[LabelledPassage]) -> str:
    """What the notes say of how they were gathered, and the sources that the passages list or name."""
    of_run = of_best_run(held)
    led = next((f"{sentence} [{p.label}]" for p in of_run if p.lead for sentence in [_joined(p.lead)]), "")
    listed = _sources(of_run)
    return "\n\n".join(part for part in (led, listed) if part)


def of_best_run(held: Sequence[LabelledPassage]) -> list[LabelledPassage]:
    """The passages of the first passage's run, those of its titled text first (the article rather than the notes)."""
    if not held:
        return []
    first = held[0]
    of_run = [p for p in held if (p.workflow, p.run_input) == (first.workflow, first.run_input)]
    titled = [p for p in of_run if p.document.title]
    step = (titled or of_run)[0].step
    return sorted(of_run, key=lambda p: (p.step != step, not p.document.title, bool(p.document.sources)))


def _adds(statement: Statement, told: Sequence[Statement]) -> bool:
    return not statement.dangling and not any(alike(statement, earlier) for earlier in told)


def _joined(lead: str) -> str:
    return " ".join(sentences(lead))


def _sources(of_run: Sequence[LabelledPassage]) -> str:
    seen: dict[str, tuple[str, int]] = {}
    for passage in of_run:
        for title, address in passage.document.sources:
            if not seen.get(title, ("", 0))[0]:
                seen[title] = (address, passage.label)
    for passage in of_run:
        for title in (t for s in passage.document.statements for t in s.source.split("; ") if t):
            seen.setdefault(title, ("", passage.label))
    lines = [f"- {title}{f' — {address}' if address else ''} [{label}]" for title, (address, label) in seen.items()]
    return "\n".join(["It draws on these sources:", "", *lines]) if lines else ""
