import re

import pytest

from agents.extraction.answer import answer
from agents.extraction.glue import NO_ANSWER

NOTES = """From the notes gathered on ocean energy: one source, from the document library.

## Energy from the tides

- Tides rise and fall because the gravity of the Moon and the Sun pulls on the Earth's oceans. (Ocean Energy)
- The La Rance tidal power station in Brittany opened in 1966 with a capacity of 240 megawatts. (Ocean Energy)
- Tides can be predicted years ahead, which makes tidal power easy to plan. (Ocean Energy)

## Costs and limits

- Salt water and storms damage equipment, so ocean energy has remained expensive. (Ocean Energy)
- The French scientist Jacques-Arsène d'Arsonval proposed OTEC in 1881. (Ocean Energy)
"""
ARTICLE = """# Ocean Energy

Ocean energy is renewable power drawn from the tides, waves and warmth of the sea. (Ocean Energy)

## Energy from the tides

The La Rance tidal power station in Brittany opened in 1966 with a capacity of 240 megawatts. Tidal barrages work like \
low dams in a bay. (Ocean Energy)

## Costs and limits

Salt water and storms damage equipment, so ocean energy has remained expensive. (Ocean Energy)

## Sources

- Ocean Energy — library:ocean-energy.md
"""
PASSAGES = [
    {"label": 1, "text": NOTES, "step": "Researcher", "workflow": "Article", "run_input": "Write about ocean energy"},
    {"label": 2, "text": ARTICLE, "step": "Writer", "workflow": "Article", "run_input": "Write about ocean energy"},
]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("When did La Rance open?", "The La Rance tidal power station"),
        ("Who proposed OTEC?", "The French scientist"),
        ("Why is it expensive? (ocean energy)", "Salt water and storms"),
        ("How much does it cost? (ocean energy)", "Salt water and storms"),
        ("What causes tides?", "Tides rise and fall because"),
        ("What is ocean energy?", "Ocean energy is renewable power"),
        ("How many megawatts has La Rance?", "The La Rance tidal power station"),
        ("How do tidal barrages work?", "Tidal barrages work like"),
        ("Is tidal power predictable?", "Tides can be predicted years ahead"),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, begins: str) -> None:
    assert answer(question, PASSAGES).startswith(begins)


@pytest.mark.parametrize(
    "question",
    ["What causes tides?", "Summarise it", "What are the main points?", "Compare tides and storms", "Translate it"],
)
def test_sentences_are_whole_quoted_once_and_labelled(question: str) -> None:
    text = answer(question, PASSAGES)
    cited = re.findall(r"([^\[\]]+?) \[(\d)\]", text)
    held = {1: " ".join(NOTES.split()), 2: " ".join(ARTICLE.split())}
    assert cited
    for said, label in cited:
        sentence = said.strip().removeprefix("- ")
        sentence = re.sub(r"^.* that bear on it\. ", "", sentence)
        assert sentence in held[int(label)]
    assert len({said for said, _ in cited}) == len(cited)


@pytest.mark.parametrize("question", ["When was penicillin discovered?", "What about nuclear fusion? (ocean energy)"])
def test_it_says_when_nothing_bears_on_the_question(question: str) -> None:
    assert answer(question, PASSAGES).startswith(NO_ANSWER)
    assert answer(question, []).startswith(NO_ANSWER)


def test_questions_about_the_whole() -> None:
    assert answer("What are the main points?", PASSAGES).startswith("- Ocean energy is renewable power")
    assert answer("Summarise it in two sentences", PASSAGES, message="Summarise it in two sentences").startswith(
        "Ocean energy is"
    )
    assert answer("Make it shorter", PASSAGES).startswith("Ocean energy is renewable power")
    assert answer("What does the article cover?", PASSAGES).splitlines()[2:] == [
        "- Energy from the tides [2]",
        "- Costs and limits [2]",
    ]
    assert "- Ocean Energy — library:ocean-energy.md [2]" in answer("Which sources did you use?", PASSAGES)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Compare tides and storms", "Comparing would need a language model"),
        ("Translate it into German", "Translating would need a language model"),
        ("Explain it like I'm five", "Putting this into other words would need a language model"),
        ("Do you think it is worth it?", "An opinion would need a language model"),
    ],
)
def test_what_needs_a_language_model_is_told_and_the_sentences_given(message: str, says: str) -> None:
    text = answer(f"{message} (ocean energy)", PASSAGES, message=message)
    assert text.startswith(says)
    assert "[1]" in text or "[2]" in text


def test_a_name_that_is_nowhere_makes_the_answer_a_hedged_one() -> None:
    text = answer("When did the Sihwa tidal power station open?", PASSAGES)
    assert text.startswith("The past results do not answer this directly")
