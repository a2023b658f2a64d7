"""Starting the local AWS: in a process of its own, which owns the servers and ends them when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from demo.servers import CertificateAuthority
from demo.servers.guard import is_alive, watch_process

REGION = "us-east-1"
STATE = "aws.json"
LOG = "aws.log"
START_SECONDS = 300.0
STOP_SECONDS = 180.0
POLL_SECONDS = 0.5


class LocalAwsError(RuntimeError):
    """The local AWS did not start; with the end of its log."""


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS, as its state folder describes it."""

    endpoint: str
    ca_file: str
    pid: int
    region: str = REGION

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead boto3, terraform and the bootstrapper to it and away from any real account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "DB_BOOTSTRAP_CA_FILE": self.ca_file,
        }


def running(state_dir: Path) -> LocalAws | None:
    """Return the local AWS of a state folder, None when none runs."""
    try:
        aws = LocalAws(**json.loads((state_dir / STATE).read_text()))
    except FileNotFoundError:
        return None
    return aws if _is_ours(aws.pid) else None


def serve(state_dir: Path, *, owner: int = 0) -> None:
    """Run the local AWS in this process until SIGTERM, SIGINT, or the end of its owner.

    Args:
        state_dir: folder for its state, made when missing.
        owner: a process whose end ends it too; 0: none.
    """
    # moto takes seconds to import, and `down` needs none of it.
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 see above

    from demo.aws import hooks  # noqa: PLC0415 see above
    from demo.aws.functions import FunctionRunner  # noqa: PLC0415 see above
    from demo.aws.instances import Instances  # noqa: PLC0415 see above

    state_dir.mkdir(parents=True, exist_ok=True)
    authority = CertificateAuthority.create(state_dir / "ca")
    instances = Instances(state_dir / "instances", authority, os.getpid())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    aws = LocalAws(f"http://{host}:{port}", str(authority.ca_file), os.getpid())
    hooks.install(instances, FunctionRunner(state_dir / "functions", aws.environment))
    partial = state_dir / f"{STATE}.partial"
    partial.write_text(json.dumps(asdict(aws)))
    partial.rename(state_dir / STATE)
    print(f"local AWS at {aws.endpoint}, CA {aws.ca_file}", flush=True)
    try:
        _wait_for_end(owner)
    finally:
        (state_dir / STATE).unlink(missing_ok=True)
        instances.registry.stop_all()


def start(state_dir: Path, *, owner: int | None = None) -> LocalAws:
    """Start the local AWS in a detached process and wait until it answers.

    Args:
        state_dir: folder for its state and its log.
        owner: a process whose end ends it too, unless `keep` is called; None: this process; 0: it stays until `stop`.

    Raises:
        LocalAwsError: it did not start.
    """
    stop(state_dir)
    state_dir.mkdir(parents=True, exist_ok=True)
    owner = os.getpid() if owner is None else owner
    command = [sys.executable, "-m", "demo.aws", "--state-dir", str(state_dir), "serve", f"--owner={owner}"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
    log = state_dir / LOG
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=environment
        )
    deadline = time.monotonic() + START_SECONDS
    while (aws := running(state_dir)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise LocalAwsError("the local AWS did not start:\n" + log.read_text(errors="replace")[-2000:])
        time.sleep(0.05)
    return aws


def keep(state_dir: Path) -> None:
    """Let the local AWS of a state folder stay when its owner ends, until `stop`."""
    aws = running(state_dir)
    if aws is not None:
        os.kill(aws.pid, signal.SIGUSR1)


def stop(state_dir: Path) -> None:
    """End the local AWS of a state folder with all its servers; none running is no error."""
    aws = running(state_dir)
    if aws is None:
        return
    os.kill(aws.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_ours(aws.pid) and time.monotonic() < deadline:
        time.sleep(0.05)


def _wait_for_end(owner: int) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    kept = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: kept.set())
    # Where the system has such descriptors; a process that has ended but was not reaped still has its id.
    watched = watch_process(owner)
    while not ended.wait(POLL_SECONDS):
        if owner and not kept.is_set() and _has_ended(owner, watched):
            return


def _has_ended(pid: int, watched: int | None) -> bool:
    if watched is not None:
        return bool(select.select([watched], [], [], 0)[0])
    return not is_alive(pid)


def _is_ours(pid: int) -> bool:
    """Say whether the process is a local AWS, and not another one that was given the id later."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # as its parent: one that has ended is still listed until then
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "demo.aws" in found.stdout
