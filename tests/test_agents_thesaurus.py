from __future__ import annotations

import gzip
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.text import stem
from agents.thesaurus import related
from scripts.build_thesaurus import main

HOME = Path(__file__).parent.parent
DATA = HOME / "agents" / "data"

TOGETHER = """
    cars/vehicles vehicles/cars trees/forests pricey/expensive heat/warmth heat/thermal heat/warm wildlife/animals
    gap/difference sea/ocean start/begin doctor/physician kids/children big/large damage/harm throw/discard
    throw/waste invent/invention invent/inventor eat/food eat/diet tide/tidal ocean/oceanic buy/bought job/employment
    illness/disease fast/speed old/age price/cost bee/insect kid/child grow/grew film/movie decide/decision
    enormous/huge boat/vessel toxic/poison elect/election salary/wage flower/blossom angry/anger author/writer
""".split()
KEPT_APART = """
    solar/wind ocean/river nuclear/energy vaccine/antibiotic cost/benefit increase/decrease hot/cold apple/pear
    wave/tide north/south import/export man/woman summer/winter coal/gas bees/wasps gold/silver inflation/interest
    Monday/Tuesday France/Germany strength/weakness buy/sell day/night supply/demand virus/bacteria rich/poor
    lion/tiger thick/thin wet/dry methane/ethanol measles/polio majority/minority 2010/2020 employer/employee
""".split()


def covers(asked: str, told: str) -> bool:
    return stem(told) in related(stem(asked))


@pytest.mark.parametrize("pair", TOGETHER)
def test_words_of_one_meaning_are_related_both_ways(pair: str) -> None:
    left, right = pair.split("/")
    same = stem(left) == stem(right)  # then no thesaurus is needed
    assert same or (covers(left, right) and covers(right, left))


@pytest.mark.parametrize("pair", KEPT_APART)
def test_opposites_and_kinds_of_one_thing_are_not_related(pair: str) -> None:
    left, right = pair.split("/")
    assert not covers(left, right)
    assert not covers(right, left)


def test_an_unknown_stem_has_no_relatives() -> None:
    assert related("qwertyuiop") == frozenset()
    assert related("") == frozenset()


def test_every_stem_is_one_relations_go_both_ways_and_never_to_itself() -> None:
    table = {}
    for line in gzip.decompress((DATA / "thesaurus.txt.gz").read_bytes()).decode("ascii").splitlines():
        word, *others = line.split(" ")
        table[word] = set(others)
    assert len(table) > 15_000
    assert all(related(word) >= others for word, others in table.items())
    assert not [word for word, others in table.items() if word in others]
    assert not [(word, other) for word, others in table.items() for other in others if word not in table[other]]


def test_the_first_use_may_come_from_many_threads() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from agents.thesaurus import related\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(set(pool.map(lambda _: 'vehicl' in related('car'), range(64))))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "{True}"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: "forest" in related("tree"), range(64))) == {True}


def test_the_data_is_small_and_carries_its_licence() -> None:
    assert (DATA / "thesaurus.txt.gz").stat().st_size < 1_000_000
    notice = (DATA / "WORDNET-LICENSE").read_text(encoding="utf-8")
    assert "Princeton University" in notice
    assert "Permission to use, copy, modify and distribute" in notice


# Five synsets of nouns: a vehicle, its kinds car (auto) and sled, a city by name, and a wheel of the car.
NOUNS = """\
  1 The licence stands on top.
00000001 06 n 01 vehicle 0 002 ~ 00000002 n 0000 ~ 00000003 n 0000 | it carries
00000002 06 n 02 car 0 auto 0 002 @ 00000001 n 0000 %p 00000005 n 0000 | it drives
00000003 06 n 01 sled 0 001 @ 00000001 n 0000 | it slides
00000004 15 n 01 Paris 0 001 @i 00000001 n 0000 | a name
00000005 06 n 01 wheel 0 001 #p 00000002 n 0000 | it turns
"""
SENSES = """\
auto%1:06:00:: 00000002 1 1
car%1:06:00:: 00000002 1 9
paris%1:15:00:: 00000004 1 3
sled%1:06:00:: 00000003 1 2
vehicle%1:06:00:: 00000001 1 5
wheel%1:06:00:: 00000005 1 4
"""


def test_the_table_is_built_from_a_folder_of_wordnet(tmp_path: Path) -> None:
    for name, text in (("data.noun", NOUNS), ("data.verb", ""), ("data.adj", ""), ("data.adv", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "index.sense").write_text(SENSES, encoding="utf-8")
    for name in ("first.gz", "second.gz"):
        main([str(tmp_path), str(tmp_path / name)])
    assert (tmp_path / "first.gz").read_bytes() == (tmp_path / "second.gz").read_bytes()
    lines = gzip.decompress((tmp_path / "first.gz").read_bytes()).decode("ascii").splitlines()
    table = {line.split()[0]: set(line.split()[1:]) for line in lines}
    assert {"auto", "vehicl", "wheel"} <= table["car"]
    assert table["sled"] == {"vehicl"}, "two kinds of vehicle are not related to one another"
    assert "pari" not in table
