"""Search of attached files: what is looked at first, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from agents.context import current_shelf
from agents.tools import DuckDuckGoTools, LibraryTools
from agents.tools.duckduckgo import Rows, Web
from agents.tools.sources import SearchResult
from storage.attachments import Attachment, Page
from storage.records import now


class Shelf:
    """Files in memory, by name."""

    def __init__(self, **files: Sequence[Page]) -> None:
        self.files = {name.replace("_", "."): pages for name, pages in files.items()}

    def attachments(self) -> list[Attachment]:
        kinds = {"pdf": "application/pdf", "csv": "text/csv", "md": "text/markdown"}
        return [
            Attachment(f"{id(self):x}{place}", name, kinds[name[-3:].strip(".")], "ada", "s", now())
            for place, name in enumerate(self.files)
        ]

    def pages(self, attachment_id: str) -> Sequence[Page]:
        return next(self.files[one.name] for one in self.attachments() if one.id == attachment_id)


REPORT = [
    Page("page 1", "Annual Report\nMarram Works builds tide gauges for harbours."),
    Page("page 2", "Production\nThe workshop in Brinlow delivered 640 gauges."),
    Page("page 3", "Revenue\nRevenue rose by 12 percent to 48 million crowns."),
]
SALES = [
    Page("rows 1–2", "Region: North; units: 120 (row 1).\nRegion: South; units: 80 (row 2).\n"),
    Page("rows 3–3", "Region: Marsh End; units: 7 (row 3).\n"),
]
NOTES = [Page("", "# Tides\n\nThe moon pulls the sea.\n\n## Neap tides\n\nNeap tides come twice a month.")]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    filled = Shelf(report_pdf=REPORT, sales_csv=SALES, notes_md=NOTES)
    token = current_shelf.set(filled)
    yield filled
    current_shelf.reset(token)


@pytest.fixture
def library(tmp_path: Path) -> LibraryTools:
    (tmp_path / "money.md").write_text("# Revenue\n\nRevenue is what a company takes in over a year.\n")
    return LibraryTools(folder=tmp_path)


def titles(result: SearchResult) -> list[str]:
    return [source["title"] for source in result["sources"]]


def test_attached_files_come_first_and_the_library_follows(shelf: Shelf, library: LibraryTools) -> None:
    result = library.search("revenue of a company")
    assert titles(result) == ["report.pdf, page 3", "Revenue"]
    assert result["engine"] == "Attached files and Library"
    assert result["sources"][0]["address"] == f"file:{shelf.attachments()[0].id}#page=3"
    assert "12 percent to 48 million" in result["sources"][0]["snippet"]


def test_files_that_hold_nothing_on_it_are_not_spoken_of(shelf: Shelf, library: LibraryTools) -> None:
    result = library.search("photosynthesis in ferns")
    assert (result["engine"], titles(result)) == ("Library", [])
    assert result["note"] == "Nothing about this was found in the document library."


def test_a_query_that_names_a_file_is_about_that_file_alone(shelf: Shelf, library: LibraryTools) -> None:
    for query in ("report.pdf revenue", "What does REPORT.PDF say about revenue", "revenue in the pdf"):
        assert "report.pdf, page 3" in titles(library.search(query))
        assert "Revenue" not in titles(library.search(query))
    nothing = library.search("penguins in report.pdf")
    assert (nothing["sources"], nothing["note"]) == ([], "Nothing about this was found in report.pdf.")


def test_a_file_that_is_named_and_nothing_else_is_given_from_its_beginning(shelf: Shelf, library: LibraryTools) -> None:
    assert titles(library.search("Summarise report.pdf")) == [
        "report.pdf, page 1",
        "report.pdf, page 2",
        "report.pdf, page 3",
    ]


def test_rows_of_a_table_are_found_by_their_values(shelf: Shelf, library: LibraryTools) -> None:
    found = library.search("units in Marsh End sales.csv")["sources"][0]
    assert (found["title"], found["snippet"]) == ("sales.csv, rows 3–3", "Region: Marsh End; units: 7 (row 3).")


def test_a_passage_knows_its_heading(shelf: Shelf, library: LibraryTools) -> None:
    found = library.search("neap tides")["sources"][0]
    assert (found["title"], found.get("heading")) == ("notes.md", "Neap tides")


def test_nothing_attached_is_sent_out_when_a_file_is_asked_for(
    shelf: Shelf, library: LibraryTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFRAIN_SEARCH", raising=False)
    asked: list[str] = []

    def engine(query: str) -> Rows:
        asked.append(query)
        return [{"title": "Web", "href": "https://example.org/", "body": "Revenue on the web."}]

    tools = DuckDuckGoTools(web=Web(engine), library=library)
    assert titles(tools.search("the attached report on revenue")) == ["report.pdf, page 3"]
    assert asked == []
    assert titles(tools.search("revenue this year"))[-1] == "Web"


def test_without_a_conversation_there_is_the_library_alone(library: LibraryTools) -> None:
    assert titles(library.search("revenue of a company")) == ["Revenue"]
