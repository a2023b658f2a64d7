"""Starting a server under its guard, waiting until it answers, and ending it."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.servers.errors import ServerStartError

GUARD = Path(__file__).with_name("guard.py")
START_SECONDS = 300.0
STOP_SECONDS = 90.0  # more than the guard takes
POLL_SECONDS = 0.03
LOG_TAIL = 12
ENDED_STATES = ("Z", "X")  # proc_pid_stat(5)
LOOPBACK = "127.0.0.1"
UNREQUESTED_PORTS = range(15_000, 32_000)  # below those of outgoing connections: 32768 on Linux, 49152 elsewhere
PORT_ATTEMPTS = 50


@dataclass(frozen=True)
class GuardedProcess:
    """A running server: the process id of its guard, and the folder that goes when it goes."""

    guard_pid: int
    directory: Path

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        directory: Path,
        *,
        owner: int | None = None,
        user: str | None = None,
        stop_signal: str = "SIGTERM",
        environment: Mapping[str, str] | None = None,
    ) -> GuardedProcess:
        """Start `command` under a guard.

        Args:
            command: program and arguments of the server; nothing secret, every user of the machine can read them.
            directory: the server's folder, removed when it ends; its output goes to a log beside it.
            owner: process that the server must not outlive; None: this process; 0: nobody, it stays until stopped.
            user: user to run the server as; None: the present one.
            stop_signal: the signal that the server takes as a request for an orderly, quick end.
            environment: the server's variables; None: those of this process.
        """
        owner = os.getpid() if owner is None else owner
        # -I -S: the guard imports the standard library only, and starts in some 20 ms.
        guard = [sys.executable, "-I", "-S", str(GUARD), f"--owner={owner}", f"--stop-signal={stop_signal}"]
        guard += [f"--log={log_file(directory)}", f"--remove={directory}", *([f"--user={user}"] if user else [])]
        process = subprocess.Popen(
            [*guard, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the owner; the guard follows it
        )
        # Reaped in stop(); until then nobody waits for it.
        process.returncode = 0
        return cls(process.pid, directory)

    def wait_until(self, answers: Callable[[], bool], what: str) -> None:
        """Poll until the server answers.

        Raises:
            ServerStartError: it ended, or did not answer in time; with the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        log_path = log_file(self.directory)
        while not answers():
            if not self.is_running():
                log = tail(log_path)
                log_path.unlink(missing_ok=True)
                raise ServerStartError(f"{what} ended while starting:\n{log}")
            if time.monotonic() > deadline:
                log = tail(log_path)
                self.stop()
                raise ServerStartError(f"{what} did not answer within {START_SECONDS:.0f} s:\n{log}")
            time.sleep(POLL_SECONDS)

    def is_running(self) -> bool:
        """Say whether the guard, and so the server, is still there."""
        return guard_runs(self.guard_pid)

    def stop(self) -> None:
        """End the server and wait until its folder is gone; a second call does nothing."""
        stop_guard(self.guard_pid)

    def crash(self) -> None:
        """Kill the server with SIGKILL; the guard starts it again on the same port. Wait for it yourself."""
        os.kill(self.guard_pid, signal.SIGUSR1)


def guard_runs(pid: int) -> bool:
    """Say whether the guard with this process id runs; another process that was given the id later does not count."""
    _reap(pid)
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return GUARD.name in found.stdout
    try:
        command = (process / "cmdline").read_text(errors="replace")
        state = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A process has no command line when it is a zombie, and for a moment while its program is being loaded.
    return GUARD.name in command if command else state not in ENDED_STATES


def ask_guard(pid: int) -> None:
    """Ask a guard to end its server, without waiting for it; asking twice is no more than asking once."""
    if guard_runs(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def stop_guard(pid: int) -> None:
    """Ask a guard to end its server and wait until both are gone."""
    ask_guard(pid)
    deadline = time.monotonic() + STOP_SECONDS
    while guard_runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _reap(pid: int) -> None:
    """Collect the exit status when the guard is a child of this process: a zombie still has a command line."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def log_file(directory: Path) -> Path:
    """The file that a server's output goes to: beside its folder, for it is read after that is gone."""
    return directory.with_name(f"{directory.name}.log")


def tail(path: Path) -> str:
    """The last lines of a log, indented."""
    if not path.exists():
        return "  (it left no log)"
    return "\n".join(f"  {line}" for line in path.read_text(errors="replace").splitlines()[-LOG_TAIL:])


def free_port() -> int:
    """Return a port of the loopback interface that is free now, and that the system gives to nobody by itself.

    A port that it picked could be given to any other process, or to an outgoing connection, before a server listens on
    it, or while one is started again.
    """
    for _ in range(PORT_ATTEMPTS):
        port = secrets.choice(UNREQUESTED_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Address:
    """Where a server listens, and the name that clients call it by and find in its certificate."""

    host: str
    listen: str
    port: int

    @classmethod
    def free(cls) -> Address:
        """Return `localhost` with a port that is free now."""
        return cls("localhost", LOOPBACK, free_port())


def is_listening(address: Address) -> bool:
    """Say whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((address.listen, address.port)) == 0


def server_directory(kind: str) -> Path:
    """Make a folder for one server.

    Its path is short, for a Unix socket's path may have 107 characters; `DB_BOOTSTRAP_SERVERS_DIR` moves it.
    """
    base = os.environ.get("DB_BOOTSTRAP_SERVERS_DIR") or ("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir())  # noqa: S108 see above
    return Path(tempfile.mkdtemp(prefix=f"dbb-{kind}-", dir=base))


def unprivileged_user() -> str | None:
    """Return the user to run as a server that refuses to run as root; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise ServerStartError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def give_to(user: str | None, directory: Path) -> None:
    """Make a folder and all in it the user's own."""
    if user is None:
        return
    entry = pwd.getpwnam(user)
    for path in (directory, *directory.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def as_user(user: str | None) -> dict[str, object]:
    """Return the arguments with which `subprocess` runs a program as the user."""
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def readable_by(user: str | None, home: Path, tree: Path, copy_to: Path) -> Path:
    """Return a folder of programs that the user can reach: `home` itself, or the same place in a copy of `tree`.

    What lies in root's home cannot be run by anybody else.
    """
    if user is None:
        return home
    # By its path: in the variable PATH there may be folders that the user must not look into.
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(home / "bin")]
    probe = subprocess.run(command, check=False, **as_user(user))  # type: ignore[call-overload]
    if probe.returncode == 0:
        return home
    shutil.copytree(tree, copy_to, symlinks=True)
    return copy_to / home.relative_to(tree)
