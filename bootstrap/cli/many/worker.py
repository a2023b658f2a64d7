"""The process of one job: takes the job from its standard input, and writes the answer to its standard output.

python -m bootstrap.cli.many.worker

Both are JSON. A job comes through a pipe and not as arguments, which everybody on the machine can read. The pipe stays
open: each further byte is the number of a signal that the parent passes on, and where the pipe ends the parent is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.redact import redact

if TYPE_CHECKING:
    from bootstrap.cli.output import Answer


def main() -> int:
    """Do the job. Returns the exit code of the command."""
    from bootstrap.cli.signals import handle_signals  # noqa: PLC0415  # the program needs it only where something runs

    # What the job starts, such as terraform, must neither read the parent's bytes nor write into the answer.
    control, answers = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # its descriptor is wanted
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    with os.fdopen(control, "rb", buffering=0, closefd=False) as stream:  # unbuffered: the bytes behind are signals
        job = json.loads(stream.readline())
    handle_signals()
    threading.Thread(target=_listen, args=(control,), daemon=True).start()
    answer = _answer(job)
    with os.fdopen(answers, "w", encoding="utf-8") as stream_of_answers:
        json.dump(answer, stream_of_answers)
    return int(answer["exit_code"])


def _listen(control: int) -> None:
    number = True
    while number:
        byte = os.read(control, 1)
        number = bool(byte)
        os.kill(os.getpid(), byte[0] if byte else signal.SIGTERM)


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    """Redacted before it leaves the process: the parent does not know the secrets."""
    from bootstrap.cli.failure import error_data, failure_of  # noqa: PLC0415  # imported where it is needed

    try:
        answer = _run(job)
    except BaseException as error:  # noqa: BLE001  # whatever it is, the parent reports it
        failure = failure_of(error)
        return {"exit_code": failure.exit_code, "error": error_data(failure)}
    report = redact(json.dumps(answer.data, default=str))
    return {"exit_code": answer.code, "text": redact(answer.text), "report": json.loads(report)}


def _run(job: dict[str, Any]) -> Answer:
    from bootstrap.cli.answers import ANSWERS  # noqa: PLC0415  # as above: a fault of an import is reported too
    from bootstrap.cli.output import Output  # noqa: PLC0415  # as above
    from bootstrap.wording import TERRAFORM, VARIABLE, in_terraform  # noqa: PLC0415  # as above

    arguments = {**job["arguments"], "directory": Path(job["arguments"]["directory"])}
    if job["terraform"] is not None:
        from bootstrap.declaration.model import TerraformTarget  # noqa: PLC0415  # other targets need nothing of it
        from bootstrap.target.config import target_data  # noqa: PLC0415  # as above
        from bootstrap.target.terraform import read_target  # noqa: PLC0415  # as above

        target = read_target(TerraformTarget(**job["terraform"]), arguments["directory"], arguments["environment"])
        arguments["target"] = target_data(target)
    with in_terraform(os.environ.get(VARIABLE) == TERRAFORM):
        return ANSWERS[job["command"]](Output("text").progress, **arguments)


if __name__ == "__main__":
    sys.exit(main())
