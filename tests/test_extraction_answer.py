import json
import re
from pathlib import Path

import pytest

from agents.extraction.answer import answer
from agents.extraction.glue import NO_ANSWER, NOT_DIRECTLY

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
def test_it_says_when_nothing_answers_and_gives_what_comes_closest(question: str) -> None:
    text = answer(question, PASSAGES)
    assert text.startswith(NOT_DIRECTLY)
    assert re.search(r"\. \[[12]\]$", text)


def test_without_passages_it_says_that_there_is_nothing() -> None:
    assert answer("What causes tides?", []).startswith(NO_ANSWER)


@pytest.mark.parametrize(
    ("message", "holds"),
    [
        ("who came up with it", "d'Arsonval proposed OTEC"),
        ("which year was that?", "1881"),
        ("is it pricey?", "has remained expensive"),
        ("how big is the staton in brittany", "240 megawatts"),
        ("can one forecast it?", "can be predicted years ahead"),
    ],
)
def test_a_message_in_other_words_finds_its_sentence(message: str, holds: str) -> None:
    assert holds in answer(f"{message} (ocean energy)", PASSAGES, message=message)


def test_a_question_that_leans_on_the_answer_before_stays_with_it() -> None:
    before = "The French scientist Jacques-Arsène d'Arsonval proposed OTEC in 1881. [1]"
    assert answer("when was that? (ocean energy)", PASSAGES, message="when was that?", before=before).startswith(
        "The French scientist"
    )


@pytest.mark.parametrize("message", ["could you turn it into a short bullet list", "main points pls", "as a list"])
def test_a_list_is_given_as_one(message: str) -> None:
    lines = answer(f"{message} (ocean energy)", PASSAGES, message=message).splitlines()
    assert 2 <= len(lines) <= 5
    assert all(re.fullmatch(r"- .+ \[[12]\]", line) for line in lines)


@pytest.mark.parametrize("message", ["tldr?", "make it shorter pls, like one paragraph", "in short?", "sum it up"])
def test_a_shorter_text_is_one_paragraph_of_main_sentences(message: str) -> None:
    text = answer(f"{message} (ocean energy)", PASSAGES, message=message)
    assert text.startswith("Ocean energy is renewable power")
    assert "\n" not in text


def test_a_number_of_sentences_is_kept_to() -> None:
    message = "give me the gist in two sentences"
    assert len(re.findall(r"\[\d\]", answer(message, PASSAGES, message=message))) == 2


def test_more_is_what_was_not_said_yet() -> None:
    before = "Ocean energy is renewable power drawn from the tides, waves and warmth of the sea. [2]"
    text = answer("tell me more (ocean energy)", PASSAGES, message="tell me more", before=before)
    assert "Ocean energy is renewable power" not in text
    assert "[" in text


@pytest.mark.parametrize(
    "message",
    [
        "did you look any of this up online?",
        "is all of this based on just one source?",
        "where did you get this from",
        "is that from wikipedia",
    ],
)
def test_how_it_was_found_out_is_told(message: str) -> None:
    text = answer(f"{message} (ocean energy)", PASSAGES, message=message)
    assert text.startswith("From the notes gathered on ocean energy: one source, from the document library. [1]")
    assert "- Ocean Energy — library:ocean-energy.md [2]" in text


def test_most_real_follow_ups_get_the_sentence_that_answers_them() -> None:
    asked = quoted = 0
    for run in json.loads((Path(__file__).parent / "data" / "follow_ups.json").read_text(encoding="utf-8")):
        passages = [
            {
                "label": label,
                "text": step["output"],
                "step": step["name"],
                "workflow": "Article",
                "run_input": run["input"],
            }
            for label, step in enumerate(run["steps"], 1)
        ]
        before = ""
        for follow_up in run["follow_ups"]:
            resolved = f"{follow_up['message']} ({run['input'].removeprefix('Write an article about ')})"
            before = answer(resolved, passages, message=follow_up["message"], before=before)
            assert re.search(r"\[\d\]", before), follow_up["message"]
            if follow_up["answered_by"] not in ("Researcher", "Writer"):
                asked += 1
                quoted += follow_up["answered_by"] in before
    assert quoted / asked >= 0.7


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


def test_names_of_fields_and_addresses_are_never_quoted() -> None:
    text = (
        "Memory cells can remain for years after vaccination.\n    heading: How immunity is built\n  -\n"
        "    title: How Vaccines Work.\n    address: library:how-vaccines-work.md\n"
        "    snippet: - Live vaccines contain weakened germs that hardly ever cause disease."
    )
    passage = {"label": 1, "text": text, "step": "search", "workflow": "Brief", "run_input": "vaccines"}
    told = answer("What do live vaccines and memory cells do?", [passage])
    assert "Live vaccines contain weakened germs that hardly ever cause disease. [1]" in told
    assert not any(name in told for name in ("heading", "title:", "address", "library:", "snippet"))
