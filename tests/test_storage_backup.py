from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage import Busy, JournalEntry, NewerSchema, RunRequest, RunStore, StepOutput, StorageError
from storage.attachment_shelf import attachment_folder
from storage.backup import Damaged, backup, restore
from storage.verify import verify

from .stored import SAID, damage, fill


@pytest.fixture
async def filled(store: RunStore) -> RunStore:
    await fill(store)
    return store


async def work(store: RunStore, name: str, stop: asyncio.Event) -> list[str]:
    """Runs one after the other until told to stop; the ids of those that are on disk."""
    done: list[str] = []
    while not stop.is_set():
        run_id = f"{name}-{len(done)}"
        await store.create_run(RunRequest(run_id, "Content", "f", "wind", name, f"session-{name}"))
        await store.record(run_id, JournalEntry("Write", "step", output=StepOutput(SAID, step_name="Write")))
        await store.end_run(run_id, status="completed", content=SAID)
        done.append(run_id)
        await asyncio.sleep(0)
    return done


def text_of(file: str) -> str:
    return Path(file).read_text()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def workers_have_begun(store: RunStore, workers: list[asyncio.Task[list[str]]]) -> None:
    """Return once somebody has written."""
    for worker in workers:
        assert not worker.done()
    await store.create_run(RunRequest("mark", "Content", "f", "wind", "ann", "s9"))  # behind what they handed in


async def test_a_backup_made_while_much_is_written_is_whole_and_opens(filled: RunStore, tmp_path: Path) -> None:
    stop, target = asyncio.Event(), tmp_path / "kept" / "backup.db"
    workers = [asyncio.create_task(work(filled, f"user{n}", stop)) for n in range(8)]
    await workers_have_begun(filled, workers)
    before = {run.id for run in await filled.runs(limit=10_000)}
    made = await backup(filled.path, target)
    stop.set()
    written = {run_id for ids in await asyncio.gather(*workers) for run_id in ids}
    assert (made.path, made.files, made.missing) == (target, 1, ())
    assert mode_of(target) == 0o600
    assert names_in(target.parent) == {"backup.db", "backup.db.files"}

    assert (await verify(target)).clean
    opened = RunStore(target)
    try:
        kept = {run.id for run in await opened.runs(limit=10_000)}
        assert before <= kept <= written | before
        assert len(kept) < len(written | before), "nothing was written while the backup was made"
        assert await opened.search("turbines", user_id="ann")
        (attachment,) = await opened.attachments("session-ann", user_id="ann")
        file = opened.attached_file(attachment.id, attachment.name, attachment.media_type)
        assert text_of(file.path) == "wind"
    finally:
        await opened.close()


async def test_another_process_backs_up_what_this_one_writes(filled: RunStore, tmp_path: Path) -> None:
    stop, target = asyncio.Event(), tmp_path / "backup.db"
    working = asyncio.create_task(work(filled, "carl", stop))
    script = "import asyncio, sys; from pathlib import Path; from storage.backup import backup; "
    script += "asyncio.run(backup(Path(sys.argv[1]), Path(sys.argv[2])))"
    command = [sys.executable, "-c", script, str(filled.path), str(target)]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    stop.set()
    await working
    assert ended.returncode == 0, ended.stderr
    assert (await verify(target)).clean


async def test_files_of_a_conversation_that_is_deleted_meanwhile_are_not_kept(filled: RunStore, tmp_path: Path) -> None:
    stray = attachment_folder(filled.path) / ("0" * 32)
    stray.mkdir()
    (stray / "left.txt").write_text("of nobody")
    await backup(filled.path, tmp_path / "backup.db")
    assert [path.name for path in attachment_folder(tmp_path / "backup.db").glob("*/*")] == ["notes.txt"]


