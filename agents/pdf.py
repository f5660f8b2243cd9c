"""The text of a PDF file, page by page, as a program of its own: `python pdf.py FILE MOST_PAGES`.

Files come from strangers: what one of them makes pypdf do must neither hold up the process that asks nor take its
memory. Prints a JSON object: `pages`, a list of texts, or `problem`, one of the words below.
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress

from pypdf import PdfReader

PROTECTED, BROKEN, TOO_MANY = "protected", "broken", "too many pages"
MEMORY = 2 << 30  # bytes


def main(path: str, most_pages: int) -> dict[str, object]:
    """What is printed; every failure of the file is `broken`."""
    logging.disable(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not _opened(reader):
            return {"problem": PROTECTED}
        if len(reader.pages) > most_pages:
            return {"problem": TOO_MANY, "count": len(reader.pages)}
        return {"pages": [page.extract_text() for page in reader.pages]}
    except Exception:  # whatever a library may raise for bytes that anybody may have written
        return {"problem": BROKEN}


def _opened(reader: PdfReader) -> bool:
    """Whether it can be read without a password, as many files can that only may not be changed."""
    try:
        return bool(reader.decrypt(""))
    except Exception:
        return False


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _limit_memory()
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
