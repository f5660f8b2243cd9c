"""Attached files over the page's socket and routes: shown, opened, kept from others, gone with the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.tools.library import find_document
from chat.attachments import as_html, as_markdown, file_chips, refusals
from chat.library import as_html as library_html
from chat.markdown import safe
from chat.render import source_line
from storage.attachments import Attachment, Page
from storage.credentials import Credentials
from storage.files import Attached
from storage.records import Turn, now

from .chat_client import ChatClient
from .chat_server import ChatServer
from .pdf_files import ANNUAL_REPORT, pdf

REPORT = pdf(ANNUAL_REPORT)
REVENUE = "Revenue rose by 12 percent to 48 million crowns"
ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    folder = tmp_path_factory.mktemp("attachments")
    running = ChatServer(folder, REFRAIN_OFFLINE_WORDS_PER_SECOND="0")
    accounts = Credentials(folder / "data" / "users.json")
    for name in ("ada", "bob"):
        accounts.add(name, f"{name}-password")
    with running:
        yield running


async def page_of(server: ChatServer, name: str, thread_id: str = "") -> ChatClient:
    page = ChatClient(server.url, thread_id=thread_id)
    signed_in = await page.http.post("/login", data={"username": name, "password": f"{name}-password"})
    signed_in.raise_for_status()
    await page.connect()
    return page


def chips(page: ChatClient, turn_id: str) -> list[dict[str, Any]]:
    return [one for one in page.elements.values() if one["type"] == "file" and one["forId"] == turn_id]


async def test_a_report_is_attached_asked_about_shown_and_gone(server: ChatServer) -> None:
    ada, bob = await page_of(server, "ada"), await page_of(server, "bob")
    file = await ada.upload("report.pdf", REPORT, "application/pdf")
    turn = await ada.send("What does the attached report say about revenue?", [file])
    assert (await ada.until_ended(turn))["state"] == "completed"
    assert f"{REVENUE}, driven by orders from harbour authorities. (report.pdf, page 3)" in ada.last()
    await ada.until(lambda: [chip["name"] for chip in chips(ada, turn)] == ["report.pdf"])
    url = chips(ada, turn)[0]["url"]
    address = url.removesuffix("/file")
    assert f"[report.pdf, page 3]({address}#page=3)" in ada.last()
    assert (await ada.http.get(url)).content == REPORT

    again = await page_of(server, "ada", ada.thread_id)
    assert [chip["url"] for chip in chips(again, turn)] == [url]
    text = await ada.http.get(address)
    assert text.headers["content-type"].startswith("text/markdown")
    assert "## Page 3" in text.text
    shown = await ada.http.get(address, headers={"accept": "text/html"})
    assert '<section id="page=3">' in shown.text

    stranger = httpx.AsyncClient(base_url=server.url)
    for path in (address, url):
        refused, unknown = await bob.http.get(path), await bob.http.get(path.replace(address[-32:], ID))
        assert (refused.status_code, refused.json()) == (unknown.status_code, unknown.json())
        assert refused.status_code == 404
        assert (await stranger.get(path)).status_code == 401
    asked = await bob.send("/run Brief what does the attached report say about revenue")
    await bob.until_ended(asked)
    assert "48 million" not in bob.last()

    deleted = await ada.http.request("DELETE", "/project/thread", json={"threadId": ada.thread_id})
    assert deleted.status_code == 200
    assert (await ada.http.get(address)).status_code == 404
    assert not list((server.folder / "data" / "refrain.db.files").iterdir())
    await asyncio.gather(ada.close(), again.close(), bob.close(), stranger.aclose())


async def test_what_cannot_be_read_is_told_and_the_message_is_not_lost(server: ChatServer) -> None:
    ada = await page_of(server, "ada")
    files = [
        await ada.upload("scan.pdf", pdf([""]), "application/pdf"),
        await ada.upload("program.md", b"\x7fELF\x00\x00", "text/markdown"),
    ]
    turn = await ada.send("Brief me on how vaccines work", files)
    assert (await ada.until_ended(turn))["state"] == "completed"
    told = next(one for one in ada.said() if "scan.pdf" in one)
    assert "holds pictures of pages and no text" in told
    assert "program.md is no text, although it is called one" in told
    assert "vaccine" in ada.last().lower()
    await ada.until(lambda: chips(ada, turn) == [])
    again = await page_of(server, "ada", ada.thread_id)
    assert told in again.said()
    await asyncio.gather(ada.close(), again.close())


async def test_other_kinds_of_files_are_refused_before_they_are_sent(server: ChatServer) -> None:
    ada = await page_of(server, "ada")
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        await ada.upload("program.exe", b"MZ", "application/x-msdownload")
    await ada.close()


def test_a_file_s_name_and_text_are_shown_as_they_are_and_do_nothing() -> None:
    attachment = Attachment(ID, '"><script>x</script>.md', "text/markdown", "ada", "s", now())
    page = as_html(attachment, [Page("", "<img src=x onerror=alert(1)> & more")])
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more" in page
    assert "![x](" not in as_markdown(attachment, [Page("page 1", "![x](http://example.org/a.png)")])


def test_sources_in_attached_files_lead_to_their_page() -> None:
    link = f"/refrain/attachments/{ID}#page=3"
    address = f"file:{ID}#page=3"
    assert source_line({"title": "report.pdf, page 3", "address": address}) == f"[report.pdf, page 3]({link})"
    assert safe(f"- my [b] report.pdf, page 3 — {address} [1]") == rf"- [my \[b\] report.pdf, page 3]({link}) [1]"
    assert safe(f"Source: {address}") == f"Source: [the attached file]({link})"
    assert source_line({"title": "x", "address": "file:///etc/passwd"}) == "x"
    assert "](" not in safe("- x — file:///etc/passwd")


async def test_a_document_of_the_library_is_a_page_to_read_and_nothing_else_is(server: ChatServer) -> None:
    ada = await page_of(server, "ada")
    reply = await ada.http.get("/refrain/library/how-vaccines-work.md")
    assert reply.status_code == 200
    assert "<title>How Vaccines Work</title>" in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    out = "..%2flibrary%2fhow-vaccines-work.md"
    for name in ("nothing.md", out, "%2fetc%2fpasswd", "..%2f__init__.py", "%00.md", ""):
        assert (await ada.http.get(f"/refrain/library/{name}")).status_code == 404, name
    await ada.close()
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        assert (await stranger.get("/refrain/library/how-vaccines-work.md")).status_code == 401


def test_a_document_s_text_is_shown_as_it_is_and_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my notes").mkdir()
    (tmp_path / "my notes" / "a b.md").write_text("# <b>Tides</b>\n<script>x</script>")
    (tmp_path / ".hidden.md").write_text("# Hidden")
    (tmp_path / "keys.pem").write_text("secret")
    monkeypatch.setenv("REFRAIN_LIBRARY", str(tmp_path))
    found = find_document("my notes/a b.md")
    assert found is not None
    page = library_html(found, found.path.read_text())
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    url = "/refrain/library/my%20notes/a%20b.md"
    assert source_line({"title": "Tides", "address": "library:my notes/a b.md"}).startswith(f"[Tides]({url})")
    assert safe("See library:my notes/a b.md") == rf"See [\<b\>Tides\</b\>]({url})"
    assert [find_document(name) for name in (".hidden.md", "keys.pem", "my notes", "./my notes/a b.md")] == [None] * 4


def test_a_message_shows_chips_of_what_could_be_read_and_a_sentence_for_the_rest() -> None:
    broken = Attached("b*.pdf", problem="b*.pdf is damaged.")
    turn = Turn("t", "Look", "ada", "s", files=(Attached("a.pdf", "application/pdf", ID), broken))
    assert [chip["name"] for chip in file_chips(turn)] == ["a.pdf"]
    assert refusals(turn.files) == r"b\*.pdf is damaged."
    assert Path(file_chips(turn)[0]["url"]).parent.name == ID
