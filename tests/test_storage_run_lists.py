"""Lists of a user's runs: filters, pages, totals, and that nobody else's runs make them slower."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from storage import JournalEntry, RunRequest, RunStatus, RunStore, StepOutput, Turn, Usage, now
from storage.records import EventRecord
from storage.run_lists import ALL, RunFilter, run_page, run_totals, run_versions, run_workflows

START = now() - timedelta(days=10)


async def ran(
    store: RunStore,
    id: str,
    text: str = "wind",
    *,
    user: str = "ada",
    workflow: str = "Article",
    hours: float = 0,
    status: RunStatus = "completed",
    tokens: int = 10,
) -> None:
    began = START + timedelta(hours=hours)
    await store.create_run(RunRequest(id, workflow, "f", text, user, "s", started_at=began))
    await store.end_run(id, status=status, usage=Usage(tokens, tokens, 1.5), finished_at=began)


async def ids(store: RunStore, wanted: RunFilter = ALL) -> list[str]:
    return [line.id for line in (await store.run_page("ada", wanted)).runs]


async def test_runs_are_listed_newest_first_and_only_ones_own(store: RunStore) -> None:
    await ran(store, "a", hours=1)
    await ran(store, "b", hours=3)
    await ran(store, "c", hours=2)
    await ran(store, "eves", user="eve", hours=4)
    assert await ids(store) == ["b", "c", "a"]


async def test_a_list_is_narrowed_by_all_that_is_given(store: RunStore) -> None:
    await ran(store, "wind", 'All about "wind" & 50 % \\ rain_fall', hours=1)
    await ran(store, "windy", "Windows", hours=100)
    await ran(store, "brief", "wind", workflow="Brief", hours=150)
    await ran(store, "failed", "wind", status="failed", hours=200)

    assert await ids(store, RunFilter(workflow="Brief")) == ["brief"]
    assert await ids(store, RunFilter(status="failed")) == ["failed"]
    assert await ids(store, RunFilter(text="WIND")) == ["failed", "brief", "windy", "wind"]
    assert await ids(store, RunFilter(text='"wind" & 50 % \\ rain_')) == ["wind"]
    assert await ids(store, RunFilter(text="rainxfall")) == []
    assert await ids(store, RunFilter(since=START + timedelta(hours=120))) == ["failed", "brief"]
    assert await ids(store, RunFilter("Article", "completed", "wind")) == ["windy", "wind"]


async def test_pages_follow_one_another_without_gaps_even_when_their_edge_is_deleted(store: RunStore) -> None:
    for number in range(7):
        await ran(store, f"r{number}", hours=number // 2)  # pairs that began at one moment
    first = await store.run_page("ada", limit=3)
    await store.delete_run(first.runs[-1].id, user_id="ada")
    second = await store.run_page("ada", before=first.following, limit=3)
    third = await store.run_page("ada", before=second.following, limit=3)

    seen = [line.id for page in (first, second, third) for line in page.runs]
    assert seen == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]
    assert third.following is None
    for odd in ("", "nonsense", "2026-01-01", "~r1", "soon~r1"):
        with pytest.raises(ValueError, match=r"place in the list|isoformat"):
            await store.run_page("ada", before=odd)


async def test_totals_count_what_the_filter_leaves(store: RunStore) -> None:
    await ran(store, "a", tokens=10)
    await ran(store, "b", tokens=5, workflow="Brief")
    await ran(store, "eves", user="eve", tokens=1000)
    await store.create_run(RunRequest("working", "Article", "f", "wind", "ada", "s"))

    totals = await store.run_totals("ada")
    assert (totals.runs, totals.usage) == (3, Usage(15, 15, 3.0))
    assert (await store.run_totals("ada", RunFilter(workflow="Brief"))).usage == Usage(5, 5, 1.5)
    assert (await store.run_totals("nobody")).usage == Usage()
    assert await store.run_workflows("ada") == ["Article", "Brief"]


async def test_versions_are_the_runs_of_one_request(store: RunStore) -> None:
    await ran(store, "old", "Wind power.", hours=1)
    await ran(store, "new", "wind  power", hours=2)
    await ran(store, "other", "wind", hours=3)
    await ran(store, "brief", "wind power", hours=4, workflow="Brief")
    await ran(store, "eves", "wind power", hours=5, user="eve")
    await ran(store, "broken", "wind power", hours=6, status="failed")

    versions = await store.run_versions("ada", "Article", "WIND POWER")
    assert [line.id for line in versions] == ["broken", "new", "old"]
    assert await store.run_before("broken") == "new"
    assert await store.run_before("new") == "old"
    assert await store.run_before("old") is None


async def test_events_of_a_run_are_found_in_every_turn_that_worked_on_it(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "run it", "ada", "s", run_ids=("r",)))
    await store.create_run(RunRequest("r", "Article", "f", "wind", "ada", "s", "t1"))
    await store.append_events([EventRecord("t1", 5, "step_started", "t1", "r", "A", "A", now(), {})])
    await store.end_run("r", status="paused")
    await store.create_turn(Turn("t2", "yes", "ada", "s", run_ids=("r",)))
    await store.claim_run("r", turn_id="t2")
    await store.append_events([EventRecord("t2", 1, "step_started", "t2", "r", "B", "B", now(), {})])
    await store.append_events([EventRecord("t2", 2, "step_started", "t2", "other", "C", "C", now(), {})])

    assert [event.path for event in await store.run_events("r")] == ["A", "B"]


async def test_no_list_reads_the_runs_of_others(store: RunStore) -> None:
    await ran(store, "a")
    db = Database(store.path)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    for wanted in (ALL, RunFilter("Article"), RunFilter(status="failed"), RunFilter(text="w"), RunFilter(since=START)):
        run_page(db, "ada", wanted, None, 10)
        run_page(db, "ada", wanted, "2026-01-01T00:00:00Z~x", 10)
        run_totals(db, "ada", wanted)
    run_workflows(db, "ada")
    run_versions(db, "ada", "Article", "wind", 10)
    db.conn.set_trace_callback(None)

    queries = [query for query in asked if query.lstrip().lower().startswith("select")]
    assert len(queries) >= 17
    for query in queries:
        plan = [row[-1] for row in db.execute(f"explain query plan {query}").fetchall()]
        runs = [line for line in plan if " r " in f"{line} " or " runs " in f"{line} "]
        assert runs, query
        assert all("SEARCH" in line and "user_id=?" in line for line in runs), (query, plan)
    newest = [row[-1] for row in db.execute(f"explain query plan {queries[0]}").fetchall()]
    assert not any("TEMP B-TREE" in line for line in newest), newest
    (totals, *_) = db.execute("explain query plan " + next(q for q in queries if "count(*)" in q)).fetchall()
    assert "COVERING INDEX" in totals[-1]
    db.close()


async def test_a_journal_is_not_needed_to_list_a_run(store: RunStore) -> None:
    await store.create_run(RunRequest("r", "Article", "f", {"topic": "wind", "words": 3}, "ada", "s"))
    await store.record("r", JournalEntry("A", "step", output=StepOutput("text")))
    await store.ensure_session("s", "ada", title="About wind")
    (line,) = (await store.run_page("ada")).runs
    assert (line.input, line.status, line.session_title) == ("topic: wind\nwords: 3", "running", "About wind")
    assert [found.id for found in await store.run_lines("ada", ["gone", "r"])] == ["r"]
    assert await store.run_lines("eve", ["r"]) == []
