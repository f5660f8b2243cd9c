"""A part of an element of the page: what its file imports, defines and exports, and its code.

Of what JavaScript has for this, a part may use `import { names } from '…'` and `export` before a function, a class, a
const or a let, each where a line begins; `export default` stands in the element itself. Besides what it imports, a
part has what Chainlit hands to every element: `props`, `apiClient`, `callAction` and their like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_STATEMENT = re.compile(r"^(?:import|export|async|function|class|const|let|var)\b.*", re.MULTILINE)
_IMPORT = re.compile(r"^import \{([\w\s,]+)\} from '([^'\n]+)'\n", re.MULTILINE)
_DEFINITION = re.compile(r"(export (?:default )?)?(?:(?:async )?function|class|const|let) (\w+|\{[\w\s,]+\})")
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


class ElementError(Exception):
    """The parts of an element do not fit together; the message names the part and says why."""


@dataclass(frozen=True)
class Import:
    """Names taken from a module of Chainlit's, or by a relative path from another part."""

    names: tuple[str, ...]
    source: str

    @property
    def is_of_a_part(self) -> bool:
        return self.source.startswith(".")


@dataclass(frozen=True)
class Part:
    """A file by its `name` below the folder of the elements, as `shared/time`; `code` has no import or export left.

    `changed` is when the file was changed, in nanoseconds.
    """

    name: str
    path: Path
    changed: int
    imports: tuple[Import, ...]
    defined: tuple[str, ...]
    exported: frozenset[str]
    is_element: bool
    code: str


def read_part(folder: Path, name: str) -> Part:
    """The part as it is now. Raises ElementError for one that is written in another way, OSError for none."""
    path = folder / f"{name}.jsx"
    changed, text = path.stat().st_mtime_ns, path.read_text(encoding="utf-8")
    imports: list[Import] = []
    defined: dict[str, str] = {}  # what stands before it: nothing, `export ` or `export default `
    for statement in _STATEMENT.finditer(text):
        if found := _IMPORT.match(text, statement.start()):
            imports.append(Import(_names(found[1], name), found[2]))
        elif found := _DEFINITION.match(text, statement.start()):
            defined |= dict.fromkeys(_names(found[2], name), found[1] or "")
        else:
            raise ElementError(f"{name}: `{statement[0]}` is none of the ways in which a part imports or defines.")
    exported = frozenset(one for one, before in defined.items() if before == "export ")
    code = _EXPORT.sub("", _IMPORT.sub("", text)).strip()
    is_element = "export default " in defined.values()
    return Part(name, path, changed, tuple(imports), tuple(defined), exported, is_element, code)


def _names(listed: str, part: str) -> tuple[str, ...]:
    names = tuple(filter(None, (one.strip() for one in listed.strip("{}").split(","))))
    for name in names:
        if not name.isidentifier():
            raise ElementError(f"{part}: `{name}` is no name; a part takes names as they are.")
    return names
