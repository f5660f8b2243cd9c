"""Random workflows: trees as data, what their leaves and deciders do, how they are drawn, and how they are built."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from flows import Condition, Loop, Parallel, Router, Step, StepInput, StepOutput, Steps, Workflow

START: dict[str, Any] = {"n": 1, "asked": 0, "notes": [0], "deep": {"n": 0}, "mode": 0}


@dataclass(frozen=True)
class Leaf:
    name: str
    writes: str = ""  # add, append, own, set, deep or drop
    amount: int = 1
    ends: str = "well"  # or fail, stop
    guard: str = ""  # or skip, rescue
    confirm: bool = False
    yields: int = 0  # how often it gives way to others
    key: str = ""  # tells it from all others

    @property
    def rescue(self) -> Leaf:
        return Leaf("rescue", self.writes, self.amount, key=f"{self.key}r")


@dataclass(frozen=True)
class Box:
    name: str
    kind: str  # steps, condition, parallel, loop, router or nested
    items: tuple[Any, ...]
    others: tuple[Any, ...] = ()  # of a condition: else
    decides: str = "coin"  # of a condition: yes, no, coin; of a loop: coin or never
    lenient: bool = False  # parallel goes on without failed branches; nested is skipped when it fails
    limit: int | None = None  # of a parallel: branches at a time; of a loop: iterations


def seen(*values: Any) -> int:
    """A number that any difference in what was seen changes."""
    return int(hashlib.md5(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8], 16)


def work(leaf: Leaf, visible: list[Any], state: dict[str, Any]) -> str:
    """What a leaf does to the state, and what it says: all that it could see is in there."""
    said = f"{leaf.key} {leaf.name} {seen(*visible, state)}"
    if leaf.writes == "add":
        state["n"] += leaf.amount
    elif leaf.writes == "append":
        state["notes"].append(leaf.amount)
    elif leaf.writes == "own":
        state[f"own {leaf.name}"] = leaf.amount
    elif leaf.writes == "set":
        state["mode"] = leaf.amount
    elif leaf.writes == "deep":
        state["deep"]["n"] += leaf.amount
        state["deep"][leaf.name] = leaf.amount
    elif leaf.writes == "drop":
        state.pop("mode", None)
    return said


def pick(choices: list[str], number: int) -> list[str]:
    """The choices of a router: one, two in another order, or the same one twice."""
    first, second = choices[number % len(choices)], choices[number // 7 % len(choices)]
    return [first] if number % 3 else [second, first]


def numbered(names: list[str]) -> list[str]:
    return [n if names[:i].count(n) == 0 else f"{n}#{names[:i].count(n) + 1}" for i, n in enumerate(names)]


@dataclass
class World:
    """Builds trees for the engine; `ran` are the keys of the leaves that did well, in the order they did."""

    ran: list[str] = field(default_factory=list)

    def build(self, node: Leaf | Box) -> Any:
        if isinstance(node, Leaf):
            return self._step(node)
        items = [self.build(item) for item in node.items]
        if node.kind == "steps":
            return Steps(node.name, items)
        if node.kind == "condition":
            literal = {"yes": True, "no": False}.get(node.decides)
            others = [self.build(item) for item in node.others]
            return Condition(_coin if literal is None else literal, items, others, node.name)
        if node.kind == "parallel":
            on_error = "continue" if node.lenient else "fail"
            return Parallel(*items, name=node.name, max_concurrency=node.limit, on_error=on_error)
        if node.kind == "loop":
            return Loop(items, _over if node.decides == "coin" else None, node.limit or 3, node.name)
        if node.kind == "router":
            return Router(_choice(numbered([item.name for item in node.items])), items, node.name)
        inner = Workflow(node.name, items)
        return Step(node.name, workflow=inner, on_error="skip" if node.lenient else "fail")

    def _step(self, leaf: Leaf) -> Step:
        on_error: Any = leaf.guard or "fail"
        if leaf.guard == "rescue":
            on_error = self._step(leaf.rescue)
        confirm = "Go on?" if leaf.confirm else None
        return Step(leaf.name, executor=self._function(leaf), on_error=on_error, confirm=confirm)

    def _function(self, leaf: Leaf) -> Callable[[StepInput], Any]:
        async def function(given: StepInput) -> StepOutput:
            for _ in range(leaf.yields):
                await asyncio.sleep(0)
            outputs = {name: output.content for name, output in given.previous_step_outputs.items()}
            visible = [given.input, given.previous_step_content, outputs]
            said = work(leaf, visible, given.session_state)
            if leaf.ends == "fail":
                raise ValueError(said)
            self.ran.append(leaf.key)
            return StepOutput(said, stop=leaf.ends == "stop")

        return function


async def _coin(given: StepInput) -> object:
    given.session_state["asked"] += 1
    return [] if seen(given.previous_step_content, given.session_state) % 2 else object()


async def _over(outputs: list[StepOutput]) -> bool:
    return seen(*(output.content for output in outputs)) % 2 == 0


def _choice(names: list[str]) -> Callable[[StepInput], Any]:
    async def choice(given: StepInput) -> list[str]:
        return pick(names, seen(given.previous_step_content, given.session_state))

    return choice


_name = st.sampled_from("abcd")
_mostly_well = st.sampled_from(["well"] * 14 + ["fail"] * 3 + ["stop"])

leaves = st.builds(
    Leaf,
    name=_name,
    writes=st.sampled_from(["", "add", "append", "append", "own", "set", "deep", "drop"]),
    amount=st.integers(1, 3),
    ends=_mostly_well,
    guard=st.sampled_from(["", "", "skip", "rescue"]),
    confirm=st.sampled_from([False] * 5 + [True]),
    yields=st.integers(0, 4),
)


@st.composite
def nodes(draw: st.DrawFn, depth: int) -> Leaf | Box:
    """A leaf, or a container with up to three nodes of less depth."""
    kinds = ["leaf", "leaf", "steps", "condition", "parallel", "parallel", "loop", "router", "nested"]
    kind = draw(st.sampled_from(kinds)) if depth > 1 else "leaf"
    if kind == "leaf":
        return draw(leaves)
    inside = st.lists(nodes(depth - 1), min_size=1, max_size=3 if depth > 3 else 2).map(tuple)
    decides = {"condition": ["coin", "coin", "yes", "no"], "loop": ["coin", "never"]}.get(kind, ["coin"])
    return Box(
        name=draw(_name),
        kind=kind,
        items=draw(inside),
        others=draw(st.lists(nodes(depth - 1), max_size=2).map(tuple)) if kind == "condition" else (),
        decides=draw(st.sampled_from(decides)),
        lenient=draw(st.booleans()),
        limit=draw(st.sampled_from([None, 1, 2])),
    )


def trees(depth: int = 5) -> st.SearchStrategy[tuple[Leaf | Box, ...]]:
    """The steps of a workflow, at most `depth` levels of them."""
    return st.lists(nodes(depth), min_size=1, max_size=3).map(tuple).map(_with_keys)


def _with_keys(items: tuple[Any, ...], before: str = "") -> tuple[Any, ...]:
    keyed = []
    for number, item in enumerate(items):
        key = f"{before}{number}"
        if isinstance(item, Leaf):
            keyed.append(replace(item, key=key))
        else:
            inside, others = _with_keys(item.items, f"{key}."), _with_keys(item.others, f"{key}.else.")
            keyed.append(replace(item, items=inside, others=others))
    return tuple(keyed)
