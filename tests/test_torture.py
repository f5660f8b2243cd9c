"""The short form of the torture (`make torture` is the long one), and what its long form has found."""

from __future__ import annotations

from pathlib import Path

from storage import RunStore
from storage.records import RunRequest, Turn

from .torture.torture import torture


async def test_nothing_announced_is_lost_or_done_twice_when_the_server_is_killed(tmp_path: Path) -> None:
    figures = await torture(tmp_path, kills=3, conversations=5, seed=2, latest=1.0)
    assert not figures.faults, str(figures)
    assert (figures.kills, figures.restarts, figures.lost, figures.doubled) == (3, 3, 0, 0)
    assert figures.answered, "some conversations came to an answer"


async def test_a_turn_knows_of_its_run_from_the_run_s_first_moment(store: RunStore) -> None:
    await store.create_turn(Turn("t", "/run Notes wind", "ada", "s", status="running"))
    for id in ("r1", "r2"):
        await store.create_run(RunRequest(id, "Notes", "", "wind", "ada", "s", turn_id="t"))
    assert (await store.get_turn("t")).run_ids == ("r1", "r2")
