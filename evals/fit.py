"""Fits the weights of `flows.signs` to labelled cases: which messages the past answers.

    python -m evals.fit evals/dev.jsonl

Logistic regression over the messages that no plain rule decides and whose label is answer, refresh or run. It prints
the weights, and how well weights fitted to nine tenths of the families do on the tenth left out.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flows.decision import undecided
from flows.question import understand
from flows.recall import recall
from flows.signs import signs
from storage import RunStore

from .bench import CLOCK, conversation, fill, own
from .cases import Family, read

RIDGE = 1.0
FOLDS = 10

Numbers = npt.NDArray[np.float64]
Example = tuple[int, dict[str, float], bool]  # number of the family, signs, whether the past covers it


async def examples(families: Sequence[Family]) -> list[Example]:
    """The signs of every message that has to be weighed, with what is right about it."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "cases.db")
        await fill(store, families)
        found = []
        for number, family in enumerate(families):
            for turn in family.turns:
                if turn.label not in ("answer", "refresh", "run"):
                    continue
                said = conversation(family, turn)
                question = understand(turn.message, said)
                user, session = own(family, turn.user), own(family, turn.session)
                known = await recall(store, question, said, user_id=user, session_id=session)
                coverage = undecided(question, known, family.choices, CLOCK)
                if coverage is not None:
                    found.append((number, signs(question, coverage), turn.label != "run"))
        await store.close()
    return found


def fitted(signs: Numbers, right: Numbers, free: int, rounds: int = 60) -> Numbers:
    """The weights by Newton's method; the one at `free` (the bias) is hardly held back."""
    ridge = np.full(signs.shape[1], RIDGE)
    ridge[free] = 0.01
    weights = np.zeros(signs.shape[1])
    for _ in range(rounds):
        likely = _likely(signs, weights)
        slope = signs.T @ (likely - right) + ridge * weights
        bend = (signs.T * (likely * (1 - likely))) @ signs + np.diag(ridge)
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def _likely(signs: Numbers, weights: Numbers) -> Numbers:
    likely: Numbers = 1 / (1 + np.exp(-(signs @ weights)))
    return likely


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    found = asyncio.run(examples(read(parser.parse_args().cases)))
    names = list(found[0][1])
    table = np.array([[row[name] for name in names] for _, row, _ in found])
    right = np.array([float(covered) for _, _, covered in found])
    fold = np.array([number % FOLDS for number, _, _ in found])
    for name, weight in zip(names, fitted(table, right, names.index("bias")), strict=True):
        print(f'    "{name}": {weight:.2f},')
    likely = np.zeros(len(right))
    for left_out in range(FOLDS):
        weights = fitted(table[fold != left_out], right[fold != left_out], names.index("bias"))
        likely[fold == left_out] = _likely(table[fold == left_out], weights)
    print(f"{len(right)} messages; left out families:")
    for bar in (0.5, 0.6, 0.7, 0.8):
        wrong_hits, missed = (likely[right == 0] > bar).mean(), (likely[right == 1] <= bar).mean()
        print(
            f"bar {bar}: {((likely > bar) == right).mean():.1%} right, {wrong_hits:.1%} false hits, {missed:.1%} missed"
        )


if __name__ == "__main__":
    main()
