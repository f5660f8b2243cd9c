"""Fits the weights of `flows.weights` to labelled cases: the outcome of messages that no plain rule decides.

    python -m evals.fit evals/dev.jsonl [MORE.jsonl ...] > flows/weights.py

Softmax regression. On stderr: how well weights fitted to nine tenths of the families tell the outcomes of the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flows.decision import undecided
from flows.question import understand
from flows.recall import recall
from flows.signs import signs
from flows.weighing import OUTCOMES, Outcome, chances
from storage import RunStore

from .bench import CLOCK, conversation, fill, own
from .cases import Family, read

RIDGE = 50.0  # for signs that vary by 1
FOLDS = 10
OUTCOME_OF: dict[str, Outcome] = {
    "answer": "covered",
    "refresh": "covered",
    "run": "open",
    "clarify": "unclear",
    "chat": "chat",
}
# A pattern that was made from the cases fits all of them and few others: each message it is in counts without it, too.
TOO_SURE = "private"
HEAD = '''"""What each sign says for the outcomes covered, open, unclear and chat. Made by `python -m evals.fit`."""

from collections.abc import Mapping

WEIGHTS: Mapping[str, tuple[float, float, float, float]] = {'''

Numbers = npt.NDArray[np.float64]
Example = tuple[int, dict[str, float], Outcome]  # number of the family, signs, what is right


async def examples(families: Sequence[Family]) -> list[Example]:
    """The signs of every message that has to be weighed, with what is right about it."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "cases.db")
        await fill(store, families)
        found: list[Example] = []
        for number, family in enumerate(families):
            for turn in family.turns:
                said = conversation(family, turn)
                question = understand(turn.message, said)
                user, session = own(family, turn.user), own(family, turn.session)
                known = await recall(store, question, said, user_id=user, session_id=session)
                coverage = undecided(question, known, family.choices, CLOCK)
                if coverage is not None:
                    found.append((number, signs(question, coverage), OUTCOME_OF[turn.label]))
        await store.close()
    return found


def table(found: Sequence[Example]) -> tuple[list[str], Numbers, Numbers]:
    """The names of the signs, their values by message, and a 1 for the right outcome of each."""
    names = sorted({name for _, row, _ in found for name in row})
    values = np.array([[row.get(name, 0.0) for name in names] for _, row, _ in found])
    right = np.array([[float(outcome == one) for one in OUTCOMES] for _, _, outcome in found])
    return names, values, right


def doubled(found: Sequence[Example]) -> list[Example]:
    """The examples, those with the sign that is too sure a second time without it."""
    again = [
        (number, {name: value for name, value in row.items() if name != TOO_SURE}, outcome)
        for number, row, outcome in found
        if TOO_SURE in row
    ]
    return [*found, *again]


def fitted(values: Numbers, right: Numbers, free: int, rounds: int = 15) -> Numbers:
    """The weights, sign by outcome, by Newton's method; those at `free` (always there) are hardly held back."""
    signs, outcomes = values.shape[1], right.shape[1]
    spread = values.std(axis=0)
    ridge = RIDGE * spread**2 + 1e-6
    ridge[free] = 0.01
    weights = np.zeros((signs, outcomes))
    for _ in range(rounds):
        likely = _likely(values @ weights)
        slope = values.T @ (likely - right) + ridge[:, None] * weights
        bend = np.zeros((outcomes, signs, outcomes, signs))
        for one in range(outcomes):
            for other in range(outcomes):
                share = likely[:, one] * (float(one == other) - likely[:, other])
                bend[one, :, other] = (values.T * share) @ values + float(one == other) * np.diag(ridge)
        size = signs * outcomes
        step = np.linalg.solve(bend.reshape(size, size), slope.T.reshape(size))
        weights = weights - step.reshape(outcomes, signs).T
    return weights


def _likely(sums: Numbers) -> Numbers:
    parts: Numbers = np.exp(sums - sums.max(axis=1, keepdims=True))
    likely: Numbers = parts / parts.sum(axis=1, keepdims=True)
    return likely


def weights_of(found: Sequence[Example]) -> dict[str, tuple[float, ...]]:
    """The weights of each sign by outcome."""
    names, values, right = table(doubled(found))
    weights = fitted(values, right, names.index("always"))
    return {name: tuple(float(one) for one in row) for name, row in zip(names, weights, strict=True)}


def left_out(found: Sequence[Example]) -> list[Outcome]:
    """The likeliest outcomes by weights that were fitted without the message's family."""
    fold = [number % FOLDS for number, _, _ in found]
    weights = [weights_of([row for row, one in zip(found, fold, strict=True) if one != out]) for out in range(FOLDS)]
    guesses = [chances(row, weights[one]) for (_, row, _), one in zip(found, fold, strict=True)]
    return [max(OUTCOMES, key=lambda outcome: guess[outcome]) for guess in guesses]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, nargs="+")
    files = parser.parse_args().cases
    # Two files may use the same names.
    families = [
        one.model_copy(update={"family": f"{n}:{one.family}"}) for n, file in enumerate(files) for one in read(file)
    ]
    found = asyncio.run(examples(families))
    rows = [f'    "{name}": ({", ".join(f"{one:.2f}" for one in row)}),' for name, row in weights_of(found).items()]
    print("\n".join([HEAD, *rows, "}"]))
    guesses = left_out(found)
    truth = [outcome for _, _, outcome in found]
    right = sum(guess == one for guess, one in zip(guesses, truth, strict=True))
    print(f"{len(found)} messages, {right / len(found):.1%} right in families left out", file=sys.stderr)
    for outcome in OUTCOMES:
        of_it = [guess == outcome for guess, one in zip(guesses, truth, strict=True) if one == outcome]
        print(f"{outcome}: {sum(of_it)} of {len(of_it)}", file=sys.stderr)


if __name__ == "__main__":
    main()
