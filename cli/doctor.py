"""`refrain doctor`: what is configured, reachable and writable."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.checks import all_checks
from cli.terminal import AsJson, perform, print_json, printable

STYLES = {"ok": "green", "note": "yellow", "broken": "red"}


def doctor(json: AsJson = False) -> None:
    """Check what Refrain needs. The exit status is 1 if something needed is broken."""
    perform(lambda: _doctor(json))


async def _doctor(json: bool) -> int:
    checks = await all_checks()
    broken = any(check.state == "broken" for check in checks)
    if json:
        print_json({"ok": not broken, "checks": checks})
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for check in checks:
            state = Text(check.state, style=STYLES[check.state])
            table.add_row(state, check.name, Text(printable(check.detail), overflow="fold"))
        Console().print(table)
    return 1 if broken else 0
