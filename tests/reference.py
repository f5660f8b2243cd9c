"""What a workflow means, computed the plain way: a naive interpreter of trees, without time and without a journal."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

from tests.trees import Box, Leaf, numbered, pick, seen, work


@dataclass
class Given:
    """What a node sees, as the engine's StepInput says it."""

    input: Any
    before: Any = None
    outputs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Result:
    content: Any
    ok: bool = True
    stop: bool = False
    outputs: dict[str, Any] = field(default_factory=dict)


class Waits(Exception):
    """Somebody must confirm the step at this path first."""


@dataclass
class Interpreter:
    """Runs trees branch after branch. `ran` are the leaves that did well, by key and path,
    `parallels` and `torn` the paths of all parallels, and of those that failed at once."""

    confirmed: set[str]
    ran: list[tuple[str, str]] = field(default_factory=list)
    parallels: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    def sequence(self, items: Any, names: list[str], given: Given, path: str, state: dict[str, Any]) -> Result:
        given, result = replace(given, outputs=dict(given.outputs)), Result(given.before)
        for item, name in zip(items, names, strict=True):
            done = self.node(item, f"{path}/{name}", given, state)
            result = replace(done, outputs={**result.outputs, name: done.content})
            given = replace(given, before=done.content, outputs={**given.outputs, name: done.content})
            if not done.ok or done.stop:
                break
        return result

    def node(self, node: Any, path: str, given: Given, state: dict[str, Any]) -> Result:
        if isinstance(node, Leaf):
            return self.leaf(node, path, given, state)
        return getattr(self, node.kind)(node, path, given, state)

    def leaf(self, leaf: Leaf, path: str, given: Given, state: dict[str, Any]) -> Result:
        if leaf.confirm and path not in self.confirmed:
            raise Waits(path)
        if leaf.ends == "fail" and leaf.guard == "rescue":
            return self.leaf(leaf.rescue, f"{path}/rescue", given, state)
        if leaf.ends == "fail":
            return Result(given.before) if leaf.guard == "skip" else Result(None, ok=False)
        self.ran.append((leaf.key, path))
        return Result(work(leaf, [given.input, given.before, given.outputs], state), stop=leaf.ends == "stop")

    def steps(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        return self.sequence(box.items, numbered([item.name for item in box.items]), given, path, state)

    def condition(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        holds = box.decides == "yes"
        if box.decides == "coin":
            state["asked"] += 1
            holds = seen(given.before, state) % 2 == 0
        return self.steps(replace(box, items=box.items if holds else box.others), path, given, state)

    def router(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        names = numbered([item.name for item in box.items])
        one, *two = chosen = pick(names, seen(given.before, state))
        items = [box.items[names.index(name)] for name in chosen]
        parts = [one, f"{one}#{2 + sum(name.startswith(f'{one}#') for name in names)}"] if two == [one] else chosen
        return self.sequence(items, parts, given, path, state)

    def loop(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        for number in range(1, (box.limit or 3) + 1):
            result = self.steps(box, f"{path}/{number}", given, state)
            if not result.ok or result.stop or (box.decides == "coin" and seen(*result.outputs.values()) % 2 == 0):
                break
            given = replace(given, before=result.content, outputs={**given.outputs, **result.outputs})
        return result

    def nested(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        inner = copy.deepcopy(state)
        result = self.steps(box, path, Given(given.input if given.before is None else given.before), inner)
        if not result.ok:
            return Result(given.before) if box.lenient else Result(None, ok=False)
        state.clear()
        state.update(inner)
        return Result(result.content)

    def parallel(self, box: Box, path: str, given: Given, state: dict[str, Any]) -> Result:
        names, waits = numbered([item.name for item in box.items]), []
        self.parallels.append(path)
        good, failed = [], 0
        for item, name in zip(box.items, names, strict=True):
            copied = copy.deepcopy(state)
            try:
                result = self.node(item, f"{path}/{name}", given, copied)
                good += [(name, result, copied)] if result.ok else []
                failed += not result.ok
            except Waits as waiting:
                waits.append(waiting)
        if failed and (not box.lenient or not (good or waits)):
            self.torn += [] if box.lenient else [path]
            return Result(None, ok=False)
        stop = any(result.stop for _, result, _ in good)
        if waits and not stop:
            raise waits[0]
        merged = merge(state, [copied for _, _, copied in good])
        if merged is None:
            return Result(None, ok=False)
        state.clear()
        state.update(merged)
        return Result("\n\n".join(f"## {name}\n\n{result.content or ''}" for name, result, _ in good), stop=stop)


def merge(base: dict[str, Any], copies: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The state after branches, value by value; None when two disagree."""
    flat, flats = flatten(base), [flatten(one) for one in copies]
    for key in {key for one in flats for key in one} | set(flat):
        was = flat.get(key, "absent")
        now = [value for one in flats if (value := one.get(key, "absent")) != was]
        if isinstance(was, int) and all(isinstance(value, int) for value in now):
            flat[key] = was + sum(value - was for value in now)
        elif isinstance(was, list):
            flat[key] = was + [item for value in now for item in value[len(was) :]]
        elif any(value != now[0] for value in now):
            return None
        elif now:
            flat[key] = now[0]
    left = {key: value for key, value in flat.items() if value != "absent"}
    deep = {key[1]: value for key, value in left.items() if len(key) == 2}
    return {key[0]: value for key, value in left.items() if len(key) == 1} | {"deep": deep}


def flatten(state: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    deep = {("deep", key): value for key, value in state["deep"].items()}
    return {(key,): value for key, value in state.items() if key != "deep"} | deep
