"""Entry point of the command ``db-bootstrap``. It imports only what the arguments ask for."""

from __future__ import annotations

import sys
from typing import NoReturn

from bootstrap import __version__


def main() -> NoReturn:
    """Run the command and exit; every failure becomes one message without a traceback."""
    try:
        code = _run(sys.argv[1:])
    except BaseException as error:  # noqa: BLE001  # the last line of defence: whatever it is, no secret and no traceback
        from bootstrap.cli.failure import report_failure  # noqa: PLC0415  # only when something fails

        code = report_failure(error)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(f"db-bootstrap {__version__}")  # as click prints it
        return 0
    from bootstrap.cli.program import run  # noqa: PLC0415  # the library for arguments takes longer than the interpreter

    return run()


if __name__ == "__main__":
    main()
