"""Builds agents/data/thesaurus.txt.gz from the database files of WordNet.

    python -m scripts.build_thesaurus DICT_FOLDER [OUTPUT]

DICT_FOLDER is the `dict` folder of WordNet 3.0 or 3.1 (data.noun, data.verb, data.adj, data.adv and
index.sense). The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, product
from pathlib import Path

from agents.text import stem
from scripts.thesaurus_words import APART, EVERYDAY, IRREGULAR, VAGUE
from scripts.wordnet import SHARE, Key, Pointer, Synset, WordNet, read, usable

OUTPUT = Path(__file__).parent.parent / "agents" / "data" / "thesaurus.txt.gz"

Pair = tuple[str, str]  # two words, or two stems, in alphabetical order

MAIN = 0.2  # how much of a word's use a sense has when it is one of what the word usually means ...
ONLY = 0.6  # ... and when it is about all that the word means
ALIKE = 4  # letters that two forms share when one recalls the other in whatever sense
RARE = 0.1  # a word that has less of its stem's use lends the stem nothing
CLIMB = 2  # hypernyms with a usable word, above a noun
SATELLITES = 30  # an adjective with more similar ones says too little
LARGE = 120  # more related stems than this are cut to the closest and most used

# How many common kinds a noun may have and still say something about each. Things you can touch bear more.
KINDS = 30
KINDS_OF_THINGS = 90
THINGS = frozenset({"05", "06", "08", "13", "17", "20", "27"})  # WordNet's files of animals, artefacts, bodies, …


class Relations:
    """Pairs of words and how close each is: the higher, the closer."""

    def __init__(self) -> None:
        self.closeness: dict[Pair, int] = {}

    def add(self, left: str, right: str, closeness: int) -> None:
        pair = _pair(left, right)
        if left != right and self.closeness.get(pair, 0) < closeness:
            self.closeness[pair] = closeness


def _pair(left: str, right: str) -> Pair:
    return (left, right) if left < right else (right, left)


def relate(net: WordNet) -> Relations:
    """Every pair of words that mean nearly the same, or of which one is a kind, whole or part of the other."""
    found = Relations()
    for synset in net.synsets.values():
        _synonyms(net, synset, found)
        _forms(net, synset, found)
        _similar(net, synset, found)
        _wholes(net, synset, found)
        if synset.key[0] == "n":
            for word in set(net.words(synset.key, MAIN)) - VAGUE:
                for kind in _hypernyms(net, synset, CLIMB):
                    found.add(word, kind, 2)
    for pair in list(_apart(net, found)):
        found.closeness.pop(pair, None)
    for pair in [pair for pair in found.closeness if net.common.isdisjoint(pair)]:
        del found.closeness[pair]
    for left, right in _listed(EVERYDAY):
        found.add(left, right, 5)
    for pair in _listed(APART):
        found.closeness.pop(_pair(*pair), None)
    return found


def _synonyms(net: WordNet, synset: Synset, found: Relations) -> None:
    for left, right in combinations(filter(usable, synset.words), 2):
        low, high = sorted((net.share(left, synset.key), net.share(right, synset.key)))
        if high >= ONLY or (low >= SHARE and high >= MAIN):
            found.add(left, right, 4)


def _forms(net: WordNet, synset: Synset, found: Relations) -> None:
    """Words made from one another: `invent`, `inventor`; `heat`, `thermal`. And their synonyms, when both are usual."""
    for pointer in synset.all("+", "\\"):
        target = net.synsets[pointer.target]
        for left, right in product(filter(usable, synset.words), filter(usable, target.words)):
            low, high = sorted((net.share(left, synset.key), net.share(right, target.key)))
            linked = (left, right) == (synset.words[pointer.source_word - 1], target.words[pointer.target_word - 1])
            if high >= SHARE and (left[:ALIKE] == right[:ALIKE] or (linked and low >= SHARE)):
                found.add(left, right, 4)
            elif low >= MAIN:
                found.add(left, right, 3)


def _similar(net: WordNet, synset: Synset, found: Relations) -> None:
    """A special adjective and the plain one, an adjective and what it measures, `kill` and `die`."""
    similar = list(synset.all("&"))
    for pointer in synset.all("&", "=", ">", "$"):
        if pointer.symbol == "&" and len(similar) > SATELLITES:
            continue
        for left in net.words(synset.key, MAIN):
            for right in net.words(pointer.target, MAIN):
                found.add(left, right, 3)


def _wholes(net: WordNet, synset: Synset, found: Relations) -> None:
    for pointer in synset.all("#m", "#p", "#s"):
        for left in net.words(synset.key, MAIN):
            for right in net.words(pointer.target, MAIN):
                if left not in VAGUE and right not in VAGUE:
                    found.add(left, right, 1)


def _hypernyms(net: WordNet, synset: Synset, levels: int) -> Iterator[str]:
    for pointer in synset.all("@"):
        above = net.synsets[pointer.target]
        limit = KINDS_OF_THINGS if above.file in THINGS else KINDS
        if net.kinds[above.key] > limit:
            continue
        words = [word for word in net.words(above.key, MAIN) if word not in VAGUE]
        yield from words
        if rest := levels - bool(words):
            yield from _hypernyms(net, above, rest)


def _apart(net: WordNet, found: Relations) -> Iterator[Pair]:
    """Opposites, and words that are usually two kinds of one thing and are no synonyms."""
    for synset, pointer, right in _opposites(net):
        yield _pair(synset.words[pointer.source_word - 1], right)
        for near in synset.all("&"):  # quick is to slow what fast is
            yield from (_pair(word, right) for word in net.synsets[near.target].words)
    for pair, closeness in found.closeness.items():
        if closeness < 4 and _siblings(net, *pair):
            yield pair


def _opposites(net: WordNet) -> Iterator[tuple[Synset, Pointer, str]]:
    """Each synset with a pointer to an opposite, and the word that this is."""
    for synset in net.synsets.values():
        for pointer in synset.all("!"):
            yield synset, pointer, net.synsets[pointer.target].words[pointer.target_word - 1]


def _siblings(net: WordNet, left: str, right: str) -> bool:
    return not _usual_kinds(net, left).isdisjoint(_usual_kinds(net, right))


def _usual_kinds(net: WordNet, word: str) -> set[Key]:
    usual = [key for key in net.senses.get(word, ())[:1] if key[0] == "n"]
    return {pointer.target for key in usual for pointer in net.synsets[key].all("@", "@i")}


def _listed(text: str) -> Iterator[tuple[str, str]]:
    for entry in text.split(","):
        left, right = entry.split()
        yield left, right


def stems(net: WordNet, found: Relations) -> dict[str, list[str]]:
    """The related stems of each stem, both ways, in alphabetical order."""
    uses: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))  # of each word of a stem
    for (word, _), use in net.uses.items():
        if usable(word):
            uses[stem(word)][word] += use
    near: dict[str, dict[str, int]] = defaultdict(dict)
    for (left, right), closeness in found.closeness.items():
        a, b = stem(left), stem(right)
        if a != b and (closeness == 5 or (_usual(left, uses[a]) and _usual(right, uses[b]))):
            near[a][b] = max(near[a].get(b, 0), closeness)
            near[b][a] = near[a][b]
    opposites = ((synset.words[pointer.source_word - 1], right) for synset, pointer, right in _opposites(net))
    for left, right in chain(opposites, _listed(APART)):  # weakness and weak have one stem, and so one opposite
        near[stem(left)].pop(stem(right), None)
        near[stem(right)].pop(stem(left), None)
    _irregular(near)
    total = {word: sum(forms.values()) for word, forms in uses.items()}
    closest = {word: _closest(others, total) for word, others in near.items()}
    table = {word: sorted(other for other in closest[word] if word in closest[other]) for word in sorted(near)}
    return {word: others for word, others in table.items() if others}


def _irregular(near: dict[str, dict[str, int]]) -> None:
    """Gives the forms that no stemmer knows what their word has."""
    for entry in IRREGULAR.split(","):
        word, *forms = map(stem, entry.split())
        others = {other: closeness for other, closeness in near[word].items() if closeness > 1}
        for form in forms:
            for other, closeness in [*others.items(), (word, 5)]:
                if other != form:
                    near[form][other] = max(near[form].get(other, 0), closeness)
                    near[other][form] = near[form][other]


def _usual(word: str, uses: Mapping[str, float]) -> bool:
    return word.endswith(("ly", "ness")) or uses.get(word, 0.0) >= RARE * sum(uses.values())


def _closest(others: Mapping[str, int], uses: Mapping[str, float]) -> set[str]:
    return set(sorted(others, key=lambda other: (-others[other], -uses.get(other, 0.0), other))[:LARGE])


def write(table: Mapping[str, Sequence[str]], path: Path) -> None:
    """A line a stem: the stem, then what is related to it, spaces between."""
    text = "".join(f"{word} {' '.join(others)}\n" for word, others in table.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Builds the thesaurus from WordNet's database files.")
    parser.add_argument("dict_folder", type=Path)
    parser.add_argument("output", type=Path, nargs="?", default=OUTPUT)
    options = parser.parse_args(arguments)
    net = read(options.dict_folder)
    table = stems(net, relate(net))
    write(table, options.output)
    print(f"{len(table)} stems, {sum(map(len, table.values()))} relations, {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
