"""WordNet's database files: its synsets, and how usual each sense of a word is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agents.text import STOPWORDS

Key = tuple[str, str]  # part of speech (n, v, a, r) and offset of a synset

SENSES = 3  # senses of a word, a part of speech, that count
SHARE = 0.06  # how much of a word's use a sense must have to count

POS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}


@dataclass(frozen=True, slots=True)
class Pointer:
    symbol: str
    target: Key
    source_word: int  # counted from 1; 0 stands for the whole synset
    target_word: int


@dataclass(slots=True)
class Synset:
    key: Key
    file: str
    words: tuple[str, ...]  # as they are written, `_` between the words of a phrase
    pointers: tuple[Pointer, ...]

    def all(self, *symbols: str) -> Iterator[Pointer]:
        return (pointer for pointer in self.pointers if pointer.symbol in symbols)


@dataclass(slots=True)
class WordNet:
    synsets: dict[Key, Synset] = field(default_factory=dict)
    uses: dict[tuple[str, Key], float] = field(default_factory=dict)  # of a word in a sense, smoothed
    shares: dict[tuple[str, Key], float] = field(default_factory=dict)  # of a word's uses, 0.0 to 1.0
    counted: set[Key] = field(default_factory=set)  # the synsets that were met in the tagged texts
    common: set[str] = field(default_factory=set)  # the words that were met there
    senses: dict[str, list[Key]] = field(default_factory=dict)  # the usual first
    kinds: Counter[Key] = field(default_factory=Counter)  # counted synsets below this one

    def share(self, word: str, key: Key) -> float:
        return self.shares.get((word, key), 0.0)

    def words(self, key: Key, share: float) -> list[str]:
        """The usable words that have at least this share of their uses in this synset."""
        return [word for word in self.synsets[key].words if self.share(word, key) >= share]


def read(folder: Path) -> WordNet:
    """The database in a `dict` folder. Raises OSError when a file is missing."""
    net = WordNet()
    for pos, name in FILES.items():
        with (folder / f"data.{name}").open(encoding="utf-8") as lines:
            for line in lines:
                if not line.startswith(" "):  # the licence stands on top
                    synset = _synset(pos, line)
                    net.synsets[synset.key] = synset
    _read_senses(net, folder / "index.sense")
    _count_kinds(net)
    return net


def _synset(pos: str, line: str) -> Synset:
    fields = line.split(" | ", 1)[0].split()
    count = int(fields[3], 16)
    words = tuple(word.split("(")[0] for word in fields[4 : 4 + 2 * count : 2])
    at = 5 + 2 * count
    pointers = []
    for i in range(at, at + 4 * int(fields[at - 1]), 4):
        symbol, offset, target, ends = fields[i : i + 4]
        key = ("a" if target == "s" else target, offset)
        pointers.append(Pointer(symbol, key, int(ends[:2], 16), int(ends[2:], 16)))
    return Synset((pos, fields[0]), fields[1], words, tuple(pointers))


def _read_senses(net: WordNet, path: Path) -> None:
    found: dict[str, list[tuple[Key, int, int]]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            sense, offset, rank, count = line.split()
            word, rest = sense.split("%")
            key = (POS[rest[0]], offset)
            found[word].append((key, int(rank), int(count)))
            if int(count):
                net.counted.add(key)
                net.common.add(word)
    for word, entries in found.items():
        uses = {key: count + 1 / (rank * rank) for key, rank, count in entries}
        total = sum(uses.values())
        ranks = {key: rank for key, rank, _ in entries}
        net.senses[word] = sorted(uses, key=lambda key: (-uses[key], key))
        for key, use in uses.items():
            net.uses[word, key] = use
            written = net.synsets[key].words
            if ranks[key] <= SENSES and use / total >= SHARE and word in written and usable(word):
                net.shares[word, key] = use / total


def usable(word: str) -> bool:
    """Whether this is a plain single word that carries meaning; a proper name is not."""
    return len(word) > 2 and word.isascii() and word.isalpha() and word.islower() and word not in STOPWORDS


def _count_kinds(net: WordNet) -> None:
    below: dict[Key, list[Key]] = defaultdict(list)
    for synset in net.synsets.values():
        for pointer in synset.all("@"):
            below[pointer.target].append(synset.key)
    for top in below:
        seen: set[Key] = set()
        waiting = [top]
        while waiting:
            for key in below.get(waiting.pop(), ()):
                if key not in seen:
                    seen.add(key)
                    waiting.append(key)
        net.kinds[top] = len(seen & net.counted)
