"""What a message has to do with the files of its conversation: those it came with, and those it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from agents.text import STOPWORDS
from agents.tools.attached import REFERENCE, named_in
from storage.attachments import Attachment
from storage.files import Attached
from storage.records import Decision, Turn

from .choice import Choice, choose, named
from .past import stems_of
from .question import Question, understand

MISSING = "Nothing is attached to this conversation. Attach the file and ask again."
UNREAD = "The message is about what came with it, and that could not be read."

_CLAIMED = re.compile(
    r"\b(?:attached|uploaded|enclosed)\s+(?:file|document|report|pdf|csv|spreadsheet)s?\b", re.IGNORECASE
)
_THING = re.compile(
    r"\b(?:this|these|the|my|our)\s+(?:files?|documents?|reports?|papers?|tables?|texts?|notes|data|articles?)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\b(does|did|do|in|from|of|about|with|on|summari[sz]e|explain|read|analy[sz]e|describe|review|compare)"
    r"\s+(?:it|that|them|those)\b",
    re.IGNORECASE,
)
_THIS = re.compile(r"\b(this|these)\b(?:\W+(\w+))?", re.IGNORECASE)
_KINDS = (
    (re.compile(r"\b(?:csvs?|spreadsheets?|tables?)\b", re.IGNORECASE), "text/csv"),
    (re.compile(r"\bpdfs?\b", re.IGNORECASE), "application/pdf"),
)
_ANYTHING = frozenset("file document attachment pdf csv".split())
NamedFile = TypeVar("NamedFile", Attached, Attachment)

_PLURAL = re.compile(r"s\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AboutFiles:
    """A message that came with files or speaks of some.

    `text` is the message in words that stand alone, `files` those it is about. `new` says that some of them have
    only just come; `problem` why nothing can be done about files that are not there.
    """

    text: str
    files: tuple[Attached, ...] = ()
    new: bool = False
    problem: str = ""

    @property
    def names(self) -> str:
        return _joined([file.name for file in self.files])

    def without_names(self, text: str) -> str:
        """The text without the names of the files."""
        for file in self.files:
            text = re.sub(re.escape(file.name), " ", text, flags=re.IGNORECASE)
        return text


def about_files(
    message: str, came: Sequence[Attached], attached: Sequence[Attachment], conversation: Sequence[Turn]
) -> AboutFiles | None:
    """What the message has to do with files; None for nothing.

    `came` with it; `attached` is what the conversation has. Of a message that came with files and has no other topic
    they are the topic: `Summarise this` is `Summarise report.pdf`.
    """
    files = tuple(file for file in came if not file.problem)
    if files:
        by_name = any(file.name.casefold() in message.casefold() for file in files)
        if not by_name and (reference := REFERENCE.search(message) or _THING.search(message)):
            files = tuple(_called(files, reference.group()))
        text = message if by_name else _in_place_of_them(message, _joined([file.name for file in files]))
        return AboutFiles(text, files, new=any(file.new for file in files))
    if came:
        return AboutFiles(message, problem=UNREAD) if _in_place_of_them(message, "it") != message else None
    meant = named_in(message, attached)
    if not meant:
        return AboutFiles(message, problem=MISSING) if _CLAIMED.search(message) and not attached else None
    reference = REFERENCE.search(message)
    if reference and not any(one.name.casefold() in message.casefold() for one in meant):
        meant = meant if _PLURAL.search(reference.group()) else _last_that_came(meant, conversation)
        meant = _called(meant, reference.group())
    files = tuple(Attached(one.name, one.media_type, one.id, new=False) for one in meant)
    text = REFERENCE.sub(lambda _: _joined([one.name for one in meant]), message, count=1)
    return AboutFiles(text if reference else message, files)


def decided(
    about: AboutFiles, decision: Decision, question: Question, choices: Sequence[Choice], session_id: str
) -> Decision:
    """The decision on a message about files: a run, unless it passes the time of day or a run of theirs covers it."""
    if question.kind == "small_talk":
        return decision
    if about.problem:
        return Decision("clarify", about.problem, would_change="A file that can be read.", firm=True)
    unnamed = replace(question, message=about.without_names(question.message))  # "report.pdf" asks for no report
    workflow = named(unnamed, choices) or choose(unnamed, choices)
    if workflow is None:
        return decision
    if not about.new and decision.action in ("answer", "refresh") and _rests_on(decision, about, workflow, session_id):
        return decision
    said = "came with the message" if about.new else "is what the message is about"
    said = said if len(about.files) == 1 else said.replace("is what", "are what")
    return Decision(
        "run",
        f"{about.names} {said}, and no run has covered that.",
        workflow=workflow,
        input=about.text,
        would_change="A finished run on it that covers the message.",
        firm=True,
    )


def _rests_on(decision: Decision, about: AboutFiles, workflow: str, session_id: str) -> bool:
    """Whether it goes by runs of this conversation that were asked about these files, and hold all that is asked."""
    of_files = [
        piece.passage
        for piece in decision.evidence
        if piece.passage.session_id == session_id
        and all(file.name.casefold() in piece.passage.run_input.casefold() for file in about.files)
    ]
    asked = _topic_of(about, about.text)
    if not asked:
        return any(one.workflow == workflow and not _topic_of(about, one.run_input) for one in of_files)
    return bool(of_files) and asked <= stems_of([passage.text for passage in of_files])


def _topic_of(about: AboutFiles, text: str) -> frozenset[str]:
    """The stems of what the text is about beside the files."""
    return frozenset(term.stem for term in understand(about.without_names(text)).about)


def _in_place_of_them(message: str, names: str) -> str:
    """The message with the names where it points at files without one; as it is when it has a topic of its own."""
    if not message.strip():
        return f"Summarise {names}"
    for pattern in (REFERENCE, _THING):
        if pattern.search(message):
            return pattern.sub(lambda _: names, message, count=1)
    if _AFTER.search(message):
        return _AFTER.sub(lambda match: f"{match.group(1)} {names}", message, count=1)
    for match in _THIS.finditer(message):
        if not match.group(2) or match.group(2).casefold() in STOPWORDS:
            return f"{message[: match.start()]}{names}{message[match.start(1) + len(match.group(1)) :]}"
    if not understand(message).about:
        return f"{message.rstrip(' .?!')}: {names}"
    return message


def _called(meant: Sequence[NamedFile], reference: str) -> list[NamedFile]:
    """Those that are what the reference calls them, by their kind or their name, if there are such; else all."""
    kind = next((kind for words, kind in _KINDS if words.search(reference)), None)
    word = reference.split()[-1].casefold().rstrip("s")
    of_kind = [one for one in meant if one.media_type == kind]
    of_name = [one for one in meant if word not in _ANYTHING and word in one.name.casefold()]
    return of_kind or of_name or list(meant)


def _last_that_came(meant: Sequence[Attachment], conversation: Sequence[Turn]) -> list[Attachment]:
    """Those of them that the last message with files brought."""
    for turn in reversed(conversation):
        ids = {file.id for file in turn.files}
        if found := [one for one in meant if one.id in ids]:
            return found
    return list(meant)


def _joined(names: Sequence[str]) -> str:
    """`a.md, b.csv and c.pdf`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
