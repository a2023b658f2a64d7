"""Entry point of the command ``db-bootstrap``. It imports only what the arguments ask for."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, NoReturn

from bootstrap import __version__

# Between two collections. What is imported and read stays: to look through it again and again finds nothing.
_ALLOCATIONS = 50_000


def main() -> NoReturn:
    """Run the command and exit; every failure becomes one message without a traceback."""
    gc.set_threshold(_ALLOCATIONS)
    try:
        code = _run(sys.argv[1:])
    except BaseException as error:  # noqa: BLE001  # the last line of defence: whatever it is, no secret and no traceback
        from bootstrap.cli.failure import report_failure  # noqa: PLC0415  # only when something fails

        code = report_failure(error)
    gc.freeze()  # else the end of the interpreter looks at every object once more
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        print(f"db-bootstrap {__version__}")  # as click prints it
        return 0
    if arguments[:1] == ["apply"]:
        from bootstrap.cli.plain import plain_arguments  # noqa: PLC0415  # of this command only

        plain = plain_arguments(arguments[1:])
        if plain is not None:
            return _apply(plain)
    from bootstrap.cli.program import run  # noqa: PLC0415  # the library for arguments takes longer than the interpreter

    return run()


def _apply(arguments: dict[str, Any]) -> int:
    from bootstrap.cli.applying import run_apply  # noqa: PLC0415  # of this command only
    from bootstrap.cli.signals import handle_signals  # noqa: PLC0415  # as above
    from bootstrap.wording import TERRAFORM, VARIABLE, in_terraform  # noqa: PLC0415  # as above

    handle_signals()
    with in_terraform(os.environ.get(VARIABLE) == TERRAFORM):
        return run_apply(**arguments)


if __name__ == "__main__":
    main()
