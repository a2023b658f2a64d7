"""The command ``fmt``: the files of a declaration, formatted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bootstrap.cli.command import Command
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError

FORMAT_VERSION = 1


@click.command(
    cls=Command,
    examples=["db-bootstrap fmt", "db-bootstrap fmt --check --dir database/shop --dir database/billing"],
)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 where a file is not formatted.")
@click.option(
    "--dir", "directories", default=["."], metavar="DIR", multiple=True, type=click.Path(path_type=Path),
    help="Directory of a declaration; repeatable. Default: here.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def fmt(directories: tuple[Path, ...], *, only_check: bool, form: str) -> int:
    """Format the YAML files of a declaration: keys in the order of the reference, quotes only where they are needed.

    Comments stay with their keys, what the declaration means does not change, and names keep their order.
    """
    different, count = format_files(directories, only_check=only_check)
    said = "not formatted" if only_check else "formatted"
    lines = [*(f"{path}: {said}" for path in different), f"{count} files, {len(different)} {said}"]
    data = {
        "format_version": FORMAT_VERSION,
        "files": count,
        "different": [str(path) for path in different],
        "written": not only_check,
    }
    Output(form).report("\n".join(lines), data)
    return BootstrapError.exit_code if only_check and different else 0


def format_files(directories: Sequence[Path], *, only_check: bool) -> tuple[list[Path], int]:
    """Format declarations; return the files that were not formatted, and how many there are.

    All are read before the first is written.
    """
    from bootstrap.declaration.formatting import formatted  # noqa: PLC0415  # heavy: only when a command runs

    found = {directory / name: pair for directory in directories for name, pair in formatted(directory).items()}
    different = [path for path, (before, after) in found.items() if before != after]
    if not only_check:
        for path in different:
            path.write_bytes(found[path][1])
    return different, len(found)
