"""The rules of the house that no single module can keep: layers, dependencies, locks."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOME = Path(__file__).parent.parent
LAYERS = ("storage", "agents", "flows", "evals", "chat", "cli")  # each imports only itself and what stands before it
LOCKS = ("requirements.lock", "requirements-test.lock")
PYTHONS = ("3.11", "3.12", "3.13")

PROJECT: dict[str, Any] = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
TEST = [Requirement(line) for line in PROJECT["dependency-groups"]["test"]]


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((HOME / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The whole names of the modules that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def top(name: str) -> str:
    return name.split(".")[0]


def locked(name: str) -> dict[str, str]:
    """The pins of a lock: canonical name to the whole entry, continued lines joined."""
    text = (HOME / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {str(canonicalize_name(line.split("==")[0].strip())): line for line in lines}


def version(entry: str) -> str:
    return entry.split("==", 1)[1].split()[0]


def tracked() -> list[Path]:
    """Every file that is, or would be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOME,
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0:
        return [path for name in listing.stdout.split("\0") if name and (path := HOME / name).is_file()]
    hidden = (".venv", ".git", "__pycache__")
    return [path for path in HOME.rglob("*") if path.is_file() and not set(hidden) & set(path.parts)]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_only_go_down(layer: str) -> None:
    above = set(LAYERS[LAYERS.index(layer) + 1 :]) | {"app"}
    if layer == "cli":
        above |= {"chat"}  # the command starts the page in a process of its own
    wrong = [
        f"{path.relative_to(HOME)} imports {name}"
        for path in modules(layer)
        for name in imports(path)
        if top(name) in above
    ]
    assert not wrong


def test_only_the_page_knows_chainlit() -> None:
    wrong = [
        str(path.relative_to(HOME))
        for path in modules("storage", "agents", "flows", "evals", "cli")
        if "chainlit" in map(top, imports(path))
    ]
    assert not wrong


def test_every_package_is_installed() -> None:
    without = {
        str(path.parent.relative_to(HOME)) for path in modules(*LAYERS) if not (path.parent / "__init__.py").exists()
    }
    assert not without, "these folders hold modules but no __init__.py, so an installation leaves them out"


def test_every_dependency_is_used_and_every_import_is_declared() -> None:
    files = [HOME / "app.py", *modules(*LAYERS)]
    used = {top(name) for path in files for name in imports(path)} - set(LAYERS) - set(sys.stdlib_module_names)
    providers = packages_distributions()
    provided = {str(canonicalize_name(dist)) for name in used for dist in providers.get(name, [name])}
    declared = {str(canonicalize_name(requirement.name)) for requirement in RUNTIME}
    assert declared - provided == set(), "declared in pyproject.toml but imported nowhere"
    assert provided - declared == set(), "imported but not declared in pyproject.toml"


def test_the_command_is_there() -> None:
    module, name = PROJECT["project"]["scripts"]["refrain"].split(":")
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    pins = locked(name)
    assert len(pins) > 50
    for entry in pins.values():
        assert re.match(r"[\w.\[\]-]+==\S+ ", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry[:80]


@pytest.mark.parametrize(("name", "requirements"), [(LOCKS[0], RUNTIME), (LOCKS[1], RUNTIME + TEST)])
def test_the_lock_holds_what_is_asked_for(name: str, requirements: list[Requirement]) -> None:
    pins = locked(name)
    for requirement in requirements:
        entry = pins.get(str(canonicalize_name(requirement.name)))
        assert entry, f"{requirement.name} is not in {name}: make lock"
        assert requirement.specifier.contains(version(entry)), f"{requirement} against {version(entry)}: make lock"


def test_the_tests_run_with_what_users_get() -> None:
    runtime, test = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: version(entry) for name, entry in runtime.items()} == {
        name: version(test[name]) for name in runtime if name in test
    }


@pytest.mark.parametrize("python", PYTHONS)
def test_one_lock_serves_every_python(python: str) -> None:
    pins = locked(LOCKS[0])
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for requirement in RUNTIME:
        entry = pins[str(canonicalize_name(requirement.name))]
        marker = re.search(r";\s*(.+?)\s+--hash", entry)
        assert marker is None or Marker(marker[1]).evaluate(environment), entry[:80]


def test_no_file_names_a_registry() -> None:
    # Put together here, so that this file does not name what it looks for.
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    options = ["--" + option for option in ("index-url", "extra-index-url", "find-links", "trusted-host")]
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(HOME)}: {word}" for word in hosts + options if word in text]
    assert not found


def test_make_says_so_when_there_is_no_python_that_does(tmp_path: Path) -> None:
    shutil.copy(HOME / "Makefile", tmp_path)
    for name in ("pyproject.toml", *LOCKS):
        (tmp_path / name).touch()
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    make = shutil.which("make")
    assert make, "the project is built with make"
    made = subprocess.run(
        [make, "install"],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(old.parent), "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert made.returncode != 0
    assert "Refrain needs Python 3.11, 3.12 or 3.13" in made.stderr
    assert not (tmp_path / ".venv").exists()
