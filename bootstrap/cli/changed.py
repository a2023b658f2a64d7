"""Lint the declarations that changed files belong to: what pre-commit runs, which names files and not folders.

python -m bootstrap.cli.changed database/contacts/schema/contacts.yaml …
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

MANIFEST = "bootstrap.yaml"


def declarations(files: Sequence[str]) -> list[Path]:
    """Return the folders of the declarations that these files belong to; a file of none belongs to nothing."""
    found = (_declaration(Path(file)) for file in files)
    return sorted({folder for folder in found if folder is not None})


def _declaration(file: Path) -> Path | None:
    """The nearest folder above with a bootstrap.yaml."""
    return next((folder for folder in file.parents if (folder / MANIFEST).is_file()), None)


def main() -> int:
    """Lint them, in every environment. Returns the exit code of ``db-bootstrap lint``."""
    try:
        folders = declarations(sys.argv[1:])
        if folders:
            from bootstrap.cli.linting import check  # noqa: PLC0415  # only where there is something to check

            print("\n".join(check(folders, None)))
    except Exception as error:  # noqa: BLE001  # one message without a traceback, as the program itself has it
        from bootstrap.cli.failure import report_failure  # noqa: PLC0415  # only when something fails

        return report_failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
