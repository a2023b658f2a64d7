"""The applications of the demo's environments: deploying a revision, and asking what runs."""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.errors import DemoError
from demo.paths import ROOT
from demo.servers.process import LOOPBACK, GuardedProcess, free_port

if TYPE_CHECKING:
    from demo.app import Deployment

ANSWER_SECONDS = 120.0


def deploy(apps: Path, deployment: Deployment, *, owner: int) -> None:
    """Replace the environment's running revision by another one, on the same port, and wait until it answers.

    Args:
        apps: folder of all environments' applications.
        deployment: the new revision.
        owner: process that the application must not outlive.
    """
    folder = apps / deployment.environment
    deployment.write(folder / "deployment.json")
    state = folder / "process.json"
    port = free_port()
    if state.exists():
        before = json.loads(state.read_text())
        port = int(before["port"])
        GuardedProcess(int(before["guard_pid"]), folder / "run").stop()
    (folder / "run").mkdir(parents=True, exist_ok=True)
    process = GuardedProcess.start(
        [sys.executable, "-m", "demo.app", "serve", str(folder / "deployment.json"), str(port)],
        folder / "run",
        owner=owner,
        environment={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    state.write_text(json.dumps({"port": port, "guard_pid": process.guard_pid}))
    process.wait_until(lambda: _listens(port), f"the application of {deployment.environment}")


def ask(apps: Path, environment: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    """Ask the environment's application; return the status and the answer."""
    state = apps / environment / "process.json"
    if not state.exists():
        raise DemoError(f"no application of {environment} was deployed")
    port = json.loads(state.read_text())["port"]
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", data=data)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 always http, see above
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
