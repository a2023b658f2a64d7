"""The command ``grants``: what an account must be allowed for the other commands."""

from __future__ import annotations

from typing import Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.options import request_from, target_options
from bootstrap.cli.output import Output


@click.command(cls=Command, examples=["db-bootstrap grants production --account app_deploy --for plan"])
@target_options
@click.option("--account", required=True, metavar="NAME", help="The account: a role of PostgreSQL, user@host of MySQL.")
@click.option(
    "--for", "command", type=click.Choice(["verify", "plan", "apply"]), default="apply", show_default=True,
    help="The command that it is to run; plan includes verify, apply both.",
)  # fmt: skip
def grants(form: str, *, account: str, command: str, **arguments: Any) -> int:
    """Print the GRANT statements for an account that runs verify, plan or apply.

    Reads the declaration only and connects to nothing. Run them as the database's owner or an administrator.
    """
    from bootstrap.service.grants import grants as use_case  # noqa: PLC0415  # heavy: only when a command runs

    output = Output(form)
    lines = use_case(request_from(arguments, output), account, command)
    output.report("\n".join(lines), {"account": account, "command": command, "statements": list(lines)})
    return 0
