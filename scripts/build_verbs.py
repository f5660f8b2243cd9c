"""Writes `agents/data/verbs.txt`: the stems of words that are mostly verbs, by WordNet's tagged texts.

    python -m scripts.build_verbs DICT_FOLDER [OUTPUT]

DICT_FOLDER is the `dict` folder of WordNet 3.1, which holds `index.sense`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from agents.text import STOPWORDS, stem

VERB, OUTWEIGHS = "2", 2.0  # the part of speech in a sense key; how much more often a verb than anything else


def mostly_verbs(index: Path) -> list[str]:
    """The stems, sorted. Raises OSError when the file is missing."""
    as_verb: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    for line in index.read_text("ascii").splitlines():
        key, _, _, count = line.split()
        word, _, sense = key.partition("%")
        if word.isalpha() and word not in STOPWORDS:
            (as_verb if sense[0] == VERB else otherwise)[stem(word)] += int(count)
    return sorted(root for root, count in as_verb.items() if count > OUTWEIGHS * otherwise[root])


def main(folder: str, output: str = "agents/data/verbs.txt") -> None:
    Path(output).write_text("\n".join(mostly_verbs(Path(folder) / "index.sense")) + "\n", "ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
