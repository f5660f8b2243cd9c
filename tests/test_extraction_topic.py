import pytest

from agents.extraction.topic import queries, titled, topic


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Write an article about climate change solutions", "climate change solutions"),
        ("Brief me on how vaccines work, please", "how vaccines work"),
        ("Can you tell me about black holes?", "black holes"),
        ("What is compound interest?", "compound interest"),
        ("I'd like you to write a short, engaging article about the Silk Road for a general audience", "the Silk Road"),
        ("Hello! Please write a 500-word essay on coral reefs.", "coral reefs"),
        ("Make me a report on tidal power in two paragraphs", "tidal power"),
        ("Please research and write an article on heat pumps", "heat pumps"),
        ("Explain to me how black holes form", "how black holes form"),
        ("study habits of students", "study habits of students"),
        ("ocean energy", "ocean energy"),
        ('{"topic": "bees", "audience": "children"}', "bees"),
        ("thanks", "thanks"),
    ],
)
def test_the_topic_is_the_request_without_its_command(request_: str, expected: str) -> None:
    assert topic(request_) == expected


def test_a_comparison_asks_for_both_sides() -> None:
    assert queries("Compare the Silk Road with the Spice Route, please") == ["the Silk Road", "the Spice Route"]
    assert queries("What is the difference between DNA and RNA?") == ["DNA", "RNA"]
    assert topic("compare solar power and wind power") == "solar power and wind power"


def test_what_a_question_refers_to_is_put_in_its_place() -> None:
    assert queries("How much does it cost? (ocean energy)") == ["How much does ocean energy cost"]
    assert topic("What is its capacity in 2050? (How much power has La Rance?)") == "La Rance capacity in 2050"
    assert topic("Ocean energy (OTEC)") == "Ocean energy (OTEC)"


def test_a_named_focus_is_a_second_query() -> None:
    assert queries("Write about coral reefs. Focus on bleaching.") == ["coral reefs", "coral reefs bleaching"]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("how vaccines work", "How Vaccines Work"),
        ("the history of the Roman Empire", "The History of the Roman Empire"),
        ("mRNA and long-distance trade", "mRNA and Long-Distance Trade"),
        ("why do bees matter", "Why Do Bees Matter?"),
    ],
)
def test_titles_read_as_titles(subject: str, title: str) -> None:
    assert titled(subject) == title
