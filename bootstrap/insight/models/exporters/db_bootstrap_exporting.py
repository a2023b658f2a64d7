"""What both exporters do: report to a file what an application's import printed or raised.

Runs in the application's interpreter, from Python 3.8 on: only the standard library, and nothing of this package.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import traceback
from typing import Any, Callable  # noqa: UP035  # Python 3.8


def report(path: str, export: Callable[[], object]) -> None:
    """Write what ``export()`` returns to a file, or why it failed: what the application prints is nobody's answer."""
    sys.path[0] = os.getcwd()  # noqa: PTH109  # as `python -c` has it, instead of this folder
    try:
        answer = export()
    except BaseException as error:  # noqa: BLE001  # sys.exit() at import is a failure too
        answer = {"error": _failure(error)}
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123  # pathlib is imported by few applications
        json.dump(answer, file)


def place(model: Any) -> dict[str, object]:
    """Return where a class is written."""
    found: dict[str, object] = {"model": f"{model.__module__}:{model.__qualname__}"}
    try:
        file = inspect.getsourcefile(model) or ""
        if "site-packages" not in file:  # of a library: its name says enough
            found["line"] = inspect.getsourcelines(model)[1]
            found["file"] = os.path.relpath(file)
    except (OSError, TypeError, ValueError):  # made at run time
        pass
    return found


def _failure(error: BaseException) -> dict[str, object]:
    """Return an error with the last line of the application's own code that led to it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    foreign = (os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.__file__))  # noqa: PTH100, PTH120
    own = [
        frame
        for frame in frames
        if "site-packages" not in frame.filename and not os.path.abspath(frame.filename).startswith(foreign)  # noqa: PTH100
    ]
    found: dict[str, object] = {"type": type(error).__name__, "message": str(error)}
    if own:
        found["file"], found["line"] = os.path.relpath(own[-1].filename), own[-1].lineno
    return found
