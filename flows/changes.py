"""What changed between two runs, step by step: sentences and sources that are new or gone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from agents.text import sentences
from agents.tools.sources import Source
from storage.encoding import content_text

from .run_node import OVER, RunNode, walk

StepChange = Literal["same", "changed", "new", "gone"]

_LEAD = re.compile(r"^(?:[\s>#*+-]|\d+[.)]\s)+")
_MARKUP = re.compile(r"[*_`~]|\[\d{1,3}\]|!?\[([^\]]*)\]\([^)]*\)")
_NOTE = re.compile(r"\((?:[^()]|\([^()]*\))*\)[.*_]*")
_NOTED = re.compile(r"(?<=[.!?…\"”'*_])\s+(\((?:[^()]|\([^()]*\))*\))[.*_]*$")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MOST_TOLD = 3  # steps that a summary tells of one by one


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A sentence that is new or gone, in the order of the text: what went stands before what took its place."""

    text: str
    state: Literal["new", "gone"]


@dataclass(frozen=True, slots=True)
class StepDifference:
    """A step in both runs, or in one of them. `added` and `removed` are sentences, `unchanged` counts the others."""

    path: str
    name: str
    state: StepChange
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    sources_added: tuple[Source, ...] = ()
    sources_removed: tuple[Source, ...] = ()
    lines: tuple[ChangedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """All steps, those of the later run in its order, and a sentence that sums up."""

    summary: str
    steps: tuple[StepDifference, ...]


def changes(since: Iterable[RunNode], run: Iterable[RunNode]) -> Changes:
    """What is different in `run`, whose steps are compared with those of the same path in `since`.

    Only finished steps count, and of them those with nothing inside. A sentence that has only moved, or differs in
    case, spacing or markup alone, is no change.
    """
    before, after = _finished(since), _finished(run)
    steps = [_difference(before.get(path), node) for path, node in after.items()]
    steps += [_difference(node, None) for path, node in before.items() if path not in after]
    return Changes(summary(steps), tuple(steps))


def summary(steps: Sequence[StepDifference]) -> str:
    """The changes in one sentence."""
    if not steps:
        return "Neither run has a finished step to compare."
    changed = [step for step in steps if step.state != "same"]
    if not changed:
        every = {1: "the only step", 2: "both steps"}.get(len(steps), f"all {_number(len(steps))} steps")
        return f"Nothing changed: {every} gave the same."
    told = [words for step in changed[:MOST_TOLD] if (words := _told(step))]
    if len(changed) > MOST_TOLD:
        told.append(f"{_number(len(changed) - MOST_TOLD)} more changed")
    told += _sources_told(changed)
    which = f"{_number(len(changed)).capitalize()} of {_number(len(steps))} steps"
    if len(changed) == len(steps):
        which = {1: "The only step", 2: "Both steps"}.get(len(steps), f"All {_number(len(steps))} steps")
    return f"{which} changed: {'; '.join(told)}."


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, headings and items of lists among them, without what only marks them up."""
    found = []
    for line in text.splitlines():
        body = _LEAD.sub("", line).strip()
        if any(char.isalnum() for char in body):
            found += _with_notes([sentence.strip() for sentence in sentences(body)])
    return [sentence for sentence in found if key(sentence)]


def _with_notes(found: Sequence[str]) -> list[str]:
    """The sentences, each with the note in brackets that stands behind it, such as a source's title."""
    joined: list[str] = []
    for sentence in found:
        if joined and _NOTE.fullmatch(sentence):
            joined[-1] += f" {sentence}"
        else:
            joined.append(sentence)
    return joined


def key(sentence: str) -> str:
    """The same for sentences that say the same words."""
    plain = _MARKUP.sub(lambda match: match[1] or " ", sentence)
    return " ".join(plain.casefold().split()).strip(" .!?…;:,|-–—")


def _finished(nodes: Iterable[RunNode]) -> dict[str, RunNode]:
    return {node.path: node for node in walk(nodes) if node.state in OVER and not node.children}


def _difference(before: RunNode | None, after: RunNode | None) -> StepDifference:
    node = after or before
    assert node is not None
    old, new = _sentences(before), _sentences(after)
    moved = _notes(old) & _notes(new)
    old_keys, new_keys = [_key(one, moved) for one in old], [_key(one, moved) for one in new]
    removed = _left_over(old, old_keys, Counter(new_keys))
    added = _left_over(new, new_keys, Counter(old_keys))
    found_before, found_after = _sources(before), _sources(after)
    sources_added = tuple(found_after[address] for address in found_after if address not in found_before)
    sources_removed = tuple(found_before[address] for address in found_before if address not in found_after)
    state: StepChange = "changed" if removed or added or sources_added or sources_removed else "same"
    if before is None or after is None:
        state = "new" if before is None else "gone"
    return StepDifference(
        path=node.path,
        name=node.name,
        state=state,
        added=tuple(new[place] for place in added),
        removed=tuple(old[place] for place in removed),
        unchanged=len(new) - len(added),
        sources_added=sources_added,
        sources_removed=sources_removed,
        lines=tuple(_in_order(old, new, old_keys, new_keys, set(removed), set(added))),
    )


def _notes(found: Sequence[str]) -> set[str]:
    return {match[1] for one in found if (match := _NOTED.search(one))}


def _key(sentence: str, moved: set[str]) -> str:
    """Its key, without a note that the other text has too: what is written before a note parts it from a sentence."""
    match = _NOTED.search(sentence)
    return key(sentence[: match.start()] if match and match[1] in moved else sentence)


def _sentences(node: RunNode | None) -> list[str]:
    return sentences_of(content_text(node.output)) if node is not None else []


def _sources(node: RunNode | None) -> dict[str, Source]:
    return {source["address"] or source["title"]: source for source in node.sources} if node is not None else {}


def _left_over(texts: Sequence[str], keys: Sequence[str], others: Counter[str]) -> list[int]:
    """The places of the sentences that the other text does not have, or not so often."""
    left = []
    for place in range(len(texts)):
        if others[keys[place]] > 0:
            others[keys[place]] -= 1
        else:
            left.append(place)
    return left


def _in_order(
    old: Sequence[str],
    new: Sequence[str],
    old_keys: Sequence[str],
    new_keys: Sequence[str],
    removed: set[int],
    added: set[int],
) -> Iterable[ChangedLine]:
    """Each sentence that went before the one in its place."""
    if not removed and not added:
        return
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    for _, start, stop, new_start, new_stop in matcher.get_opcodes():
        gone = [ChangedLine(old[place], "gone") for place in range(start, stop) if place in removed]
        come = [ChangedLine(new[place], "new") for place in range(new_start, new_stop) if place in added]
        for pair in zip_longest(gone, come):
            yield from (line for line in pair if line is not None)


def _told(step: StepDifference) -> str:
    name = step.name
    if step.state == "new":
        return f"{name} is a new step"
    if step.state == "gone":
        return f"{name} is gone"
    parts = []
    if step.added:
        parts.append(f"has {_count(len(step.added), 'new sentence')}")
    if step.removed:
        parts.append(f"lost {len(step.removed)}" if step.added else f"lost {_count(len(step.removed), 'sentence')}")
    return f"the text of {name} {' and '.join(parts)}" if parts else ""


def _sources_told(changed: Sequence[StepDifference]) -> list[str]:
    new = {source["address"] or source["title"] for step in changed for source in step.sources_added}
    gone = {source["address"] or source["title"] for step in changed for source in step.sources_removed}
    moved = new & gone
    told = []
    if new - moved:
        told.append(_count(len(new - moved), "new source", words=True))
    if gone - moved:
        told.append(f"{_count(len(gone - moved), 'source', words=True)} gone")
    return told or (["the sources moved between steps"] if moved and not _texts_changed(changed) else [])


def _texts_changed(changed: Sequence[StepDifference]) -> bool:
    return any(step.added or step.removed or step.state != "changed" for step in changed)


def _count(number: int, noun: str, *, words: bool = False) -> str:
    return f"{_number(number) if words else number} {noun}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