async def test_what_exists_is_replaced_only_when_told(filled: RunStore, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("something else")
    with pytest.raises(StorageError, match=r"exists already\. Name another file, or replace it with --force"):
        await backup(filled.path, target)
    assert target.read_text() == "something else"
    await backup(filled.path, target, force=True)
    assert (await verify(target)).clean
    with pytest.raises(StorageError, match="is the database itself"):
        await backup(filled.path, filled.path, force=True)


async def test_a_place_that_cannot_be_written_leaves_nothing_behind(filled: RunStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match=r"can't be written: .*\. Name another place"):
        await backup(filled.path, tmp_path / "file" / "backup.db")


async def test_a_backup_comes_back(filled: RunStore, tmp_path: Path) -> None:
    await backup(filled.path, tmp_path / "backup.db")
    elsewhere = tmp_path / "new" / "refrain.db"
    made = await restore(tmp_path / "backup.db", elsewhere)
    assert (made.path, made.files) == (elsewhere, 1)
    assert names_in(elsewhere.parent) == {"refrain.db", "refrain.db.files", "refrain.db.owners"}
    store = RunStore(elsewhere)
    try:
        assert (await store.get_run("run-ann")).content == SAID
    finally:
        await store.close()


async def test_a_store_in_use_is_not_overwritten_even_when_told(filled: RunStore, tmp_path: Path) -> None:
    await backup(filled.path, tmp_path / "backup.db")
    with pytest.raises(StorageError, match="exists already"):
        await restore(tmp_path / "backup.db", filled.path)
    with pytest.raises(Busy, match=r"is in use\. Stop Refrain"):
        await restore(tmp_path / "backup.db", filled.path, force=True)
    assert (await filled.get_run("run-ann")).content == SAID


async def test_what_was_written_since_the_backup_is_gone_after_a_forced_restore(tmp_path: Path) -> None:
    path = tmp_path / "refrain.db"
    store = RunStore(path)
    await fill(store)
    await backup(path, tmp_path / "backup.db")
    await store.create_run(RunRequest("later", "Content", "f", "wind", "ann", "s9"))
    await store.close()
    await restore(tmp_path / "backup.db", path, force=True)
    store = RunStore(path)
    try:
        assert {run.id for run in await store.runs()} == {"run-ann", "run-bob"}
    finally:
        await store.close()


async def test_a_damaged_backup_is_refused_with_what_is_wrong(filled: RunStore, tmp_path: Path) -> None:
    copy, path = tmp_path / "backup.db", tmp_path / "new.db"
    await backup(filled.path, copy)
    damage(copy, "update steps set output = replace(output, 'power', 'coal') where id = 1")
    with pytest.raises(Damaged, match=r"was not restored, as it is damaged\. Step Research of run run-ann") as refused:
        await restore(copy, path)
    assert len(refused.value.findings) >= 1
    assert not path.exists()
    await restore(copy, path, force=True)
    assert path.exists()


async def test_a_backup_of_a_newer_version_is_refused(filled: RunStore, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    await backup(filled.path, copy)
    damage(copy, "insert into _sqlite_migrations(migration_set, name, applied_at) values ('refrain', 'm999_later', '')")
    with pytest.raises(NewerSchema, match="newer version"):
        await restore(copy, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


async def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 200)
    with pytest.raises(StorageError, match="The database is damaged"):
        await restore(tmp_path / "notes.txt", tmp_path / "new.db")
    with pytest.raises(StorageError, match="There is no backup"):
        await restore(tmp_path / "none.db", tmp_path / "new.db")
    with pytest.raises(StorageError, match="There is no database"):
        await backup(tmp_path / "none.db", tmp_path / "copy.db")
    assert not (tmp_path / "new.db").exists()


def test_the_copy_is_one_file(tmp_path: Path) -> None:
    """A copy in the write-ahead mode of the store would need two more files beside it to be read."""

    async def made() -> None:
        store = RunStore(tmp_path / "refrain.db")
        await backup(store.path, tmp_path / "backup.db")
        await store.close()

    asyncio.run(made())
    with sqlite3.connect(tmp_path / "backup.db") as db:
        assert db.execute("pragma journal_mode").fetchone() == ("delete",)
    db.close()
