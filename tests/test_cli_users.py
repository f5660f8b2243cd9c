from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from storage.credentials import Credentials

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "users.json"
    monkeypatch.setenv("REFRAIN_USERS", str(path))
    return path


def user(*arguments: str, input: str = "") -> Result:
    return CliRunner().invoke(app, ["user", *arguments], input=input)


def test_a_user_is_added_with_a_password_typed_twice(users_file: Path) -> None:
    result = user("add", "ada", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert "ada may sign in" in result.stdout
    assert PASSWORD not in result.output
    assert Credentials(users_file).verify("ada", PASSWORD)


def test_a_password_typed_differently_is_asked_again(users_file: Path) -> None:
    result = user("add", "ada", input=f"{PASSWORD}\nanother\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert Credentials(users_file).verify("ada", PASSWORD)


def test_a_script_gives_the_password_on_standard_input(users_file: Path) -> None:
    assert user("add", "ada", "--password-stdin", input=f"{PASSWORD}\n").exit_code == 0
    assert Credentials(users_file).verify("ada", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("ada", "short", "at least 8 characters"),
        ("ada", "", "at least 8 characters"),
        ("a/da", PASSWORD, "A name is"),
    ],
)
def test_what_is_refused_is_said_in_one_line(name: str, password: str, said: str) -> None:
    result = user("add", name, "--password-stdin", input=f"{password}\n")
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_the_list_names_everyone() -> None:
    user("add", "bob", "--password-stdin", input=PASSWORD)
    user("add", "ada", "--password-stdin", input=PASSWORD)
    assert user("list").stdout == "ada\nbob\n"


def test_an_empty_list_says_how_to_begin() -> None:
    result = user("list")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "refrain user add NAME" in result.stderr


def test_a_password_is_changed_and_a_user_removed(users_file: Path) -> None:
    user("add", "ada", "--password-stdin", input=PASSWORD)
    assert user("password", "ada", "--password-stdin", input="another password").exit_code == 0
    assert Credentials(users_file).verify("ada", "another password")
    assert user("remove", "ada").exit_code == 0
    assert Credentials(users_file).names() == []
    for command in ("remove", "password"):
        result = user(command, "ada", input=f"{PASSWORD}\n{PASSWORD}\n")
        assert result.exit_code == 1
        assert "There is no user ada." in result.stderr


def test_a_broken_users_file_is_named(users_file: Path) -> None:
    users_file.write_text("nonsense", encoding="utf-8")
    result = user("list")
    assert result.exit_code == 1
    assert "is not a users file" in result.stderr
