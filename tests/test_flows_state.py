"""Changes of the session state as values, and how those of branches come together."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import StepInput, Workflow
from flows.errors import StateConflict
from flows.state import apply_changes, changes_between, merge_branches
from storage import RunStore

values = st.recursive(
    st.none() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=6,
)
plain = st.none() | st.integers(-3, 3) | st.text("ab", max_size=2) | st.dictionaries(st.just("x"), st.booleans())
states = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@given(states, states)
async def test_changes_make_one_state_into_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    state = copy.deepcopy(before)
    await apply_changes(state, changes_between(before, after))

    assert state == after


def test_equal_states_need_no_changes() -> None:
    assert changes_between({}, {}) is None
    assert changes_between({"a": [1]}, {"a": [1]}) is None
    assert changes_between({"a": 1, "b": 2}, {"b": 3}) == {"set": {"b": 3}, "removed": ["a"]}


async def test_applied_changes_share_nothing_with_the_state() -> None:
    changes = changes_between({}, {"list": [1]})
    state: dict[str, Any] = {}
    await apply_changes(state, changes)
    state["list"].append(2)

    assert changes == {"set": {"list": [1]}, "removed": []}


@given(states, states)
def test_one_branch_alone_gets_its_way(base: dict[str, Any], changed: dict[str, Any]) -> None:
    assert merge_branches(base, [("a", changed), ("b", copy.deepcopy(base))]) == changed
    assert merge_branches(base, [("b", copy.deepcopy(base)), ("a", changed)]) == changed


@given(states, st.dictionaries(st.sampled_from("abcd"), plain))
def test_branches_that_did_the_same_to_new_values_agree(base: dict[str, Any], added: dict[str, Any]) -> None:
    new = {f"new {key}": value for key, value in added.items()}
    branches = [(name, {**copy.deepcopy(base), **copy.deepcopy(new)}) for name in "abc"]

    assert merge_branches(base, branches) == {**base, **new}


@given(states)
def test_a_merge_is_never_the_base_itself(base: dict[str, Any]) -> None:
    assert merge_branches(base, [("a", copy.deepcopy(base))]) is not base


MISSING = object()


@pytest.mark.parametrize(
    ("base", "left", "right", "merged"),
    [
        (1, 2, 4, 5),
        (1.5, 1.0, 2.0, 1.5),
        ([], ["l"], ["r", "r"], ["l", "r", "r"]),
        (["old"], ["old", "l"], ["old"], ["old", "l"]),
        ({}, {"x": {"l": 1}}, {"x": {"r": 2}}, {"x": {"l": 1, "r": 2}}),
        ({"x": [1], "y": 1}, {"x": [1, 2], "y": 1}, {"x": [1, 3]}, {"x": [1, 2, 3]}),
        ({"n": 1}, {"n": 2}, {"n": 2}, {"n": 3}),
        ("a", "b", "b", "b"),
        (True, False, False, False),
        (None, {"l": 1}, {"l": 1}, {"l": 1}),
        (MISSING, ["l"], ["r"], ["l", "r"]),
        (MISSING, ["same"], ["same"], ["same", "same"]),
        (MISSING, {"x": ["l"]}, {"x": ["r"]}, {"x": ["l", "r"]}),
    ],
)
def test_values_merge_by_their_kind(base: Any, left: Any, right: Any, merged: Any) -> None:
    start = {} if base is MISSING else {"v": base}
    assert merge_branches(start, [("left", {"v": left}), ("right", {"v": right})]) == {"v": merged}


@pytest.mark.parametrize(
    ("base", "left", "right"),
    [
        ("a", "b", "c"),
        (MISSING, "b", "c"),
        (MISSING, 1, 2),
        (1, MISSING, 2),
        (1, "text", 2),
        ([1, 2], [1], [1, 2, 3]),
        ([1], [0, 1], [1, 2]),
        ({"x": 1}, "gone", {"x": 2}),
        ({"x": "a"}, {"x": "b"}, {"x": "c"}),
        (True, False, 0.5),
    ],
)
def test_what_does_not_go_together_is_a_conflict_that_names_both(base: Any, left: Any, right: Any) -> None:
    start, *branches = [{} if value is MISSING else {"v": value} for value in (base, left, right)]

    with pytest.raises(StateConflict, match=r"left and right set v(\.x)? differently"):
        merge_branches(start, [("still", copy.deepcopy(start)), ("left", branches[0]), ("right", branches[1])])


def test_a_value_that_all_removed_is_gone() -> None:
    assert merge_branches({"v": 1, "w": 2}, [("a", {"w": 2}), ("b", {"w": 2})]) == {"w": 2}


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "sqlite"])
async def test_a_default_that_a_run_removed_does_not_come_back_in_its_session(tmp_path: Path, on_disk: bool) -> None:
    store = RunStore(tmp_path / "refrain.db") if on_disk else None
    seen: list[dict[str, Any]] = []

    async def publish(step_input: StepInput) -> str:
        seen.append(dict(step_input.session_state))
        if step_input.input == "again":
            step_input.session_state["draft"] = "new"
        else:
            step_input.session_state.pop("draft", None)
        return "published"

    workflow = Workflow("W", [publish], session_state={"draft": True, "n": 0}, store=store)
    for told in ("x", "x", "again", "x"):
        await workflow.run(told, session_id="s")
    await workflow.run("x", session_id="another")
    if store is not None:
        await store.close()

    assert seen == [{"draft": True, "n": 0}, {"n": 0}, {"n": 0}, {"draft": "new", "n": 0}, {"draft": True, "n": 0}]
