"""The Brief workflow says so when its search finds nothing."""

from __future__ import annotations

from flows.setup import load_workflows


async def test_a_search_without_results_is_told() -> None:
    brief = load_workflows()["Brief"]

    run = await brief.run("zorblax gimbling")

    picked = next(step.content for step in run.steps if step.step_name == "pick")
    assert str(picked).startswith("The search found nothing about zorblax gimbling.")
    assert "nothing about zorblax gimbling" in str(run.content)
