"""The commands: each turns its arguments into a request, and a report into output and an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bootstrap.cli.applying import run_apply
from bootstrap.cli.command import Command
from bootstrap.cli.completion import environment_names
from bootstrap.cli.many.options import takes_targets
from bootstrap.cli.options import additive_option, allow_option, change_options, request_from, target_options
from bootstrap.cli.output import Output


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap plan staging",
        "db-bootstrap plan staging --rows --out staging.plan",
        "db-bootstrap plan --dir database/shop --url postgresql://admin@localhost/shop",
    ],
)
@target_options
@change_options
@allow_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where changes are pending, as Terraform does.")
@additive_option
@click.option("--contract", is_flag=True, help="Show what contract would do: also drop what is declared no longer.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Keep the plan for `apply --plan FILE`, as JSON."
)
@click.option("--rows", is_flag=True, help="List the keys of seed rows that would be inserted, updated and deleted.")
@click.option(
    "--rows-limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
    help="How many keys of each kind --rows lists for a table.",
)  # fmt: skip
@takes_targets
def plan(form: str, **arguments: Any) -> int:
    """Show what apply would do: SQL, hazards, steps, rows. Changes nothing."""
    from bootstrap.cli.answers import plan_answer  # noqa: PLC0415  # only when a command runs

    output = Output(form)
    return output.answer(plan_answer(output.progress, **arguments))


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap apply staging",
        "db-bootstrap apply production --allow 'data_loss:public.orders.note'",
        "db-bootstrap apply production --plan production.plan",
    ],
)
@target_options
@change_options
@allow_option
@additive_option
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), metavar="FILE",
    help="Apply only if this plan, kept by `plan --out`, still holds; else exit with 3.",
)  # fmt: skip
@takes_targets
def apply(form: str, **arguments: Any) -> int:
    """Bring the database to its declaration, verify it, record it."""
    return run_apply(form=form, **arguments)


@click.command(cls=Command, examples=["db-bootstrap contract production"])
@target_options
@change_options
@allow_option
def contract(form: str, **arguments: Any) -> int:
    """Apply, and also drop what is declared no longer and was kept (policy.removed: keep)."""
    return run_apply(form=form, contract=True, **arguments)


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap rollback staging --plan",
        "db-bootstrap rollback staging --to 41",
    ],
)
@target_options
@allow_option
@click.option("--to", type=int, metavar="RUN", help="The structure that this run proved, instead of the last one's.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what it would do, as plan does. Changes nothing.")
def rollback(form: str, *, only_plan: bool, **arguments: Any) -> int:
    """Go back to the structure that the last run started from.

    Rows stay; what was dropped since comes back with its values where policy.backup has kept them. Steps and seeds are
    not undone.
    """
    from bootstrap.cli import text  # noqa: PLC0415  # only when it is needed
    from bootstrap.service.rollback import plan_rollback  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.rollback import rollback as use_case  # noqa: PLC0415  # heavy: only when a command runs

    output = Output(form)
    if only_plan:
        planned = plan_rollback(request_from(arguments, output))
        output.report(text.plan(planned), text.plan_data(planned))
        return 0
    report = use_case(request_from(arguments, output))
    output.report(text.rollback(report), text.rollback_data(report))
    return 0


@click.command(cls=Command, examples=["db-bootstrap rebuild dev --confirm shop"])
@target_options
@change_options
@allow_option
@click.option("--confirm", required=True, metavar="NAME", help="The name of the database that is emptied.")
def rebuild(form: str, *, confirm: str, **arguments: Any) -> int:
    """Drop everything in the database, then apply the declaration, steps and seeds included.

    Never where policy.protected says so, which is the default for production.
    """
    from bootstrap.cli.apply_text import apply_data, apply_text  # noqa: PLC0415  # only when it is needed
    from bootstrap.service.rebuild import rebuild as use_case  # noqa: PLC0415  # heavy: only when a command runs

    output = Output(form)
    report = use_case(request_from(arguments, output), confirm=confirm)
    output.report(apply_text(report), apply_data(report))
    return 0


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap verify production",
        "db-bootstrap verify production --exact --format json",
    ],
)
@target_options
@change_options
@takes_targets
def verify(form: str, **arguments: Any) -> int:
    """Prove that the database is what the declaration says.

    Reads structure, steps, rows and checks, and names everything that differs; exit code 4 where something does.
    """
    from bootstrap.cli.answers import verify_answer  # noqa: PLC0415  # only when a command runs

    output = Output(form)
    return output.answer(verify_answer(output.progress, **arguments))


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap history production --limit 5",
        "db-bootstrap history production --run 42",
        "db-bootstrap history production --check",
    ],
)
@target_options
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs, newest first.")
@click.option("--run", type=int, metavar="RUN", help="One run with each of its statements.")
@click.option("--check", is_flag=True, help="Look for runs that were changed, removed or added; exit code 4 if any.")
def history(form: str, *, limit: int, run: int | None, check: bool, **arguments: Any) -> int:
    """List what was run: when, by whom, from which revision."""
    from bootstrap.cli import text  # noqa: PLC0415  # only when it is needed
    from bootstrap.problems import VerificationFailed  # noqa: PLC0415  # only when it is needed
    from bootstrap.service.history import check_history  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.history import history as use_case  # noqa: PLC0415  # as above

    output = Output(form)
    if check:
        found = check_history(request_from(arguments, output))
        output.report(text.checked(found), text.checked_data(found))
        return VerificationFailed.exit_code if found.checked.faults else 0
    report = use_case(request_from(arguments, output), limit=limit, run=run)
    output.report(text.history(report), text.history_data(report))
    return 0


@click.command(
    name="import",
    cls=Command,
    examples=[
        "db-bootstrap import production --out database/shop",
        "db-bootstrap import --url mysql://admin@localhost/shop --out database/shop --table 'shop_*'",
    ],
)
@target_options
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="A new or empty directory.")
@click.option(
    "--scratch-url", metavar="URL", help="A development server for the scratch database, instead of the target's."
)
@click.option("--schema", "schemas", multiple=True, metavar="PATTERN", help="Only these schemas. PostgreSQL.")
@click.option("--table", "tables", multiple=True, metavar="PATTERN", help="Only these tables: 'shop_*'.")
@click.option("--ignore", multiple=True, metavar="PATTERN", help="Never these. The declaration keeps it as its scope.")
@click.option("--leave-out", is_flag=True, help="Name what cannot be declared in a comment, and write the rest.")
@click.option("--unchecked", is_flag=True, help="Write without the check, where no scratch database can be had.")
def import_(form: str, *, out: Path, leave_out: bool, unchecked: bool, **arguments: Any) -> int:
    """Write a declaration of what a live database holds.

    It is checked by building it in a scratch database; plan right after it is empty.
    """
    from bootstrap.cli import text  # noqa: PLC0415  # only when it is needed
    from bootstrap.dialects.base import Scope  # noqa: PLC0415  # only when it is needed
    from bootstrap.service.import_ import import_database as use_case  # noqa: PLC0415  # heavy: only when a command runs

    output = Output(form)
    patterns = [arguments.pop(name) for name in ("schemas", "tables", "ignore")]
    report = use_case(
        request_from(arguments, output),
        out,
        checked=not unchecked,
        scope=Scope(*patterns) if any(patterns) else None,
        leave_out=leave_out,
    )
    output.report(text.imported(report), text.imported_data(report))
    return 0


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap lint",
        "db-bootstrap lint production --dir database/shop --dir database/billing",
    ],
)
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=environment_names)
@click.option(
    "--dir", "directories", default=["."], metavar="DIR", multiple=True, type=click.Path(path_type=Path),
    help="Directory of a declaration; repeatable. Default: here.",
)  # fmt: skip
@click.option(
    "--scratch-url", metavar="URL", help="A development server: also build the declaration in a scratch database there."
)
def lint(environment: str | None, directories: tuple[Path, ...], scratch_url: str | None) -> int:
    """Check the declaration alone; connects to nothing, unless --scratch-url names a server to build it on.

    Without ENV every environment is checked.
    """
    from bootstrap.cli.linting import check  # noqa: PLC0415  # only when it is needed

    for line in check(directories, environment, scratch_url):
        click.echo(line)
    return 0


@click.command(cls=Command, examples=["db-bootstrap schema > declaration.schema"])
def schema() -> int:
    """Print the JSON Schema of the YAML files, for editors."""
    from importlib.resources import files  # noqa: PLC0415  # only when it is needed

    click.echo((files("bootstrap.declaration") / "schema.json").read_text(encoding="utf-8"))
    return 0


ALL = (plan, apply, contract, rollback, rebuild, verify, history, import_, lint, schema)
