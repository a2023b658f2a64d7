"""A failure as one message on standard error, and its exit code."""

from __future__ import annotations

import os
import sys

from bootstrap.packages import missing_package
from bootstrap.problems import BootstrapError, Interrupted
from bootstrap.redact import redact

DEBUG_VARIABLE = "DB_BOOTSTRAP_DEBUG"


def report_failure(error: BaseException) -> int:
    """Print what went wrong. Returns the exit code. Raises the error again where it is no failure of a command."""
    if isinstance(error, BootstrapError | Interrupted):
        return _fail(str(error), error.exit_code)
    if isinstance(error, ModuleNotFoundError):
        return _fail(str(missing_package(error)), 1)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        advice = "check the path, who may use it, and the space on the disk"
        return _fail(f"{place}{error.strerror or error}: {advice}", 1)
    if not isinstance(error, Exception):
        raise error
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415  # only when it is asked for

        sys.stderr.write(redact("".join(traceback.format_exception(error))))
    text = f"unexpected {type(error).__name__}: {error}: please report this; {DEBUG_VARIABLE}=1 shows where"
    return _fail(text, 1)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"db-bootstrap: {redact(message)}\n")
    return code
