"""What a search of a user's past costs among 1,000,000 passages, beside FTS5's own ranking and a bare reading.

    python benchmarks/recall.py [--passages 1000000] [--rounds 200] [--keep FILE]

The big database holds `--passages` passages of a hundredth as many users. Each has 95 of them, but one has what is
left, a twentieth of all (50,095). The other database is a tenth of it: the same big user, and of the rest every so
many, with the very same texts. What differs between the two is other people's data alone.

Words come by Zipf's law, the most common being those that say nothing; each run has a subject whose words come oftener.
A question has eight telling words: one that stands in every run's input, three of a subject of that user's, four by
the law. The runs of all users are written in turns, as they would come, and the index is merged as the store merges
it when nobody writes (`bm25()`'s by FTS5's own `optimize`).

Columns: milliseconds a question, as p50, p95 and max, for each database. Each round asks every line of both databases
in one process, in another order than the round before. Last, for how many questions both databases gave the same, in
the same order: what others wrote must not change it.

    search              `RunStore.search`: read, ranked, and made into passages, with the way to its thread and back
    search, more words  the same as the chat asks it: 24 passages, and words of the same meaning, here 24 by the law
    bm25, then filter   `order by bm25()`, and of that this user's: reads everybody's postings
    bm25, rowid range   the same, only the user's rowids asked for: still counts everybody's postings, for the weights
    bare reading        this user's postings of the words counted, nothing else. `search` stays below it where it leaves
                        off after the newest 3,000 of a word

Both bm25 lines ask an index of the same texts with positions, which bm25() needs and ours does without. A line stops
after BUDGET seconds. `--keep FILE` leaves the databases at FILE and FILE.tenth (4.2 GB at full size, made in six
minutes) and takes them from there the next time; otherwise they stand in the temporary folder, and are removed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np

from storage import RunStore, StepOutput
from storage.encoding import input_key, to_json, to_time
from storage.migrations import migrate
from storage.passages import INPUT_MARK, merge
from storage.words import STOPWORDS, terms, words
from storage.writer import connect

ORDINARY = 95  # passages of an ordinary user
STEPS = (2, 2, 1)  # passages of a run's steps
RUN = sum(STEPS)
LENGTHS = (110, 180)  # words of a passage
SUBJECT, ON_SUBJECT = 20, 0.15  # words of a run's subject, and their part of its text
SYLLABLES = ["".join(pair) for pair in product("bdfgklmnprtvz", "aou")]
MADE_UP = 40_000
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
BUDGET, MINIMUM = 40.0, 20  # seconds a line may take, once it has so many samples
ALSO = 24  # words beside a question's own, up to the most that a search takes
WARM = 3  # questions before the clock runs

SEARCH, SEARCH_MORE, READING = "search", "search, more words", "bare reading"
FILTERED, RANGED = "bm25, then filter", "bm25, rowid range"
WAYS = (SEARCH, SEARCH_MORE, FILTERED, RANGED, READING)

# The words no stemmer or reader mistakes for one another; a word's place is its rank.
WORDS = [
    *sorted(STOPWORDS),
    "report",
    *random.Random(1).sample(["".join(parts) for parts in product(SYLLABLES, repeat=3)], MADE_UP),
]
LAW = np.cumsum(1 / np.arange(1, len(WORDS) + 1))
LAW /= LAW[-1]
SILENT = LAW[len(STOPWORDS) - 1]  # the part of a text that says nothing

ADD_USER = "insert into users(number, id, created_at, passages, next_passage) values (?, ?, ?, ?, ?)"
ADD_SESSION = "insert into sessions(user_id, id, created_at, updated_at) values (?, 's', ?, ?)"
ADD_RUN = (
    "insert into runs(id, user_id, session_id, workflow, status, input, input_key, started_at, finished_at) "
    "values (?, ?, 's', 'Report', 'completed', ?, ?, ?, ?)"
)
ADD_STEP = (
    "insert into steps(id, run_id, path, kind, status, attempt, step_name, output, started_at, finished_at, indexed) "
    "values (?, ?, ?, 'step', 'completed', 1, ?, ?, ?, ?, 1)"
)
ADD_PASSAGE = "insert into passages values (?, ?, ?, ?, ?, ?, ?)"
WITH_POSITIONS = (
    "create virtual table with_positions using fts5(text, content='passages', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')"
)
RANKED = "select rowid from with_positions where with_positions match ? and {} order by bm25(with_positions) limit 8"
AFTERWARDS, IN_RANGE = RANKED.format("rowid >> 32 = ?"), RANKED.format("rowid between ? and ?")
BARE = "select count(*) from passage_words where passage_words match ? and rowid between ? and ?"


@dataclass(frozen=True)
class Question:
    user: int
    text: str
    also: str  # what a thesaurus might add


@dataclass
class Line:
    """One way to ask, for one kind of user: what it found and the seconds it took, a sample a round and database."""

    name: str
    seconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    same: list[bool] = field(default_factory=list)

    def shown(self) -> str:
        values = [np.percentile(side, (50, 95, 100), method="higher") * 1e3 for side in self.seconds]
        figures = "".join(f"{value:10.2f}" for value in np.concatenate(values))
        return f"  {self.name:<20}{figures}{f'{sum(self.same)}/{len(self.same)}':>12}"


class Database:
    """One of the two, and the ways to ask it. Each gives what it found, comparable between the databases."""

    def __init__(self, path: Path) -> None:
        self.store = RunStore(path)
        self.db = sqlite3.connect(path)

    async def close(self) -> None:
        self.db.close()
        await self.store.close()

    async def ask(self, way: str, question: Question) -> Any:
        user_id, rowids = f"user{question.user}", [question.user << 32, ((question.user + 1) << 32) - 1]
        quoted = [f'"{term}"' for term in terms(question.text, 32)]
        if way == SEARCH:
            return await self.store.search(question.text, user_id=user_id)
        if way == SEARCH_MORE:
            return await self.store.search(question.text, user_id=user_id, limit=24, also=question.also)
        if way == FILTERED:
            return self.db.execute(AFTERWARDS, [" OR ".join(quoted), question.user]).fetchall()
        if way == RANGED:
            return self.db.execute(IN_RANGE, [" OR ".join(quoted), *rowids]).fetchall()
        return [self.db.execute(BARE, [term, *rowids]).fetchone() for term in quoted]


def drawn(rng: np.random.Generator, number: int, above: float = 0.0) -> Any:
    """So many words by the law, as places in WORDS; those above SILENT alone say something."""
    parts = above + rng.random(number) * (1 - above)
    return np.minimum(np.searchsorted(LAW, parts, side="right"), len(WORDS) - 1)


def subject_of(user: int, number: int) -> tuple[np.random.Generator, Any]:
    """What a user's run is about, and the dice to go on with: the same whenever asked."""
    rng = np.random.default_rng([user, number])
    return rng, drawn(rng, SUBJECT, above=SILENT)


