"""Commands in processes of their own that need not import the package again.

A third of a second of each command is imports, and the tests run some thousand. The standard library's fork server
imports them once per worker; each command is forked from it, with an environment, a folder and outputs of its own.
Tests in which the process itself counts (signals, start-up, output into a pipe) start the real program.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.preloaded"])


def run(arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> tuple[int, str, str]:
    """Run `db-bootstrap` to its end, with these environment variables and no others.

    Returns:
        The exit code (that of a signal is negative), the standard output and the standard error.

    Raises:
        TimeoutError: it did not end within that many seconds; it is killed.
    """
    with tempfile.TemporaryDirectory(prefix="dbb-command-") as name:
        out, err = Path(name, "out"), Path(name, "err")
        process = _SERVER.Process(target=_command, args=(list(arguments), dict(variables), str(Path.cwd()), out, err))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{arguments}: not ended after {seconds} seconds\n{out.read_text()}\n{err.read_text()}")
        return process.exitcode, out.read_text(), err.read_text()


def _command(arguments: list[str], variables: dict[str, str], folder: str, out: Path, err: Path) -> None:
    """Be the command, in the forked process."""
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["db-bootstrap", *arguments]
    for number, stream in ((0, os.devnull), (1, out), (2, err)):
        descriptor = os.open(stream, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # lives as long as the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    importlib.import_module("bootstrap.cli.main").main()
