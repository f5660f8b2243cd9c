"""Vectors are kept by passage and model, read by their user alone, and go with their passages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import JournalEntry, RunStore, StepOutput
from tests.remembered import Kept, keep

PUMPS = Kept("pumps", "heat pumps", "A pump gives three units of heat.")
WIND = Kept("wind", "wind power", "Turbines met half of the demand.", session="other")


@pytest.fixture
async def ids(store: RunStore) -> dict[str, int]:
    """The passage of each run; eve's run is called eve."""
    await keep(store, PUMPS, WIND, Kept("eve", PUMPS.asked, PUMPS.text, user="eve"))
    for user in ("ann", "eve"):
        await store.search("pump", user_id=user)  # waits until all is indexed
    return {passage.run_id: passage.id for passage in await store.passages_of("pumps", "wind", "eve")}


async def kept(store: RunStore, ids: dict[str, int], model: str = "m", user: str = "ann") -> dict[int, list[float]]:
    found = await store.vectors_of([*ids.values(), 99], model, user_id=user)
    return {passage_id: vector.tolist() for passage_id, vector in found.items()}


def stored(store: RunStore) -> int:
    """How many vectors the file itself holds."""
    db = Database(store.path)
    count = db.table("vectors").count
    db.close()
    return count


async def test_a_passage_found_by_a_search_is_the_one_of_its_run(store: RunStore, ids: dict[str, int]) -> None:
    (found,) = await store.search("pump", user_id="ann")
    assert found.id == ids["pumps"] > 0


async def test_a_vector_is_kept_for_each_model(store: RunStore, ids: dict[str, int]) -> None:
    await store.keep_vectors("m", {ids["pumps"]: [1.0, 0.5]})
    await store.keep_vectors("n", {ids["pumps"]: [0.25]})
    assert await kept(store, ids) == {ids["pumps"]: [1.0, 0.5]}
    assert await kept(store, ids, "n") == {ids["pumps"]: [0.25]}
    await store.keep_vectors("m", {ids["pumps"]: [2.0]})
    assert await kept(store, ids) == {ids["pumps"]: [2.0]}


async def test_vectors_of_others_are_not_read(store: RunStore, ids: dict[str, int]) -> None:
    await store.keep_vectors("m", {passage_id: [1.0] for passage_id in ids.values()})
    assert set(await kept(store, ids)) == {ids["pumps"], ids["wind"]}
    assert set(await kept(store, ids, user="eve")) == {ids["eve"]}
    assert await kept(store, ids, user="nobody") == {}


async def test_vectors_go_with_their_session(store: RunStore, ids: dict[str, int]) -> None:
    await store.keep_vectors("m", {passage_id: [1.0] for passage_id in ids.values()})
    await store.delete_session("then", "ann")
    assert set(await kept(store, ids)) == {ids["wind"]}
    assert stored(store) == 2

    await store.keep_vectors("m", {ids["pumps"]: [1.0]})
    assert stored(store) == 2, "what was made while the session was deleted is not kept"


async def test_vectors_go_when_their_step_is_done_again(store: RunStore, ids: dict[str, int]) -> None:
    await store.keep_vectors("m", {ids["pumps"]: [1.0]})
    await store.record("pumps", JournalEntry("Notes", "step", output=StepOutput("It gives four.", step_name="Notes")))
    (passage,) = await store.search("four", user_id="ann")
    assert passage.id != ids["pumps"]
    assert stored(store) == 0


async def test_a_file_of_an_earlier_version_gets_room_for_vectors(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "old.db")
    await keep(store, PUMPS)
    await store.close()
    db = Database(store.path)
    db.table("vectors").drop()
    db.execute("delete from _sqlite_migrations where name = 'm005_vectors_of_passages'")
    db.conn.commit()
    db.close()

    store = RunStore(store.path)
    (passage,) = await store.search("pump", user_id="ann")
    await store.keep_vectors("m", {passage.id: [1.0]})
    assert await kept(store, {"pumps": passage.id}) == {passage.id: [1.0]}
    await store.close()
