"""Run jobs, each in a process of its own, so many at once. Nothing that happens to one stops another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bootstrap.cli.applying import REPORT_VARIABLE
from bootstrap.cli.many.outcome import Ending, Outcome, outcome_of
from bootstrap.problems import BootstrapError, Incomplete, Interrupted

_WORKER = (
    "-P",
    "-m",
    "bootstrap.cli.many.worker",
)  # -P: a folder here that is named like a package of ours is not ours
_GRACE_SECONDS = 30.0  # a job that is asked to end cancels what runs on the server, and records it
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command for one database. ``terraform`` says where its target is read; else it is in the arguments."""

    name: str
    command: str
    arguments: Mapping[str, Any]
    terraform: Mapping[str, Any] | None = None

    @property
    def line(self) -> bytes:
        """The job as its process reads it."""
        content = {"command": self.command, "arguments": self.arguments, "terraform": self.terraform}
        return json.dumps(content, default=str).encode() + b"\n"


@dataclass(kw_only=True)
class Pool:
    """Several jobs under way.

    Attributes:
        parallel: how many run at once.
        seconds: how long one job may take; None: as long as it needs.
        tell: is given each line that a job writes to standard error, with the job's name.
        ended: is given each ending as soon as it is known.
    """

    parallel: int
    seconds: float | None
    tell: Callable[[str, str], None]
    ended: Callable[[Ending], None]
    _signal: int = 0
    _processes: set[asyncio.subprocess.Process] = field(default_factory=set)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self, jobs: Sequence[Job]) -> list[Ending]:
        """Run all. Returns their endings in the order of the jobs."""
        return asyncio.run(self._run(jobs))

    async def _run(self, jobs: Sequence[Job]) -> list[Ending]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt, number)
        free = asyncio.Semaphore(self.parallel)

        async def in_turn(job: Job) -> Ending:
            async with free:
                ending = await self._one(job)
            self.ended(ending)
            return ending

        return list(await asyncio.gather(*map(in_turn, jobs)))

    def _interrupt(self, number: int) -> None:
        """Pass the signal on; nothing is started any more."""
        self._signal = self._signal or number
        self._asked.set()
        for process in self._processes:
            _pass_on(process, number)

    async def _one(self, job: Job) -> Ending:
        start = time.monotonic()
        if self._signal:
            error = Interrupted(self._signal).explained(" before this one was begun")
            return Ending(
                name=job.name, outcome=Outcome.INTERRUPTED, code=error.exit_code, seconds=0.0, reason=str(error)
            )
        try:
            process = await self._start(job)
        except OSError as error:  # no more processes or memory
            reason = f"cannot start a process: {error.strerror}: use a smaller --parallel"
            return Ending(name=job.name, outcome=Outcome.FAILED, code=BootstrapError.exit_code, seconds=0.0,
                          reason=reason)  # fmt: skip
        self._processes.add(process)
        if self._signal:  # it came while the process was being started
            _pass_on(process, self._signal)
        try:
            out, _, timed_out = await asyncio.gather(
                _all_of(process.stdout), self._lines_of(job.name, process.stderr), self._watch(process)
            )
        finally:
            self._processes.discard(process)
        return self._ending(job, process, out, timed_out=timed_out, seconds=time.monotonic() - start)

    async def _start(self, job: Job) -> asyncio.subprocess.Process:
        """A session of its own: the terminal's Ctrl-C reaches the process through us, and once."""
        environ = {name: value for name, value in os.environ.items() if name != REPORT_VARIABLE}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, *_WORKER, stdin=pipe, stdout=pipe, stderr=pipe, env=environ, start_new_session=True
        )
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        process.stdin.write(job.line)
        return process

    async def _watch(self, process: asyncio.subprocess.Process) -> bool:
        """Wait for the end of a process; end it where it takes too long. Returns whether it did."""
        waiting = asyncio.ensure_future(process.wait())
        asked = asyncio.ensure_future(self._asked.wait())
        await asyncio.wait({waiting, asked}, timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        timed_out = not waiting.done() and not self._signal
        if timed_out:
            _pass_on(process, signal.SIGTERM)
        await asyncio.wait({waiting}, timeout=_GRACE_SECONDS)
        if not waiting.done():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with what it has started
        await waiting
        return timed_out

    async def _lines_of(self, name: str, stream: asyncio.StreamReader | None) -> None:
        """Tell each line when it is complete, however long it is."""
        rest = b""
        while stream is not None and (chunk := await stream.read(_CHUNK)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.tell(name, line.decode(errors="replace"))
        if rest:
            self.tell(name, rest.decode(errors="replace"))

    def _ending(
        self, job: Job, process: asyncio.subprocess.Process, out: bytes, *, timed_out: bool, seconds: float
    ) -> Ending:
        answer = _decoded(out)
        code = answer.get("exit_code")
        if code in {None, 128 + signal.SIGTERM, 128 + signal.SIGINT} and (timed_out or self._signal):
            if timed_out:
                outcome, reason, code = Outcome.TIMED_OUT, f"took longer than {self.seconds:g} s", Incomplete.exit_code
            else:
                error = Interrupted(self._signal)
                outcome, reason, code = Outcome.INTERRUPTED, str(error), error.exit_code
        elif code is None:
            outcome, reason, code = Outcome.KILLED, _death(process.returncode or 0), BootstrapError.exit_code
        else:
            outcome, reason = outcome_of(code), _reason(answer.get("text", ""))
        error_data = answer.get("error")
        if error_data is not None:
            reason = f"{reason}: {error_data['message']}" if timed_out else error_data["message"]
        return Ending(
            name=job.name, outcome=outcome, code=code, seconds=seconds, reason="" if code == 0 else reason,
            text=answer.get("text", ""), report=answer.get("report"), error=error_data,
        )  # fmt: skip


def _pass_on(process: asyncio.subprocess.Process, number: int) -> None:
    """Ask a process to end, as a signal would."""
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.write(bytes([number]))


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


def _decoded(out: bytes) -> dict[str, Any]:
    """The answer of a process; empty where it has given none."""
    try:
        found = json.loads(out)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(text: str) -> str:
    """The first line of an answer, and the first fault where that only announces them."""
    first, *rest = text.removeprefix("-- ").splitlines() or [""]
    if not first.endswith(":") or not rest:
        return first
    more = f" (and {len(rest) - 1} more)" if len(rest) > 1 else ""
    return f"{first} {rest[0].strip()}{more}"


def _death(code: int) -> str:
    """Why there is no answer."""
    what = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return f"its process {what} and gave no answer: run the command again, it goes on where the database is"
