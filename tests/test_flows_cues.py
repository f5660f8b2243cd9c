"""The wording of a message says what it does, whatever it is about."""

from __future__ import annotations

import pytest

from flows.cues import cues


def told(message: str) -> set[str]:
    said = cues(message)
    return {name for name in said.__slots__ if getattr(said, name)}


@pytest.mark.parametrize("message", ["hi!", "thx a lot", "Guten Morgen", "what can you do?", "how are you", "👍"])
def test_greetings_and_thanks_chat(message: str) -> None:
    assert cues(message).chats


@pytest.mark.parametrize(
    "message", ["hi, how much do heat pumps cost?", "thanks, now make it shorter", "hey, write an article on wind"]
)
def test_a_greeting_before_a_wish_does_not(message: str) -> None:
    assert not cues(message).chats


@pytest.mark.parametrize("message", ["hello, write an article on wind", "Good morning! Compare zinc and copper"])
def test_no_greeting_before_an_order_hides_it(message: str) -> None:
    assert not cues(message).chats


@pytest.mark.parametrize(
    "message", ["how much is it", "wie teuer ist das", "is it loud", "combien ça coûte", "wind turbines?"]
)
def test_questions_ask(message: str) -> None:
    assert cues(message).asks


@pytest.mark.parametrize("message", ["Write an article on wind", "pls check the claim", "schreib was über Wind"])
def test_orders_order(message: str) -> None:
    assert cues(message).orders


@pytest.mark.parametrize("message", ["run it again", "redo", "please refresh this", "noch mal bitte", "once more"])
def test_asking_for_it_again_is_heard(message: str) -> None:
    assert cues(message).redoes


@pytest.mark.parametrize("message", ["was it written again and again?", "how do heat pumps work?"])
def test_the_word_again_in_a_question_is_no_wish(message: str) -> None:
    assert not cues(message).redoes


@pytest.mark.parametrize(
    "message",
    ["what is the latest price", "how is it right now", "price today?", "is it still open", "aktueller Stand"],
)
def test_what_is_current_is_asked_for(message: str) -> None:
    assert cues(message).current


@pytest.mark.parametrize(
    "message", ["what did we find last week?", "what did it say back then", "you said it was loud"]
)
def test_what_was_found_then_is_asked_for(message: str) -> None:
    assert cues(message).then


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("why did it fail?", {"failed", "why"}),
        ("it never finished", {"failed"}),
        ("summarise it in 3 bullets", {"transforms"}),
        ("auf deutsch übersetzen", {"transforms"}),
        ("as a table please", {"transforms"}),
        ("what have we looked at so far?", {"looks_back"}),
        ("which of the two is cheaper?", {"which_of", "compares"}),
        ("tidal versus wave", {"compares"}),
        ("something else entirely", {"shifts"}),
        ("what about Norway?", {"brings_up", "goes_on", "supposes"}),
        ("what did the doctor tell me on the phone", {"private"}),
        ("how far did it get", {"got_there"}),
    ],
)
def test_cues_are_named(message: str, named: set[str]) -> None:
    assert named <= told(message)


def test_a_curly_apostrophe_is_an_apostrophe() -> None:
    assert cues("what’s up") == cues("what's up")
