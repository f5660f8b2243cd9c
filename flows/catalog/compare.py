"""Compare: research two things at the same time, debate them, set them side by side in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from agents import Agent, Team
from agents.extraction.advice import handed_on, with_advice
from agents.extraction.notes import source_list
from agents.extraction.ranking import Vocabulary, defines, merit
from agents.extraction.statements import Statement, read
from agents.extraction.topic import compared, titled, topic, topic_stems
from agents.text import content_words
from agents.tools import DuckDuckGoTools
from flows import Parallel, Step, StepInput, StepOutput, Steps, Workflow

WHAT_IT_IS, STRENGTHS = "What it is", "Strengths"
ASPECTS = {
    WHAT_IT_IS: "",
    "How it works": "work works turn turns use uses mechanism process method made form spin convert step",
    STRENGTHS: "advantage benefit strength clean reliable protect protects improve save saved avoid avoids leading",
    "Cost": "cost costs price prices expensive cheap cheaper money dollars pay",
    "Limits and risks": "limit limits risk drawback problem danger cannot critics weak vary varies nothing harm",
    "Scale": "capacity share size large largest million billion percent",
    "Outlook": "future expected forecast plan planned target potential 2030 2050",
}
CUES = {aspect: frozenset(content_words(cues)) for aspect, cues in ASPECTS.items()}
NOTHING_FOUND = "*Nothing found.*"

_EITHER = re.compile(
    r"(?:.*\b(?:better|cheaper|safer|cleaner|faster|best|choose|prefer)\b[:,]?\s+)?(.+?) or (.+)", re.I
)
_ASIDE = re.compile(r"[:;?!].*|,? (?:which|what|who) .*", re.I)  # what is asked behind the two
_DIFFER = re.compile(r"how\s+(?:do|does|did|are|is)\s+(.+?)\s+(?:and|from)\s+(.+?)\s+(?:differ\w*|compare)", re.I)
_THAN = re.compile(r"(?:is|are|was|were)\s+(.+?)\s+(?:\w+er|more \w+|less \w+)\s+than\s+(.+)", re.I)
_NEGATED = re.compile(r"\b(?:no|not|never|nothing|cannot|without)\b|n['’]t\b", re.I)
_TWO = re.compile(r"(.+?),?\s+(?:and|&)\s+(.+)", re.I)


def name_sides(step_input: StepInput) -> StepOutput:
    """The two things to compare, as a list; a failure when the input does not name two."""
    request = step_input.get_input_as_string()
    sides = compared(request.strip().splitlines()[0]) if request.strip() else None
    if sides is None:
        subject = topic(request).strip(" ?.!")
        found = (
            _DIFFER.fullmatch(subject)
            or _THAN.fullmatch(subject)
            or _EITHER.fullmatch(subject)
            or _TWO.fullmatch(subject)
        )
        sides = (found.group(1), found.group(2)) if found else None
    if sides is None or not all(content_words(side) for side in sides):
        asked = f" “{request.strip()}” does not." if request.strip() else ""
        return StepOutput(
            success=False,
            error=f"Name two things, as in “Compare solar power and wind power”.{asked}",
        )
    return StepOutput([_ASIDE.sub("", side).strip(" ,?.!") for side in sides])


def first(step_input: StepInput) -> str:
    """The first thing, to be looked up."""
    return str(step_input.get_step_content("Sides")[0])


def other(step_input: StepInput) -> str:
    """The other thing, to be looked up."""
    return str(step_input.get_step_content("Sides")[1])


def verdict(step_input: StepInput) -> str:
    """The table: a row an aspect, a column a side, in each cell a sentence of a source."""
    sides = [str(side) for side in step_input.get_step_content("Sides")]
    notes = [str(step_input.get_step_content(name) or "") for name in ("First side", "Other side")]
    columns = [
        _by_aspect(side, others, read(text).statements)
        for side, others, text in zip(sides, reversed(sides), notes, strict=True)
    ]
    title = f"# {titled(sides[0])} and {titled(sides[1])} Compared"
    if not any(columns):
        told = f"{title}\n\nNothing was found about either, so there is nothing to compare."
        return with_advice(told, handed_on(notes))
    rows = [aspect for aspect in ASPECTS if all(aspect in column for column in columns)]
    rows = rows if len(rows) > 1 else [aspect for aspect in ASPECTS if any(aspect in column for column in columns)]
    table = ["| | " + " | ".join(_cell(titled(side)) for side in sides) + " |", "|---|---|---|"]
    for aspect in rows:
        cells = [_quote(column[aspect]) if aspect in column else NOTHING_FOUND for column in columns]
        table.append(f"| **{aspect}** | {cells[0]} | {cells[1]} |")
    spoken = str(step_input.get_step_content("Debate") or "")
    debate = _told(spoken)
    shown = [column[aspect] for column in columns for aspect in rows if aspect in column]
    sources = source_list([*shown, *_cited(debate, [*notes, spoken])])
    lacking = [_lacking(side, text) for side, text, column in zip(sides, notes, columns, strict=True) if not column]
    parts = [title, "\n".join(table), *lacking, debate and f"## The debate in brief\n\n{debate}", sources]
    return "\n\n".join(part for part in parts if part)


def _lacking(side: str, notes: str) -> str:
    """That nothing was found about a side, and what could be done; nothing where that is not known."""
    more = handed_on([notes])
    return with_advice(f"Nothing was found about {side}.", more) if more else ""


def _by_aspect(side: str, others: str, statements: Sequence[Statement]) -> dict[str, Statement]:
    """For each aspect the sentence that tells most of it about the side; each sentence stands for one aspect."""
    wanted, elsewhere = topic_stems(side), topic_stems(others)
    about = [s for s in statements if wanted & _context(s) and not s.dangling]
    apart = [s for s in about if not elsewhere <= s.stems] or about
    vocabulary = Vocabulary(apart)
    fits = [
        (fit + 0.5 * merit(statement, wanted, vocabulary), aspect, statement)
        for statement in apart
        for aspect, cues in CUES.items()
        if (fit := _fit(statement, aspect, cues, wanted))
    ]
    chosen: dict[str, Statement] = {}
    for _, aspect, statement in sorted(fits, key=lambda fit: -fit[0]):
        if aspect not in chosen and statement not in chosen.values():
            chosen[aspect] = statement
    return chosen


def _fit(statement: Statement, aspect: str, cues: frozenset[str], wanted: frozenset[str]) -> float:
    """How much a sentence tells of an aspect; more when its text is about the side as a whole."""
    if aspect == WHAT_IT_IS:
        return 2 * defines(statement, wanted)
    if aspect == STRENGTHS and _NEGATED.search(statement.text):
        return 0.0
    told = len(cues & statement.stems) + len(cues & frozenset(content_words(statement.section)))
    if wanted <= frozenset(content_words(statement.source)):
        return 2.0 * told
    return told * (1.0 if wanted <= statement.stems else 0.3)


def _context(statement: Statement) -> frozenset[str]:
    return statement.stems | frozenset(content_words(statement.source))


def _quote(statement: Statement) -> str:
    source = f"*{_cell(statement.source)}*: " if statement.source else ""
    return source + _cell(statement.text)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _cited(debate: str, lists: Sequence[str]) -> list[Statement]:
    """The listed sources that the debate names in brackets, with their addresses."""
    known = {title: address for text in reversed(lists) for title, address in read(text).sources}
    return [
        Statement("", title, address)
        for title, address in known.items()
        if re.search(rf"[(\[*“;]\s*{re.escape(title)}\s*[)\]*”;,]", debate)
    ]


def _told(debate: str) -> str:
    """What the debate came to, without its title and its list of sources, its headings a level lower."""
    text = re.sub(r"\A# .*\n+", "", debate.strip())
    text = re.split(r"^#+ (?:Sources|References)\b", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.sub(r"^(#+ )", r"#\1", text, flags=re.MULTILINE).strip()


def _researcher() -> Workflow:
    agent = Agent(
        name="Researcher",
        instructions="Find relevant information about the topic: what it is, how it works, its strengths, its cost, "
        "its limits and its outlook. Group what you find by theme and name the source of each statement.",
        tools=[DuckDuckGoTools()],
    )
    return Workflow(name="Look up", steps=[agent])  # as a workflow of its own, it is asked about its side alone


def _debater(name: str, side: str) -> Agent:
    return Agent(
        name=name,
        instructions=f"Argue for the {side} of the two things that are compared, in a short summary. Use only what the "
        "notes hold, and name the source of each statement.",
    )


debate = Team(
    name="Debate",
    members=[_debater("For the first", "first"), _debater("For the other", "second")],
    mode="collaborate",
    instructions="Close the debate with a summary: where each of the two is stronger, and for whom. Use only what the "
    "notes hold, and name the source of each statement.",
)

compare = Workflow(
    name="Compare",
    steps=[
        Step("Sides", executor=name_sides),
        Parallel(
            Steps("First side", [first, _researcher()]),
            Steps("Other side", [other, _researcher()]),
            name="Research",
        ),
        debate,
        Step("Verdict", executor=verdict),
    ],
    description="Gives a comparison, with a table and a debate: the difference between two things, what makes one "
    "better or worse than the other, one versus (vs) the other, contrasts.",
    fresh_for=timedelta(days=7),
    examples=("Solar power and wind power", "Tidal power and wind power", "Inflation and compound interest"),
)
