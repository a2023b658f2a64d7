"""Lint or format the declarations that changed files belong to: pre-commit names files and not folders.

python -m bootstrap.cli.changed [--fmt] database/contacts/schema/contacts.yaml …
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

MANIFEST = "bootstrap.yaml"
FORMAT = "--fmt"


def declarations(files: Sequence[str]) -> list[Path]:
    """Return the folders of the declarations that these files belong to; a file of none belongs to nothing."""
    found = (_declaration(Path(file)) for file in files)
    return sorted({folder for folder in found if folder is not None})


def _declaration(file: Path) -> Path | None:
    """The nearest folder above with a bootstrap.yaml."""
    return next((folder for folder in file.parents if (folder / MANIFEST).is_file()), None)


def main() -> int:
    """Lint or format them, as the first argument says. Returns the exit code of the command."""
    arguments = sys.argv[1:]
    try:
        if arguments[:1] == [FORMAT]:
            _format(declarations(arguments[1:]))
        else:
            _lint(declarations(arguments))
    except Exception as error:  # noqa: BLE001  # one message without a traceback, as the program itself has it
        from bootstrap.cli.failure import report_failure  # noqa: PLC0415  # only when something fails

        return report_failure(error)
    return 0


def _lint(folders: Sequence[Path]) -> None:
    """Check them in every environment."""
    if folders:
        from bootstrap.cli.linting import check  # noqa: PLC0415  # only where there is something to check

        print("\n".join(check(folders, None)))


def _format(folders: Sequence[Path]) -> None:
    """Format them. That files have changed is what pre-commit itself reports, and fails for."""
    if folders:
        from bootstrap.cli.fmt import format_files  # noqa: PLC0415  # as above

        different, _ = format_files(folders, only_check=False)
        print("".join(f"{path}: formatted\n" for path in different), end="")


if __name__ == "__main__":
    sys.exit(main())
