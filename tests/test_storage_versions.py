"""Files that earlier versions wrote are opened with all that is in them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import RunStore
from storage.hashes import entry_hash
from storage.migrations import migration
from storage.verify import verify

VERSIONS = [step.name for step in migration.pending(Database(memory=True))]
HASHED = "m010_hashes_of_steps"  # from there on, steps are written with a hash
AT = "2025-05-05T10:00:00.000000+00:00"
SAID = "Heat pumps move warmth into a house."
USAGE = '{"input_tokens":7,"output_tokens":5,"seconds":1.5}'
OUTPUT = (
    f'{{"content":"{SAID}","success":true,"error":null,"stop":false,"step_name":"Write","steps":[],"usage":{USAGE}}}'
)
CITED = f'[{{"run_id":"r1","path":"Write","finished_at":"{AT}","excerpt":"Heat pumps"}}]'

# As the first version wrote them, in plain SQL: no code of today's may stand between.
WRITTEN = f"""
insert into users(number, id, created_at, passages, next_passage) values (1, 'ann', '{AT}', 1, 2);
insert into sessions(user_id, id, title, created_at, updated_at, metadata, state)
    values ('ann', 's1', 'Warmth', '{AT}', '{AT}', '{{"chat_profile":"Refrain","kept":1}}', '{{"tone":"calm"}}');
insert into turns(id, user_id, session_id, status, message, started_at, finished_at, answer, citations, run_ids, usage)
    values ('t1', 'ann', 's1', 'completed', 'What are heat pumps?', '{AT}', '{AT}', 'They move warmth. [1]',
    '{CITED}', '["r1"]', '{USAGE}');
insert into runs(id, user_id, session_id, turn_id, workflow, fingerprint, status, input, input_key, start_state,
    history, files, content, steps, session_state, usage, started_at, finished_at)
    values ('r1', 'ann', 's1', 't1', 'Content', '[["step","Write",[]]]', 'completed', '"heat pumps"', 'k', '{{}}',
    '[]', '["notes.txt"]', '"{SAID}"', '[{OUTPUT}]', '{{"tone":"calm"}}', '{USAGE}', '{AT}', '{AT}');
insert into runs(id, user_id, session_id, workflow, fingerprint, status, owner, input, input_key, start_state,
    history, files, started_at) values ('r2', 'ann', 's1', 'Content', 'f', 'running', 'dead', '"wind"', 'w', '{{}}',
    '[]', '[]', '{AT}');
insert into steps(id, run_id, path, kind, status, attempt, step_name, output, started_at, finished_at, indexed)
    values (1, 'r1', 'Write', 'step', 'completed', 1, 'Write', '{OUTPUT}', '{AT}', '{AT}', 1);
insert into steps(id, run_id, path, kind, status, attempt, decision, started_at, finished_at, indexed)
    values (2, 'r1', 'Write#confirm', 'answer', 'completed', 1, 'true', '{AT}', '{AT}', 1);
insert into events values ('t1', 1, 'decided', 't1', null, '', '', '{AT}', '{{}}');
insert into events values ('t1', 2, 'turn_finished', 't1', null, '', '', '{AT}', '{{}}');
insert into citations values ('r1', 't1');
insert into feedback values ('f1', 't1', 'ann', 1, 'good');
insert into passages values (4294967297, 1, 0, {len(SAID)}, 7, -2666948557292721502, '{SAID}');
insert into passage_words(rowid, words) values (4294967297, 'heat pumps move warmth into a house 0qheat 0qpumps');
"""


def written_by(path: Path, version: str) -> None:
    """A file as the version wrote it that ended with this migration."""
    following = VERSIONS[VERSIONS.index(version) + 1 :]
    db = Database(path)
    migration.apply(db, stop_before=following[0] if following else None)
    db.conn.commit()
    db.close()
    with sqlite3.connect(path) as plain:
        plain.executescript(WRITTEN)
        if HASHED not in following:
            plain.create_function("entry_hash", 6, entry_hash)
            plain.execute("update steps set hash = entry_hash(path, kind, status, output, decision, changes)")
    plain.close()


@pytest.mark.parametrize("version", VERSIONS[:-1])
async def test_everything_in_the_file_of_an_earlier_version_is_there(tmp_path: Path, version: str) -> None:
    path = tmp_path / "refrain.db"
    written_by(path, version)
    store = RunStore(path)
    try:
        run = await store.get_run("r1", user_id="ann")
        assert (run.content, run.input, run.steps[0].content, run.usage.total_tokens) == (SAID, "heat pumps", SAID, 12)
        assert run.files[0].path == "notes.txt"
        assert (await store.get_run("r2")).status == "interrupted"
        assert (await store.claim_run("r2")).input == "wind"
        await store.end_run("r2", status="failed", error="It was tried.")
        turn = await store.get_turn("t1", user_id="ann")
        assert (turn.message, turn.answer, turn.run_ids) == ("What are heat pumps?", "They move warmth. [1]", ("r1",))
        assert (turn.citations[0].excerpt, turn.override, turn.files) == ("Heat pumps", None, ())
        assert [event.type for event in await store.events("t1")] == ["decided", "turn_finished"]
        assert [(entry.path, entry.decision) for entry in await store.journal("r1")] == [
            ("Write", None), ("Write#confirm", True)
        ]  # fmt: skip
        assert {entry.edited for entry in await store.journal("r1")} == {""}
        assert [found.text for found in await store.search("heat pumps", user_id="ann")] == [SAID]
        assert (await store.session_state("s1", "ann"))["tone"] == "calm"
        assert [session.title for session in await store.sessions("ann")] == ["Warmth"]
        assert (await store.feedback_of(["t1"]))["t1"].comment == "good"
        assert [finding.text for finding in (await verify(path)).wrong] == []
        await store.delete_session("s1", "ann")
        assert await store.search("heat pumps", user_id="ann") == []
    finally:
        await store.close()
