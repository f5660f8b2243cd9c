"""Simpler ways to decide about the same messages: what the product has to be better than."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flows.age import is_stale
from storage import RunStore
from storage.words import root, terms, words

from .bench import CLOCK, conversation, own
from .cases import Family, TurnCase, read
from .metrics import Verdict, leaks

WINDOW = 5  # entries of a session that the seed's agent sees
MOST_TERMS = 32
# What `python -m evals.baselines evals/dev.jsonl` found, rounded down.
THRESHOLD = 0.227


async def baselines(store: RunStore, product: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """What each baseline does about the messages that the product was judged on, with the same `store`."""
    families = {verdict.family.family: verdict.family for verdict in product}
    turns = [(verdict.family, verdict.turn) for verdict in product]
    with closing(sqlite3.connect(":memory:")) as db:
        search = StepSearch(db, families.values())
        return {
            "always_run": [Verdict(family, turn, "run", "It always runs.") for family, turn in turns],
            "always_answer": [_always_answer(verdict) for verdict in product],
            "exact_repeat": [await _exact_repeat(store, family, turn) for family, turn in turns],
            "last_5_runs": [_timed(_last_runs, family, turn) for family, turn in turns],
            "bm25_threshold": [_timed(search.verdict, family, turn) for family, turn in turns],
        }


class StepSearch:
    """FTS5's own `bm25()` over all steps of a user, in an empty database, and one threshold for the best of them."""

    def __init__(self, db: sqlite3.Connection, families: Iterable[Family], threshold: float = THRESHOLD) -> None:
        self._db = db
        self._threshold = threshold
        self._tables: dict[str, str] = {}
        for family in families:
            for user in dict.fromkeys(run.user for run in family.runs):
                self._tables[own(family, user)] = self._filled(family, user)

    def verdict(self, family: Family, turn: TurnCase) -> Verdict:
        """An answer if the best step scores as much as the threshold, else a run; `confidence` is that score."""
        found = self.ranked(family, turn)
        score = found[0][1] if found else 0.0
        return Verdict(
            family,
            turn,
            "answer" if found and score >= self._threshold else "run",
            f"The best step scores {score:.2f}.",
            score,
            found=tuple(step for step, _ in found),
            leaks=leaks(family, turn, [own(family, step.split("/", 1)[0]) for step, _ in found]),
        )

    def ranked(self, family: Family, turn: TurnCase) -> list[tuple[str, float]]:
        """The user's steps that have a word of the message, as `run/step`, with their scores, the best first."""
        table = self._tables.get(own(family, turn.user))
        asked = " OR ".join(f'"{term}"' for term in terms(turn.message, MOST_TERMS))
        if table is None or not asked:
            return []
        found = self._db.execute(f"select step, -rank from {table} where {table} match ? order by rank, rowid", [asked])
        return [(step, score) for step, score in found]

    def _filled(self, family: Family, user: str) -> str:
        """A table of its own, as `bm25()` goes by how common a word is in its table."""
        table = f"steps_{len(self._tables)}"
        self._db.execute(f"create virtual table {table} using fts5(step unindexed, text, tokenize='porter unicode61')")
        rows = [(f"{run.id}/{step.name}", step.output) for run in family.runs if run.user == user for step in run.steps]
        self._db.executemany(f"insert into {table} values (?, ?)", rows)
        return table


def tuned(families: Sequence[Family]) -> float:
    """The threshold of `bm25_threshold` that decides most of these messages right; of equal ones the highest."""
    with closing(sqlite3.connect(":memory:")) as db:
        search = StepSearch(db, families, threshold=0.0)
        judged = [search.verdict(family, turn) for family in families for turn in family.turns]
    answered = sorted((v for v in judged if v.action == "answer"), key=lambda v: -v.confidence)
    right = sum(v.turn.label == "run" for v in judged)
    best, threshold = right, float("inf")
    for place, verdict in enumerate(answered):
        right += (verdict.turn.label == "answer") - (verdict.turn.label == "run")
        last_of_score = place + 1 == len(answered) or answered[place + 1].confidence < verdict.confidence
        if last_of_score and right > best:
            best, threshold = right, verdict.confidence
    return threshold


def _always_answer(verdict: Verdict) -> Verdict:
    """It answers from what the product recalls."""
    return replace(verdict, action="answer", reason="It always answers.", confidence=1.0, cited=None, milliseconds=None)


async def _exact_repeat(store: RunStore, family: Family, turn: TurnCase) -> Verdict:
    started = time.perf_counter()
    run = await store.workflow_run_by_input(own(family, turn.user), input_text=turn.message)
    taken = 1000 * (time.perf_counter() - started)
    if run is None:
        return Verdict(family, turn, "run", "Nothing was run on this very input.", leaks=0, milliseconds=taken)
    fresh_for = {choice.name: choice.fresh_for for choice in family.choices}
    stale = is_stale(run.finished_at, fresh_for.get(run.workflow), CLOCK)
    return Verdict(
        family,
        turn,
        "refresh" if stale else "answer",
        f"{run.workflow} was run on this very input.",
        leaks=leaks(family, turn, [run.id]),
        milliseconds=taken,
    )


def _last_runs(family: Family, turn: TurnCase) -> Verdict:
    """It sees the session's last entries, runs and direct answers alike, and answers if they have half the words."""
    asked = {root(word) for word in terms(turn.message, MOST_TERMS)}
    window = _window(family, turn)
    there = {root(word) for text in window for word in words(text)}
    enough = bool(window) and 2 * len(asked & there) >= len(asked)
    reason = f"{len(asked & there)} of {len(asked)} words stand in the last {len(window)} entries."
    return Verdict(family, turn, "answer" if enough else "run", reason, leaks=0)


def _window(family: Family, turn: TurnCase) -> list[str]:
    """The texts of the session's last completed runs (input and result) and direct answers, the newest last."""
    of_session = [run for run in family.runs if (run.user, run.session) == (turn.user, turn.session)]
    entries = [
        (CLOCK - timedelta(hours=run.age_hours), f"{run.input}\n{run.steps[-1].output if run.steps else ''}")
        for run in of_session
        if run.status == "completed"
    ]
    entries += [
        (said.started_at, f"{said.message}\n{said.answer}") for said in conversation(family, turn) if said.answer
    ]
    return [text for _, text in sorted(entries, key=lambda entry: entry[0])][-WINDOW:]


def _timed(decide: Callable[[Family, TurnCase], Verdict], family: Family, turn: TurnCase) -> Verdict:
    started = time.perf_counter()
    decided = decide(family, turn)
    return replace(decided, milliseconds=1000 * (time.perf_counter() - started))


if __name__ == "__main__":
    print(tuned(read(Path(sys.argv[1]))))