def texts_of(rng: np.random.Generator, subject: Any) -> Iterator[str]:
    """The passages of a run, without stops."""
    lengths = rng.integers(LENGTHS[0], LENGTHS[1] + 1, RUN)
    places = drawn(rng, int(lengths.sum()))
    about = rng.random(len(places)) < ON_SUBJECT
    places[about] = rng.choice(subject, int(about.sum()))
    for passage in np.split(places, np.cumsum(lengths)[:-1]):
        yield spelt(passage)


def spelt(places: Any) -> str:
    return " ".join([WORDS[place] for place in places.tolist()])


def asked(user: int, runs: int, serial: int) -> Question:
    rng = np.random.default_rng([user, serial, 1])  # a zero would count for nothing
    _, subject = subject_of(user, int(rng.integers(runs)))
    others, also = spelt(drawn(rng, 4, above=SILENT)), spelt(drawn(rng, ALSO, above=SILENT))
    return Question(user, f"Which report is about {spelt(subject[:3])} and {others}?", also)


def everyone(passages: int) -> tuple[dict[int, int], int]:
    """How many runs each user number has, and which is the one with many."""
    users = passages // 100
    runs = dict.fromkeys(range(1, users + 1), ORDINARY // RUN)
    big = users // 2  # in the midst of the index
    runs[big] = (passages - ORDINARY * (users - 1)) // RUN
    return runs, big


def tenth(runs: dict[int, int], big: int) -> dict[int, int]:
    """Those of them that make up a tenth, spread evenly."""
    others = [user for user in runs if user != big]
    wanted = (sum(runs.values()) // 10 - runs[big]) // (ORDINARY // RUN)
    chosen = {big, *others[:: len(others) // wanted][:wanted]}
    return {user: runs[user] for user in sorted(chosen)}


def build(path: Path, runs: dict[int, int]) -> None:
    """Fill a new database with these users' runs, as the store would, in one transaction."""
    with closing(connect(path)) as database:
        migrate(database, path.name)
        db = database.conn
        db.executescript("pragma journal_mode = off; pragma synchronous = off; pragma secure_delete = off")
        db.execute("pragma cache_size = -1000000")
        db.execute("begin")
        moment = to_time(BEGINNING)
        for user, number in runs.items():
            db.execute(ADD_USER, [user, f"user{user}", moment, RUN * number, RUN * number + 1])
            db.execute(ADD_SESSION, [f"user{user}", moment, moment])
        step_ids, turns = count(1), ORDINARY // RUN
        for turn, (user, number) in product(range(turns), runs.items()):
            for run in range(number * turn // turns, number * (turn + 1) // turns):
                add(db, user, run, step_ids)
        db.execute(WITH_POSITIONS)
        db.execute("insert into with_positions(rowid, text) select id, text from passages")
        db.execute("insert into with_positions(with_positions) values ('optimize')")
        while merge(database):
            pass
        db.execute("commit")


def add(db: sqlite3.Connection, user: int, run: int, step_ids: Iterator[int]) -> None:
    rng, subject = subject_of(user, run)
    run_id, moment = f"{user}-{run}", to_time(BEGINNING + timedelta(minutes=30 * run))
    run_input = f"Write a report about {spelt(subject[:4])}"
    lead = " ".join(INPUT_MARK + word for word in words(run_input))
    texts, rowids = texts_of(rng, subject), count(user << 32 | RUN * run + 1)
    db.execute(ADD_RUN, [run_id, f"user{user}", to_json(run_input), input_key(run_input), moment, moment])
    for number, size in enumerate(STEPS):
        step_id, name, parts, at = next(step_ids), f"Step {number}", [next(texts) for _ in range(size)], 0
        output = to_json(StepOutput("\n\n".join(f"{part}." for part in parts), step_name=name))
        db.execute(ADD_STEP, [step_id, run_id, name, name, output, moment, moment])
        for text in parts:
            rowid, end = next(rowids), at + len(text) + 1
            db.execute(ADD_PASSAGE, [rowid, step_id, at, end, text.count(" ") + 1, rowid, f"{text}."])
            db.execute("insert into passage_words(rowid, words) values (?, ?)", [rowid, f"{text} {lead}"])
            at = end + 2


async def measure(databases: list[Database], users: list[int], runs: dict[int, int], rounds: int) -> list[Line]:
    """Ask in turns, each question of every database in every way."""
    lines = [Line(name) for name in WAYS]
    cells = list(product(lines, range(len(databases))))
    for number in range(-WARM, rounds):
        user = users[number * 7919 % len(users)]
        question = asked(user, runs[user], number + WARM)
        found: dict[str, list[Any]] = {line.name: [] for line in lines}
        turn = number % len(cells)
        for line, side in cells[turn:] + cells[:turn]:
            taken = line.seconds[side]
            if len(taken) < MINIMUM or sum(taken) < BUDGET:
                started = time.perf_counter()
                found[line.name].append(await databases[side].ask(line.name, question))
                if number >= 0:
                    taken.append(time.perf_counter() - started)
        for line in lines:
            if number >= 0 and len(found[line.name]) == 2:
                line.same.append(found[line.name][0] == found[line.name][1])
    return lines


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1_000_000, help="of all users, in thousands (default 1000000)")
    parser.add_argument("--rounds", type=int, default=200, help="questions a line and kind of user (default 200)")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="leave the databases there, or use those left there")
    options = parser.parse_args()
    if options.passages < 10_000 or options.passages % 1_000:
        parser.error("--passages wants thousands, 10000 at least")
    runs, big = everyone(options.passages)
    fewer = tenth(runs, big)
    with tempfile.TemporaryDirectory() as folder:
        full = options.keep or Path(folder, "full.db")
        small = full.with_name(f"{full.name}.tenth")
        for path, held in ((small, fewer), (full, runs)):
            if not path.exists():
                started, part = time.perf_counter(), path.with_name(f"{path.name}.part")
                part.unlink(missing_ok=True)
                build(part, held)
                took, size = time.perf_counter() - started, part.rename(path).stat().st_size / 1e9
                print(f"built {RUN * sum(held.values()):,} passages in {took:.0f} s, {size:.1f} GB", flush=True)
        databases = [Database(small), Database(full)]
        await report(databases, [fewer, runs], big, options.rounds)
        for database in databases:
            await database.close()


async def report(databases: list[Database], held: list[dict[int, int]], big: int, rounds: int) -> None:
    for database, runs in zip(databases, held, strict=True):
        there = database.db.execute("select sum(passages) from users").fetchone()[0]
        if there != RUN * sum(runs.values()):
            raise SystemExit(f"{database.store.path} holds {there or 0:,} passages; remove it, or ask for its size.")
    print(f"load average {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    sizes = "".join(f"{f'{RUN * sum(runs.values()):,} of {len(runs):,} users':>30}" for runs in held)
    print(f"{'passages':<22}{sizes}\n{'milliseconds':<22}" + f"{'p50':>10}{'p95':>10}{'max':>10}" * 2 + f"{'same':>12}")
    ordinary, one = f"ordinary users, {ORDINARY} passages each", f"the user with {RUN * held[0][big]:,} passages"
    for title, users in ((ordinary, [user for user in held[0] if user != big]), (one, [big])):
        lines = await measure(databases, users, held[0], rounds)
        print(title, *(line.shown() for line in lines), sep="\n", flush=True)
    print(f"load average {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    asyncio.run(main())
