"""The reducer: what a turn looks like, live and from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.operations import condensed
from chat.view import TurnView
from flows import events
from flows.events import Event
from flows.wire import join_deltas
from storage.records import Question, Turn

from .chat_events import ANSWER, RUN, START, Page, Script, citation, evidence


def live(script: Script, *, queued: bool = False, batch: int = 1) -> tuple[TurnView, Page]:
    """The turn as a page that follows it shows it."""
    turn = Turn(script.turn.id, script.turn.message, "local", "session-1", "running", START)
    view, page = TurnView(turn, now=START, queued=queued), Page()
    page.do(view.opening())
    for start in range(0, len(script.events), batch):
        batched = [op for event in script.events[start : start + batch] for op in view.apply(event)]
        page.do(condensed(batched))
    return view, page


def stored(turn: Turn, told: Sequence[Event]) -> TurnView:
    """The turn as it is rendered from the store."""
    view = TurnView(turn, now=START)
    for event in join_deltas(told):
        view.apply(event)
    view.settle(turn)
    return view


def article() -> Script:
    script = Script().decide(RUN).run("Researcher", "Writer").start("Researcher")
    script.search("Researcher", "tides", ("Tides", "https://example.org/tides"), ("Moon", "library:moon.md"))
    script.say("Researcher", "The moon ", "pulls.").finish("Researcher", "The moon pulls.")
    return script.start("Writer").say("Writer", "# Tides", "\n\nThe sea ", "rises.")


def finished_article() -> Script:
    text = "# Tides\n\nThe sea rises."
    return article().finish("Writer", text).end(text)


def answer(text: str = "The moon pulls [1][2]. The sea rises [3].") -> Script:
    cited = tuple(citation(item) for item in ANSWER.evidence)
    return Script("What pulls?").decide(ANSWER).answer(*text).end(text, citations=cited)


def test_the_decision_stands_there_before_anything_runs() -> None:
    _, page = live(Script().decide(RUN))
    assert page.messages() == ["**Running Article**: nothing in memory covers tides."]
    assert [button["label"] for button in page.progress()["buttons"]] == ["Stop"]


def test_steps_nest_under_their_run_and_tools_under_their_step() -> None:
    _, page = live(article())
    assert page.path_to("Web search") == ["Article", "Researcher", "Web search"]
    assert page.path_to("Writer") == ["Article", "Writer"]
    assert page.named("Researcher")["output"] == "The moon pulls."
    search = page.named("Web search")["output"]
    assert "Library found 2 sources for “tides”" in search
    assert "[Tides](<https://example.org/tides>) (example.org)" in search
    assert "2. Moon (library, moon.md)" in search


def test_progress_tells_what_is_done_running_and_to_come() -> None:
    script = Script().decide(RUN).run("Researcher", "Writer", "Editor").start("Researcher")
    script.finish("Researcher").start("Writer")
    (run,) = live(script)[1].progress()["runs"]
    assert [(step["name"], step["state"]) for step in run["steps"]] == [
        ("Researcher", "done"),
        ("Writer", "running"),
        ("Editor", "waiting"),
    ]
    assert run["steps"][0]["seconds"] == 1.0


def test_the_last_step_writes_the_answer_and_its_text_is_not_printed_twice() -> None:
    _, page = live(finished_article())
    printed = [step for step in page.steps.values() if "The sea rises." in step["output"]]
    assert [step["type"] for step in printed] == ["assistant_message"]
    assert page.named("Writer")["output"].startswith("Wrote the answer below in ")
    assert page.messages()[0] == "**Ran Article**: nothing in memory covers tides."


def test_a_run_that_has_ended_well_is_folded_and_one_at_work_is_open() -> None:
    assert live(finished_article())[1].named("Article")["defaultOpen"] is False
    assert live(article())[1].named("Article")["defaultOpen"] is True


def test_an_answer_that_differs_from_what_was_streamed_takes_its_place() -> None:
    script = Script().decide(RUN).run("Writer").start("Writer").say("Writer", "A draft.")
    script.finish("Writer", "The final text.").add(events.RunFinished, content="The final text.")
    script.answer("The final text.")
    assert live(script)[1].messages()[-1] == "The final text."


def test_a_retried_step_voids_what_it_streamed() -> None:
    script = Script().decide(RUN).run("Researcher", "Writer").start("Researcher").say("Researcher", "Wrong")
    script.add(events.StepRetried, "Researcher", attempt=1, error="timeout")
    script.say("Researcher", "Right").finish("Researcher", "Right")
    script.start("Writer").say("Writer", "Old").add(events.StepRetried, "Writer", attempt=1, error="timeout")
    script.say("Writer", "New").finish("Writer", "New").end("New")
    _, page = live(script)
    assert page.named("Researcher")["output"] == "Right"
    assert page.messages()[-1] == "New"


def test_text_after_a_tool_call_is_a_paragraph_however_it_is_cut() -> None:
    for pieces in (("Found:", " ", "\n tides"), ("Found:", " \n tides")):
        script = Script().decide(RUN).run("Researcher", "Writer").start("Researcher").say("Researcher", pieces[0])
        script.search("Researcher", "tides").say("Researcher", *pieces[1:])
        assert live(script)[1].named("Researcher")["output"] == "Found:\n\ntides"


def test_nested_steps_and_rounds_stand_under_their_containers() -> None:
    script = Script().decide(RUN).run("Gather", "Refine", "Writer").start("Gather", "parallel")
    script.start("Gather/web").say("Gather/web", "a").finish("Gather/web", "a")
    script.finish("Gather", "## web\n\na", "parallel").start("Refine", "loop")
    script.add(events.IterationStarted, "Refine/1", number=1)
    script.start("Refine/1/Draft").say("Refine/1/Draft", "b").finish("Refine/1/Draft", "b")
    _, page = live(script)
    assert page.path_to("web") == ["Article", "Gather", "web"]
    assert page.path_to("Draft") == ["Article", "Refine", "Round 1", "Draft"]
    assert page.named("Gather")["output"] == ""


def test_chips_name_the_step_and_its_age_and_are_shared_by_its_passages() -> None:
    _, page = live(answer())
    assert page.messages() == ["The moon pulls Researcher · 2 min ago. The sea rises Writer · 2 min ago."]
    chips = {e["name"]: e for e in page.elements.values() if e["type"] == "text"}
    assert set(chips) == {"Researcher · 2 min ago", "Writer · 2 min ago"}
    assert chips["Writer · 2 min ago"]["url"] == "/refrain/evidence/turn-1?run=run-0&path=Writer"
    message = next(step for step in page.steps.values() if step["type"] == "assistant_message")
    assert {chip["forId"] for chip in chips.values()} == {message["id"]}


def test_steps_of_two_runs_get_chips_of_different_names() -> None:
    decision = replace(ANSWER, evidence=(evidence(1), evidence(2, run_id="run-9")))
    _, page = live(Script().decide(decision).answer("One [1], other [2].").end("One [1], other [2]."))
    assert page.messages() == ["One Researcher · 2 min ago, other Researcher of Article · 2 min ago."]


def test_ages_are_told_against_the_time_of_looking() -> None:
    script = answer()
    later = TurnView(script.turn, now=START + timedelta(hours=3))
    for event in script.events:
        later.apply(event)
    assert "Writer · 3 h ago" in {element["name"] for element in later.board.elements.values()}


def test_an_answer_says_why_and_can_be_run_fresh() -> None:
    _, page = live(answer())
    why = page.named("Why this answer")
    assert why["defaultOpen"] is False
    for part in ("covers this", "Confidence: 90 %", "Researcher of Article", "2 min ago", "a question about"):
        assert part in why["output"]
    (action,) = page.actions.values()
    assert (action["label"], action["payload"]) == ("Run it fresh", {"turn_id": "turn-1"})


def test_work_on_what_something_is_known_of_can_be_answered_from_memory_instead() -> None:
    known = replace(RUN, evidence=ANSWER.evidence)
    instead = {"name": "recall", "label": "Answer from what we have", "payload": {"turn_id": "turn-1"}}
    running = Script().decide(known).run("Writer").start("Writer")
    assert [button["label"] for button in live(running)[1].progress()["buttons"]] == ["Stop", instead["label"]]
    stopped = live(running.end(status="cancelled"))[1].progress()["buttons"]
    assert [button["label"] for button in stopped] == ["Resume", instead["label"]]
    done = Script().decide(known).run("Writer").start("Writer").say("Writer", "Yes.").finish("Writer", "Yes.")
    assert live(done.end("Yes."))[1].progress()["buttons"] == [instead]


def test_where_memory_holds_nothing_on_it_no_answer_from_it_is_offered() -> None:
    unrelated = replace(RUN, evidence=tuple(replace(piece, coverage=0.0) for piece in ANSWER.evidence))
    for decision in (RUN, unrelated):
        script = Script().decide(decision).run("Writer").start("Writer")
        assert live(script.end(status="cancelled"))[1].progress()["buttons"][1:] == []


def test_small_talk_has_neither_chips_nor_reasons() -> None:
    said = replace(ANSWER, action="chat", evidence=())
    _, page = live(Script("Hello").decide(said).answer("Hello!").end("Hello!"))
    assert page.messages() == ["Hello!"]
    assert page.actions == {}
    assert not [step for step in page.steps.values() if step["name"] == "Why this answer"]


def test_a_decision_that_turned_out_to_be_talk_loses_its_reasons() -> None:
    script = Script("Hello").decide(ANSWER).answer("Hello!")
    script.end("Hello!", decision=replace(ANSWER, action="chat", reason="It rests on nothing."))
    assert not [step for step in live(script)[1].steps.values() if step["name"] == "Why this answer"]


@pytest.mark.parametrize(
    ("status", "state", "label"), [("cancelled", "cancelled", "Resume"), ("failed", "failed", "Retry")]
)
def test_a_run_that_ended_early_keeps_what_it_has_and_can_go_on(status, state, label) -> None:
    _, page = live(article().end(status=status, error="The model is away." if status == "failed" else None))
    progress = page.progress()
    assert progress["state"] == state
    assert progress["buttons"] == [{"name": "resume", "label": label, "payload": {"run_id": "run-1"}}]
    assert [step["state"] for step in progress["runs"][0]["steps"]] == ["done", "stopped"]
    assert page.messages()[-1] == "# Tides\n\nThe sea rises."
    assert progress["note"] == ("The model is away." if status == "failed" else "")
    assert not any(step["streaming"] for step in page.steps.values())


def test_an_interrupted_run_is_shown_as_such_and_goes_on_in_its_place() -> None:
    script = article()
    cut_off = replace(script.turn, status="interrupted")
    before = stored(cut_off, script.events)
    progress = before.board.steps[before.id]["metadata"]
    assert (progress["state"], progress["buttons"][0]["label"]) == ("interrupted", "Resume")

    script.run("Researcher", "Writer", resumed=True).start("Writer").say("Writer", "Anew.")
    script.finish("Writer", "Anew.").end("Anew.")
    after = stored(script.turn, script.events)
    assert list(after.board.steps) == list(before.board.steps)
    assert [s["output"] for s in after.board.steps.values() if s["type"] == "assistant_message"][-1] == "Anew."
    steps = after.board.steps[after.id]["metadata"]["runs"][0]["steps"]
    assert [step["state"] for step in steps] == ["done", "done"]


def test_a_turn_that_was_cut_off_before_it_ran_can_be_asked_again() -> None:
    turn = replace(Script().turn, status="interrupted")
    view = stored(turn, [])
    assert view.board.steps[view.id]["metadata"]["buttons"] == [
        {"name": "again", "label": "Ask again", "payload": {"turn_id": "turn-1"}}
    ]


def test_a_failure_before_any_decision_is_told_in_plain_words() -> None:
    trace = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: The key is wrong.'
    _, page = live(Script().end(status="failed", error=trace))
    (message,) = [step for step in page.steps.values() if step["type"] == "assistant_message"]
    assert message["output"] == "The key is wrong."
    assert message["isError"]


def test_a_queued_turn_waits_where_one_can_see_it_until_its_turn_comes() -> None:
    script = Script()
    view, page = live(script, queued=True)
    assert page.messages() == ["Waiting for the turn above to end"]
    assert page.progress()["state"] == "queued"
    page.do(view.begin())
    assert page.messages() == ["Looking through earlier runs"]
    assert view.begin() == []


def test_a_question_of_a_paused_run_is_shown() -> None:
    script = Script().decide(RUN).run("Writer").ask(Question("q1", "confirm", "Writer", "Publish this?"))
    page = live(script.end(status="paused"))[1]
    progress = page.progress()
    assert (progress["state"], progress["question"]["id"]) == ("paused", "q1")
    assert page.messages()[-1] == "Publish this?"


def test_a_run_may_number_its_own_sources() -> None:
    numbered = replace(RUN, evidence=ANSWER.evidence)
    script = Script().decide(numbered).run("Writer").start("Writer").say("Writer", "It rises [1].")
    _, page = live(script.finish("Writer", "It rises [1].").end("It rises [1]."))
    assert page.messages()[-1] == "It rises [1]."


def test_thumbs_appear_only_when_the_turn_is_completed() -> None:
    # Chainlit puts them below the last message of a step that is called `on_message`.
    view, page = live(article())
    assert page.steps[view.id]["name"] != "on_message"
    view, page = live(article().end(status="cancelled"))
    assert page.steps[view.id]["name"] != "on_message"
    view, page = live(finished_article())
    assert page.steps[view.id]["name"] == "on_message"


def test_an_event_that_was_seen_before_changes_nothing() -> None:
    view, _ = live(finished_article())
    assert [view.apply(event) for event in finished_article().events] == [[]] * len(finished_article().events)


texts = st.lists(
    st.sampled_from(
        ["The moon", " pulls", "[1]", "[", "2", "]", "\n", "![", "](http://x/y.png)", ":tip", "```", "!", " [3]", "#"]
    ),
    max_size=12,
)
endings = st.sampled_from(["completed", "cancelled", "failed"])


@st.composite
def turns(draw: st.DrawFn) -> Script:
    script = Script()
    if draw(st.booleans()):
        pieces = draw(texts)
        return script.decide(ANSWER).answer(*pieces).end("".join(pieces))
    names = draw(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=3, unique=True))
    script.decide(RUN).run(*names)
    content = ""
    for name in names:
        script.start(name)
        if draw(st.booleans()):
            script.search(name, "tides", ("Tides", "https://example.org"))
        pieces = draw(texts)
        script.say(name, *pieces)
        if draw(st.booleans()):
            script.add(events.StepRetried, name, attempt=1, error="again")
            script.say(name, *pieces)
        content = "".join(pieces)
        script.finish(name, content)
    status = draw(endings)
    return script.end(content if status == "completed" else "", status)


@settings(max_examples=200, deadline=None)
@given(turns(), st.integers(1, 7), st.data())
def test_live_from_the_store_and_re_attached_in_the_middle_show_the_same(
    script: Script, batch: int, data: st.DataObject
) -> None:
    view, page = live(script, batch=batch)
    assert page.steps == view.board.steps
    assert page.elements == view.board.elements
    assert page.actions == view.board.actions

    whole = stored(script.turn, script.events)
    assert list(whole.board.steps.values()) == list(view.board.steps.values())
    assert whole.board.elements == view.board.elements
    assert whole.board.actions == view.board.actions

    cut = data.draw(st.integers(0, len(script.events)))
    early = TurnView(replace(script.turn, status="running", finished_at=None), now=START)
    for event in join_deltas(script.events[:cut]):
        early.apply(event)
    reloaded = Page()
    reloaded.steps = {id: dict(step) for id, step in early.board.steps.items()}
    reloaded.elements = dict(early.board.elements)
    for event in script.events[cut:]:
        reloaded.do(early.apply(event))
    assert reloaded.steps == view.board.steps
    assert reloaded.elements == view.board.elements
