"""Search of the document library: what is found, what is not, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents.tools import LibraryTools
from agents.tools.sources import SearchResult

NOTES = {
    "climate.md": """# Climate change solutions

Solar and wind power replace coal. They are cheap.

## Heating

Heat pumps move heat instead of burning gas.

## Sources

- Marmalade Institute, climate change solutions report
""",
    "ocean.md": """# Energy from the ocean

Tidal turbines turn with the currents. Wave power is younger.

Sources: Marmalade Institute, ocean energy.
""",
    "vaccines.txt": "A vaccine shows the immune system a harmless piece of a germ. The vaccine trains memory cells.",
    "town.md": "# A town\n\nThe town works to change its streets. Its energy bill fell.\n",
    "port.md": "# A port\n\nThe port changed its cranes. Its energy bill rose.\n",
    "farm.md": "# A farm\n\nThe farm grows wheat. Change came with its energy bill.\n",
    "lake.md": "# A lake\n\nFish live in the lake. In winter it freezes.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in NOTES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def search(folder: Path, query: str) -> SearchResult:
    return LibraryTools(folder=folder).search(query)


def found(folder: Path, query: str) -> list[str]:
    return [source["address"] for source in search(folder, query)["sources"]]


def test_the_best_document_comes_first(folder: Path) -> None:
    assert found(folder, "climate change solutions")[0] == "library:climate.md"
    assert found(folder, "ocean energy")[0] == "library:ocean.md"
    assert found(folder, "how do vaccines work") == ["library:vaccines.txt"]


def test_a_request_finds_what_its_subject_finds(folder: Path) -> None:
    asked = "Please write a short article about climate change solutions"
    assert found(folder, asked) == found(folder, "climate change solutions")


def test_passages_that_share_a_minor_word_only_do_not_come_along(folder: Path) -> None:
    assert set(found(folder, "climate change solutions")) == {"library:climate.md"}
    assert "library:town.md" not in found(folder, "ocean energy")
    assert found(folder, "how quantum computers change energy markets and cryptography") == []


@pytest.mark.parametrize("query", ["sourdough bread", "", "how does it work?", '"; drop table', "NEAR(a, *) ^"])
def test_nothing_is_found_where_nothing_is(folder: Path, query: str) -> None:
    result = search(folder, query)
    assert result["sources"] == []
    assert result["note"] == "Nothing about this was found in the document library."


def test_lists_of_sources_are_no_passages(folder: Path) -> None:
    assert found(folder, "Marmalade Institute") == []
    assert all("Marmalade" not in source["snippet"] for source in search(folder, "ocean")["sources"])


def test_a_source_has_a_title_an_address_and_whole_sentences(folder: Path) -> None:
    assert search(folder, "heat pumps")["sources"] == [
        {
            "title": "Climate change solutions",
            "address": "library:climate.md",
            "snippet": "Heat pumps move heat instead of burning gas.",
            "heading": "Heating",
        }
    ]
    assert "heading" not in search(folder, "vaccine germ")["sources"][0]
    assert search(folder, "vaccine germ")["sources"][0]["title"] == "vaccines"


def test_long_texts_are_cut_between_sentences(tmp_path: Path) -> None:
    sentences = [f"Fact number {number} about Dr. Tidewater is worth 1.5 points to him." for number in range(60)]
    (tmp_path / "facts.txt").write_text(" ".join(sentences))
    sources = search(tmp_path, "Tidewater points")["sources"]
    assert len(sources) == 5
    for source in sources:
        assert 90 <= len(source["snippet"].split()) <= 130
        assert source["snippet"].startswith("Fact number")
        assert source["snippet"].endswith("to him.")


def bays(folder: Path, count: int) -> None:
    for number in range(count):
        sections = "\n\n".join(f"## Part {part}\n\nTides in bay {number}, part {part}." for part in range(6))
        (folder / f"bay{number}.md").write_text(f"# Tides of bay {number}\n\n{sections}\n")


def test_one_document_gives_up_to_five_passages_in_its_own_order(tmp_path: Path) -> None:
    bays(tmp_path, 1)
    headings = [source["heading"] for source in search(tmp_path, "tides")["sources"]]
    assert len(headings) == 5
    assert headings == sorted(headings)


def test_every_good_document_gives_a_passage_before_one_gives_many(tmp_path: Path) -> None:
    bays(tmp_path, 6)
    addresses = found(tmp_path, "tides")
    assert len(addresses) == 12
    assert len(set(addresses)) == 6
    assert addresses == sorted(addresses)  # a document's passages stay together


def test_items_of_a_list_stay_apart_and_no_scrap_is_left_over(tmp_path: Path) -> None:
    items = "\n".join(f"- Kelp number {number} grows in cold clear water near rocky shores." for number in range(11))
    (tmp_path / "kelp.md").write_text(f"# Kelp\n\n{items}\n")
    [source] = search(tmp_path, "kelp")["sources"]
    assert source["snippet"].count("\n\n- Kelp number") == 10


def test_changed_new_and_removed_files_are_noticed(folder: Path) -> None:
    assert found(folder, "penguins") == []
    (folder / "birds").mkdir()
    (folder / "birds" / "penguins.md").write_text("# Penguins\n\nPenguins swim.\n")
    assert found(folder, "penguins") == ["library:birds/penguins.md"]
    (folder / "lake.md").write_text("# A lake\n\nSwans and penguins live here.\n")
    os.utime(folder / "lake.md", ns=(1, 1))
    assert set(found(folder, "penguins")) == {"library:birds/penguins.md", "library:lake.md"}
    (folder / "birds" / "penguins.md").unlink()
    assert found(folder, "penguins") == ["library:lake.md"]


def test_other_files_and_strange_bytes_do_no_harm(folder: Path) -> None:
    (folder / "image.png").write_bytes(b"zeppelin")
    (folder / ".hidden.md").write_text("zeppelin")
    (folder / "latin.txt").write_bytes("The zeppelin caf\xe9 floats.".encode("latin-1"))
    (folder / "empty.md").write_text("")
    assert found(folder, "zeppelin") == ["library:latin.txt"]


def test_the_environment_names_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_LIBRARY", str(folder))
    assert LibraryTools().search("heat pumps")["sources"]
    monkeypatch.setenv("REFRAIN_LIBRARY", str(folder / "nowhere"))
    assert "no library folder called nowhere" in LibraryTools().search("heat pumps")["note"]


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("climate change solutions", "climate-change-solutions-overview.md"),
        ("ocean energy", "ocean-energy.md"),
        ("how do vaccines work", "how-vaccines-work.md"),
    ],
)
def test_the_sample_library_answers(query: str, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_LIBRARY", raising=False)
    sources = LibraryTools().search(query)["sources"]
    assert sources[0]["address"] == f"library:{document}"
    assert not any(source["snippet"].startswith("Sources:") for source in sources)


def test_the_tool_gives_a_readable_list_and_the_result(folder: Path) -> None:
    [tool] = LibraryTools(folder=folder).get_tools()
    call = {"type": "tool_call", "id": "1", "name": "library_search", "args": {"query": "heat pumps"}}
    message = tool.invoke(call)
    assert message.artifact == search(folder, "heat pumps")
    assert message.content == (
        "Results for: heat pumps (Library)\n\n"
        "1. Climate change solutions\n   library:climate.md\n   Heat pumps move heat instead of burning gas."
    )
