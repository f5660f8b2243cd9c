"""Reading attached files: what pages they give, and what is said of those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import reading
from agents.reading import Unreadable, read

from .pdf_files import ANNUAL_REPORT, pdf, protected


def file(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def refusal(path: Path, name: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read(path, name)
    return str(refused.value)


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    found = read(file(tmp_path, pdf(ANNUAL_REPORT)), "report.pdf")
    assert found.media_type == "application/pdf"
    assert [page.label for page in found.pages] == ["page 1", "page 2", "page 3"]
    assert "Revenue rose by 12 percent to 48 million crowns" in found.pages[2].text
    assert "Revenue rose" not in found.pages[0].text + found.pages[1].text


def test_words_broken_at_the_end_of_a_line_of_a_pdf_are_whole_again(tmp_path: Path) -> None:
    found = read(file(tmp_path, pdf(["The gauges were cali-\nbrated twice in North-\nEast."])), "a.pdf")
    assert "calibrated twice in North-\nEast." in found.pages[0].text


def test_a_pdf_that_may_not_be_changed_can_still_be_read(tmp_path: Path) -> None:
    assert "640 gauges" in read(file(tmp_path, protected(ANNUAL_REPORT, "")), "a.pdf").pages[1].text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (protected(ANNUAL_REPORT, "secret"), "is protected by a password. Save a copy without one"),
        (pdf(["", ""]), "holds pictures of pages and no text. Run it through text recognition"),
        (pdf(ANNUAL_REPORT)[:300], "is damaged and could not be read. Open it, save or print it"),
        (b"%PDF-1.7\n\x00\xff" + bytes(range(256)) * 40, "is damaged"),
        (b"MZ\x90\x00 a program", "is no PDF, although it is called one"),
        (b"", "is no PDF"),
    ],
)
def test_a_pdf_that_gives_no_text_is_refused_with_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    sentence = refusal(file(tmp_path, content), "report.pdf")
    assert sentence.startswith("report.pdf ")
    assert said in sentence


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.md", b"\x7fELF\x00\x00\x01 notes", "notes.md is no text, although it is called one"),
        ("notes.txt", bytes(range(1, 32)) * 9, "notes.txt is no text"),
        ("notes.txt", pdf(["Hello."]), "notes.txt is a PDF by its content. Give it the ending .pdf"),
        ("table.csv", b"name;units\n", "table.csv has no rows below its header"),
        ("notes.md", b" \n\t\n", "notes.md is empty"),
        ("notes.docx", b"PK", "notes.docx is of a kind that cannot be read. Attach PDF, Markdown"),
        ("notes", b"Hello.", "notes is of a kind that cannot be read"),
    ],
)
def test_what_is_no_text_is_refused_whatever_it_is_called(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert refusal(file(tmp_path, content), name).startswith(said)


def test_a_file_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing", "a.md").startswith("a.md could not be opened: No such file")


def test_what_is_too_much_is_refused_with_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_PAGES", 2)
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 100)
    assert "has 3 pages, and 2 can be read" in refusal(file(tmp_path, pdf(ANNUAL_REPORT)), "a.pdf")
    assert "holds 101 characters, and 100 can be read" in refusal(file(tmp_path, b"x" * 101), "a.txt")
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    assert "is 2 MB large, and 1 MB can be read" in refusal(file(tmp_path, b"x" * (2 << 20)), "a.txt")


def test_a_pdf_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PDF_SECONDS", 0.001)
    assert "took longer than 0.001 seconds" in refusal(file(tmp_path, pdf(ANNUAL_REPORT)), "a.pdf")


def test_text_of_windows_is_read_as_such(tmp_path: Path) -> None:
    assert read(file(tmp_path, "Größe – 5 €".encode("cp1252")), "a.txt").pages[0].text == "Größe – 5 €"
    assert read(file(tmp_path, "\ufeffGröße".encode()), "a.md").pages[0].text == "Größe"


def test_rows_of_a_table_are_sentences_in_pages_of_fifty(tmp_path: Path) -> None:
    rows = "".join(f"Harbour {number};{number};\n" for number in range(1, 121))
    found = read(file(tmp_path, f"place;gauges sold;note\n{rows}".encode()), "sales.csv")
    assert [page.label for page in found.pages] == ["rows 1–50", "rows 51–100", "rows 101–120"]
    assert found.pages[1].text.startswith("Place: Harbour 51; gauges sold: 51 (row 51).\n")
    assert [page.text.count("\n") for page in found.pages] == [50, 50, 20]


def test_cells_without_a_header_and_with_line_breaks_stay_one_row(tmp_path: Path) -> None:
    found = read(file(tmp_path, b'a,,c\n1,"two\nlines",3,4\n'), "t.csv")
    assert found.pages[0].text == "A: 1; column 2: two lines; c: 3; column 4: 4 (row 1).\n"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400), max_size=40),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_the_pages_joined_are_the_whole_text(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], ending: str
) -> None:
    text = "Notes" + ending.join(lines)
    path = file(tmp_path_factory.mktemp("t"), text.encode())
    found = read(path, "notes.txt")
    assert "".join(page.text for page in found.pages) == text
    assert all(len(page.text) <= reading.PAGE_CHARACTERS or len(page.text.splitlines()) == 1 for page in found.pages)


def test_a_long_text_is_cited_by_its_lines(tmp_path: Path) -> None:
    paragraph = "A line of a report on tides.\n" * 30 + "\n"
    found = read(file(tmp_path, (paragraph * 8).encode()), "notes.md")
    assert [page.label for page in found.pages] == ["lines 1–93", "lines 94–186", "lines 187–248"]
    assert "".join(page.text for page in found.pages) == paragraph * 8
