"""The import budget: what a start of the program may import. Modules are counted, because a clock is not exact."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.workload import declare

_PROGRAM = """
import sys
before = set(sys.modules)
from bootstrap.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code
print("code:", code)
print("modules:", *sorted(set(sys.modules) - before))
"""
ARGUMENTS = {"click", "inspect"}
YAML = {"yaml", "msgspec"}
CLOUD = {"boto3", "botocore", "python_terraform"}
DRIVERS = {"psycopg2", "pymysql"}
NETWORK = {"socket", "ssl", "http", "asyncio", "selectors"}
OTHERS = {"json", "hashlib", "unittest", "importlib.metadata", "difflib", "traceback", "decimal", "uuid"}
ROOMS = {
    f"bootstrap.{room}"
    for room in ("catalog", "declaration", "dialects", "plan", "run", "service", "target", "insight", "sql")
}


def imported(arguments: list[str], code: int) -> set[str]:
    """The modules and packages that the command imports beyond those of an empty interpreter."""
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r}){_PROGRAM}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"code: {code}" in done.stdout, done.stdout + done.stderr
    names = done.stdout.partition("modules:")[2].split()
    return {".".join(parts[:count]) for name in names if (parts := name.split(".")) for count in (1, 2, 3)}


@pytest.mark.parametrize(
    ("arguments", "code", "forbidden"),
    [
        (["--version"], 0, ARGUMENTS | YAML | CLOUD | DRIVERS | NETWORK | OTHERS | ROOMS | {"bootstrap.problems"}),
        (["--help"], 0, YAML | CLOUD | DRIVERS | NETWORK | (OTHERS - {"uuid"}) | ROOMS),
        (["apply", "--help"], 0, YAML | CLOUD | DRIVERS | NETWORK | (OTHERS - {"uuid"}) | ROOMS),
        (["apply", "--no-such-option"], 1, YAML | CLOUD | DRIVERS | NETWORK | {"json", "hashlib", "unittest"} | ROOMS),
        (["aply"], 1, YAML | CLOUD | DRIVERS | NETWORK | {"json", "hashlib", "unittest"} | ROOMS),
    ],
    ids=["version", "help", "help of a command", "unknown option", "unknown command"],
)
def test_a_start_imports_what_it_needs(arguments: list[str], code: int, forbidden: set[str]) -> None:
    assert imported(arguments, code) & forbidden == set()


def test_the_function_starts_with_what_an_unchanged_database_needs() -> None:
    """What a cold start of the Lambda function imports before the first event."""
    program = "import sys, bootstrap.handler; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    rooms = {"bootstrap.cli", "bootstrap.insight", "bootstrap.declaration.load", "bootstrap.catalog.catalog"}
    rooms |= {"bootstrap.dialects.postgresql", "bootstrap.dialects.mysql", "bootstrap.service.attempt"}
    assert set(found) & (CLOUD | DRIVERS | rooms | {"click", "yaml"}) == set()


def test_lint_reads_a_declaration_and_nothing_else(tmp_path: Path) -> None:
    declare(tmp_path / "d", "postgresql", 10)
    rooms = {"bootstrap.dialects", "bootstrap.plan", "bootstrap.run", "bootstrap.service", "bootstrap.target"}
    found = imported(["lint", "--dir", str(tmp_path / "d")], 0)
    assert found & (CLOUD | DRIVERS | rooms | {"bootstrap.insight", "bootstrap.declaration.writer"}) == set()


def test_the_fork_server_of_the_tests_imports_every_module_of_ours() -> None:
    """It is silent about a module that cannot be imported, and imports nothing after it."""
    program = "import sys, tests.preloaded; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"bootstrap.wording", "bootstrap.service.attempt", "click", "psycopg2"} <= set(done.stdout.split())
