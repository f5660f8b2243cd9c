"""Attachments in the store: kept once, the conversation's alone, gone with it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import RunStore, Turn
from storage.attachments import NAME_LIMIT, Page, fit_name
from storage.errors import NotFound
from storage.files import Attached

PAGES = [Page("page 1", "Tides rise."), Page("page 2", "Tides fall.")]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    opened = RunStore(tmp_path / "refrain.db")
    yield opened
    await opened.close()


def folders(store: RunStore) -> list[str]:
    folder = store.path.with_name("refrain.db.files")
    return sorted(os.listdir(folder)) if folder.exists() else []


async def test_a_file_is_kept_with_its_pages_and_itself(store: RunStore) -> None:
    kept, new = await store.add_attachment(
        "tides.pdf", "application/pdf", b"%PDF", PAGES, session_id="s", user_id="ada"
    )
    assert new
    assert await store.attachment(kept.id, user_id="ada") == kept
    assert await store.attachment_pages(kept.id) == PAGES
    file = store.attached_file(kept.id, kept.name, kept.media_type)
    assert (file.name, file.type, file.read_bytes()) == ("tides.pdf", "application/pdf", b"%PDF")
    assert os.stat(file.path).st_mode & 0o077 == 0


async def test_the_same_content_is_kept_once_in_a_conversation(store: RunStore) -> None:
    first, _ = await store.add_attachment("a.txt", "text/plain", b"x", PAGES, session_id="s", user_id="ada")
    again, new = await store.add_attachment("b.txt", "text/plain", b"x", PAGES, session_id="s", user_id="ada")
    other, elsewhere = await store.add_attachment("a.txt", "text/plain", b"x", PAGES, session_id="t", user_id="ada")
    assert (again, new, elsewhere) == (first, False, True)
    assert await store.attachments("s", user_id="ada") == [first]
    assert other.id != first.id


async def test_nobody_else_and_no_other_conversation_has_it(store: RunStore) -> None:
    kept, _ = await store.add_attachment("a.txt", "text/plain", b"x", PAGES, session_id="s", user_id="ada")
    assert await store.attachments("s", user_id="bob") == []
    assert await store.attachments("t", user_id="ada") == []
    with pytest.raises(NotFound):
        await store.attachment(kept.id, user_id="bob")


async def test_it_goes_with_its_conversation_from_the_disk_too(store: RunStore) -> None:
    gone, _ = await store.add_attachment("a.txt", "text/plain", b"x", PAGES, session_id="s", user_id="ada")
    stays, _ = await store.add_attachment("b.txt", "text/plain", b"y", PAGES, session_id="t", user_id="ada")
    assert await store.delete_session("s", "ada")
    with pytest.raises(NotFound):
        await store.attachment(gone.id, user_id="ada")
    assert await store.attachment_pages(gone.id) == []
    assert folders(store) == [stays.id]


async def test_files_that_no_row_names_are_swept_at_the_next_opening(store: RunStore) -> None:
    kept, _ = await store.add_attachment("a.txt", "text/plain", b"x", PAGES, session_id="s", user_id="ada")
    folder = store.path.with_name("refrain.db.files")
    for name in ("0" * 32, "1" * 32, "not-ours"):
        (folder / name).mkdir()
    old = time.time() - 7200
    for name in ("0" * 32, "not-ours", kept.id):
        os.utime(folder / name, (old, old))
    await store.close()
    again = RunStore(store.path)
    assert folders(again) == sorted(["1" * 32, "not-ours", kept.id])
    await again.close()


async def test_a_turn_remembers_what_came_with_it(store: RunStore) -> None:
    files = (Attached("a.pdf", "application/pdf", "f1"), Attached("b.pdf", problem="b.pdf is damaged."))
    await store.create_turn(Turn("t1", "Summarise this", "ada", "s", files=files))
    await store.update_turn(Turn("t1", "Summarise this", "ada", "s", status="completed"))
    assert (await store.get_turn("t1")).files == files


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\ada\tides.pdf", "tides.pdf"),
        ("line\nbreak\x00.md", "line break .md"),
        ("<img src=x>.csv", "img src=x .csv"),
        (".hidden.txt", "hidden.txt"),
        ("\u202efdp.txt", "fdp.txt"),
        ("///", "file"),
    ],
)
def test_a_name_is_one_plain_line_and_no_path(given: str, kept: str) -> None:
    assert fit_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert len(fit_name("a" * 500 + ".pdf")) <= NAME_LIMIT
    assert fit_name("a" * 500 + ".pdf").endswith("a.pdf")
    assert len(fit_name("ж" * 500 + ".pdf").encode()) <= 255
