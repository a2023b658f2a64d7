"""Keeps one database server alive exactly as long as its owner: run as a script, it imports nothing of the project.

A server must not outlive the demo or the test run that started it, not even when that is killed with SIGKILL, and the
parent-death signal of Linux alone cannot promise it: it fires when the *thread* that started the process ends. So every
server gets this small process as its parent. It ends the server and removes its folder

- when the owner (a process id) is gone, or
- when it receives SIGTERM or SIGINT.

SIGUSR1 is the crash test: the server is killed with SIGKILL and started again on the same folder and port.
If the guard itself is killed, the kernel ends the server.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

STOP_SECONDS = 60.0
RESTART_SECONDS = 60.0  # within which a server that was killed may end again before it has started
RETRY_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run the command of the argument list until its owner is gone; return the server's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owner", type=int, default=0, help="process that owns the server; 0: nobody, it stays")
    parser.add_argument("--user", default="", help="user to run the server as")
    parser.add_argument("--stop-signal", default="SIGTERM")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--remove", type=Path, required=True, help="folder that is removed in the end")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    return Guard(arguments).run()


class Guard:
    """One server process and what ends it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.stop_signal = signal.Signals[arguments.stop_signal]
        self.server: subprocess.Popen[bytes] | None = None
        self.asked = False
        self.starting_until = 0.0

    def run(self) -> int:
        """Start the server, wait for the first reason to end it, end it, and remove its folder."""
        wake_read, wake_write = os.pipe()
        for end in (wake_read, wake_write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        selector = selectors.DefaultSelector()
        selector.register(wake_read, selectors.EVENT_READ)
        owner = watch_process(self.arguments.owner)
        if owner is not None:
            selector.register(owner, selectors.EVENT_READ)
        try:
            self.server = self.start()
            self.wait(selector, wake_read, poll=self.arguments.owner > 0 and owner is None)
            return self.stop()
        finally:
            shutil.rmtree(self.arguments.remove, ignore_errors=True)
            if self.asked:
                # Of a server that ended by itself the log is what is left to read.
                self.arguments.log.unlink(missing_ok=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in its own process group, so that a crash can take all of its processes at once."""
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        stop_signal = int(self.stop_signal)

        def die_with_guard() -> None:
            # After the change of user: a change of credentials would clear the setting.
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, stop_signal)

        user = self.arguments.user or None
        with self.arguments.log.open("ab") as log:
            return subprocess.Popen(
                self.arguments.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user,
                extra_groups=[] if user else None,
                group=primary_group(user) if user else None,
                preexec_fn=die_with_guard,  # noqa: PLW1509 the guard has one thread
            )

    def wait(self, selector: selectors.BaseSelector, wake: int, *, poll: bool) -> None:
        """Return when the server should end or has ended."""
        while True:
            ready = {key.fd for key, _ in selector.select(timeout=0.5 if poll else None)}
            if ready - {wake}:
                return
            received = os.read(wake, 64) if wake in ready else b""
            if received and set(received) & {signal.SIGTERM, signal.SIGINT}:
                return
            if signal.SIGUSR1 in received:
                self.crash()
            if self.server is None or not self.lives():
                return
            if poll and not is_alive(self.arguments.owner):
                return

    def crash(self) -> None:
        """Kill the server without a chance to clean up, and start it again."""
        self.kill_group()
        self.starting_until = time.monotonic() + RESTART_SECONDS
        self.server = self.start()

    def lives(self) -> bool:
        """Say whether the server runs; one that was killed and does not get up at once is started again.

        PostgreSQL's backends lead groups of their own. They end when they notice that they are alone, and until then
        the new server finds their shared memory in use, and ends as well.
        """
        while self.server is not None and self.server.poll() is not None:
            if time.monotonic() > self.starting_until:
                return False
            time.sleep(RETRY_SECONDS)
            self.server = self.start()
        return True

    def stop(self) -> int:
        """End the server: first its own orderly way, then the hard one."""
        if self.server is None:
            return 1
        self.asked = self.server.poll() is None
        if self.asked:
            self.server.send_signal(self.stop_signal)
            deadline = time.monotonic() + STOP_SECONDS
            while self.server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
        self.kill_group()
        return self.server.returncode or 0

    def kill_group(self) -> None:
        """Kill whatever is left of the server and reap it."""
        if self.server is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()


def watch_process(pid: int) -> int | None:
    """Return a file descriptor that becomes readable when the process ends; None where the system has none."""
    if pid <= 0 or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        # The owner is gone already: a closed pipe is readable at once.
        read, write = os.pipe()
        os.close(write)
        return read
    except OSError:
        return None


def is_alive(pid: int) -> bool:
    """Say whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def primary_group(user: str) -> int:
    """Return the primary group of a user."""
    import pwd  # noqa: PLC0415 exists on Unix only, and only there another user is asked for

    return pwd.getpwnam(user).pw_gid


if __name__ == "__main__":
    sys.exit(main())
