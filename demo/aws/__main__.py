"""The local AWS by hand: `python -m demo.aws up`, `env`, `down`."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from demo.aws import local


def main() -> int:
    """Start, describe or end a local AWS; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.aws", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".demo/aws"), help="folder of its state and its log")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it and print the variables that lead to it")
    up.add_argument("--foreground", action="store_true", help="until Ctrl-C; else it stays until `down`")
    serve = commands.add_parser("serve", help="what `up` runs")
    serve.add_argument("--owner", type=int, default=0, help="a process whose end ends it too")
    commands.add_parser("env", help="print the variables that lead to the running one")
    commands.add_parser("down", help="end it with all its servers")
    arguments = parser.parse_args()
    state_dir = arguments.state_dir.resolve()
    if arguments.command == "serve" or (arguments.command == "up" and arguments.foreground):
        local.serve(state_dir, owner=getattr(arguments, "owner", 0))
        return 0
    if arguments.command == "down":
        local.stop(state_dir)
        return 0
    aws = local.start(state_dir, owner=0) if arguments.command == "up" else local.running(state_dir)
    if aws is None:
        print("no local AWS runs here: python -m demo.aws up", file=sys.stderr)
        return 1
    for name, value in aws.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
