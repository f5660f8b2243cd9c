"""What changed between two runs: sentences, sources and steps, told so that anybody can read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.changes import changes, sentences_of
from flows.run_node import RunNode, ToolUse
from storage.records import now


def step(path: str, content: Any, *addresses: str) -> RunNode:
    node = RunNode(path, path.rpartition("/")[2], state="done", content=content)
    if addresses:
        found = {"sources": [{"title": address.upper(), "address": address, "snippet": ""} for address in addresses]}
        node.calls.append(ToolUse("1", "search", {}, now(), now(), artifact=found))
    return node


SENTENCES = st.sampled_from([f"Sentence {word} is here." for word in "one two three four five six seven".split()])
STEPS = st.dictionaries(
    st.sampled_from(["Researcher", "Writer", "Gather/web", "Refine/1/Draft"]),
    st.tuples(
        st.one_of(st.none(), st.lists(SENTENCES, max_size=6).map(" ".join), st.lists(st.integers(0, 3), max_size=3)),
        st.lists(st.sampled_from(["https://a.org", "https://b.org", "library:c.md"]), max_size=3),
    ),
    max_size=4,
)


def run_of(steps: Mapping[str, tuple[Any, Sequence[str]]]) -> list[RunNode]:
    return [step(path, content, *addresses) for path, (content, addresses) in steps.items()]


@given(STEPS)
def test_a_run_has_not_changed_since_itself(steps: Mapping[str, tuple[Any, Sequence[str]]]) -> None:
    told = changes(run_of(steps), run_of(steps))
    for found in told.steps:
        assert (found.state, found.added, found.removed) == ("same", (), ())
        assert (found.sources_added, found.sources_removed, found.lines) == ((), (), ())
    assert told.summary.startswith("Nothing changed" if steps else "Neither run")


@given(STEPS, STEPS)
@settings(max_examples=200)
def test_looked_at_the_other_way_round_new_and_gone_change_places(
    one: Mapping[str, tuple[Any, Sequence[str]]], other: Mapping[str, tuple[Any, Sequence[str]]]
) -> None:
    forth = {found.path: found for found in changes(run_of(one), run_of(other)).steps}
    back = {found.path: found for found in changes(run_of(other), run_of(one)).steps}
    turned = {"new": "gone", "gone": "new", "same": "same", "changed": "changed"}
    assert forth.keys() == back.keys() == one.keys() | other.keys()
    for path, found in forth.items():
        mirror = back[path]
        assert turned[found.state] == mirror.state
        assert (found.added, found.removed) == (mirror.removed, mirror.added)
        assert (found.sources_added, found.sources_removed) == (mirror.sources_removed, mirror.sources_added)
        assert found.unchanged == mirror.unchanged or found.state in ("new", "gone")


@given(STEPS, STEPS)
def test_the_lines_in_order_are_all_that_was_added_and_removed(
    one: Mapping[str, tuple[Any, Sequence[str]]], other: Mapping[str, tuple[Any, Sequence[str]]]
) -> None:
    for found in changes(run_of(one), run_of(other)).steps:
        assert tuple(line.text for line in found.lines if line.state == "new") == found.added
        assert tuple(line.text for line in found.lines if line.state == "gone") == found.removed


@given(st.lists(SENTENCES, max_size=6), st.lists(SENTENCES, max_size=6))
def test_every_sentence_is_counted_once(one: list[str], other: list[str]) -> None:
    (found,) = changes([step("W", " ".join(one))], [step("W", " ".join(other))]).steps
    assert found.unchanged + len(found.added) == len(other)
    assert found.unchanged + len(found.removed) == len(one)


@given(st.permutations(["Alpha is first.", "Beta is second.", "Gamma is third.", "Delta is fourth."]))
def test_sentences_that_only_moved_are_no_change(order: list[str]) -> None:
    (found,) = changes(
        [step("W", "Alpha is first. Beta is second. Gamma is third. Delta is fourth.")], [step("W", "\n\n".join(order))]
    ).steps
    assert found.state == "same"


def test_case_spacing_markup_and_citations_are_no_change() -> None:
    one = "# Heat pumps\n\nThey **save** energy. They cost money [1]."
    other = "## heat pumps:\n\n- They save  energy.\n- They cost [money](https://a.org) [2].\n\n---\n"
    (found,) = changes([step("W", one)], [step("W", other)]).steps
    assert (found.state, found.unchanged) == ("same", 3)


def test_what_took_a_sentences_place_stands_right_after_it() -> None:
    before = "It opens. Prices rose in May. It goes on. Rain fell. It ends."
    after = "It opens. Prices fell in May. It goes on. It ends. Snow fell."
    (found,) = changes([step("W", before)], [step("W", after)]).steps
    assert [(line.state, line.text) for line in found.lines] == [
        ("gone", "Prices rose in May."),
        ("new", "Prices fell in May."),
        ("gone", "Rain fell."),
        ("new", "Snow fell."),
    ]
    assert found.unchanged == 3


def test_the_summary_reads_like_a_sentence() -> None:
    before = [
        step("Researcher", "Old news.", "https://a.org"),
        step("Writer", "One stays here. Two goes away. Three goes too."),
        step("Check", "All is well."),
    ]
    after = [
        step("Researcher", "Old news.", "https://a.org", "https://b.org"),
        step("Writer", "One stays here. Four is new. Five is new. Six is new. Seven is new."),
        step("Check", "All is well."),
    ]
    assert (
        changes(before, after).summary
        == "Two of three steps changed: the text of Writer has 4 new sentences and lost 2; one new source."
    )
    assert changes(before, before).summary == "Nothing changed: all three steps gave the same."
    assert changes(before[:1], after[:1]).summary == "The only step changed: one new source."
    assert changes(before[:2], before[:2]).summary == "Nothing changed: both steps gave the same."
    assert changes(before[1:], [before[1]]).summary == "One of two steps changed: Check is gone."
    assert changes([before[1]], before[1:]).summary == "One of two steps changed: Check is a new step."
    assert changes([], []).summary == "Neither run has a finished step to compare."


def test_only_what_is_finished_and_has_nothing_inside_is_compared() -> None:
    waiting = RunNode("Later", "Later")
    gather = RunNode("Gather", "Gather", "parallel", "done", content="joined", children=[step("Gather/web", "A b c.")])
    told = changes([gather, waiting], [gather])
    assert [found.path for found in told.steps] == ["Gather/web"]


def test_json_is_compared_line_by_line() -> None:
    (found,) = changes([step("W", {"rating": 3, "text": "Good."})], [step("W", {"rating": 4, "text": "Good."})]).steps
    assert (found.removed, found.added, found.unchanged) == (("rating: 3",), ("rating: 4",), 1)
    assert sentences_of("- One. Two!\n1. Three?\n***") == ["One.", "Two!", "Three?"]


def test_a_note_behind_a_sentence_belongs_to_it() -> None:
    assert sentences_of("It began. It spread. (The History of Printing)") == [
        "It began.",
        "It spread. (The History of Printing)",
    ]
    (found,) = changes([step("W", "It began. (Books)")], [step("W", "It began. It spread. (Books)")]).steps
    assert (found.added, found.removed) == (("It spread. (Books)",), ())
    (found,) = changes([step("W", "It began.")], [step("W", "It began. (My own note)")]).steps
    assert (found.added, found.removed) == (("It began. (My own note)",), ("It began.",))
