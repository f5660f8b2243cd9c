from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from chat.garbage import collect_if_calm


class Work:
    """Stands for a runner."""

    def __init__(self, works: bool) -> None:
        self.works = works


class Loop:
    """Leads to itself, so that only a look through all memory finds it."""

    gone = 0

    def __init__(self) -> None:
        self.self = self

    def __del__(self) -> None:
        Loop.gone += 1


@pytest.fixture
def old_garbage() -> Iterator[None]:
    """Something that nothing leads to any more, and that has become old."""
    gc.collect()
    gc.disable()
    Loop.gone, kept = 0, Loop()
    gc.collect(1)
    gc.collect(1)
    del kept
    gc.collect(1)
    assert Loop.gone == 0
    yield
    gc.enable()


@pytest.mark.parametrize("works", [False, True])
def test_memory_is_gone_through_when_nobody_is_at_work(old_garbage: None, works: bool) -> None:
    runner: Any = Work(works)
    collect_if_calm(runner)
    assert Loop.gone == (0 if works else 1)


def test_memory_in_which_nothing_has_become_old_is_left_alone() -> None:
    gc.collect()
    gc.disable()
    runner: Any = Work(False)
    collections = gc.get_stats()[2]["collections"]
    collect_if_calm(runner)
    assert gc.get_stats()[2]["collections"] == collections
    gc.enable()
