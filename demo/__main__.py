"""`python -m demo up [--keep]` and `down`: what `make demo` and `make demo-down` run."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from demo.aws.local import LocalAwsError
from demo.aws.runtime_environment import RuntimeUnavailableError
from demo.errors import DemoError
from demo.paths import Paths
from demo.progress import Progress
from demo.servers import ServerStartError, ServerUnavailableError
from demo.story import Story

FAILURES = (DemoError, LocalAwsError, RuntimeUnavailableError, ServerStartError, ServerUnavailableError)


def main() -> int:
    """Run or end the demo; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Paths().base, help="folder of everything that it makes")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="the whole job")
    up.add_argument("--keep", action="store_true", help="leave everything standing")
    commands.add_parser("down", help="end what `up --keep` left standing")
    arguments = parser.parse_args()
    progress = Progress()
    story = Story(Paths(arguments.state_dir.resolve()), progress)
    if arguments.command == "down":
        story.end()
        return 0
    # Ended from outside, it takes down what stands as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = False
    try:
        story.tell(keep=arguments.keep)
        kept = arguments.keep
    except FAILURES as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not kept:
            story.end()
    minutes, seconds = divmod(int(progress.seconds()), 60)
    print(f"\nDone in {minutes} min {seconds} s. Every step above was checked, not only shown.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
