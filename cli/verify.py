"""`refrain verify`: is everything in the store as it should be?"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.checks import database_path
from cli.terminal import AsJson, perform, print_json, say
from storage.verify import Report, verify


def verify_store(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make anew what can be: passages, their index, counters, indexes.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check the whole store, which may be in use; the exit status is 1 if something is wrong.

    What people said and what steps gave can't be made anew: it comes back with `refrain restore`.
    """
    perform(lambda: _verify(repair, json))


async def _verify(repair: bool, json: bool) -> int:
    path = database_path()
    report = await verify(path, repair=repair)
    if json:
        print_json(
            {
                "clean": report.clean,
                "wrong": [finding.text for finding in report.wrong],
                "repaired": [finding.text for finding in report.repaired],
                "counts": report.counts,
            }
        )
    else:
        _tell(report, repair)
    return 0 if report.clean else 1


def _tell(report: Report, repair: bool) -> None:
    for finding in report.repaired:
        say(f"Repaired: {finding.text}", "green")
    for finding in report.wrong:
        say(finding.text, "red")
    looked = ", ".join(f"{count:,} {name}" for name, count in report.counts.items())
    say(f"Looked at {looked}.", "dim")
    if report.clean:
        say("Everything is as it should be.")
        return
    mendable = sum(finding.mend is not None for finding in report.wrong)
    if mendable and not repair:
        say(f"{mendable} of {len(report.wrong)} can be put right: refrain verify --repair")
    if mendable < len(report.wrong):
        say("What people said and what steps gave can't be made anew. A backup brings it back: refrain restore FILE")
