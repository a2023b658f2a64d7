"""Servers for a developer's own use: `python -m demo.servers up`, `list`, `down`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from demo.servers import Registry, Server, ServerStartError, ServerUnavailableError

KINDS = ("postgresql", "mariadb", "mysql")


def main() -> int:
    """Start, list or end the development servers; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.servers", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".demo/servers"), help="where running servers are noted")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start servers and print their URLs")
    up.add_argument("--keep", action="store_true", help="leave them running until `down`; else until Ctrl-C")
    up.add_argument(
        "kind", nargs="*", default=list(KINDS), help="postgresql, postgresql-18, mariadb, mysql, mysql+routines"
    )
    commands.add_parser("list", help="print the URLs of the running servers")
    commands.add_parser("down", help="end the servers")
    arguments = parser.parse_args()
    registry = Registry(arguments.state_dir.resolve())
    if arguments.command == "down":
        registry.stop_all()
        return 0
    if arguments.command == "list":
        for name, server in registry.running().items():
            describe(name, server)
        return 0
    return start(registry, arguments.kind, keep=arguments.keep)


def start(registry: Registry, kinds: list[str], *, keep: bool) -> int:
    """Start the servers and, unless they are kept, wait for the signal to end them."""
    ours = [kind for kind in kinds if kind not in registry.running()]  # another terminal may have others
    try:
        for kind in kinds:
            describe(kind, registry.get(kind, owner=0 if keep else os.getpid()))
    except (ServerUnavailableError, ServerStartError) as error:
        print(error, file=sys.stderr)
        return 1
    if keep:
        return 0
    print("Ctrl-C ends them.", flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    for kind in ours:
        registry.stop(kind)
    return 0


def describe(name: str, server: Server) -> None:
    """Print how to reach a server."""
    print(f"{name} ({server.version})")
    print(f"  TCP, TLS  {server.url()}")
    print(f"  socket    {server.socket_url()}")
    print(f"  as master {server.as_master.url()}")
    print(f"  CA        {server.ca_file}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
