from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Busy, JournalEntry, RunRequest, RunStore, StepOutput, StorageError
from storage.attachment_shelf import attachment_folder
from storage.checks import fits
from storage.verify import Report, verify

from .stored import damage, fill


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "refrain.db"
    asyncio.run(_filled(path))
    return path


async def _filled(path: Path) -> None:
    store = RunStore(path)
    await fill(store)
    await store.close()


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy of a store in which nothing is wrong."""
    for part in (whole, attachment_folder(whole)):
        copy = tmp_path / part.name
        shutil.copytree(part, copy) if part.is_dir() else shutil.copyfile(part, copy)
    return tmp_path / whole.name


@pytest.fixture
async def store(path: Path) -> AsyncIterator[RunStore]:
    opened = RunStore(path)
    yield opened
    await opened.close()


def told(report: Report) -> str:
    return "\n".join(finding.text for finding in report.wrong)


async def test_a_store_in_use_is_clean_and_all_of_it_is_looked_at(store: RunStore) -> None:
    await store.create_run(RunRequest("r9", "Content", "f", "sun", "ann", "s9"))
    report = await verify(store.path)
    assert report.wrong == ()
    assert report.counts["runs"] == 3
    assert report.counts["steps"] == 6
    assert report.counts["passages"] >= 4
    assert (report.counts["vectors"] > 0, report.counts["attachments"]) == (True, 1)


PASSAGE = "(select min(id) from passages)"
REPAIRED = [
    ("a passage says something else", [f"update passages set text = 'Coal' where id = {PASSAGE}"], "does not say what"),
    (
        "a passage is gone",
        [f"delete from passages where step_id = (select step_id from passages where id = {PASSAGE})"],
        "There are no passages of step",
    ),
    (
        "a passage of nothing",
        ["update passages set step_id = 999 where id = (select max(id) from passages)"],
        "belongs to a row of steps that is not there",
    ),
    (
        "a passage of a verdict",
        [f"update passages set step_id = (select id from steps where kind = 'verdict') where id = {PASSAGE}"],
        "which gave nothing to be found",
    ),
    (
        "the index is empty",
        ["insert into passage_words(passage_words) values ('delete-all')"],
        "does not lead to passage",
    ),
    (
        "the index leads nowhere",
        ["insert into passage_words(rowid, words) values (77, 'nowhere')"],
        "leads to passage 77, which is not there",
    ),
    (
        "the index says something else",
        [f"insert into passage_words(rowid, words) values ({PASSAGE}, 'coal')"],
        "does not lead to passage",
    ),
    ("a wrong count", ["update users set passages = 100 where id = 'bob'"], "User bob has .* and 100 are counted"),
    ("a number that is taken", ["update users set next_passage = 1 where id = 'bob'"], "next passage of user bob"),
    ("a vector of nothing", ["insert into vectors values (5, 'meaning', x'00000000')"], "vector of meaning"),
    (
        "a vector of another length",
        ["update vectors set vector = x'0000' where rowid = (select max(rowid) from vectors)"],
        "another length",
    ),
    ("a step without a hash", ["update steps set hash = null where id = 1"], "has no hash"),
    (
        "events of nobody",
        ["insert into events values ('gone', 1, 'decided', null, null, '', '', '', '{}')"],
        "1 events belong to gone",
    ),
    ("a citation of nobody", ["insert into citations values ('r', 'gone')"], "A row of citations"),
]


@pytest.mark.parametrize(
    ("statements", "sentence"), [case[1:] for case in REPAIRED], ids=[case[0] for case in REPAIRED]
)
async def test_what_the_journal_tells_is_found_and_repaired(path: Path, statements: list[str], sentence: str) -> None:
    damage(path, *statements)
    assert re.search(sentence, told(await verify(path)))
    repaired = await verify(path, repair=True)
    assert re.search(sentence, "\n".join(finding.text for finding in repaired.repaired))
    assert repaired.wrong == ()
    assert (await verify(path)).wrong == ()
    store = RunStore(path)
    try:
        for user in ("ann", "bob"):
            assert {found.run_id for found in await store.search("turbines", user_id=user)} == {f"run-{user}"}
        assert not await store.search("coal", user_id="ann")
    finally:
        await store.close()


LOST = [
    (
        "a step of nobody",
        ["update steps set run_id = 'gone' where id = 3"],
        "A row of steps .* belongs to a row of runs",
    ),
    (
        "a changed output",
        ["update steps set output = replace(output, 'power', 'coal') where id = 1"],
        "Step Research of run run-ann is not what was kept",
    ),
    (
        "a changed verdict",
        ["update steps set decision = 'false' where kind = 'verdict'"],
        "#verdict of run run-ann is not",
    ),
    (
        "an output that is no JSON",
        ["update steps set output = '{' where id = 1"],
        "output of step Research .* can't be read",
    ),
    ("a missing output", ["update steps set output = null where id = 1"], "its output is missing"),
    ("an odd status", ["update steps set status = 'lost' where id = 1"], "a status that does not exist: lost"),
    ("a path out of the tree", ["update steps set path = 'Publish' where id = 1"], "Step Publish .* has no place"),
    (
        "an end without a time",
        ["update runs set finished_at = null where id = 'run-bob'"],
        "run-bob is completed, and it",
    ),
    ("a run of nobody", ["update runs set status = 'running' where id = 'run-bob'"], "nobody works on it"),
    ("a question that is gone", ["update runs set status = 'paused' where id = 'run-bob'"], "its question is gone"),
    ("a run that is no JSON", ["update runs set usage = '{' where id = 'run-bob'"], "Run run-bob can't be read"),
    ("a turn's run", ["update turns set run_ids = '[\"gone\"]' where id = 'turn-ann'"], "Turn turn-ann ran gone"),
    ("a run's turn", ["update runs set turn_id = 'gone' where id = 'run-ann'"], "belongs to a turn that is not there"),
    (
        "a turn that is no JSON",
        ["update turns set citations = '{' where id = 'turn-ann'"],
        "Turn turn-ann can't be read",
    ),
    ("a missing event", ["delete from events where stream = 'turn-ann' and seq = 1"], "between 0 and 2 are missing"),
    ("a missing end", ["delete from events where stream = 'turn-ann' and seq = 3"], "do not tell its end"),
    (
        "an event that is no JSON",
        ["update events set data = '{' where stream = 'turn-ann' and seq = 2"],
        "Event 2 of turn",
    ),
]


@pytest.mark.parametrize(("statements", "sentence"), [case[1:] for case in LOST], ids=[case[0] for case in LOST])
async def test_what_nothing_else_tells_is_found_and_left_alone(
    path: Path, statements: list[str], sentence: str
) -> None:
    damage(path, *statements)
    assert re.search(sentence, told(await verify(path)))
    assert re.search(sentence, told(await verify(path, repair=True)))


async def test_files_that_are_gone_or_changed_are_named(path: Path) -> None:
    (file,) = attachment_folder(path).glob("*/notes.txt")
    file.write_text("sun")
    assert "is not what was attached" in told(await verify(path))
    file.unlink()
    assert re.search(r"The file of attachment \w+ \(notes.txt\) is missing", told(await verify(path, repair=True)))


async def test_an_index_of_sqlites_that_lacks_a_row_is_made_anew(path: Path) -> None:
    damage(
        path,
        "pragma writable_schema = on",
        "update sqlite_master set sql = 'create index idx_turns_session_id_started_at on turns(session_id, started_at) "
        "where 0' where name = 'idx_turns_session_id_started_at'",
        "pragma writable_schema = reset",
    )
    damage(
        path,
        "insert into turns(id, user_id, session_id, status, started_at, citations, run_ids, message, answer) "
        "values ('t9', 'ann', 'session-ann', 'interrupted', '2026-01-01T00:00:00+00:00', '[]', '[]', '', '')",
    )
    damage(
        path,
        "pragma writable_schema = on",
        "update sqlite_master set sql = 'CREATE INDEX [idx_turns_session_id_started_at] ON "
        "[turns]([session_id], [started_at])' where name = 'idx_turns_session_id_started_at'",
        "pragma writable_schema = reset",
    )
    assert "missing from index" in told(await verify(path))
    assert (await verify(path, repair=True)).clean
    assert (await verify(path)).clean


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40_000] = b"\xa5" * 40_000
    path.write_bytes(content)


async def test_a_damaged_file_is_told_and_not_repaired_into_something_else(path: Path) -> None:
    spoil(path)
    report = await verify(path)
    assert "damaged" in told(report)
    assert not (await verify(path, repair=True)).clean


async def test_a_store_in_use_is_not_repaired(store: RunStore) -> None:
    with pytest.raises(Busy, match=r"is in use\. Stop Refrain"):
        await verify(store.path, repair=True)


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no database"):
        await verify(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


async def test_what_was_deleted_leaves_nothing_wrong(store: RunStore) -> None:
    await store.delete_run("run-ann", user_id="ann")
    await store.delete_session("session-bob", "bob")
    assert (await verify(store.path)).wrong == ()


async def test_what_is_worked_on_again_is_what_was_kept_last(store: RunStore) -> None:
    again = JournalEntry("Research", "step", output=StepOutput("Another text about tides.", step_name="Research"))
    await store.record("run-ann", again)
    await store.search("tides", user_id="ann")
    assert (await verify(store.path)).wrong == ()


@pytest.mark.parametrize(
    ("place", "fit"),
    [
        ("Gather/web", True),
        ("Gather/web#2", True),
        ("Gather/web#confirm", True),
        ("Gather/web#draft/1", True),
        ("Gather/web/#2", True),
        ("Refine/2/Draft", True),
        ("Refine/2#verdict", True),
        ("Inner/Deep", True),
        ("#budget/1", True),
        ("web", False),
        ("Gather/2/web", False),
        ("Refine/Other", False),
    ],
)
def test_a_path_fits_when_its_tree_has_such_a_place(place: str, fit: bool) -> None:
    tree = (
        '[["parallel","Gather",[["step","web",[]]]],["loop","Refine",[["step","Draft",[]]]],'
        '["workflow","Inner",[["workflow","Own",[["step","Deep",[]]]]]]]'
    )
    assert fits(place, tree) is fit
    assert fits("anything", "no tree")
