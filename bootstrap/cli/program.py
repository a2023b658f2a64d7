"""All commands of ``db-bootstrap``: arguments in, report out, exit code by the kind of the outcome."""

from __future__ import annotations

import os

import click

from bootstrap import __version__
from bootstrap.cli import commands
from bootstrap.cli.check import check
from bootstrap.cli.command import Commands
from bootstrap.cli.completion import PROGRAM, completion, prepare
from bootstrap.cli.completion import VARIABLE as COMPLETE
from bootstrap.cli.diagnose import diagnose
from bootstrap.cli.doctor import doctor
from bootstrap.cli.fmt import fmt
from bootstrap.cli.grants import grants
from bootstrap.cli.health import health
from bootstrap.cli.init import init
from bootstrap.cli.insight import compare, snapshot
from bootstrap.cli.models import models
from bootstrap.cli.package_lambda import package_lambda
from bootstrap.cli.report import report
from bootstrap.problems import BootstrapError, ErrorKind
from bootstrap.wording import TERRAFORM, VARIABLE, in_terraform


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def cli() -> None:
    """Brings a database to what its declaration says, and proves it.

    ENV is an environment of the declaration; it may be left out where --url names the database.

    Exit codes: 0 done, or nothing to do; 1 error; 2 changes pending (plan --detailed-exitcode), environments
    differ (compare); 3 refused: a hazard
    that is not allowed; 4 the database is not what the declaration says; 5 could not reach it or get the lock: try
    again; 130 and 143 interrupted by Ctrl-C and SIGTERM.
    """


for command in (
    *commands.ALL,
    check,
    compare,
    completion,
    diagnose,
    doctor,
    fmt,
    grants,
    health,
    init,
    models,
    package_lambda,
    report,
    snapshot,
):
    cli.add_command(command)


def run() -> int:
    """Run the command that the arguments of the process name. Returns the exit code."""
    if COMPLETE in os.environ:
        prepare()
    try:
        with in_terraform(os.environ.get(VARIABLE) == TERRAFORM):
            return cli.main(prog_name=PROGRAM, complete_var=COMPLETE, standalone_mode=False) or 0
    except click.ClickException as error:
        from bootstrap.cli.failure import Failure, print_json  # noqa: PLC0415  # only when something fails

        error.show()
        failure = Failure(ErrorKind.USAGE, error.format_message(), BootstrapError.exit_code)
        print_json(failure)
        return failure.exit_code
