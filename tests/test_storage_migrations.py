from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from storage import (
    JournalEntry,
    NewerSchema,
    Preferences,
    RunRequest,
    RunStore,
    StepOutput,
    StorageError,
    Turn,
    Usage,
    attachments,
    deletion,
    journal,
    passages,
    recall,
    runs,
    sessions,
    turns,
    vectors,
)
from storage import events as event_rows
from storage.migrations import migrate


def test_an_empty_file_gets_its_tables_once() -> None:
    db = Database(memory=True)
    migrate(db, "memory")
    tables = set(db.table_names())
    assert {"users", "sessions", "turns", "runs", "steps", "events", "passages", "feedback", "attachments"} <= tables
    migrate(db, "memory")
    assert set(db.table_names()) == tables


async def test_a_newer_file_is_refused_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    store = RunStore(file)
    await store.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1"))
    await store.close()
    db = Database(file)
    db.table("_sqlite_migrations").insert(
        {"migration_set": "refrain", "name": "m999_later", "applied_at": "2030-01-01"}
    )
    db.close()
    before = file.read_bytes()
    with pytest.raises(NewerSchema, match=r"newer version of Refrain \(m999_later\)\. Update Refrain"):
        RunStore(file)
    assert file.read_bytes() == before


def test_what_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Dear diary, " * 200)
    with pytest.raises(StorageError, match=r"notes.txt can't be used as a database"):
        RunStore(file)
    assert file.read_text() == "Dear diary, " * 200


async def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "deep" / "refrain.db")
    await store.ensure_user("ada")
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    for file in store.path.parent.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, f"{file.name} can be read by others"
    await store.close()


