"""A router: which of several ways to go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from storage.records import StepOutput

from .errors import StepError
from .node import Child, StepInput, Way, check_name
from .questions import answered
from .scope import Scope
from .steps import NodeList
from .verdict import verdict


class Router:
    """Runs what `selector` (a callable of StepInput, sync or async) names among `choices`: a name, a node, or a list.

    Several run in the order given. `selector=None` asks the person.
    """

    kind = "router"

    def __init__(
        self, selector: Callable[[StepInput], Any] | None, choices: Iterable[Any], name: str = "Router"
    ) -> None:
        self.name = check_name(name)
        self._given = list(choices)
        self._choices = NodeList(self._given)
        self._selector = selector

    @property
    def ways(self) -> Sequence[Way]:
        return [Way([node]) for node in self._choices.nodes]

    def child(self, part: str) -> Child | None:
        return self._choices.child(part) or self._choices.child(part.rpartition("#")[0])

    async def run(self, step_input: StepInput, scope: Scope) -> StepOutput:
        if (known := await scope.known_output()) is not None:
            return known
        scope.container_started(self.kind)
        try:
            names = await self._names(step_input, scope)
            chosen = self._choices.only(names)
            chosen.names = _apart(names, self._choices.names)
            output = await chosen.run(step_input, scope)
        except StepError as error:
            output = StepOutput(success=False, error=str(error))
        output = replace(output, step_name=scope.name)
        scope.container_finished(self.kind, output)
        return output

    async def _names(self, step_input: StepInput, scope: Scope) -> list[str]:
        if self._selector is None:
            prompt = "Which way should it go?"
            said = await answered(scope, "route", "route", prompt, choices=self._choices.names)
            return [said] if isinstance(said, str) else list(said)
        return list(await verdict(scope, "choice", self._selector, step_input, kind="choice", plain=self._names_of))

    def _names_of(self, choice: Any) -> list[str]:
        if choice is None:
            raise StepError(f"{self.name}'s selector returned None. It may return [] if none of the choices is to run.")
        return [self._name_of(one) for one in _flat(choice)]

    def _name_of(self, choice: Any) -> str:
        for given, node, name in zip(self._given, self._choices.nodes, self._choices.names, strict=True):
            if choice is given or choice is node or choice == name:
                return name
        there = ", ".join(self._choices.names)
        called = choice if isinstance(choice, str) else getattr(choice, "name", choice)
        raise StepError(f"{self.name} has no choice called {called!r}. There are: {there}.")


def _apart(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The names, those chosen again with the next number that is free, so that each has a path of its own."""
    parts: list[str] = []
    for name in names:
        numbered = (f"{name}#{number}" for number in count(2))
        parts.append(name if name not in parts else next(p for p in numbered if p not in parts and p not in taken))
    return parts


def _flat(choice: Any) -> Iterator[Any]:
    if isinstance(choice, list | tuple):
        for item in choice:
            yield from _flat(item)
    else:
        yield choice
