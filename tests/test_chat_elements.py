"""The elements of the page: joined from parts that are ordinary modules, and served as one file each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chat.elements import Elements, element_routes, joined
from chat.parts import ElementError, Part, read_part

FOLDER = Path(__file__).parent.parent / "public" / "elements"
ELEMENTS = Elements(FOLDER).names()

CARD = """import { memo } from 'react'
import { Clock } from './Card/clock'
import { Line } from './shared/line'

export default function Card() {
  return <Line><Clock /></Line>
}
"""
CLOCK = """import {
  useEffect,
  useState
} from 'react'
import { Line } from '../shared/line'

const TICK = 500

export function Clock() {
  return <Line>{useState(TICK)}</Line>
}
"""
LINE = """/* A line. */
export const Line = ({ children }) => <p>{children}</p>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "Card", CARD)
    write(tmp_path, "Card/clock", CLOCK)
    write(tmp_path, "shared/line", LINE)
    return tmp_path


@pytest.fixture
def page(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(element_routes(Elements(folder)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name}.jsx"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(0, len(text)))  # what is written within one tick of the clock has changed, too


def test_an_element_is_one_block_of_imports_and_then_its_parts_each_after_those_it_imports(folder: Path) -> None:
    assert joined(folder, "Card").text == (
        "import { memo, useEffect, useState } from 'react'\n\n"
        "// shared/line.jsx\n/* A line. */\nconst Line = ({ children }) => <p>{children}</p>\n\n"
        "// Card/clock.jsx\nconst TICK = 500\n\n"
        "function Clock() {\n  return <Line>{useState(TICK)}</Line>\n}\n\n"
        "// Card.jsx\nexport default function Card() {\n  return <Line><Clock /></Line>\n}\n"
    )


def test_names_that_are_taken_apart_are_names_of_their_part(folder: Path) -> None:
    write(folder, "shared/line", LINE + "export const { ago, count } = window.refrain\n")
    write(folder, "Card/clock", "import { ago } from '../shared/line'\nexport const Clock = () => ago(0)\n")
    assert "\nconst { ago, count } = window.refrain\n" in joined(folder, "Card").text


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("shared/line", LINE.replace("Line", "Lines"), "Card/clock: '../shared/line' exports no Line."),
        ("shared/line", LINE.replace("export ", ""), "Card/clock: '../shared/line' exports no Line."),
        ("shared/line", LINE + "const TICK = 1\n", "Card/clock: `TICK` is already a name of 'shared/line'"),
        ("shared/line", LINE + "const memo = 1\n", "Card: `memo` is already a name of 'shared/line'"),
        ("shared/line", "import { useState } from 'recoil'\n" + LINE, "`useState` is already a name of 'recoil'"),
        (
            "shared/line",
            LINE + "export default function Page() {}\n",
            "shared/line: an element has one `export default`",
        ),
        ("shared/line", "import { Clock } from '../Card/clock'\n" + LINE, "it is imported by '../Card/clock' itself"),
        ("shared/line", "import { A as B } from 'react'\n" + LINE, "shared/line: `A as B` is no name"),
        ("shared/line", "import React from 'react'\n" + LINE, "shared/line: `import React from 'react'` is none of"),
        ("shared/line", LINE + "export { Line as Row }\n", "shared/line: `export { Line as Row }` is none of"),
        ("Card/clock", CLOCK.replace("../shared", "./shared"), "Card/clock: there is no part './shared/line'."),
        ("Card", CARD.replace("default ", ""), "Card: an element has one `export default`"),
    ],
)
def test_parts_that_do_not_fit_are_told_of_when_the_page_is_made(
    folder: Path, name: str, text: str, problem: str
) -> None:
    write(folder, name, text)
    with pytest.raises(ElementError, match=re.escape(problem)):
        Elements(folder)


def test_an_element_is_joined_anew_when_a_part_of_it_has_changed_and_only_then(folder: Path) -> None:
    elements = Elements(folder)
    first = elements.source("Card")
    assert elements.source("Card") is first
    write(folder, "shared/line", LINE.replace("<p>", "<strong>"))
    second = elements.source("Card")
    assert first
    assert second
    assert "<strong>" in second.text
    assert second.tag != first.tag
    write(folder, "Later", "export default function Later() {}\n")
    assert elements.source("Later")
    (folder / "Later.jsx").unlink()
    assert elements.source("Later") is None


async def test_a_page_that_has_an_element_is_told_that_it_is_still_the_same(
    folder: Path, page: httpx.AsyncClient
) -> None:
    given = await page.get("/public/elements/Card.jsx")
    assert given.text == joined(folder, "Card").text
    assert given.headers["content-type"] == "text/plain; charset=utf-8"
    known = {"If-None-Match": given.headers["etag"]}
    again = await page.get("/public/elements/Card.jsx", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    write(folder, "shared/line", LINE + "const more = 1\n")
    assert "const more" in (await page.get("/public/elements/Card.jsx", headers=known)).text


@pytest.mark.parametrize(
    "file", ["Nothing.jsx", "Card", "Card/clock.jsx", "shared/line.jsx", "..%2fsecret.jsx", "", "Card.jsx/"]
)
async def test_nothing_else_is_an_element(folder: Path, page: httpx.AsyncClient, file: str) -> None:
    write(folder.parent, "secret", "export default function Secret() {}\n")
    assert (await page.get(f"/public/elements/{file}")).status_code == 404


async def test_what_was_broken_while_the_server_runs_says_so(folder: Path, page: httpx.AsyncClient) -> None:
    (folder / "shared" / "line.jsx").unlink()
    reply = await page.get("/public/elements/Card.jsx")
    assert (reply.status_code, reply.json()["detail"]) == (500, "Card/clock: there is no part '../shared/line'.")


def parts() -> Iterator[Part]:
    for path in sorted(FOLDER.rglob("*.jsx")):
        yield read_part(FOLDER, path.relative_to(FOLDER).with_suffix("").as_posix())


def shown(part: Part) -> str:
    """The code of a part without its comments and texts."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/|'[^'\n]*'|\"[^\"\n]*\"", "", part.code, flags=re.DOTALL)
    return re.sub(r"`[^`]*`", lambda text: " ".join(re.findall(r"\$\{[^}]*\}", text[0])), code)


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_of_the_project_runs_from_its_default_export(name: str) -> None:
    assert f"\nexport default function {name}() {{" in joined(FOLDER, name).text


def test_every_part_belongs_to_an_element() -> None:
    used = {path for name in ELEMENTS for path in joined(FOLDER, name).changed}
    assert used == set(FOLDER.rglob("*.jsx"))


def test_every_part_uses_what_it_imports_and_imports_what_it_uses() -> None:
    known = {name for part in parts() for name in part.exported}
    known |= {name for part in parts() for taken in part.imports for name in taken.names}
    for part in parts():
        code = shown(part)
        imported = {name for taken in part.imports for name in taken.names}
        assert [name for name in imported if not re.search(rf"\b{name}\b", code)] == [], part.name
        used = set(re.findall(r"[<{(:?,=] ?([A-Z]\w+)\b(?!:)|(?<![.\w])([a-z]\w*)(?=\(|\.\w)", code))
        names = {name for found in used for name in found}
        local = set(re.findall(r"(?:const|function|let) (\w+)", code))
        assert names & known - imported - set(part.defined) - local == set(), part.name


def test_a_part_is_short() -> None:
    lengths = {
        path.relative_to(FOLDER).as_posix(): len(path.read_text().splitlines()) for path in FOLDER.rglob("*.jsx")
    }
    assert {name: length for name, length in lengths.items() if length > 200} == {}