async def test_turns_of_an_earlier_version_are_kept_and_can_be_overridden(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    store = RunStore(file)
    await store.create_turn(Turn("t1", "hello", "ada", "s1"))
    await store.close()
    db = Database(file)
    db.execute("drop index idx_turns_user_id_started_at")
    db.execute("alter table turns drop column override")
    db.execute("delete from _sqlite_migrations where name = 'm003_overrides_of_turns'")
    db.conn.commit()
    db.close()

    store = RunStore(file)
    before = await store.get_turn("t1")
    await store.override_turn("t1", "run", user_id="ada")
    after = await store.get_turn("t1")
    await store.close()
    assert (before.message, before.override, after.override) == ("hello", None, "run")


async def test_turns_of_an_earlier_version_were_taken_with_the_usual_preferences(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    store = RunStore(file)
    await store.create_turn(Turn("t1", "hello", "ada", "s1", preferences=Preferences(model="offline")))
    await store.close()
    db = Database(file)
    db.execute("alter table turns drop column preferences")
    db.execute("delete from _sqlite_migrations where name = 'm007_preferences_of_turns'")
    db.conn.commit()
    db.close()

    store = RunStore(file)
    turn = await store.get_turn("t1")
    await store.close()
    assert (turn.message, turn.preferences) == ("hello", Preferences())


async def test_runs_of_an_earlier_version_were_given_nothing_and_can_be_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "refrain.db"
    store = RunStore(file)
    await store.create_run(RunRequest("r1", "Content", "f", "wind", "ada", "s1"))
    await store.end_run("r1", status="failed", error="out of order")
    await store.close()
    db = Database(file)
    db.execute("drop index idx_runs_known")
    db.execute("alter table runs drop column known")
    db.execute("delete from _sqlite_migrations where name = 'm004_known_parts_of_runs'")
    db.conn.commit()
    db.close()

    store = RunStore(file)
    request = await store.claim_run("r1")
    await store.close()
    assert (request.input, request.known) == ("wind", ())


@pytest.fixture(scope="module")
def filled() -> Database:
    """A database that holds a little of everything."""
    db = Database(memory=True)
    migrate(db, "memory")
    db.begin()
    turns.create_turn(db, Turn("t", "hello", "u", "s"), "owner")
    runs.create_run(db, RunRequest("r", "w", "f", "wind", "u", "s", "t"), "owner")
    recorded = journal.record(db, "r", ENTRY, ())
    assert recorded
    passages.index_step(db, recorded[1])
    db.commit()
    return db


def plans(db: Database, ask: Any, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The queries that are asked, each with a step of how SQLite goes about it."""
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    db.execute("begin")
    ask(db, **arguments)
    db.rollback()
    db.conn.set_trace_callback(None)
    queries = [query for query in asked if query.lower().startswith(("select", "update", "delete"))]
    assert queries
    return [(query, row[3]) for query in queries for row in db.execute(f"explain query plan {query}")]


ENTRY = JournalEntry("Write", "step", output=StepOutput("Wind is free."))
ENDED: dict[str, Any] = {
    "run_id": "r",
    "status": "completed",
    "content": None,
    "error": None,
    "question": None,
    "session_state": None,
    "state_changes": {"set": {"a": 1}, "removed": []},
    "usage": Usage(),
    "steps": (),
    "events": (),
}
LISTED: dict[str, Any] = {"user_id": None, "session_id": None, "workflow": None, "status": None, "limit": 50}


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        (runs.end_run, ENDED),
        (deletion.delete_session, {"session_id": "s", "user_id": "u"}),
        (runs.get_run, {"run_id": "r"}),
        (runs.get_runs, {"run_ids": ["r", "q"]}),
        (journal.journal, {"run_id": "r"}),
        (journal.record, {"run_id": "r", "entry": ENTRY, "events": ()}),
        (runs.completed_run_ids, {"session_id": "s", "user_id": "u", "limit": 3}),
        (runs.run_by_input, {"user_id": "u", "workflow": "w", "input_text": "x"}),
        (runs.list_runs, LISTED),
        (runs.list_runs, {**LISTED, "user_id": "u"}),
        (runs.list_runs, {**LISTED, "session_id": "s"}),
        (runs.list_runs, {**LISTED, "user_id": "u", "session_id": "s"}),
        (runs.list_runs, {**LISTED, "user_id": "u", "status": "paused"}),
        (runs.list_runs, {**LISTED, "workflow": "w"}),
        (runs.list_runs, {**LISTED, "status": "running"}),
        (runs.list_runs, {**LISTED, "user_id": "u", "contents": False}),
        (event_rows.list_events, {"stream": "t", "after_seq": 3, "run_id": None}),
        (event_rows.last_seq, {"stream": "t"}),
        (turns.list_turns, {"session_id": "s", "user_id": "u", "limit": 5}),
        (turns.list_turns, {"session_id": "s", "user_id": None, "limit": 5}),
        (turns.get_turn, {"turn_id": "t"}),
        (turns.newest_turns, {"user_id": "u", "beginning": "ab", "limit": 5}),
        (turns.overridden_turns, {"user_id": "u"}),
        (turns.forget_runs, {"run_ids": ["r"]}),
        (sessions.list_sessions, {"user_id": "u", "limit": 5, "before": "s", "search": None}),
        (sessions.get_session, {"session_id": "s"}),
        (attachments.of_session, {"session_id": "s", "user_id": "u"}),
        (attachments.pages, {"attachment_id": "a"}),
        (sessions.starting_state, {"session_id": "s", "user_id": "u", "defaults": {}}),
        (sessions.session_usage, {"session_id": "s", "user_id": "u"}),
        (passages.passages_of, {"run_ids": ["r", "q"]}),
        (passages.remove, {"step_ids": [1]}),
        (vectors.vectors_of, {"passage_ids": [1, 1 << 32 | 1], "model": "m", "user_id": "u"}),
        (recall.search, {"text": "wind", "user_id": "u", "session_id": None, "limit": 8}),
    ],
)
def test_no_query_reads_a_whole_table_or_sorts_one(filled: Database, ask: Any, arguments: dict[str, Any]) -> None:
    for query, plan in plans(filled, ask, arguments):
        if plan.startswith("SCAN") and not plan.startswith("SCAN (subquery"):
            assert "VIRTUAL TABLE" in plan or ("USING INDEX" in plan and "limit" in query), (query, plan)
        assert "limit" not in query or "TEMP B-TREE" not in plan, (query, plan)
        if "passage_words" in plan:
            assert "M" in plan.rpartition(":")[2], f"the index is asked for no word: {query}"
