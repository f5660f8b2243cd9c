"""The sources of the page's elements, each joined from its parts.

Chainlit fetches one file an element and runs it where nothing of ours can be imported. Below `public/elements` stand
ordinary modules all the same: `NAME.jsx` is an element, and comes last in what is joined for it. Before a part comes
what it imports by a relative path, in the order of its imports, each part once; what is imported from Chainlit's own
modules is one block at the top. All names of an element's parts stand beside each other, so no two may be the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from .parts import ElementError, Part, read_part

ELEMENTS = "/public/elements/"
KEPT_SECONDS = 60  # how long a page may use the source of an element without asking whether it is the same still
_ASKED = re.compile(r"(\w+)\.jsx", re.ASCII)


@dataclass(frozen=True)
class Source:
    """An element as the page runs it, the tag of that text, and when its files were changed, in nanoseconds."""

    text: str
    tag: str
    changed: Mapping[Path, int | None]


class Elements:
    """The elements of a folder, joined when this is made; raises ElementError when the parts of one do not fit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = {name: joined(folder, name) for name in self.names()}

    def names(self) -> list[str]:
        """What elements there are."""
        return sorted(path.stem for path in self._folder.glob("*.jsx"))

    def source(self, name: str) -> Source | None:
        """The element, joined anew when a file of it has changed; None when there is none of this name."""
        if name not in self.names():
            return None
        known = self._sources.get(name)
        if known is None or known.changed != {path: _changed_at(path) for path in known.changed}:
            known = self._sources[name] = joined(self._folder, name)
        return known


def joined(folder: Path, name: str) -> Source:
    """The element in one text. Raises ElementError when its parts do not fit together."""
    parts = _in_order(folder, name)
    for part in parts:
        if part.is_element != (part.name == name):
            raise ElementError(f"{part.name}: an element has one `export default`, and the parts of it have none.")
    blocks = ["\n".join(_from_chainlit(parts)), *(f"// {part.name}.jsx\n{part.code}" for part in parts)]
    text = "\n\n".join(blocks).lstrip() + "\n"
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()}"'
    return Source(text, tag, {part.path: part.changed for part in parts})


def _in_order(folder: Path, element: str) -> list[Part]:
    """The element and all its parts, each after those that it imports."""
    begun: dict[str, Part] = {}
    placed: list[Part] = []

    def place(name: str) -> Part:
        part = begun[name] = read_part(folder, name)
        for taken in part.imports:
            if not taken.is_of_a_part:
                continue
            below = posixpath.normpath(posixpath.join(posixpath.dirname(name), taken.source))
            if not (folder / f"{below}.jsx").is_file():
                raise ElementError(f"{name}: there is no part '{taken.source}'.")
            known = begun.get(below) or place(below)
            if known not in placed:
                raise ElementError(f"{name}: it is imported by '{taken.source}' itself.")
            if missing := set(taken.names) - known.exported:
                raise ElementError(f"{name}: '{taken.source}' exports no {' and no '.join(sorted(missing))}.")
        placed.append(part)
        return part

    place(element)
    return placed


def _from_chainlit(parts: Sequence[Part]) -> list[str]:
    """The lines that import, one a module. Raises ElementError when a name means two things in these parts."""
    origins: dict[str, str] = {}
    modules: dict[str, set[str]] = {}
    for part in parts:
        named = [(name, part.name) for name in part.defined]
        for taken in part.imports:
            if not taken.is_of_a_part:
                named += [(name, taken.source) for name in taken.names]
                modules.setdefault(taken.source, set()).update(taken.names)
        for name, origin in named:
            if origins.setdefault(name, origin) != origin:
                raise ElementError(f"{part.name}: `{name}` is already a name of '{origins[name]}'; take another.")
    return [f"import {{ {', '.join(sorted(names))} }} from '{module}'" for module, names in sorted(modules.items())]


def element_routes(elements: Elements) -> APIRouter:
    """GET /public/elements/{name}.jsx, for everybody, like all of /public."""
    router = APIRouter()

    @router.get(f"{ELEMENTS}{{file:path}}")
    async def element(file: str, request: Request) -> Response:
        asked = _ASKED.fullmatch(file)
        try:
            source = await asyncio.to_thread(elements.source, asked[1]) if asked else None
        except ElementError as error:
            raise HTTPException(500, str(error)) from error
        if source is None:
            raise HTTPException(404, "There is no such element.")
        headers = {"Cache-Control": f"max-age={KEPT_SECONDS}", "ETag": source.tag}
        if request.headers.get("if-none-match") == source.tag:
            return Response(status_code=304, headers=headers)
        return Response(source.text, media_type="text/plain", headers=headers)

    return router


def _changed_at(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.is_file() else None
