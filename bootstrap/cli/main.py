"""The command ``db-bootstrap``: arguments in, report out, exit code by the kind of the outcome."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

import click

from bootstrap import __version__
from bootstrap.cli import commands
from bootstrap.cli.check import check
from bootstrap.cli.command import Commands
from bootstrap.cli.diagnose import diagnose
from bootstrap.cli.doctor import doctor
from bootstrap.cli.grants import grants
from bootstrap.cli.health import health
from bootstrap.cli.insight import compare, snapshot
from bootstrap.cli.models import models
from bootstrap.cli.signals import handle_signals
from bootstrap.problems import BootstrapError, Interrupted, missing_package
from bootstrap.redact import redact
from bootstrap.wording import TERRAFORM, VARIABLE, in_terraform

DEBUG_VARIABLE = "DB_BOOTSTRAP_DEBUG"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Brings a database to what its declaration says, and proves it.

    ENV is an environment of the declaration; it may be left out where --url names the database.

    Exit codes: 0 done, or nothing to do; 1 error; 2 changes pending (plan --detailed-exitcode), environments
    differ (compare); 3 refused: a hazard
    that is not allowed; 4 the database is not what the declaration says; 5 could not reach it or get the lock: try
    again; 130 and 143 interrupted by Ctrl-C and SIGTERM.
    """


for command in (*commands.ALL, check, compare, diagnose, doctor, grants, health, models, snapshot):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command and exit; every failure becomes one message without a traceback."""
    handle_signals()
    try:
        with in_terraform(os.environ.get(VARIABLE) == TERRAFORM):
            code = cli.main(prog_name="db-bootstrap", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 1
    except ModuleNotFoundError as error:
        code = _fail(str(missing_package(error)), 1)
    except (BootstrapError, Interrupted) as error:
        code = _fail(str(error), error.exit_code)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code = _fail(f"{place}{error.strerror or error}: check the path, who may use it, and the space on the disk", 1)
    except Exception as error:  # noqa: BLE001  # the last line of defence: whatever it is, no secret and no traceback
        if os.environ.get(DEBUG_VARIABLE):
            sys.stderr.write(redact(traceback.format_exc()))
        text = f"unexpected {type(error).__name__}: {error}: please report this; {DEBUG_VARIABLE}=1 shows where"
        code = _fail(text, 1)
    sys.exit(code or 0)


def _fail(message: str, code: int) -> int:
    click.echo(f"db-bootstrap: {redact(message)}", err=True)
    return code


if __name__ == "__main__":
    main()
