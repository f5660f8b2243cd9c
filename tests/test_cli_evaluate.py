"""`refrain eval` prints the figures of a file of cases or of pairs, and leaves nothing behind."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from evals import picture
from evals.metrics import RATES
from tests.model_server import ModelServer, Reply
from tests.test_evals_cases import family_line, run, turn, written

BASELINES = ["always_run", "always_answer", "exact_repeat", "last_5_runs", "bm25_threshold"]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """An exact repeat, something nobody ran, and a command; the first with gold, the last of a stratum of its own."""
    asked = [
        turn("heat pumps", "answer", gold=["r/Notes"]),
        turn("how is a violin made?", "run"),
        turn("/fresh heat pumps", "chat", stratum="odd one"),
    ]
    return written(tmp_path / "cases.jsonl", family_line("a", [run("r", "heat pumps")], asked), family_line("b"))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return written(
        tmp_path / "pairs.jsonl",
        {"first": "heat pumps", "second": "Heat pumps", "same": True, "kind": "exact"},
        {"first": "heat pumps", "second": "Violins of Cremona", "same": True, "kind": "topic"},
    )


def told(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)])


def test_json_is_one_object_with_every_figure(cases: Path) -> None:
    result = told(cases, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["overall", "strata", "baselines"]
    assert list(found["strata"]) == ["odd one", "plain"]
    assert list(found["baselines"]) == BASELINES
    names = {"turns", "leaks", *RATES, *(f"{name}_ci" for name in RATES)}
    for figures in (found["overall"], *found["strata"].values(), *found["baselines"].values()):
        assert set(figures) == names
        for name in RATES:
            assert figures[name] is None or isinstance(figures[name], float)
            assert figures[f"{name}_ci"] is None or len(figures[f"{name}_ci"]) == 2
    overall = found["overall"]
    assert (overall["turns"], overall["leaks"], overall["accuracy"]) == (3, 0, pytest.approx(2 / 3, abs=1e-5))
    assert (overall["false_hit_rate"], overall["needless_run_rate"], overall["stale_hit_rate"]) == (0, 0, None)
    assert (overall["recall_at_1"], overall["citation_precision"], overall["citation_recall"]) == (1, 1, 1)
    assert found["baselines"]["exact_repeat"]["accuracy"] == pytest.approx(2 / 3, abs=1e-5)


def test_the_table_is_plain_and_lists_misses_when_asked(cases: Path) -> None:
    result = told(cases, "--misses")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[2].split()[:3] == ["overall", "3", "66.7"]
    assert [line for line in lines if line.startswith("odd one")]
    assert lines[-2] == "a · odd one · wanted chat, got run · /fresh heat pumps"
    assert lines[-1].startswith("    ")
    assert "wanted chat" not in told(cases).stdout


def test_with_json_misses_go_to_the_other_channel(cases: Path) -> None:
    result = told(cases, "--json", "--misses")
    assert json.loads(result.stdout)["overall"]["turns"] == 3
    assert len(result.stderr.splitlines()) == 2


def test_pairs_are_counted(pairs: Path) -> None:
    result = told("--pairs", pairs, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found) == {"hits", "hits_ci", "traps", "traps_ci", "kinds"}
    assert (found["hits"], found["traps"], found["traps_ci"]) == (0.5, None, None)
    assert found["kinds"] == {"exact": {"pairs": 1, "served": 1}, "topic": {"pairs": 1, "served": 0}}
    printed = told("--pairs", pairs, "--misses").stdout
    assert "hits 50.0 %" in printed
    assert "topic · same, not served · heat pumps → Violins of Cremona" in printed


def test_a_bad_file_is_told_in_a_line(tmp_path: Path, cases: Path) -> None:
    bad = written(tmp_path / "bad.jsonl", family_line("a", turns=[turn("hi", "wave")]))
    for result in (told(bad), told(tmp_path / "none.jsonl", "--json"), told("--pairs", cases)):
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert ".jsonl" in result.stderr


def test_a_configured_model_needs_to_be_set_up(cases: Path) -> None:
    result = told(cases, "--model", "configured")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "set OPENAI_API_KEY or OPENAI_BASE_URL" in result.stderr


def test_a_configured_model_chooses_what_no_rule_decides(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer([Reply("Hello!")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = told(cases, "--model", "configured", "--misses")
    assert result.exit_code == 0, result.output
    assert "wanted run, got chat · how is a violin made?" in result.stdout
    assert len(server.requests) == 1, "neither for the repeat nor for the command"
    assert "wanted chat, got run · /fresh heat pumps" in result.stdout


@pytest.mark.parametrize("more", [["--picture", "x.png"], ["--model", "configured"]])
def test_pairs_are_judged_by_the_rules_without_a_picture(pairs: Path, more: list[str]) -> None:
    result = told("--pairs", pairs, *more)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_without_matplotlib_a_picture_is_refused_before_the_work(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise picture.NoPicture("A picture needs matplotlib: pip install 'refrain[bench]'")

    monkeypatch.setattr(picture, "pyplot", missing)
    result = told(cases, "--picture", tmp_path / "eval.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "A picture needs matplotlib: pip install 'refrain[bench]'\n"


def test_the_store_is_temporary(cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setenv("REFRAIN_DB", str(tmp_path / "own.db"))
    assert told(cases).exit_code == 0
    assert list(place.iterdir()) == []
    assert not (tmp_path / "own.db").exists()
