"""The command `refrain`."""

from __future__ import annotations

import typer

from cli.ask import ask
from cli.backup import backup, restore_backup
from cli.chat import chat
from cli.demo import demo
from cli.doctor import doctor
from cli.evaluate import evaluate
from cli.export import export
from cli.graph import graph
from cli.overrides import overrides
from cli.record import record
from cli.run import resume, run
from cli.runs import runs, show
from cli.users import users
from cli.verify import verify_store
from cli.why import why

app = typer.Typer(
    help="A chat whose workflows remember.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (chat, demo, record, ask, run, runs, show, export, resume, why, overrides, graph, doctor, backup):
    app.command()(command)
app.command("eval")(evaluate)
app.command("verify")(verify_store)
app.command("restore")(restore_backup)
app.add_typer(users, name="user")
