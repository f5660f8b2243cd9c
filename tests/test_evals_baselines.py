"""The baselines decide as they are described, on families small enough to see why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evals.baselines import THRESHOLD, baselines, tuned
from evals.bench import fill
from evals.cases import Family
from evals.metrics import Verdict, figures_of
from storage import RunStore
from tests.test_evals_cases import family, run, turn


async def decided(store: RunStore, families: Sequence[Family], name: str) -> list[Verdict]:
    """What the baseline of that name does, where the product always asks back."""
    await fill(store, families)
    product = [Verdict(f, t, "clarify", found=("r/Notes",), cited=(), leaks=0) for f in families for t in f.turns]
    return (await baselines(store, product))[name]


def steps(text: str) -> list[dict[str, Any]]:
    return [{"name": "Notes", "output": text}]


async def test_always_run_and_always_answer(store: RunStore) -> None:
    asked = [turn("one", "answer", gold=["r/Notes"]), turn("two", "run")]
    homes = [family("a", [run("r", "heat pumps")], asked)]
    runs = figures_of(await decided(store, homes, "always_run")).to_dict()
    assert (runs["false_hit_rate"], runs["needless_run_rate"], runs["accuracy"]) == (0, 1, 0.5)
    assert all(runs[name] is None for name in ("recall_at_1", "mrr", "citation_recall", "leaks", "ms_per_decision"))

    product = [Verdict(homes[0], t, "clarify", found=("r/Notes",), cited=(), leaks=3) for t in homes[0].turns]
    answers = figures_of((await baselines(store, product))["always_answer"]).to_dict()
    assert (answers["false_hit_rate"], answers["needless_run_rate"], answers["accuracy"]) == (1, 0, 0.5)
    assert (answers["recall_at_1"], answers["leaks"]) == (1, 6), "it answers from what the product recalls"
    assert answers["citation_precision"] is None


async def test_an_exact_repeat_is_answered_while_it_is_fresh(store: RunStore) -> None:
    runs = [
        run("r1", "Heat pumps"),
        run("r2", "old news", age_hours=25),
        run("r3", "broken", status="failed"),
        run("r4", "secret", user="v"),
    ]
    messages = ["heat  pumps.", "old news", "broken", "secret", "heat pumps in winter"]
    homes = [family("a", runs, [turn(message, "run") for message in messages])]
    found = await decided(store, homes, "exact_repeat")
    assert [verdict.action for verdict in found] == ["answer", "refresh", "run", "run", "run"]
    assert all(verdict.leaks == 0 and verdict.milliseconds is not None for verdict in found)


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("does a heat pump move power?", "answer"),
        ("heat in Portugal and Spain", "run"),
        ("heat in Portugal", "answer"),
        ("violins", "run"),
    ],
)
async def test_the_last_runs_answer_when_they_have_half_of_the_words(
    store: RunStore, message: str, action: str
) -> None:
    homes = [family("a", [run("r", "warmth")], [turn(message, "run")])]
    (found,) = await decided(store, homes, "last_5_runs")
    assert found.action == action, found.reason


async def test_the_window_holds_five_entries_of_the_session_and_its_direct_answers(store: RunStore) -> None:
    filler = [run(f"f{n}", f"filler {n}", age_hours=5 - n / 10, steps=steps("Nothing.")) for n in range(4)]
    runs = [run("old", "violins", age_hours=9, steps=steps("Stradivari made violins.")), *filler]
    said = [{"role": "user", "content": "why?"}, {"role": "assistant", "content": "Because of the cellos."}]
    asked = [
        turn("violins", "run"),
        turn("violins", "run", history=said),
        turn("cellos", "run", history=said),
        turn("violins", "run", session="another"),
    ]
    found = await decided(store, [family("a", runs, asked)], "last_5_runs")
    assert [verdict.action for verdict in found] == ["answer", "run", "answer", "run"]


async def test_the_window_shows_completed_runs_by_input_and_result_alone(store: RunStore) -> None:
    both = [*steps("Quarks are small."), {"name": "Letter", "output": "Dear all"}]
    runs = [run("r1", "physics", steps=both), run("r2", "violins", status="failed")]
    asked = [turn("quarks", "run"), turn("physics", "run"), turn("dear", "run"), turn("violins", "run")]
    found = await decided(store, [family("a", runs, asked)], "last_5_runs")
    assert [verdict.action for verdict in found] == ["run", "answer", "answer", "run"]


async def test_bm25_ranks_the_steps_of_this_user_alone(store: RunStore) -> None:
    runs = [
        run("r1", "x", steps=steps("Stradivari made violins in Cremona.")),
        run("r2", "y", steps=steps("Tides turn wheels.")),
        run("r3", "z", steps=steps("Rain fills lakes.")),
        run("r4", "w", user="v", steps=steps("Quarks are small.")),
    ]
    asked = [
        turn("who made violins", "answer", gold=["r1/Notes"]),
        turn("quarks", "run"),
        turn("?", "run"),
        turn("violins", "run", user="nobody"),
        turn('made "violins* OR NEAR(', "answer", gold=["r1/Notes"]),
    ]
    homes = [family("a", runs, asked), family("b", [run("r1", "x", steps=steps("Quarks, quarks."))])]
    found = await decided(store, homes, "bm25_threshold")
    assert [verdict.action for verdict in found] == ["answer", "run", "run", "run", "answer"]
    assert [verdict.found for verdict in found] == [("r1/Notes",), (), (), (), ("r1/Notes",)]
    assert found[0].confidence >= THRESHOLD > found[1].confidence
    assert sum(verdict.leaks or 0 for verdict in found) == 0


def test_the_tuned_threshold_divides_what_can_be_divided() -> None:
    texts = ["Stradivari made violins in Cremona.", "Tides turn wheels.", "Rain fills lakes.", "Snow falls."]
    runs = [run(f"r{n}", "x", steps=steps(text)) for n, text in enumerate(texts)]
    strong, weak = turn("Stradivari violins Cremona", "answer"), turn("Stradivari in space", "run")
    divided = tuned([family("a", runs, [strong, weak])])
    assert tuned([family("a", runs, [weak])]) == float("inf"), "nothing is to be answered"
    both = tuned([family("a", runs, [strong, {**weak, "label": "answer"}])])
    assert 0 < both < divided < float("inf")
