"""Invoking a Lambda function for real: the deployed zip, in a process of its own, with AWS's runtime client."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.aws.runtime_api import Invocation, RuntimeApi
from demo.aws.runtime_environment import RuntimeUnavailableError, runtime_python
from demo.servers.cache import file_lock

PR_SET_PDEATHSIG = 1
ANSWER_SECONDS = 2.0  # in which the answer of a process that has ended is taken
LOG_TAIL_BYTES = 4096  # what X-Amz-Log-Result carries


@dataclass(frozen=True)
class Function:
    """What AWS knows of a deployed function."""

    name: str
    arn: str
    code: bytes
    handler: str
    runtime: str
    timeout: int
    memory_size: int
    version: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What the caller of an invocation gets, and what goes to the function's log."""

    payload: bytes
    failed: bool
    log: str

    @property
    def log_tail(self) -> bytes:
        """The end of the log, as the caller may ask for it."""
        return self.log.encode()[-LOG_TAIL_BYTES:]


class FunctionRunner:
    """Runs functions; unpacked code is kept in a folder, one for each digest of a zip."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        """Keep what is the same for every function.

        Args:
            directory: where code is unpacked to.
            environment: variables that stand for the place a function runs in, such as AWS_ENDPOINT_URL.
        """
        self.directory = directory
        self.environment = environment

    def invoke(self, function: Function, event: bytes) -> Answer:
        """Run the function on an event and wait for its answer, its failure, or its timeout."""
        request_id = str(uuid.uuid4())
        try:
            python = runtime_python(function.runtime)
            task = self._unpacked(function.code)
        except (RuntimeUnavailableError, zipfile.BadZipFile) as error:
            return Answer(_error("Runtime.InvalidRuntime", request_id, str(error)), failed=True, log=str(error))
        started = time.time()
        invocation = Invocation(request_id, function.arn, event, int((started + function.timeout) * 1000))
        with RuntimeApi(invocation) as api, tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [str(python), "-m", "awslambdaric", function.handler],
                cwd=task,
                env=self._variables(function, api.address, task),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 prctl is all it calls
            )
            failure = _wait(process, api, function.timeout)
            # Answered or not: what a function has not done by now is never done.
            _kill(process)
            output.seek(0)
            text = output.read().decode(errors="replace")
        log = _log(function, request_id, text, time.time() - started, failure)
        if failure is not None:
            kind, message = failure
            return Answer(_error(kind, request_id, message), failed=True, log=log)
        return Answer(api.outcome.payload or b"", failed=api.outcome.failed, log=log)

    def _unpacked(self, code: bytes) -> Path:
        """Return the folder with the zip's content: /var/task of a real function."""
        folder = self.directory / hashlib.sha256(code).hexdigest()[:16]
        with file_lock(folder.with_suffix(".lock")):
            if not folder.exists():
                partial = folder.with_suffix(".partial")
                with zipfile.ZipFile(io.BytesIO(code)) as archive:
                    archive.extractall(partial)
                partial.rename(folder)
        return folder

    def _variables(self, function: Function, api: str, task: Path) -> dict[str, str]:
        """The environment of a function's process; nothing of this process's own gets in."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task is read-only
            "LAMBDA_TASK_ROOT": str(task),
            "_HANDLER": function.handler,
            "AWS_LAMBDA_RUNTIME_API": api,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            **self.environment,
            **function.environment,
        }


def _wait(process: subprocess.Popen[bytes], api: RuntimeApi, timeout: int) -> tuple[str, str] | None:
    """Wait for the answer; return type and text of the failure when none comes."""
    deadline = time.monotonic() + timeout
    while not api.outcome.answered.wait(0.02):
        code = process.poll()
        if code is not None and not api.outcome.answered.wait(ANSWER_SECONDS):
            how = f"exit status {code}" if code >= 0 else f"signal: {signal.Signals(-code).name}"
            return "Runtime.ExitError", f"Error: Runtime exited with error: {how}"
        if time.monotonic() > deadline:
            return "Sandbox.Timedout", f"Error: Task timed out after {timeout:.2f} seconds"
    return None


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _error(kind: str, request_id: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": f"RequestId: {request_id} {message}"}).encode()


def _log(function: Function, request_id: str, output: str, seconds: float, failure: tuple[str, str] | None) -> str:
    """The log as CloudWatch shows it."""
    milliseconds = seconds * 1000
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    lines = [f"START RequestId: {request_id} Version: {function.version}", *output.splitlines()]
    if failure is not None:
        lines.append(f"RequestId: {request_id} {failure[1]}")
    lines += [
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
        f"Billed Duration: {int(milliseconds) + 1} ms\t"
        f"Memory Size: {function.memory_size} MB\tMax Memory Used: {peak} MB",
    ]
    return "\n".join(lines)


def _die_with_parent() -> Callable[[], None] | None:
    """What to call in the child so that it ends with the thread that waits for it."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
