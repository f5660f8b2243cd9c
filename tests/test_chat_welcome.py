"""What a visitor sees before the first message."""

from __future__ import annotations

import pytest

from chat.welcome import ASK, commands, how_it_works, profiles
from flows import Workflow
from flows.commands import COMMANDS
from flows.setup import load_workflows


def test_there_is_ask_and_a_profile_for_each_workflow() -> None:
    found = profiles(load_workflows().values())
    assert [profile.name for profile in found] == [ASK, "Article", "Brief", "Compare", "Fact check", "Report"]
    assert [profile.name for profile in found if profile.default] == [ASK]
    for profile in found[1:]:
        assert profile.starters
        assert 2 <= len(profile.starters) <= 3
        assert f"Every message here runs **{profile.name}**." in profile.markdown_description
        assert profile.icon != "/public/profiles/workflow.svg"


def test_a_workflow_that_names_no_examples_has_starters_and_a_picture_all_the_same() -> None:
    profile = profiles([Workflow("Letter", [str])])[1]
    assert (profile.icon, profile.markdown_description) == (
        "/public/profiles/workflow.svg",
        "Every message here runs **Letter**.",
    )
    assert profile.starters


def test_what_a_workflow_names_is_what_it_offers() -> None:
    profile = profiles([Workflow("Letter", [str], description="Writes letters: long ones.", examples=("Snow",))])[1]
    assert [starter.message for starter in profile.starters or []] == ["Snow"]
    assert profile.markdown_description.startswith("Writes letters. ")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_in_the_menu_and_in_the_explanation(command: object) -> None:
    assert command in COMMANDS
    name = getattr(command, "name", "")
    assert f"`/{name}" in how_it_works()
    assert name in {entry["id"] for entry in commands()}
