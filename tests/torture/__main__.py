"""python -m tests.torture [--kills 200] [--conversations 20] [--seed 1] [--folder FOLDER]"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from .torture import torture


def main() -> int:
    """Print the figures; 1 when something was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--conversations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latest", type=float, default=2.0, help="seconds a server lives at the most")
    parser.add_argument("--folder", type=Path, help="an empty folder to work in, which is kept")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "REFRAIN_", "CHAINLIT_", "OAUTH_"))]:
        del os.environ[name]  # the undisturbed runs are done in this process
    os.environ |= {"REFRAIN_SEARCH": "library", "REFRAIN_OFFLINE_WORDS_PER_SECOND": "0"}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = asyncio.run(
            torture(
                folder,
                kills=given.kills,
                conversations=given.conversations,
                seed=given.seed,
                latest=given.latest,
                quiet=False,
            )
        )
    print(figures)
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
