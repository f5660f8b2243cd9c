"""Which runs `/runs` is to list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.run_words import RunWords
from storage.run_lists import RunFilter

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "props"),
    [
        ("", {}),
        ("failed", {"status": "failed"}),
        ("all my runs that failed today", {"status": "failed", "days": 1}),
        ("Fact check", {"workflow": "Fact check"}),
        ("articles of this week", {"workflow": "Article", "days": 7}),
        ("ocean energy", {"text": "ocean energy"}),
        ("stopped article on ocean energy in the last 3 days", {
            "workflow": "Article", "status": "cancelled", "text": "ocean energy", "days": 3,
        }),
        ("particle physics", {"text": "particle physics"}),
    ],
)  # fmt: skip
def test_words_name_a_workflow_a_status_a_time_and_else_a_text(words: str, props: dict[str, object]) -> None:
    assert RunWords.parse(words, ["Article", "Fact check"]).as_props() == props


def test_days_count_back_from_now() -> None:
    wanted = RunWords.parse("failed yesterday", []).as_filter(NOW)
    assert wanted == RunFilter(status="failed", since=datetime(2026, 3, 8, tzinfo=UTC))
